"""What stands with one person: what they are asked to take, deal with, or say of what was done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.prepared import prepared
from storage.tables import Page, Request, Supporter


async def asked_back(store: AsyncSession, person_id: int, now: datetime) -> Sequence[Request]:
    """The requests of which a person was asked whether they are solved and has not answered."""
    rows = await store.scalars(
        select(Request)
        .join(Supporter, Supporter.request_id == Request.id)
        .where(
            Request.state == "done",
            Supporter.person_id == person_id,
            Supporter.verdict == "asked",
            Supporter.verdict_at <= now,
        )
        .order_by(Request.id)
    )
    return rows.all()


async def asked_of(store: AsyncSession, person_id: int) -> Sequence[tuple[Page, Request]]:
    """What a person is asked at this moment."""
    return await _asked_of.rows(store, person_id)


@prepared
def _asked_of(person_id: int) -> Select[Page, Request]:
    return (
        select(Page, Request)
        .join(Request, Request.id == Page.request_id)
        .where(Page.person_id == person_id, Page.ended_at.is_(None))
        .order_by(Page.id)
    )


async def in_hands_of(
    store: AsyncSession, person_id: int
) -> tuple[Sequence[Request], Sequence[Request]]:
    """The requests that a person is asked to take at this moment, and those that they deal with."""
    asked = [request for _, request in await asked_of(store, person_id)]
    held = await store.scalars(
        select(Request)
        .where(Request.holder_id == person_id, Request.state.in_(("taken", "waiting")))
        .order_by(Request.id)
    )
    return asked, held.all()
