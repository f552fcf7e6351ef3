"""The demonstration's clock: turned forward in steps, so that what is due happens on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clock import SystemClock

SPANS = {
    "10m": timedelta(minutes=10),
    "1h": timedelta(hours=1),
    "8h": timedelta(hours=8),
    "1d": timedelta(days=1),
}
MORNING = time(8)
SHORTEST_STEP = timedelta(minutes=5)
MOST_STEPS = 48


def target(now: datetime, by: str, zone: ZoneInfo) -> datetime:
    """The moment to turn to; `by` is a key of SPANS or "morning" (the next 8:00).

    Raises KeyError for anything else.
    """
    if by != "morning":
        return now + SPANS[by]
    local = now.astimezone(zone)
    day = local.date() + timedelta(days=local.time() >= MORNING)
    return datetime.combine(day, MORNING, zone).astimezone(UTC)


class Turner:
    """Turns a clock and lets the program tick at each step. One at a time."""

    def __init__(
        self,
        clock: SystemClock,
        tick: Callable[[], Awaitable[None]],
        settled: Callable[[], bool],
    ) -> None:
        self._clock = clock
        self._tick = tick
        self._settled = settled
        self._one = asyncio.Lock()

    async def __call__(self, moment: datetime) -> None:
        """Turn to a moment; nothing for one that is past."""
        async with self._one:
            step = max(SHORTEST_STEP, (moment - self._clock.now()) / MOST_STEPS)
            while (left := moment - self._clock.now()) > timedelta(0):
                self._clock.turn(min(step, left))
                await self._tick()
                await self._rest()

    async def _rest(self) -> None:
        """Let the program handle what the step brought."""
        for _ in range(100):
            await asyncio.sleep(0)
            if self._settled():
                return
