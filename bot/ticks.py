"""One tick: whatever has become due is done, each subject in a transaction of its own.

One question finds out which subjects have anything due; a tick without is nothing but that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta
from time import perf_counter

import structlog

from bot.clock import Clock
from bot.figures import Figures
from bot.outbox import keep_said
from bot.patience import tell_away
from handlers import forms
from handlers.administration import announcing
from handlers.digest import clock as digest_clock
from handlers.duty import clock as duty_clock
from handlers.noise import folding
from handlers.privacy import retention, scrubbing
from handlers.promises import clock as promise_clock
from handlers.reminders import firing
from handlers.requests import clock as request_clock
from handlers.requests import morning, nightly
from handlers.statistics import counting, monthly
from handlers.watching import silence
from handlers.work import Desk, Work
from storage.engine import Store
from storage.queries import clocks, intake, outlets, sharing
from storage.queries import due as due_query
from storage.queries.due import REPEATS_WITHIN
from storage.trouble import passes
from storage.wire import forget_news

log = structlog.get_logger("linli.ticks")

LEFTOVERS = "leftovers"
DAILY = timedelta(days=1)

Due = Callable[[Work], Awaitable[int]]


async def _nothing() -> None:
    """Where nobody wants to be told of ticks."""


async def _forms(work: Work) -> int:
    await forms.forget_expired(work)
    return 0


async def _old_updates(work: Work) -> int:
    return await intake.forget_updates(work.store, work.now - REPEATS_WITHIN)


async def _news(work: Work) -> int:
    return await forget_news(work.store, work.now)


async def _leftovers(work: Work) -> int:
    """Once a day: chats in which nobody spoke and nothing was said for long."""
    seen = await clocks.chore_due(work.store, LEFTOVERS)
    if seen is None:
        await clocks.begin_chore(work.store, LEFTOVERS, work.now + DAILY)
    elif seen <= work.now and await clocks.claim_chore(
        work.store, LEFTOVERS, seen, work.now + DAILY
    ):
        before = work.now - REPEATS_WITHIN
        await sharing.forget_lanes(work.store, before)
        await outlets.forget_outlets(work.store, before)
    return 0


#: What a tick looks at. Each gives how many things it did, and is called again until none is left.
DUE: dict[str, Due] = {
    "requests": request_clock.due,
    "notices": morning.due,
    "reminders": firing.due,
    "promises": promise_clock.due,
    "digests": digest_clock.due,
    "noise": folding.due,
    "duty": duty_clock.due,
    "announcements": announcing.follow,
    "forgetting": scrubbing.due,
    "retention": retention.due,
    "forms": _forms,
    "updates": _old_updates,
    "news": _news,
    "leftovers": _leftovers,
    "nightly": nightly.due,
    "counting": counting.due,
    "numbers": monthly.due,
    "watching": silence.due,
}


class Ticks:
    """Does what is due."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        desk: Desk,
        done: Callable[[Work], None],
        spoken: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._desk = desk
        self._done = done
        self._spoken = spoken
        self.figures = Figures()
        #: what is remembered of places must be true before anything is done
        self.before: Callable[[], Awaitable[None]] = _nothing
        #: done at the beginning of each tick, whatever is due
        self.first: Callable[[], Awaitable[None]] = _nothing

    async def tick(self) -> None:
        """Do all that is due now. One subject's failure does not stop the others."""
        begun = perf_counter()
        try:
            await self._write_again()
            await self.before()
            await self.first()
            idle = await self._idle()
        except Exception as error:
            if not passes(error):
                raise
            tell_away(error, "looking for what is due")  # the next tick looks again
        else:
            await self._do_due(idle)
        self.figures.ticked = perf_counter()
        self.figures.ticks.took(self.figures.ticked - begun)

    async def _do_due(self, idle: Collection[str]) -> None:
        told = False
        for name, due in DUE.items():
            if name in idle:
                continue
            try:
                while await self._one(due):
                    pass
            except Exception as error:  # the next tick tries again
                if passes(error):
                    if not told:
                        tell_away(error, f"doing what is due: {name}")
                    told = True
                    continue
                self.figures.tick_failures[name] += 1
                log.exception("tick.failed", subject=name)

    async def _write_again(self) -> None:
        """Once nothing could be written: find out whether it can again, before there is a need."""
        if self._store.away is not None:
            async with self._store.write() as store:
                await intake.write_nothing(store)

    async def _idle(self) -> frozenset[str]:
        """The subjects that have nothing due; those that cannot be asked about are not among it."""
        async with self._store.read() as store:
            found = await due_query.subjects(store, self._clock.now())
        return frozenset(due_query.SUBJECTS) - found

    async def _one(self, due: Due) -> int:
        async with self._store.write() as store:
            work = Work(self._desk, store, self._clock.now())
            count = await due(work)
            said = await keep_said(store, [work])
        self._done(work)
        if work.forgot:
            await self._store.tidy()
        if said:
            self._spoken()
        return count
