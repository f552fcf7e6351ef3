"""How the whole stands, in numbers: what waits and since when, what is late. No names, no words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Alarm, Letter, Request, RequestCounter, Update

#: Requests that have not ended, by state.
LIVING = ("open", "taken", "waiting", "done")


@dataclass(frozen=True, slots=True)
class Post:
    """What waits in the post room, and since when."""

    updates: int
    oldest_update: datetime | None
    dead: int
    letters: int
    oldest_letter: datetime | None  #: since when it might have gone


@dataclass(frozen=True, slots=True)
class Matters:
    """Requests and their deadlines."""

    by_state: Mapping[str, int]
    opened: int  #: ever
    late_answers: int
    late_solutions: int
    oldest_due: datetime | None  #: what a tick should have done first


async def post(store: AsyncSession, now: datetime, platforms: Sequence[str]) -> Post:
    """The post of these platforms; that of one which is turned off waits for it."""
    new = (Update.state == "new", Update.platform.in_(platforms))
    first = select(Update.received_at).where(*new).order_by(Update.id).limit(1)
    due = (Letter.state == "new", Letter.not_before <= now, Letter.platform.in_(platforms))
    letters = (
        await store.execute(select(func.count(), func.min(Letter.not_before)).where(*due))
    ).one()
    return Post(
        updates=await _count(store, select(func.count()).select_from(Update).where(*new)),
        oldest_update=await store.scalar(first),
        dead=await _count(
            store, select(func.count()).select_from(Update).where(Update.state == "dead")
        ),
        letters=letters[0],
        oldest_letter=letters[1],
    )


async def matters(store: AsyncSession, now: datetime) -> Matters:
    """How requests stand; only those that have not ended are read."""
    living = Request.state.in_(LIVING)
    rows = await store.execute(
        select(Request.state, func.count()).where(living).group_by(Request.state)
    )
    by_state = {row[0]: row[1] for row in rows}
    unanswered = and_(Request.state == "open", Request.answered_at.is_(None))
    unsolved = and_(Request.state.in_(("open", "taken")), Request.paused_at.is_(None))
    return Matters(
        by_state={state: by_state.get(state, 0) for state in LIVING},
        opened=await _count(store, select(func.sum(RequestCounter.last))),
        late_answers=await _late(store, unanswered, Request.answer_due < now),
        late_solutions=await _late(store, unsolved, Request.solve_due < now),
        oldest_due=await store.scalar(
            select(Request.due_at).where(Request.due_at <= now).order_by(Request.due_at).limit(1)
        ),
    )


async def alarms(store: AsyncSession) -> Mapping[str, int]:
    """How many alarms of each kind are on."""
    rows = await store.execute(
        select(Alarm.kind, func.count()).where(Alarm.over_at.is_(None)).group_by(Alarm.kind)
    )
    return {row[0]: row[1] for row in rows}


async def _late(store: AsyncSession, *what: ColumnElement[bool]) -> int:
    return await _count(store, select(func.count()).select_from(Request).where(*what))


async def _count(store: AsyncSession, asked: Select[int]) -> int:
    return await store.scalar(asked) or 0
