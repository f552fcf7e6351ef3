"""One of several processes on a database: what it holds, for how long, and what it hears.

What a process has in hand is its own for a few seconds, prolonged while it lives. When it dies,
others go on where the database says it stood. On SQLite there is one process, and all is its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.patience import patiently, tell_change
from storage.engine import Store
from storage.queries import sharing
from storage.queries.sharing import Hold
from storage.wire import Left, News, Wire

log = structlog.get_logger("linli.crew")

#: So long something is held without a sign of life.
HELD_FOR = timedelta(seconds=4)
#: Seconds between two signs of life, and between two looks for what others left.
SIGN = 1.0
#: A chat is left to whoever handled it last for so long: they remember what was said there.
LEFT_TO_OTHERS = timedelta(seconds=1)

#: Seconds by which the clocks of two machines may differ.
APART = 1.0
SAME_TIME = "let all machines take the time from the network (NTP): chronyd or systemd-timesyncd"

#: Prolongs what somebody has in hand.
Prolong = Callable[[AsyncSession, Hold], Awaitable[None]]


class Crew:
    """This process among those that share the database."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        heard: Callable[[News], None],
        woken: Callable[[Left], None] = lambda _left: None,
    ) -> None:
        """`heard`: told what others changed; `woken`: told what others left to do."""
        self.store = store
        self.clock = clock
        self.wire = Wire(store, heard, woken)
        self._leases: set[str] = set()
        self._prolonged: list[Prolong] = [self._prolong_leases]
        self._left: list[Prolong] = []

    @property
    def shared(self) -> bool:
        """Whether there may be other processes."""
        return self.wire.shared

    def hold(self) -> Hold:
        """What is taken now is held for so long."""
        now = self.clock.now()
        return Hold(self.store.origin, now, now + HELD_FOR)

    def prolongs(self, prolong: Prolong, leave: Prolong) -> None:
        """Something to prolong while this process lives, and to leave when it ends."""
        self._prolonged.append(prolong)
        self._left.append(leave)

    async def our_turn(self, name: str) -> bool:
        """Whether it is this process that does what one process at a time may do."""
        if not self.shared:
            return True
        known = self.store.away
        try:
            async with self.store.write() as store:
                ours = await sharing.take_lease(store, name, self.hold())
        except (SQLAlchemyError, OSError) as error:
            tell_change(known, error, "taking turns")
            ours = False  # another one may have it by now
        if ours and name not in self._leases:
            log.info("crew.our_turn", what=name)
        (self._leases.add if ours else self._leases.discard)(name)
        return ours

    def has_turn(self, name: str) -> bool:
        """Whether it is this process that has it now, as far as it knows."""
        return not self.shared or name in self._leases

    async def catch_up(self) -> None:
        """Hear all that others have changed so far."""
        await self.wire.catch_up(self.clock.now())

    async def run(self) -> None:
        """Give signs of life, and listen, until cancelled."""
        if not self.shared:
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(self.wire.run())
            await patiently(self.compare_clocks, "comparing clocks")
            while True:
                await asyncio.sleep(SIGN)
                known = self.store.away
                try:
                    await self.prolong()
                except (SQLAlchemyError, OSError) as error:
                    tell_change(known, error, "giving a sign of life")

    async def compare_clocks(self) -> None:
        """Say so when this machine's clock is not the database's: leases go by it."""
        async with self.store.read() as store:
            theirs = await sharing.database_time(store)
        apart = abs((self.clock.now() - theirs).total_seconds())
        if apart > APART:
            log.warning("crew.clocks_differ", seconds=round(apart, 1), remedy=SAME_TIME)

    async def prolong(self) -> None:
        """One sign of life, and a look at what others changed: somebody may have been forgotten."""
        for each in self._prolonged:
            async with self.store.write() as store:
                await each(store, self.hold())
        await self.catch_up()

    async def close(self) -> None:
        """Leave everything to the others at once."""
        await self.wire.close()
        if not self.shared:
            return
        try:
            for each in (*self._left, self._leave_leases):
                async with self.store.write() as store:
                    await each(store, self.hold())
        except (SQLAlchemyError, OSError) as error:
            log.warning("crew.not_left", error=type(error).__name__)  # it runs out by itself

    async def _prolong_leases(self, store: AsyncSession, hold: Hold) -> None:
        for name in sorted(self._leases):
            if not await sharing.take_lease(store, name, hold):
                self._leases.discard(name)

    async def _leave_leases(self, store: AsyncSession, hold: Hold) -> None:
        self._leases.clear()
        await sharing.free_leases(store, hold.holder)
