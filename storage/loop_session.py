"""A session on SQLite in the loop: once its transaction has begun, nothing in it has to wait.

SQLAlchemy's async session runs each step in a greenlet of its own, from which it could await; with
this database only the beginning awaits something (a free connection, another process's lock).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import bindparam, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import instance_state

from storage.short_way import AT_HAND, Hand, ShortWay, at_hand


class LoopSession(AsyncSession):
    """The same as its base, without the greenlets; other errors and results there are none."""

    @property
    def _hand(self) -> Hand | None:
        return self.sync_session.info.get(AT_HAND)

    async def execute(self, *given: Any, **named: Any) -> Any:
        """Ask; rows are read where they are asked for."""
        if (hand := self._hand) is None:
            return await super().execute(*given, **named)
        return hand.at_once(self.sync_session.execute, *given, **named)

    async def scalar(self, *given: Any, **named: Any) -> Any:
        """Ask for one value."""
        if (hand := self._hand) is None:
            return await super().scalar(*given, **named)
        return hand.at_once(self.sync_session.scalar, *given, **named)

    async def flush(self, objects: Any = None) -> None:
        """Write what was changed."""
        if (hand := self._hand) is None:
            await super().flush(objects)
        else:
            hand.at_once(self.sync_session.flush, objects)

    async def run_sync(self, fn: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Call a function with the session beneath."""
        if (hand := self._hand) is None:
            return await super().run_sync(fn, *given, **named)
        return hand.at_once(fn, self.sync_session, *given, **named)

    async def get(self, entity: Any, ident: Any, **special: Any) -> Any:
        """The object of a key: the one that the session has, or it is asked for."""
        plain = not special and isinstance(ident, int | str)
        hand = await at_hand(self) if plain else None
        if hand is None:
            return await super().get(entity, ident, **special)
        key = inspect(entity).identity_key_from_primary_key((ident,))
        known = self.sync_session.identity_map.get(key)
        if known is not None and not instance_state(known).expired:
            return known
        try:
            found = _by_key(entity).ask(self.sync_session, hand, [ident])
        except sqlite3.Error:  # told as SQLAlchemy does
            return await super().get(entity, ident)
        return found[0][0] if found else None

    async def refresh(self, instance: object, *special: Any, **named: Any) -> None:
        """Read an object anew; nobody else could lock it in the meantime."""
        await self.flush()
        key = instance_state(instance).identity
        if special or named.get("attribute_names") or key is None or len(key) != 1:
            await super().refresh(instance, *special, **named)
            return
        self.expire(instance)
        if await self.get(type(instance), key[0]) is None:
            await super().refresh(instance, **named)  # it is gone, which SQLAlchemy tells

    async def commit(self) -> None:
        """Keep what was changed. What is still to be written may be the first that begins."""
        await self.flush()
        if self._hand is None:
            await super().commit()
        else:
            self.sync_session.commit()

    async def close(self) -> None:
        """Give the connection back; what was not committed is thrown away."""
        if self._hand is None:
            await super().close()
        else:
            self.sync_session.close()

    async def __aexit__(self, *_: object) -> None:
        """Nothing can cut this off half-way: it does not wait."""
        await self.close()


@cache
def _by_key(entity: Any) -> ShortWay:
    (column,) = inspect(entity).primary_key
    return ShortWay(select(entity).where(column == bindparam("key")), ["key"])
