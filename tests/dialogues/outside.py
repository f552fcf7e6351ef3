"""What every stage does whose platform is somebody else's: begin, die, settle, let time pass."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from datetime import timedelta
from typing import Any, ClassVar

from sqlalchemy import func, select

from bot.app import App
from bot.clock import VirtualClock
from handlers.chat.platform import Platform
from storage.engine import Store
from storage.tables import Letter, Request, Update


class Outside(ABC):
    """The program on stage, with a fake of its platform around it."""

    #: How many seconds the stage lets go by where a limit asks for patience.
    patience: ClassVar[int]

    def __init__(self, store: Store, clock: VirtualClock, reader: Any) -> None:
        self.store = store
        self.clock = clock
        self.parked = 0  #: how many updates nobody can read a test sent
        self._reader = reader
        self._receiving: asyncio.Task[None] | None = None
        self.app = self._built()

    @abstractmethod
    def _built(self) -> App: ...

    @abstractmethod
    async def begins(self) -> None:
        """The program starts and is in contact."""

    @abstractmethod
    async def _all_read(self) -> None: ...

    def _more_to_come(self) -> bool:
        """Whether the platform has something that it did not hand over yet."""
        return False

    async def _receives(self, platform: Platform) -> None:
        await self.app.inbox.resume()
        self._receiving = asyncio.get_running_loop().create_task(platform.run(self.app.inbox))

    async def dies(self) -> None:
        """The program is gone at this moment."""
        if self._receiving is not None:
            self._receiving.cancel()
            await asyncio.wait((self._receiving,))

    async def restarts(self, **down: float) -> None:
        """The program dies, is down for so long, and starts again on the same database."""
        await self.dies()
        # Nobody starts anew within a second.
        self.clock.turn(timedelta(**down) if down else timedelta(seconds=2))
        self.app = self._built()
        await self.begins()
        await self.settles()

    async def settles(self) -> None:
        """Until all is read, done and said; time goes by where a limit asks for patience."""
        for _ in range(self.patience):
            await self._all_read()
            await self.app.settle()
            if not self._more_to_come():
                if not await self._owed():
                    break
                self.clock.turn(timedelta(seconds=1))
        await self._all_read()
        await self._nothing_failed()

    async def passes(self, **span: float) -> None:
        """Time passes; whatever becomes due on the way is done."""
        end = self.clock.now() + timedelta(**span)
        step = max(timedelta(minutes=1), timedelta(**span) / 100)
        while self.clock.now() < end:
            self.clock.set(min(end, self.clock.now() + step))
            await self.app.ticks.tick()
            await self.app.settle()

    async def requests(self) -> list[Request]:
        """All requests."""
        async with self.store.read() as store:
            return list((await store.scalars(select(Request).order_by(Request.id))).all())

    async def kept_text(self) -> str:
        """All that stands in updates and letters."""
        async with self.store.read() as store:
            bodies = [*(await store.scalars(select(Update.body))).all()]
            bodies += (await store.scalars(select(Letter.body))).all()
        return "\n".join(body or "" for body in bodies)

    async def _owed(self) -> int:
        due = Letter.not_before <= self.clock.now()
        async with self.store.read() as store:
            counted = select(func.count()).select_from(Letter).where(Letter.state == "new", due)
            return await store.scalar(counted) or 0

    async def _nothing_failed(self) -> None:
        async with self.store.read() as store:
            failed = (await store.scalars(select(Update).where(Update.error.is_not(None)))).all()
        assert len(failed) == self.parked, [(each.error, each.body) for each in failed]
