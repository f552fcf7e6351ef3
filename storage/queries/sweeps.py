"""Rows whose time is over, a few at once: classes of rows, each with how far it was looked through.

Each sweep may be killed and begun again: what was swept once is not found again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.queries import erasing
from storage.queries.post import forget_letters, insert_new
from storage.tables import (
    Area,
    Audit,
    Consent,
    Event,
    Invite,
    Letter,
    LocalFile,
    LocalMessage,
    Look,
    Notice,
    Promise,
    Reading,
    Request,
    RequestMessage,
    RoundCheck,
    Supporter,
    Sweep,
    Update,
)

AT_ONCE = 300
LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)
#: Sweeps what is older than a moment; gives how many rows it looked at.
Swept = Callable[[AsyncSession, datetime], Awaitable[int]]


async def _mark(store: AsyncSession, name: str) -> Sweep:
    """How far a class was looked through; locked until the transaction ends."""
    await store.execute(insert_new(store, Sweep), {"name": name, "row": 0, "upto": None})
    kept = select(Sweep).where(Sweep.name == name).with_for_update()
    return (await store.scalars(kept.execution_options(populate_existing=True))).one()


async def _rows(
    store: AsyncSession, name: str, moment: Any, before: datetime, *only: Any
) -> Sequence[int]:
    """The next rows of a table that grows in the order of time; each is given once."""
    mark, table = await _mark(store, name), moment.class_
    rows = await store.execute(
        select(table.id, moment).where(table.id > mark.row).order_by(table.id).limit(AT_ONCE)
    )
    old = [row for row, _ in takewhile(lambda each: each[1] < before, rows.all())]
    if old:
        mark.row = old[-1]
    wanted = select(table.id).where(table.id.in_(old), *only)
    return (await store.scalars(wanted)).all() if only else old


async def _dropped(store: AsyncSession, table: Any, ids: Sequence[int]) -> int:
    if ids:
        await store.execute(
            delete(table).where(table.id.in_(ids)).execution_options(synchronize_session=False)
        )
    return len(ids)


async def _changed(store: AsyncSession, table: Any, ids: Sequence[int], **values: Any) -> int:
    if ids:
        await store.execute(
            update(table)
            .where(table.id.in_(ids))
            .values(values)
            .execution_options(synchronize_session=False)
        )
    return len(ids)


async def _ended(store: AsyncSession, name: str, before: datetime) -> Sequence[int]:
    """The next requests that ended long ago, in the order in which they ended."""
    mark = await _mark(store, name)
    after = mark.upto or LONG_AGO
    between = (Request.ended_at > after, Request.ended_at < before)
    some = select(Request.ended_at).where(*between).order_by(Request.ended_at).limit(AT_ONCE)
    last = await store.scalar(select(func.max(some.subquery().c.ended_at)))
    if last is None:
        return ()
    mark.upto = last
    ended = select(Request.id).where(Request.ended_at > after, Request.ended_at <= last)
    return (await store.scalars(ended)).all()


async def texts(store: AsyncSession, before: datetime) -> int:
    """Words of requests that ended, and which flat it was; number, place and times stay."""
    ids = await _ended(store, "texts", before)
    if not ids:
        return 0
    rows = await store.execute(
        select(Request.id, Area).join(Area, Area.id == Request.area_id).where(Request.id.in_(ids))
    )
    for request, area in rows.all():
        await erasing.drop_report(store, request, area)
    await _changed(store, Request, ids, reason=None)
    for table, values in (
        (RequestMessage, {"text": ""}),
        (Supporter, {"verdict_reason": None}),
        (Promise, {"reason": None}),
    ):
        theirs = update(table).where(table.request_id.in_(ids)).values(values)
        await store.execute(theirs.execution_options(synchronize_session=False))
    await _drop_reasons(store, ids)
    return len(ids)


async def _drop_reasons(store: AsyncSession, ids: Sequence[int]) -> None:
    rows = await store.execute(select(Event.id, Event.data).where(Event.request_id.in_(ids)))
    changed = [
        {"id": row, "data": {key: value for key, value in data.items() if key != "reason"}}
        for row, data in rows.all()
        if "reason" in data
    ]
    if changed:
        await store.execute(update(Event), changed)


async def photos(store: AsyncSession, before: datetime) -> int:
    """Pictures of requests that ended, and of rounds."""
    ids = await _ended(store, "photos", before)
    if ids:
        theirs = update(RequestMessage).where(RequestMessage.request_id.in_(ids))
        gone = theirs.values(media=[]).execution_options(synchronize_session=False)
        await store.execute(gone)
    checks = await _rows(store, "round photos", RoundCheck.at, before)
    return len(ids) + await _changed(store, RoundCheck, checks, photo=None)


async def looks(store: AsyncSession, before: datetime) -> int:
    """Who looked, and who was asked whether somebody may."""
    old = await _dropped(store, Look, await _rows(store, "looks", Look.at, before))
    asked = await _rows(store, "consents", Consent.asked_at, before)
    return old + await _dropped(store, Consent, asked)


async def cues(store: AsyncSession, before: datetime) -> int:
    """What the reader saw in messages; whether it was right stays."""
    return await _changed(store, Reading, await _rows(store, "cues", Reading.at, before), seen={})


async def inbox(store: AsyncSession, before: datetime) -> int:
    """Bodies of updates that failed; the others lost theirs when they were handled."""
    dead = select(Update.id).where(
        Update.state == "dead", Update.body.is_not(None), Update.received_at < before
    )
    return await _changed(
        store, Update, (await store.scalars(dead.limit(AT_ONCE))).all(), body=None
    )


async def notices(store: AsyncSession, before: datetime) -> int:
    """What somebody was told in the morning."""
    old = await _rows(store, "notices", Notice.at, before, Notice.due_at.is_(None))
    return await _dropped(store, Notice, old)


async def commands(store: AsyncSession, before: datetime) -> int:
    """Who changed what by commands, and invites that are used or void."""
    old = await _dropped(store, Audit, await _rows(store, "commands", Audit.at, before))
    void = await _rows(store, "invites", Invite.expires_at, before)
    return old + await _dropped(store, Invite, void)


async def chat(store: AsyncSession, before: datetime) -> int:
    """What was said and sent in the built-in web chat."""
    said = await _rows(store, "chat", LocalMessage.at, before)
    files = await _rows(store, "files", LocalFile.at, before)
    return await _dropped(store, LocalMessage, said) + await _dropped(store, LocalFile, files)


#: By class, as the policy names them.
SWEEPS: Mapping[str, Swept] = {
    "texts": texts,
    "photos": photos,
    "looks": looks,
    "cues": cues,
    "inbox": inbox,
    "letters": forget_letters,
    "notices": notices,
    "commands": commands,
    "chat": chat,
}


async def overdue(store: AsyncSession, name: str, before: datetime) -> int:
    """How many rows of a class should have gone before this moment; up to a hundred are counted."""
    if name in ("texts", "photos"):
        mark = await store.get(Sweep, name)
        after = (mark.upto if mark else None) or LONG_AGO
        old = select(Request.id).where(Request.ended_at > after, Request.ended_at < before)
    elif name == "inbox":
        old = select(Update.id).where(
            Update.state == "dead", Update.body.is_not(None), Update.received_at < before
        )
    elif name == "letters":
        old = select(Letter.id).where(
            Letter.state.in_(("sent", "failed", "folded")), Letter.not_before < before
        )
    else:
        moment: Any = MOMENTS[name]
        mark = await store.get(Sweep, name)
        table = moment.class_
        old = select(table.id).where(table.id > (mark.row if mark else 0), moment < before)
    some = old.limit(100).subquery()
    return await store.scalar(select(func.count()).select_from(some)) or 0


MOMENTS: Mapping[str, Any] = {
    "looks": Look.at,
    "cues": Reading.at,
    "notices": Notice.at,
    "commands": Audit.at,
    "chat": LocalMessage.at,
}
