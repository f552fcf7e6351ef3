"""Where the bot hears nothing in groups but what people send on to it: what is its own there.

The stories of a request are told in `tests/conformance`, in the house `forwarded`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.conformance.rooms_house import FORWARDED
from tests.harness import Stage, staged

REPORT = "咱们楼电梯又坏了"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with staged(tmp_path, capabilities=FORWARDED) as made:
        yield made


async def test_a_group_is_told_that_it_is_not_heard_and_what_to_do(stage: Stage) -> None:
    await stage.does("g9", "feng", "standing", present=True, hears_all=False)
    (greeting,) = stage.said("g9")
    assert "群里的话我看不到" in greeting.text
    assert "转发给我" in greeting.text
    assert "管理员" not in greeting.text, "no right could let it hear more"


async def test_another_s_command_is_nobody_s_when_it_is_sent_on(stage: Stage) -> None:
    await stage.li.writes(REPORT, forwarded=True)
    await stage.wang.writes("/take 1", forwarded=True)
    assert (await stage.request(1)).state == "open"


async def test_talk_that_is_sent_on_is_no_report(stage: Stage) -> None:
    await stage.li.writes("晚上一起吃火锅去不去呀", forwarded=True)
    assert not await stage.requests()
