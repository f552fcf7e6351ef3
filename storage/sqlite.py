"""SQLite asked in the event loop itself, which takes less time than to hand it to a thread.

A statement on an embedded file takes tens of microseconds, four hops to a thread and back (as
aiosqlite makes them) take hundreds. What can take long is to wait for the lock of a writer in
another process, and that is awaited here without holding up the loop.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from pydantic_core import PydanticSerializationError, from_json, to_json
from sqlalchemy import URL, AsyncAdaptedQueuePool, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

from storage.files import make_database, make_folder

# NORMAL with WAL: a killed process loses nothing; a power cut may lose the last commits, which the
# platform then delivers again, because it was told "received" by a later poll.
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    # What is deleted or changed is overwritten: a forgotten name stands in no free page.
    "PRAGMA secure_delete=ON",
    "PRAGMA cache_size=-16000",
)

#: How long to wait for another process that writes (an import holds the lock for all its rows).
LONGEST_WAIT = 60.0
SHORTEST_NAP, LONGEST_NAP = 0.002, 0.1


def as_json(value: Any) -> str:
    """A value in JSON, in a third of the time that the standard library takes; that one writes what
    the other refuses (half of a sign)."""
    try:
        return to_json(value).decode()
    except PydanticSerializationError:
        return json.dumps(value)


def of_json(text: str | bytes) -> Any:
    """A value of JSON, by the same library; the standard one reads what that one refuses."""
    try:
        return from_json(text)
    except ValueError:
        return json.loads(text)


class LoopCursor(sqlite3.Cursor):
    """A cursor whose rows are fetched where they are asked for."""

    def execute(self, *question: Any) -> Any:
        """Execute. SQLAlchemy's async connection wants that something was awaited."""
        self._awaited()
        return super().execute(*question)

    def executemany(self, *question: Any) -> Any:
        """Execute for each of several rows."""
        self._awaited()
        return super().executemany(*question)

    def _awaited(self) -> None:
        mine: Any = self.connection
        if not mine.at_once:
            await_only(_at_once())

    async def _async_soft_close(self) -> None:
        """SQLAlchemy's async session lets go of a cursor so; there is nothing to wait for."""


async def _at_once() -> None:
    """Nothing to wait for."""


class LoopConnection(sqlite3.Connection):
    """A connection that gives such cursors."""

    version = 0  #: of the data, as it was at the start of the last transaction
    at_once = False  #: whoever asks just now wants no greenlet (`storage.short_way`)

    def cursor(self, factory: Any = LoopCursor) -> Any:
        """A new cursor."""
        return super().cursor(factory)


class LoopCompiler(SQLiteCompiler):
    """Writes the hints that statements give for SQLite behind the table's name."""

    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        """What stands there: "INDEXED BY ..." (without statistics SQLite guesses)."""
        return text


class LoopDialect(SQLiteDialect_pysqlite):
    """The standard library's driver under SQLAlchemy's async engine."""

    driver = "loop"
    statement_compiler = LoopCompiler
    is_async = True
    supports_statement_cache = True

    def create_connect_args(self, url: URL) -> tuple[Any, Any]:
        """Connections of our kind, that begin when told to and never wait by themselves."""
        names, options = super().create_connect_args(url)
        mine = {"factory": LoopConnection, "timeout": 0, "isolation_level": None}
        return names, {**options, **mine, "check_same_thread": False}


registry.register("sqlite.loop", __name__, LoopDialect.__name__)


def maker_of(url: URL) -> Callable[[], None]:
    """Makes the file of a database before a connection to it: what is refused before leaves none
    behind. A folder that is gone later was not ours to make anew."""
    if not url.database or url.database == ":memory:":
        return _nothing
    path = Path(url.database).resolve()
    folder = cache(partial(make_folder, path.parent))

    def make() -> None:
        folder()
        if path.parent.is_dir():
            make_database(path)

    return make


def _nothing() -> None:
    """In memory there is no file."""


def engine_of(
    url: URL,
    begin: str,
    size: int,
    on_news: Callable[[], None] | None,
    make: Callable[[], None],
) -> AsyncEngine:
    """An engine on a database file whose transactions start with `begin`.

    `on_news` is called at the start of a transaction when another process has committed one,
    `make` before each connection.
    """
    engine = create_async_engine(
        url.set(drivername="sqlite+loop"),
        poolclass=AsyncAdaptedQueuePool,  # waited for without holding up the loop
        pool_size=size,
        max_overflow=0,
        pool_timeout=120,
        json_serializer=as_json,
        json_deserializer=of_json,
    )

    @event.listens_for(engine.sync_engine, "do_connect")
    def first(*_told: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        make()

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        for pragma in PRAGMAS:
            _patiently(connection, pragma)

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        driver = connection.connection.dbapi_connection
        _patiently(driver, begin)
        if on_news is not None and _version(driver) != driver.version:
            driver.version = _version(driver)
            on_news()

    return engine


async def take_over(engine: AsyncEngine) -> None:
    """Take the log over into the file and empty it, as far as nobody reads from it just now."""
    async with engine.connect() as connection:
        await connection.run_sync(_take_over)


def _take_over(connection: Any) -> None:
    connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _version(driver: LoopConnection) -> int:
    """Changes when another connection commits."""
    return int(driver.execute("PRAGMA data_version").fetchone()[0])


def _patiently(driver: LoopConnection, statement: str) -> None:
    """Execute; while another process holds the lock, let the loop go on and try again."""
    waited, nap = 0.0, SHORTEST_NAP
    while True:
        try:
            driver.execute(statement)
        except sqlite3.OperationalError as error:
            if waited >= LONGEST_WAIT or not _is_locked(error):
                raise OperationalError(statement, None, error) from error
            await_only(asyncio.sleep(nap))
            waited, nap = waited + nap, min(nap * 2, LONGEST_NAP)
        else:
            return


def _is_locked(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
