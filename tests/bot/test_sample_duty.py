"""The sample as a new user meets it: somebody is on duty, by day, by night, and on a round."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import App
from bot.clock import VirtualClock
from bot.platforms.local import LocalPlatform
from bot.sample import load_sample
from config.settings import Settings
from tests.bot.web.kit import new_store
from tests.fakes.reader import shipped_reader

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai
GROUP = "demo-3"


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncGenerator[App]:
    """The demonstration, just started."""
    async with new_store(tmp_path) as store:
        clock = VirtualClock(MORNING)
        local = LocalPlatform(store, clock, "")
        settings = Settings(_env_file=None, data_dir=tmp_path)  # pyright: ignore[reportCallIssue]
        app = App(settings, store, [local], clock=clock, reader=shipped_reader())
        await load_sample(app)
        await local.attach(app.inbox)
        yield app
        await app.close()


async def at(app: App, hours: float) -> None:
    """So many hours after the start."""
    assert isinstance(app.clock, VirtualClock)
    app.clock.set(MORNING + timedelta(hours=hours))
    await app.ticks.tick()
    await app.settle()


async def asked(app: App, text: str, person: str = "lina") -> str:
    """What a neighbour is answered in building 3's group."""
    assert app.local is not None
    await app.local.say(person, GROUP, text)
    await app.settle()
    shown = await app.local.messages(GROUP)
    return str(shown[-1]["text"])


async def test_who_is_on_duty_is_answered_from_the_first_minute(demo: App) -> None:
    said = await asked(demo, "/值班")
    assert "红管家值班台（北化小区）：何艳，到 17:00" in said
    assert "夜间热线（北化小区）：现在不值班" in said
    assert "治安巡逻（北化小区）：现在不值班" in said


async def test_in_plain_words_by_day_and_by_night(demo: App) -> None:
    assert "何艳" in await asked(demo, "今天谁值班？")
    await at(demo, 14)
    assert "郑伟，到 3月3日（周二）07:00" in await asked(demo, "现在谁值班")


async def test_those_on_it_are_told_their_turns_once(demo: App) -> None:
    await at(demo, 0.1)
    await at(demo, 0.2)
    assert demo.local is not None
    heard = [each["text"] for each in await demo.local.messages("heyan")]
    assert len([each for each in heard if "您排进了“红管家值班台”" in each]) == 1


async def test_the_round_of_the_evening_asks_for_its_three_points(demo: App) -> None:
    await at(demo, 11)
    assert demo.local is not None
    heard = await demo.local.messages("zhengwei")
    card = next(each for each in heard if each["title"] == "巡视：治安巡逻")
    for point in ("大门", "车棚", "配电房"):
        assert f"· {point}" in card["text"]
