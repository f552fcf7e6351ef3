"""The clock: the one place that asks what time it is, and the tick that looks for what is due."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Protocol


class Clock(Protocol):
    """Tells the moment and waits."""

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        ...

    def sleep(self, seconds: float) -> Coroutine[Any, Any, None]:
        """Wait for so long by this clock, counted from the call.

        The clock may be turned between the call and the first moment at which the waiting runs.
        """
        ...


#: Seconds after which a sleeper looks at the clock again: it may have been put forward meanwhile.
LONGEST_NAP = 30.0
#: Seconds that two clocks may differ by without one of them having been put back.
SLACK = 1.0


class SystemClock:
    """The machine's clock; a demonstration may turn it forward, the net may put it right."""

    def __init__(self) -> None:
        self.offset = timedelta(0)
        self._turned = asyncio.Event()

    def now(self) -> datetime:
        """The moment, with what it was turned."""
        return datetime.now(UTC) + self.offset  # noqa: TID251 - this is the clock that all others are sent to

    def turn(self, by: timedelta) -> None:
        """Turn forward; whoever sleeps looks at the clock again."""
        self.offset += by
        self._turned.set()
        self._turned = asyncio.Event()

    def sleep(self, seconds: float) -> Coroutine[Any, Any, None]:
        """Wait, or until the clock was turned past it; no longer where it was put back."""
        return self._until(self.now() + timedelta(seconds=seconds), monotonic() + seconds + SLACK)

    async def _until(self, end: datetime, latest: float) -> None:
        while (left := self._left(end, latest)) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._turned.wait(), min(left, LONGEST_NAP))

    def _left(self, end: datetime, latest: float) -> float:
        return min((end - self.now()).total_seconds(), latest - monotonic())


class VirtualClock:
    """A clock that stands still until it is turned: for tests, replays and simulations."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._turned = asyncio.Event()

    def now(self) -> datetime:
        """The moment it was set to."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Set it to a moment that is not before its own."""
        if moment < self._now:
            raise ValueError("a clock does not go back")
        self._now = moment.astimezone(UTC)
        self._turned.set()
        self._turned = asyncio.Event()

    def turn(self, by: timedelta) -> None:
        """Turn it forward."""
        self.set(self._now + by)

    def sleep(self, seconds: float) -> Coroutine[Any, Any, None]:
        """Wait until it was turned so far."""
        return self._until(self._now + timedelta(seconds=seconds))

    async def _until(self, end: datetime) -> None:
        while self._now < end:
            await self._turned.wait()


class _Pace:
    """When the next tick is: counted from now, not from the last.

    The scheduler's own interval counts all that a clock put forward by years has left out.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = timedelta(seconds=seconds)

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        """As the scheduler asks for it."""
        return now + self._seconds


class Ticker:
    """Calls `tick` every few seconds while it runs. What is due stands in the tables, not here."""

    def __init__(self, tick: Callable[[], Awaitable[None]], seconds: float) -> None:
        self._tick = tick
        self._seconds = seconds

    async def run(self) -> None:
        """Tick until cancelled."""
        # Loaded when first needed: a program that only imports or exports never ticks.
        from apscheduler.schedulers.asyncio import (  # pyright: ignore[reportMissingTypeStubs]
            AsyncIOScheduler,
        )
        from apscheduler.triggers.base import (  # pyright: ignore[reportMissingTypeStubs]
            BaseTrigger,
        )

        trigger: Any = BaseTrigger
        trigger.register(_Pace)

        scheduler: Any = AsyncIOScheduler(timezone=UTC)
        # A late tick is still wanted, and two late ones are one (a lesson of python-telegram-bot
        # users, whose jobs were skipped for being one second late).
        job = scheduler.add_job(
            self._tick, _Pace(self._seconds), misfire_grace_time=None, coalesce=True
        )
        scheduler.start()
        try:
            while True:
                await asyncio.sleep(self._seconds)
                self._wake(job)
        finally:
            scheduler.shutdown(wait=False)

    def _wake(self, job: Any) -> None:
        """The scheduler waits for a moment, which a clock that was put back makes far away."""
        now = SystemClock().now()  # as the scheduler sees it: never turned
        if job.next_run_time - now > timedelta(seconds=2 * self._seconds):
            job.modify(next_run_time=now)
