"""Talk that is heard and not closed yet: it changes nothing, so another transaction takes it along.

When that one fails, it goes with a later one; after a crash it is read once more.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine import Store
from storage.queries import intake

#: So many wait at most before they get a transaction of their own.
CLOSE_TOGETHER = 200


class Talk:
    """Updates that were talk, to be closed."""

    def __init__(self) -> None:
        self._heard: list[int] = []

    def __bool__(self) -> bool:
        return bool(self._heard)

    @property
    def much(self) -> bool:
        """Whether it should wait no longer."""
        return len(self._heard) >= CLOSE_TOGETHER

    def add(self, update_id: int) -> None:
        """This one was talk."""
        self._heard.append(update_id)

    @asynccontextmanager
    async def taken_along(self, store: Store) -> AsyncGenerator[AsyncSession]:
        """A transaction that closes all of it, with whatever else is done there.

        When that fails, nothing of both happened.
        """
        heard, self._heard = self._heard, []
        try:
            async with store.write() as session:
                await intake.close_updates(session, heard)
                yield session
        except BaseException:
            self._heard.extend(heard)
            raise
