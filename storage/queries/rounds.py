"""Rounds of duty: which go on, who goes them, and at which points somebody was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.queries.duty import closed
from storage.queries.post import insert_new
from storage.tables import Round, RoundCheck, Shift


async def late(store: AsyncSession, now: datetime, limit: int) -> Sequence[Round]:
    """The rounds whose time is over and that are not done."""
    rows = await store.scalars(
        select(Round).where(Round.due_at <= now).order_by(Round.due_at).limit(limit)
    )
    return rows.all()


async def close(store: AsyncSession, round_id: int, state: str) -> bool:
    """An open round is done or missed; False: it was closed already."""
    return await closed(store, Round, round_id, Round.state == "open", state=state, due_at=None)


async def who_goes(store: AsyncSession, round_: Round) -> Sequence[int]:
    """Those whose round it is."""
    rows = await store.scalars(
        select(Shift.person_id)
        .where(Shift.rota_id == round_.rota_id, Shift.starts == round_.starts)
        .where(Shift.person_id.is_not(None))
    )
    return [each for each in rows.all() if each is not None]


async def begin(store: AsyncSession, row: dict[str, Any]) -> Round | None:
    """A round begins; None when it began already."""
    made = insert_new(store, Round).returning(Round.id)
    new = (await store.execute(made, [row])).first()
    return await store.get(Round, new[0]) if new else None


async def last(store: AsyncSession, rota_id: int, most: int) -> Sequence[Round]:
    """The rounds of a rota, the last first."""
    rows = await store.scalars(
        select(Round).where(Round.rota_id == rota_id).order_by(Round.starts.desc()).limit(most)
    )
    return rows.all()


async def checks(store: AsyncSession, round_id: int) -> Sequence[RoundCheck]:
    """The points of a round at which somebody was."""
    rows = await store.scalars(
        select(RoundCheck).where(RoundCheck.round_id == round_id).order_by(RoundCheck.point)
    )
    return rows.all()


async def check(store: AsyncSession, row: dict[str, Any]) -> bool:
    """Somebody is at a point; False: somebody was already."""
    made = insert_new(store, RoundCheck).returning(RoundCheck.id)
    return (await store.execute(made, [row])).first() is not None


async def of_person(store: AsyncSession, person_id: int, now: datetime) -> Round | None:
    """The round that somebody has to go now."""
    return await store.scalar(
        select(Round)
        .join(Shift, and_(Shift.rota_id == Round.rota_id, Shift.starts == Round.starts))
        .where(Shift.person_id == person_id, Round.state == "open", Round.ends > now)
        .order_by(Round.ends)
        .limit(1)
    )
