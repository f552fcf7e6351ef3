"""Swaps of duty that were asked for: who is asked, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.queries.duty import closed
from storage.tables import Swap


async def late(store: AsyncSession, now: datetime, limit: int) -> Sequence[Swap]:
    """The swaps that nobody answered in time."""
    rows = await store.scalars(
        select(Swap).where(Swap.due_at <= now).order_by(Swap.due_at).limit(limit)
    )
    return rows.all()


async def close(store: AsyncSession, swap_id: int, state: str, now: datetime) -> bool:
    """A swap that was asked for has its answer; False: it had one already."""
    return await closed(
        store, Swap, swap_id, Swap.state == "asked", state=state, due_at=None, answered_at=now
    )


async def asked_of(store: AsyncSession, person_id: int) -> Swap | None:
    """The last swap that waits for somebody's answer."""
    return await store.scalar(
        select(Swap)
        .where(Swap.asked_id == person_id, Swap.state == "asked")
        .order_by(Swap.id.desc())
        .limit(1)
    )


async def waiting_of(store: AsyncSession, asker_id: int) -> Sequence[Swap]:
    """What somebody asked for and nobody answered yet."""
    rows = await store.scalars(
        select(Swap).where(Swap.asker_id == asker_id, Swap.state == "asked").order_by(Swap.id)
    )
    return rows.all()
