"""What processes on one database tell each other.

What a transaction changed of what others remember is a row of the same transaction, and each
process reads the new rows before it relies on its memory; that is what everything depends on. The
notices of PostgreSQL (LISTEN, NOTIFY) only wake who would look a moment later anyway, and are sent
outside of transactions, a few a second: committing with a notice, they would wait for each other.
SQLite has one process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CursorResult,
    Insert,
    Text,
    and_,
    cast,
    delete,
    false,
    func,
    select,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from storage.base import Base, insert_of
from storage.engine import ORIGIN, Store
from storage.queries.due import NEWS_FOR
from storage.tables import News as Row
from storage.trouble import AwayError

CHANNEL = "linli"
#: More chats than that are "everything".
MOST_CHATS = 500
#: Seconds between two notices of one process.
PACE = 0.02

NEWS = Base.metadata.tables[Row.__tablename__]


@dataclass(frozen=True, slots=True)
class News:
    """What committed transactions of other processes changed."""

    chats: frozenset[int] = frozenset()
    everything: bool = False  #: what is remembered of places, people and chats is read anew
    #: pseudonyms of accounts whose last lines go from memory; None: it may have been anybody
    people: frozenset[str] | None = frozenset()


class Left(StrEnum):
    """What a process may leave to others."""

    KEPT = "kept"  #: updates to handle
    LAID = "laid"  #: letters to send


async def tell(
    store: AsyncSession,
    chats: Iterable[int],
    now: datetime,
    *,
    everything: bool,
    people: Iterable[str] = (),
) -> None:
    """Tell the other processes, when (and if) the open transaction is committed.

    `people`: pseudonyms of who was forgotten (storage/secrets.py); they stand in the row as texts
    among the chats' numbers.
    """
    if store.get_bind().dialect.name != "postgresql":
        return
    changed = sorted(chats)
    if len(changed) > MOST_CHATS:
        changed, everything = [], True
    told = [*changed, *sorted(people)]
    row = {"by": store.info.get(ORIGIN, ""), "chats": told, "everything": everything, "at": now}
    await store.execute(_tell(), row)


@cache
def _tell() -> Insert:
    mine = _number(func.pg_current_xact_id())
    return insert_of("postgresql")(NEWS).values(written=mine)


def _number(transaction: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(cast(transaction, Text), BigInteger)


async def forget_news(store: AsyncSession, now: datetime, limit: int = 2000) -> int:
    """Drop what everybody has read, the first ones first (they are as old as their ids)."""
    first = select(Row.id).order_by(Row.id).limit(limit)
    old = delete(Row).where(Row.id.in_(first), Row.at < now - NEWS_FOR)
    done: CursorResult[Any] = await store.execute(  # pyright: ignore[reportAssignmentType]
        old.execution_options(synchronize_session=False)
    )
    return done.rowcount


class Wire:
    """What this process hears of the others."""

    def __init__(
        self, store: Store, heard: Callable[[News], None], woken: Callable[[Left], None]
    ) -> None:
        """`heard`: told what changed; `woken`: told what others may have left to do."""
        self._store = store
        self._heard = heard
        self._woken = woken
        self._connection: AsyncConnection | None = None
        self._driver: Any = None  #: what it is made of
        self._floor: int | None = None  #: all transactions below it were read
        self._read: set[int] = set()  #: what was read of transactions above it
        self._read_at: datetime | None = None
        self._to_tell: set[Left] = set()
        self._poked = asyncio.Event()
        self._one = asyncio.Lock()

    @property
    def shared(self) -> bool:
        """Whether there may be other processes."""
        return not self._store.sqlite

    @property
    def listening(self) -> bool:
        """Whether it is woken by what others tell."""
        return self._connection is not None

    async def catch_up(self, now: datetime) -> None:
        """Read what others changed: afterwards nothing is remembered that no longer held."""
        if not self.shared:
            return
        async with self._one:
            late = self._read_at is None or now - self._read_at > NEWS_FOR / 2
            async with self._store.read() as store:
                rows = (await store.execute(self._question())).all()
            self._read_at = now
            if self._floor is None or late:
                self._heard(News(everything=True, people=None))
            elif told := [each for each in rows if each.id and each.id not in self._read]:
                named = frozenset(name for each in told for name in each.chats)
                people = frozenset(name for name in named if isinstance(name, str))
                everything = any(each.everything for each in told)
                self._heard(News(named - people, everything, people))
            floor = rows[0].floor
            self._read = {each.id for each in rows if each.id and each.written >= floor}
            self._floor = floor

    def _question(self) -> Any:
        # A transaction that was under way may have a lower number than what was read already: all
        # from the lowest unfinished one on are read again, in one statement with that number.
        floor = select(_number(func.pg_snapshot_xmin(func.pg_current_snapshot())).label("floor"))
        at = floor.subquery()
        seen, new = self._floor, false()
        if seen is not None:
            new = and_(Row.by != self._store.origin, Row.written >= seen)
        return select(at.c.floor, Row.id, Row.written, Row.chats, Row.everything).select_from(
            at.outerjoin(Row, new)
        )

    def poke(self, left: Left) -> None:
        """There is something to do that others may take up: they are told soon."""
        self._to_tell.add(left)
        self._poked.set()

    async def run(self) -> None:
        """Listen and tell until cancelled. Without a connection all goes on, a little later."""
        try:
            while self.shared:
                try:
                    await self._listen()
                except (SQLAlchemyError, OSError):
                    await self._hang_up()
                    await asyncio.sleep(1)
        finally:  # whoever stops this may forget to close it
            await self._hang_up()

    async def close(self) -> None:
        """Listen no more."""
        await self._hang_up()

    async def _listen(self) -> None:
        connection = self._connection
        if connection is None:
            connection = await self._dial()
            for each in Left:  # whatever was told meanwhile was not heard
                self._woken(each)
        while True:
            await self._poked.wait()
            self._poked.clear()
            if self._driver.is_closed():
                raise AwayError("nothing is heard any more")
            await self._notify(connection)
            await asyncio.sleep(PACE)

    async def _notify(self, connection: AsyncConnection) -> None:
        for each in sorted(self._to_tell):
            notice = f"{each} {self._store.origin}"
            self._to_tell.discard(each)  # what comes while it is told is told again
            try:
                await connection.execute(select(func.pg_notify(CHANNEL, notice)))
            except BaseException:
                self.poke(each)  # the next connection tells it
                raise

    async def _dial(self) -> AsyncConnection:
        made = await self._store.engine.connect()
        try:
            connection = await made.execution_options(isolation_level="AUTOCOMMIT")
            raw = await connection.get_raw_connection()
            driver: Any = raw.driver_connection
            await driver.add_listener(CHANNEL, self._on_notice)
            driver.add_termination_listener(self._on_end)
        except BaseException as error:  # the server went away between: leave nothing behind
            await made.invalidate()
            await made.close()
            if isinstance(error, Exception):
                raise AwayError(str(error)) from error
            raise
        self._connection, self._driver = connection, driver
        return connection

    def _on_end(self, _driver: Any) -> None:
        """Who only listens would not notice that there is nobody any more."""
        self._poked.set()

    def _on_notice(self, _driver: Any, _process: int, _channel: str, notice: str) -> None:
        left, _, origin = notice.partition(" ")
        if origin != self._store.origin and left in set(Left):
            self._woken(Left(left))

    async def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.invalidate()
            await connection.close()
