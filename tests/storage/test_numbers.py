"""Numbers on either database, and counted by two processes at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.dialogues.numbers import figures, never_counted, shown
from tests.harness import ALL, GROUP, GROUP4, Stage
from tests.storage.test_processes import Pair, pair

REPORT = "咱们楼电梯又坏了"
__all__ = ["pair"]


async def test_a_life_is_counted_and_made_again(stage: Stage) -> None:
    await stage.li.says(REPORT)
    await stage.qian.says("门口的灯坏了", GROUP4)
    await stage.passes(days=2)
    await stage.wang.writes("/take 1")
    await stage.feng.writes("/recategorise 1 噪音")
    await stage.wang.writes("/done 1 换了门机")
    await stage.li.presses(stage.li.last, "解决了")
    found = await figures(stage)
    assert (found.n, found.satisfaction.part, found.response.part) == (2, 1, 0)
    await stage.feng.writes("/stats")
    assert "报事 2 件" in stage.feng.last.text
    await stage.feng.writes("/monthly 2026-03")
    assert len([each for each in stage.feng.heard if each.file]) == 2


async def test_what_was_never_counted_is_counted_whatever_happens_to_it(stage: Stage) -> None:
    for number in range(3):
        await stage.li.says(f"{REPORT}，{number}")
    await stage.passes(minutes=5)
    async with stage.app.store.write() as store:
        await never_counted(store)
    await stage.wang.writes("/take 1")  # an old one goes on
    await stage.qian.says("门口的灯坏了", GROUP4)  # a new one is counted at once
    assert (await shown(stage)).whole.n == 2, "the old ones that nobody touched come later"
    await stage.passes(days=1)
    assert (await figures(stage)).n == len(await stage.requests())


async def test_two_processes_count_at_once_and_lose_nothing(pair: Pair) -> None:
    stage = pair.stage
    reports = (("li", GROUP, "电梯坏了"), ("qian", GROUP4, "门口的灯坏了"), ("feng", ALL, "没水了"))
    for number, app in enumerate((pair.first, pair.second)):
        stage.rooms.intake = app.inbox
        for who, room, words in reports:
            text = f"{words}，第{number}处"
            await stage.rooms.act(room, who, "message", text=text, name=stage.cast[who].name)
    await asyncio.gather(pair.first.settle(), pair.second.settle())
    await pair.settle()
    many = len(await stage.requests())
    assert many > 2
    stage.clock.turn(timedelta(days=3))
    await asyncio.gather(pair.first.ticks.tick(), pair.second.ticks.tick())
    found = await figures(stage)
    assert found.n == many
    assert found.response.of == many, "their time is over"
