"""Who says that they have what others are without is no household more."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.harness import Stage, staged


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with staged(tmp_path) as made:
        yield made
        assert len(await made.requests()) == 1


@pytest.mark.parametrize("words", ["1单元有电", "unit 1 has power", "我家有电啊", "我们这没停电"])
async def test_who_has_power_is_not_counted(stage: Stage, words: str) -> None:
    await stage.li.says("3栋停电了")
    before = stage.card(1)
    await stage.passes(minutes=2)
    await stage.sun.says(words)
    assert "2 户" not in stage.card(1).text
    assert stage.card(1).title == before.title, "the place is not narrowed to where it is not"


@pytest.mark.parametrize("words", ["我家也没电", "1单元也停电了", "我家也没有电"])
async def test_who_has_none_is(stage: Stage, words: str) -> None:
    await stage.li.says("3栋停电了")
    await stage.passes(minutes=2)
    await stage.sun.says(words)
    assert "2 户" in stage.card(1).text
