"""The database: engines for reading and writing, and one transaction at a time to write in.

SQLite has one writer: a pool of one connection that begins IMMEDIATE is the queue for it, so a
transaction never finds half-way that somebody else was first. PostgreSQL shares one pool.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from storage.files import make_database

# NORMAL with WAL: a killed process loses nothing; a power cut may lose the last commits, which the
# platform then delivers again, because it was told "received" by a later poll.
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
    "PRAGMA cache_size=-16000",
)

#: Under this name a session knows the process that it belongs to.
ORIGIN = "origin"


class Store:
    """Sessions for reading and for writing on one database."""

    def __init__(self, url: str, *, echo: bool = False) -> None:
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self.origin = token_hex(8)  #: tells this process from others on the same database
        if self.sqlite:
            _make_file(url)
            self._writer = _sqlite_engine(url, "BEGIN IMMEDIATE", 1, echo=echo)
            self._reader = _sqlite_engine(url, "BEGIN", 4, echo=echo)
        else:
            self._writer = create_async_engine(url, pool_size=10, max_overflow=10, echo=echo)
            self._reader = self._writer
        # Autoflush would write in the middle of reading; a handler flushes where it must.
        mine = {ORIGIN: self.origin}
        self.writing = async_sessionmaker(self._writer, expire_on_commit=False, info=mine)
        self.reading = async_sessionmaker(self._reader, expire_on_commit=False)

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
        async with self.writing() as session, session.begin():
            yield session

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncSession]:
        """A session to read with; what it changes is thrown away."""
        async with self.reading() as session:
            yield session

    async def close(self) -> None:
        """Close all connections."""
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()


def _make_file(url: str) -> None:
    path = make_url(url).database
    if path and path != ":memory:":
        make_database(Path(path))


def _sqlite_engine(url: str, begin: str, size: int, *, echo: bool) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=size, max_overflow=0, pool_timeout=120, echo=echo)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.exec_driver_sql(begin)

    return engine
