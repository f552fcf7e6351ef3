"""What is put right to what it is already changes nothing, and asks nobody anew."""

from __future__ import annotations

import pytest

from tests.dialogues.steps import opened, taken
from tests.harness import Stage

SAME = [
    ("/recategorise 1 电梯", "电梯"),
    ("/move 1 3栋2单元", "3栋2单元"),
]


@pytest.mark.parametrize(("line", "what"), SAME)
async def test_it_is_told_that_it_is_so_already(stage: Stage, line: str, what: str) -> None:
    await opened(stage)
    pages = len(stage.wang.heard)
    await stage.feng.writes(line)
    assert "没有改动" in stage.feng.last.text
    assert what in stage.feng.last.text
    assert await stage.events() == ["open"]
    assert len(stage.wang.heard) == pages
    await stage.feng.writes("/audit")
    assert "#1" not in stage.feng.last.text


async def test_who_was_asked_by_name_is_not_asked_so_again(stage: Stage) -> None:
    await opened(stage)
    await stage.feng.writes("/assign 1 @wang")  # of those asked it is now nobody else
    pages = len(stage.wang.heard)
    await stage.feng.writes("/assign 1 @wang")
    assert "没有改动" in stage.feng.last.text
    assert "王姨" in stage.feng.last.text
    assert (await stage.events()).count("assign") == 1
    assert len(stage.wang.heard) == pages


async def test_who_has_it_is_not_asked_anew(stage: Stage) -> None:
    await taken(stage)
    await stage.feng.writes("/assign 1 @wang")
    assert (await stage.request()).state == "taken"
    await stage.feng.writes("/assign 1 @zhou")
    assert (await stage.request()).state == "open"


async def test_it_is_as_urgent_already(stage: Stage) -> None:
    await opened(stage)
    await stage.feng.writes("/urgency 1 紧急")
    before = await stage.events()
    await stage.feng.writes("/urgency 1 紧急")
    assert "没有改动" in stage.feng.last.text
    await stage.feng.writes("/urgency 1")
    assert "没有改动" in await stage.feng.presses(stage.feng.last, "紧急")
    assert await stage.events() == before


@pytest.mark.parametrize("line", ["/recategorise 1 用水", "/urgency 1 紧急", "/move 1 3栋1单元"])
async def test_what_is_different_is_changed(stage: Stage, line: str) -> None:
    await opened(stage)
    await stage.feng.writes(line)
    assert "改好了" in stage.feng.last.text
