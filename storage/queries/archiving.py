"""Old requests: which are ripe, all that belongs to them, and how they are taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base
from storage.tables import (
    Archive,
    Consent,
    Correction,
    Counted,
    Event,
    Letter,
    Look,
    Notice,
    Page,
    Promise,
    Reading,
    Request,
    RequestMessage,
    Supporter,
)

#: What goes into the file and out of the database with a request, in an order in which nothing
#: points to what is gone.
MOVED: tuple[type[Base], ...] = (Notice, Page, Event, Supporter, RequestMessage)
#: What stays, for numbers are made of it or somebody learns from it; it goes into the file as well.
KEPT: tuple[type[Base], ...] = (Promise, Correction)
#: What stays and is nothing to who reads the file; who looked at whom has an end of its own.
LEFT: tuple[type[Base], ...] = (Counted, Reading, Letter, Consent, Look)

#: What somebody lent stays here alone, where it goes when they no longer agree.
LENT = frozenset({Correction.__table__.c["text"]})
#: What is of no account in a file: all that goes into one was counted.
OURS = frozenset({Event.__table__.c["uncounted"]})

#: What the row keeps that stays behind: number, place, kind, moments, end. No word, no person.
EMPTIED: Mapping[str, Any] = {
    "words": "",
    "asset": None,
    "place": {},
    "reporter_id": None,
    "filed_by": None,
    "holder_id": None,
    "reason": None,
    "reasons": [],
    "card_chats": [],
    "due_at": None,
}


def _ripe(before: datetime) -> list[ColumnElement[bool]]:
    counted = select(Counted.request_id).where(Counted.request_id == Request.id)
    uncounted = select(Event.id).where(Event.request_id == Request.id)
    promised = select(Promise.id).where(Promise.request_id == Request.id)
    return [
        Request.state == "closed",
        Request.archive_id.is_(None),
        Request.ended_at < before,
        counted.exists(),
        ~uncounted.where(Event.uncounted.is_not(None)).exists(),
        ~promised.where(Promise.next_at.is_not(None)).exists(),
    ]


@dataclass(frozen=True, slots=True)
class Ripe:
    """How many requests ended before a moment, from when to when."""

    n: int
    first: datetime | None
    last: datetime | None


async def ripe(store: AsyncSession, before: datetime) -> Ripe:
    """What may go."""
    asked = select(func.count(), func.min(Request.ended_at), func.max(Request.ended_at))
    n, first, last = (await store.execute(asked.where(*_ripe(before)))).one()
    return Ripe(n, first, last)


async def ripe_after(
    store: AsyncSession, before: datetime, after: int, limit: int
) -> Sequence[int]:
    """The next ids of it."""
    rows = await store.scalars(
        select(Request.id)
        .where(*_ripe(before), Request.id > after)
        .order_by(Request.id)
        .limit(limit)
    )
    return rows.all()


async def whole(store: AsyncSession, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """By request its row, and under `rows` by table all that belongs to it."""
    found: dict[int, dict[str, Any]] = {}
    for row in await _rows(store, Request, Request.id.in_(ids)):
        found[row["id"]] = {"request": row, "rows": {}}
    for table in (*MOVED, *KEPT):
        belongs = table.__table__.c["request_id"].in_(ids)
        for row in await _rows(store, table, belongs):
            of = found[row["request_id"]]["rows"]
            of.setdefault(table.__tablename__, []).append(row)
    return found


async def _rows(
    store: AsyncSession, table: type[Base], where: ColumnElement[bool]
) -> list[dict[str, Any]]:
    known = table.__table__
    columns = [each for each in known.c if each not in LENT | OURS]
    rows = await store.execute(select(*columns).where(where).order_by(known.c["id"]))
    return [{key: _plain(value) for key, value in row.items()} for row in rows.mappings()]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


async def unfinished(store: AsyncSession) -> Archive | None:
    """The file that was begun and not ended."""
    return await store.scalar(select(Archive).where(Archive.done_at.is_(None)).limit(1))


async def archives(store: AsyncSession) -> Sequence[Archive]:
    """All files that were ever written, in their order."""
    return (await store.scalars(select(Archive).order_by(Archive.id))).all()


async def file_of(store: AsyncSession, archive_id: int) -> str:
    """The name of a file."""
    found = await store.get(Archive, archive_id)
    return found.name if found else "?"


async def note_seal(store: AsyncSession, archive_id: int, seal: str | None) -> None:
    """The file is whole; None: it must be written anew."""
    await store.execute(update(Archive).where(Archive.id == archive_id).values(seal=seal))


async def note_new_seal(store: AsyncSession, name: str, seal: str) -> None:
    """A file that was done was written anew."""
    await store.execute(update(Archive).where(Archive.name == name).values(seal=seal))


async def note_done(store: AsyncSession, archive_id: int, now: datetime) -> None:
    """Nothing of it is left to do."""
    await store.execute(update(Archive).where(Archive.id == archive_id).values(done_at=now))


async def in_file(store: AsyncSession, archive_id: int) -> set[int]:
    """The ids of the requests that were taken out into a file."""
    rows = await store.scalars(select(Request.id).where(Request.archive_id == archive_id))
    return set(rows.all())


async def named(store: AsyncSession, number: int) -> Sequence[Request]:
    """The requests of a number, under whichever root."""
    rows = await store.scalars(select(Request).where(Request.number == number))
    return rows.all()


async def take_out(store: AsyncSession, archive_id: int, versions: Mapping[int, int]) -> list[int]:
    """Take out those that are still as they stand in the file; gives their ids.

    `versions`: by id the version that stands there. One that was changed since stays as it is.
    """
    gone: list[int] = []
    for request_id, version in versions.items():
        taken = await store.scalar(
            update(Request)
            .where(Request.id == request_id, Request.version == version)
            .where(Request.state == "closed", Request.archive_id.is_(None))
            .values({**EMPTIED, "archive_id": archive_id, "version": version + 1})
            .returning(Request.id)
            .execution_options(synchronize_session=False)
        )
        if taken is not None:
            gone.append(taken)
    await _unlink(store, gone)
    for each in MOVED:
        await store.execute(delete(each).where(each.__table__.c["request_id"].in_(gone)))
    return gone


async def _unlink(store: AsyncSession, ids: Sequence[int]) -> None:
    """What stays points to nothing that goes, and keeps nobody's words."""
    await store.execute(update(Letter).where(Letter.request_id.in_(ids)).values(request_id=None))
    await store.execute(update(Promise).where(Promise.request_id.in_(ids)).values(reason=None))
    await store.execute(
        update(Correction).where(Correction.request_id.in_(ids)).values(event_id=None)
    )
    events = select(Event.id).where(Event.request_id.in_(ids))
    await store.execute(
        update(Correction).where(Correction.event_id.in_(events)).values(event_id=None)
    )
    pages = select(Page.id).where(Page.request_id.in_(ids))
    await store.execute(update(Notice).where(Notice.page_id.in_(pages)).values(page_id=None))
