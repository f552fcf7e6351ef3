"""The database: engines for reading and writing, and one transaction at a time to write in.

SQLite has one writer: a pool of one connection that begins IMMEDIATE is the queue for it, so a
transaction never finds half-way that somebody else was first. PostgreSQL shares one pool.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from storage import sqlite
from storage.loop_session import LoopSession
from storage.remembered import REMEMBERED, Remembered, WatchedSession
from storage.seals import SEALS, Seals
from storage.trouble import name_unreachable, passes, reason

#: Under this name a session knows the process that it belongs to.
ORIGIN = "origin"


class Store:
    """Sessions for reading and for writing on one database."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self.origin = token_hex(8)  #: tells this process from others on the same database
        self.remembered = Remembered()
        self.away: str | None = None  #: why nothing could be written the last time; None: it could
        self.seals = Seals()  #: told by who opens it where the keys are
        #: called when another process changed the database (SQLite; others tell by themselves)
        self.changed_elsewhere: Callable[[], None] = self.remembered.forget
        if self.sqlite:
            at = make_url(url)
            make = sqlite.maker_of(at)
            self._writer = sqlite.engine_of(at, "BEGIN IMMEDIATE", 1, self._elsewhere, make)
            self._reader = sqlite.engine_of(at, "BEGIN", 4, None, make)
        else:
            self._writer = create_async_engine(url, pool_size=10, max_overflow=10)
            name_unreachable(self._writer)
            self._reader = self._writer
        mine = {ORIGIN: self.origin, REMEMBERED: self.remembered, SEALS: self.seals}
        self.writing = self._sessions(self._writer, mine)
        self.reading = self._sessions(self._reader, mine)

    def _sessions(
        self, engine: AsyncEngine, info: dict[Any, Any]
    ) -> async_sessionmaker[AsyncSession]:
        kind = LoopSession if self.sqlite else AsyncSession
        return async_sessionmaker(
            engine,
            class_=kind,
            expire_on_commit=False,
            info=info,
            sync_session_class=WatchedSession,
        )

    def _elsewhere(self) -> None:
        self.changed_elsewhere()

    @property
    def engine(self) -> AsyncEngine:
        """The engine that writes (for migrations)."""
        return self._writer

    @property
    def reader(self) -> AsyncEngine:
        """The engine that reads: on SQLite another one."""
        return self._reader

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncSession]:
        """A session in one transaction: committed at the end, rolled back on any error."""
        await _others_first()
        session = self.writing()
        try:
            yield session
            await session.commit()
        except BaseException as error:
            if isinstance(error, Exception) and passes(error):
                self.away = reason(error)
            await _let_go(session)
            raise
        session.sync_session.close()  # it holds no connection any more: nothing to wait for
        self.away = None

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncSession]:
        """A session to read with; what it changes is thrown away."""
        await _others_first()
        session = self.reading()
        try:
            yield session
        finally:
            await _let_go(session)

    async def tidy(self) -> None:
        """Leave nothing of what was dropped in files beside the database (SQLite keeps a log).

        By the connection that writes: done by another, it would look to that one like news of
        another process, and all that is remembered would be forgotten.
        """
        if self.sqlite:
            await sqlite.take_over(self._writer)

    async def close(self) -> None:
        """Close all connections."""
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()


async def _let_go(session: AsyncSession) -> None:
    """Close a session. Whoever is told to stop meanwhile, and told so again, still gives the
    connection back first."""
    closing = asyncio.ensure_future(session.close())
    told: asyncio.CancelledError | None = None
    while not closing.done():
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError as error:
            if closing.cancelled():
                raise
            told = error
    closing.result()
    if told is not None:
        raise told


async def _others_first() -> None:
    """On SQLite nothing in a session waits: without this, whoever asks again and again would keep
    everybody else, and the time limits on itself, from their turn."""
    await asyncio.sleep(0)
