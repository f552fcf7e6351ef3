"""What processes on one database tell each other, and whose turn it is to send.

On PostgreSQL: one connection of its own in each process, that listens, and that holds an advisory
lock for as long as it lives; a killed process frees it at once. SQLite has one process.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from storage.engine import ORIGIN, Store
from storage.trouble import AwayError

CHANNEL = "linli"
TURN = 0x73656E64  # "send"
#: A notice holds 8000 bytes; more chats than that are "everything".
MOST_CHATS = 500


@dataclass(frozen=True, slots=True)
class News:
    """What a committed transaction of another process changed."""

    chats: frozenset[int] = frozenset()
    everything: bool = False  #: what is remembered of places, people and chats is read anew


async def tell(store: AsyncSession, chats: Iterable[int], *, everything: bool) -> None:
    """Tell the other processes, when (and if) the open transaction is committed."""
    if store.get_bind().dialect.name != "postgresql":
        return
    changed = sorted(chats)
    told = {"by": store.info.get(ORIGIN), "chats": changed, "all": everything}
    if len(changed) > MOST_CHATS:
        told |= {"chats": [], "all": True}
    await store.execute(select(func.pg_notify(CHANNEL, json.dumps(told))))


class Wire:
    """This process's own connection."""

    def __init__(self, store: Store, heard: Callable[[News], None]) -> None:
        self._store = store
        self._heard = heard
        self._connection: AsyncConnection | None = None
        self._ours = False
        self._one = asyncio.Lock()

    @property
    def shared(self) -> bool:
        """Whether there may be other processes."""
        return not self._store.sqlite

    @property
    def listening(self) -> bool:
        """Whether it hears what others tell (after the first look whose turn it is)."""
        return self._connection is not None

    async def our_turn(self) -> bool:
        """Whether this process is the one that sends; it becomes so when nobody else is."""
        if not self.shared:
            return True
        async with self._one:
            try:
                return await self._asked()
            except (SQLAlchemyError, OSError):
                await self._hang_up()
                return False

    async def close(self) -> None:
        """Listen no more, and leave the turn to others."""
        async with self._one:
            await self._hang_up()

    async def _asked(self) -> bool:
        if self._connection is None:
            self._connection = await self._dial()
            self._heard(News(everything=True))  # whatever was said meanwhile was not heard
        question = select(1) if self._ours else select(func.pg_try_advisory_lock(TURN))
        self._ours = bool(await self._connection.scalar(question))
        return self._ours

    async def _dial(self) -> AsyncConnection:
        made = await self._store.engine.connect()
        try:
            connection = await made.execution_options(isolation_level="AUTOCOMMIT")
            raw = await connection.get_raw_connection()
            driver: Any = raw.driver_connection
            await driver.add_listener(CHANNEL, self._on_notice)
        except BaseException as error:  # the server went away between: leave nothing behind
            await made.invalidate()
            await made.close()
            if isinstance(error, Exception):
                raise AwayError(str(error)) from error
            raise
        return connection

    def _on_notice(self, _driver: Any, _process: int, _channel: str, payload: str) -> None:
        told = json.loads(payload)
        if told["by"] != self._store.origin:
            self._heard(News(frozenset(told["chats"]), told["all"]))

    async def _hang_up(self) -> None:
        connection, self._connection, self._ours = self._connection, None, False
        if connection is not None:
            await connection.invalidate()  # with it go the lock and the listener
            await connection.close()
