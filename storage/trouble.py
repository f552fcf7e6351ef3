"""Which errors are of the database's state and pass: nothing was wrong with what it was asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine

#: Another process's lock, a full or read-only disk, a file that cannot be opened or read just now.
SQLITE_PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)
#: PostgreSQL's classes (its manual, appendix A): connection lost (08), rolled back for others' sake
#: (40), no room (53), locked (55), stopped or starting (57), disk trouble (58).
POSTGRESQL_PASSING = ("08", "40", "53", "55", "57", "58")
#: A standby that is not the first one yet: "cannot execute ... in a read-only transaction".
READ_ONLY = "25006"


class AwayError(SQLAlchemyError):
    """The database server cannot be reached; the message is its driver's."""


def name_unreachable(engine: AsyncEngine) -> None:
    """From now on a connection that cannot be made raises AwayError.

    A driver's own errors there are of many kinds (no such file, refused, still starting).
    """

    @event.listens_for(engine.sync_engine, "do_connect")
    def connect(  # pyright: ignore[reportUnusedFunction]
        dialect: Any, _record: Any, given: Any, named: Any
    ) -> Any:
        try:
            return dialect.connect(*given, **named)
        except SQLAlchemyError:
            raise
        except Exception as error:
            raise AwayError(str(error) or type(error).__name__) from error


def passes(error: BaseException) -> bool:
    """Whether the same may be asked again, unchanged, when the database is well again."""
    return any(_passes(each) for each in _causes(error))


def reason(error: BaseException) -> str:
    """The driver's own words, without the statement and its values (people's words)."""
    told = getattr(error, "orig", None) or error
    return (str(told).splitlines() or [""])[0][:200] or type(told).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, the driver's error in it, and what that was made of."""
    one: BaseException | None = error
    while one is not None:
        yield one
        one = getattr(one, "orig", None) or one.__cause__


def _passes(error: BaseException) -> bool:
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in SQLITE_PASSING
    if isinstance(error, AwayError | PoolTimeoutError):
        return True
    state = getattr(error, "sqlstate", None)
    return isinstance(state, str) and (state == READ_ONLY or state.startswith(POSTGRESQL_PASSING))
