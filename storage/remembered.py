"""What is remembered of places between two transactions, and when it is forgotten.

A session keeps what it reads only if nothing was forgotten since its transaction began, and looks
nothing up once it has changed a place itself: so nobody is told what no longer holds.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from storage.tables import Area

#: Names under which a session knows these.
REMEMBERED, SINCE, CHANGED = "remembered", "remembered_since", "places_changed"

#: Facts of so many places take a few megabytes.
MOST = 4096


class Remembered:
    """Values by key, shared by all sessions of a store; forgotten together."""

    def __init__(self) -> None:
        self._values: dict[object, Any] = {}
        self._forgotten = 0

    def forget(self) -> None:
        """Places changed, here or in another process: all is read anew when next needed."""
        self._values.clear()
        self._forgotten += 1

    @property
    def moment(self) -> int:
        """Tells whether anything was forgotten in between."""
        return self._forgotten

    def get(self, key: object) -> Any:
        """The value of a key; None: not remembered."""
        return self._values.get(key)

    def keep(self, key: object, value: object, since: int) -> None:
        """Remember what was read in a transaction that began at the moment `since`."""
        while len(self._values) >= MOST:
            del self._values[next(iter(self._values))]  # the first that came
        if since == self._forgotten:
            self._values[key] = value


def recall(store: AsyncSession, key: object) -> Any:
    """What is remembered under a key; None when it must be read."""
    remembered: Remembered | None = store.info.get(REMEMBERED)
    return None if remembered is None or CHANGED in store.info else remembered.get(key)


def remember(store: AsyncSession, key: object, value: object) -> None:
    """Keep what was read of places (a frozen value, no row of the session)."""
    remembered: Remembered | None = store.info.get(REMEMBERED)
    if remembered is not None and SINCE in store.info and CHANGED not in store.info:
        remembered.keep(key, value, store.info[SINCE])


class WatchedSession(Session):
    """A session that notices when places are changed in it."""


@event.listens_for(WatchedSession, "after_begin")
def _began(session: Session, _transaction: Any, _connection: Any) -> None:
    if REMEMBERED in session.info:
        session.info.setdefault(SINCE, session.info[REMEMBERED].moment)


@event.listens_for(WatchedSession, "after_flush")
def _flushed(session: Session, _context: Any) -> None:
    changed = (*session.new, *session.dirty, *session.deleted)
    if any(isinstance(each, Area) for each in changed):
        session.info[CHANGED] = True


@event.listens_for(WatchedSession, "after_commit")
def _committed(session: Session) -> None:
    if CHANGED in session.info and REMEMBERED in session.info:
        session.info[REMEMBERED].forget()
