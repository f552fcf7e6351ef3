"""The clocks: a system's that can be turned forward, a virtual one, and the ticker."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.clock import Clock, SystemClock, Ticker, VirtualClock
from tests.harness import MONDAY
from tests.patience import PATIENCE


async def test_a_virtual_clock_stands_until_it_is_turned() -> None:
    clock = VirtualClock(MONDAY)
    assert clock.now() == clock.now() == MONDAY
    clock.turn(timedelta(hours=1))
    assert clock.now() == MONDAY + timedelta(hours=1)


async def test_every_clock_tells_aware_utc() -> None:
    shanghai = timezone(timedelta(hours=8))
    clocks: list[Clock] = [VirtualClock(datetime(2026, 3, 2, 9, tzinfo=shanghai)), SystemClock()]
    assert [each.now().tzinfo for each in clocks] == [UTC, UTC]
    assert clocks[0].now() == MONDAY


async def test_a_clock_does_not_go_back() -> None:
    clock = VirtualClock(MONDAY)
    with pytest.raises(ValueError, match="back"):
        clock.set(MONDAY - timedelta(seconds=1))


async def test_who_sleeps_by_a_virtual_clock_wakes_when_it_was_turned_so_far() -> None:
    clock = VirtualClock(MONDAY)
    sleeper = asyncio.ensure_future(clock.sleep(60))
    await asyncio.sleep(0)
    clock.turn(timedelta(seconds=59))
    for _ in range(3):
        await asyncio.sleep(0)
    assert not sleeper.done()
    clock.turn(timedelta(seconds=1))
    await sleeper


async def test_a_system_clock_goes_on_and_keeps_what_it_was_turned() -> None:
    clock = SystemClock()
    before = clock.now()
    clock.turn(timedelta(days=1))
    assert timedelta(0) <= clock.now() - before - timedelta(days=1) < timedelta(seconds=30)


async def test_a_system_clock_s_sleep_never_ends_early() -> None:
    clock = SystemClock()
    before = clock.now()
    await clock.sleep(0.02)
    assert clock.now() - before >= timedelta(seconds=0.02)


async def test_turning_a_system_clock_wakes_who_sleeps() -> None:
    clock = SystemClock()
    sleeper = asyncio.ensure_future(clock.sleep(3600))
    await asyncio.sleep(0)
    clock.turn(timedelta(minutes=30))
    clock.turn(timedelta(minutes=30))
    await asyncio.wait_for(sleeper, PATIENCE)


async def test_a_ticker_ticks_until_it_is_cancelled_and_never_twice_at_once() -> None:
    running, most, ticked = 0, 0, asyncio.Event()
    count = 0

    async def tick() -> None:
        nonlocal running, most, count
        running += 1
        most, count = max(most, running), count + 1
        await asyncio.sleep(0.005)
        running -= 1
        if count >= 3:
            ticked.set()

    task = asyncio.ensure_future(Ticker(tick, 0.01).run())
    await asyncio.wait_for(ticked.wait(), PATIENCE)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    after = count
    await asyncio.sleep(0.03)
    assert (most, count) == (1, after)
