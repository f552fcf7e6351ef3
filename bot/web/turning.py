"""The demonstration's clock: turned forward from one due moment to the next, none passed over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock, SystemClock
from storage.engine import Store
from storage.queries import local

SPANS = {
    "10m": timedelta(minutes=10),
    "1h": timedelta(hours=1),
    "8h": timedelta(hours=8),
    "1d": timedelta(days=1),
}
MORNING = time(8)
MOST_EXACT = 24  #: due moments of a turn at which it stops; what comes after is done in jumps
JUMPS = 8
REST = 0.02  #: seconds between two looks at whether the program has done its work
LONGEST_REST = 3.0  #: seconds; a platform that is off may leave something unsaid


def target(now: datetime, by: str, zone: ZoneInfo) -> datetime:
    """The moment to turn to; `by` is a key of SPANS or "morning" (the next 8:00).

    Raises KeyError for anything else.
    """
    if by != "morning":
        return now + SPANS[by]
    local = now.astimezone(zone)
    day = local.date() + timedelta(days=local.time() >= MORNING)
    return datetime.combine(day, MORNING, zone).astimezone(UTC)


async def catch_up(clock: Clock, store: Store) -> None:
    """A clock that was turned forward before a restart goes on after the last message."""
    async with store.read() as session:
        last = await local.newest_at(session)
    if isinstance(clock, SystemClock) and last is not None and last > clock.now():
        clock.turn(last - clock.now())


class Turner:
    """Turns a clock and lets the program do what is due at each stop. One at a time."""

    def __init__(
        self,
        clock: SystemClock,
        tick: Callable[[], Awaitable[None]],
        next_due: Callable[[datetime], Awaitable[datetime | None]],
        settled: Callable[[], Awaitable[bool]],
    ) -> None:
        self._clock = clock
        self._tick = tick
        self._next_due = next_due
        self._settled = settled
        self._one = asyncio.Lock()

    async def __call__(self, moment: datetime, stopped: Callable[[], None]) -> None:
        """Turn to a moment, and tell of every stop; nothing for a moment that is past."""
        async with self._one:
            jump = (moment - self._clock.now()) / JUMPS
            stops = 0
            while (now := self._clock.now()) < moment:
                stop = await self._next_due(now) or moment
                if stops >= MOST_EXACT:
                    stop = max(stop, now + jump)
                self._clock.turn(min(stop, moment) - now)
                await self._tick()
                await self._rest()
                stopped()
                stops += 1

    async def _rest(self) -> None:
        """Let the program handle and say what the step brought."""
        for _ in range(int(LONGEST_REST / REST)):
            if await self._settled():
                return
            await asyncio.sleep(REST)
