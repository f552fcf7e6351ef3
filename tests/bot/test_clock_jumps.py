"""The machine's clock is put forward or back under the running program: it goes on all the same."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta, tzinfo

import apscheduler.schedulers.base as scheduling  # pyright: ignore[reportMissingTypeStubs]
import pytest
from structlog.testing import capture_logs

from bot import clock as clocks
from bot.budget import Budget
from bot.clock import SystemClock, Ticker, VirtualClock
from bot.crew import Crew
from handlers.chat.platform import Limits, PassingError
from storage.engine import Store
from storage.queries import outlets
from tests.bot.test_delivery import Office, say
from tests.bot.test_inbox import Desktop
from tests.harness import MONDAY
from tests.patience import PATIENCE

HOUR = timedelta(hours=1)
YEAR = timedelta(days=365)  #: a computer without a clock of its own begins in 1970


class Wound(VirtualClock):
    """A clock that somebody puts back."""

    def goes_back(self, by: timedelta) -> None:
        self._now -= by


class Machine(datetime):
    """The machine's clock, `wrong` by some time."""

    wrong = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return super().now(tz) + cls.wrong


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> type[Machine]:
    monkeypatch.setattr(clocks, "datetime", Machine)
    monkeypatch.setattr(scheduling, "datetime", Machine)
    monkeypatch.setattr(Machine, "wrong", timedelta(0))
    return Machine


async def test_what_was_due_does_not_wait_again_when_the_clock_is_put_back(store: Store) -> None:
    clock = Wound(MONDAY)
    office = Office(store, clock=clock)
    await office.sends()
    await office.lays(say("一"))
    clock.turn(timedelta(minutes=1))
    await office.lays(say("明早再说", chat="g2"), later=8 * 3600)
    await office.delivery.crew.close()
    office.van.faults = [PassingError("gone for a moment")]
    await office.sends()
    clock.goes_back(HOUR)
    with capture_logs() as log:
        await office.sends()
        assert await office.waits(minutes=6) == ["g1:一"], "no hour's wait; what is for later waits"
    assert "clock.put_back" in [line["event"] for line in log]


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_what_is_said_in_a_chat_of_several_processes_is_heard_when_the_clock_is_put_back(
    store: Store,
) -> None:
    """The chat was handled and left, and something waits there, an hour ahead."""
    clock = Wound(MONDAY)
    first = Desktop(store, clock=clock)
    await first.receives("g1:a")
    await first.inbox.drain()
    await first.receives("g1:b")
    clock.goes_back(HOUR)
    await first.receives("g1:c")
    await first.inbox.drain()
    assert first.script.handled == ["a", "b", "c"]


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_a_turn_of_one_that_died_is_taken_when_the_clock_is_put_back(store: Store) -> None:
    clock, other = Wound(MONDAY), Store(store.url)
    first, second = (Crew(each, clock, lambda _news: None) for each in (store, other))
    assert await first.our_turn("fetch:telegram")
    clock.goes_back(timedelta(seconds=30))
    assert not await second.our_turn("fetch:telegram"), "clocks may differ by so much"
    clock.goes_back(HOUR)
    assert await second.our_turn("fetch:telegram")
    await other.close()


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_a_pause_of_the_platform_does_not_last_an_hour_longer(store: Store) -> None:
    clock = Wound(MONDAY)
    office = Office(store, clock=clock)
    await office.lays(say("一"))
    assert await office.sends() == ["g1:一"]
    async with store.write() as session:
        until = clock.now() + timedelta(minutes=2)
        await outlets.silence(session, ("rooms", "g1", False), until)
    clock.goes_back(HOUR)
    await office.lays(say("二"))
    with capture_logs():
        await office.sends()
        assert await office.waits(minutes=6) == ["g1:一", "g1:二"]


async def test_limits_do_not_count_what_was_said_in_an_hour_that_comes_again() -> None:
    budget = Budget(Limits(chat_per_second=1, group_per_minute=20, overall_per_second=30))
    budget.spend("g1", MONDAY)
    assert budget.wait("g1", MONDAY, group=True) > timedelta(0)
    assert budget.wait("g1", MONDAY - HOUR, group=True) == timedelta(0)


async def test_who_sleeps_sleeps_no_longer_when_the_clock_is_put_back(
    machine: type[Machine],
) -> None:
    sleeper = asyncio.ensure_future(SystemClock().sleep(0.05))
    await asyncio.sleep(0)
    machine.wrong = -HOUR
    await asyncio.wait_for(sleeper, PATIENCE)


async def test_who_sleeps_wakes_soon_when_the_clock_is_put_forward(
    machine: type[Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A computer that was asleep, say."""
    monkeypatch.setattr(clocks, "LONGEST_NAP", 0.01)
    sleeper = asyncio.ensure_future(SystemClock().sleep(3600))
    await asyncio.sleep(0)
    machine.wrong = HOUR
    await asyncio.wait_for(sleeper, PATIENCE)


@pytest.mark.parametrize("by", [HOUR, -HOUR, 50 * YEAR, -50 * YEAR], ids=str)
async def test_ticks_go_on_at_once_wherever_the_clock_is_put(
    machine: type[Machine], by: timedelta
) -> None:
    ticks = asyncio.Semaphore(0)

    async def tick() -> None:
        ticks.release()

    task = asyncio.ensure_future(Ticker(tick, 0.02).run())
    async with asyncio.timeout(PATIENCE):
        await ticks.acquire()
        machine.wrong = by
        for _ in range(4):
            await ticks.acquire()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
