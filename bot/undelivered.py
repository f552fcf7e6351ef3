"""What happens when a letter cannot arrive: the chat moved, or its reader is out of reach."""

from __future__ import annotations

from collections.abc import Callable

from bot.clock import Clock
from bot.outbox import keep_said
from handlers import reach
from handlers.chat.outgoing import Sendable
from handlers.chat.platform import PermanentError
from handlers.work import Desk, Work
from storage.engine import Store
from storage.tables import Letter


class Returns:
    """Takes back what could not be delivered, each in a transaction of its own."""

    def __init__(
        self, store: Store, clock: Clock, desk: Desk, done: Callable[[Work], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._desk = desk
        self._done = done

    async def undelivered(self, letter: Letter, out: Sendable, error: PermanentError) -> None:
        """Note who is out of reach, and fall back to the group where a request waits (R24)."""
        async with self._store.write() as store:
            work = Work(self._desk, store, self._clock.now())
            await reach.undelivered(work, out, unreachable=error.unreachable)
            await keep_said(store, [work])
        self._done(work)

    async def moved(self, platform: str, old: str, new: str) -> None:
        """The group lives on under a new id (R15)."""
        async with self._store.write() as store:
            work = Work(self._desk, store, self._clock.now())
            await reach.on_moved(work, platform, old, new)
            await keep_said(store, [work])
        self._done(work)
