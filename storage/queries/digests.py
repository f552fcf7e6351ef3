"""Digests: which groups are due, and what happened with their requests since the last one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import begins_with
from storage.queries.areas import below
from storage.tables import Area, Chat, Request, Supporter
from storage.tables.directory import FRESH


async def due(store: AsyncSession, now: datetime, limit: int) -> Sequence[Chat]:
    """The groups whose next digest is due, or whose next moment must be found out."""
    rows = await store.scalars(
        select(Chat).where(Chat.digest_at <= now).order_by(Chat.digest_at, Chat.id).limit(limit)
    )
    return rows.all()


async def claim(
    store: AsyncSession,
    chat_id: int,
    seen: datetime | None,
    following: datetime,
    told_until: datetime | None,
) -> bool:
    """Take a group's digest for oneself; False: another process was first.

    `told_until`: the next one begins there; None: it begins where this one would have.
    """
    values = {"digest_at": following}
    if told_until is not None:
        values["digested_at"] = told_until
    done = await store.execute(
        update(Chat)
        .where(Chat.id == chat_id, Chat.digest_at == seen)
        .values(**values)
        .returning(Chat.id)
        .execution_options(synchronize_session=False)
    )
    return done.first() is not None


async def look_again(store: AsyncSession, where: Chat | Area) -> None:
    """Day or hour changed: when the next digests of these groups are due is found out anew."""
    if isinstance(where, Chat):
        where.digest_at = FRESH if where.kind == "group" else None
        return
    under = select(Area.id).where(below(where.path))
    await store.execute(
        update(Chat)
        .where(Chat.kind == "group", Chat.area_id.in_(under))
        .values(digest_at=FRESH)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class Week:
    """What happened in a group's place."""

    solved: Sequence[Request]
    ended: int  #: otherwise than solved, and not as a mistake
    opened: int
    changed: bool  #: anything at all happened
    open: Sequence[Request]  #: unsolved now, the longest waiting first
    households: int  #: that told of what was solved


def _theirs(chat: Chat, path: str) -> ColumnElement[bool]:
    return or_(Request.chat_id == chat.id, begins_with(Request.area_path, path))


async def week(store: AsyncSession, chat: Chat, path: str, since: datetime, now: datetime) -> Week:
    """What a digest of a group bound to `path` tells of the time after `since`."""
    theirs = _theirs(chat, path)
    ended = and_(
        theirs, Request.state == "closed", Request.ended_at > since, Request.ended_at <= now
    )
    closed = (
        await store.scalars(select(Request).where(ended).order_by(Request.ended_at.desc()))
    ).all()
    solved = [each for each in closed if each.ending in ("solved", "unknown")]
    others = [each for each in closed if each.ending in ("referred", "cannot", "not_needed")]
    open_ = (
        await store.scalars(
            select(Request).where(theirs, Request.state != "closed").order_by(Request.opened_at)
        )
    ).all()
    opened = select(func.count()).where(theirs, Request.opened_at > since, Request.opened_at <= now)
    return Week(
        solved=solved,
        ended=len(others),
        opened=(await store.scalar(opened.select_from(Request))) or 0,
        changed=bool(closed) or any(each.changed_at > since for each in open_),
        open=open_,
        households=await _households(store, [each.id for each in solved]),
    )


async def _households(store: AsyncSession, request_ids: Sequence[int]) -> int:
    home = func.coalesce(Supporter.home_key, -Supporter.person_id)
    counted = select(func.count(func.distinct(home))).where(Supporter.request_id.in_(request_ids))
    return (await store.scalar(counted)) or 0
