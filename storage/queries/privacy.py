"""Who may see how to reach whom, and who looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Consent, Look, Person, Request


async def consents(store: AsyncSession, request_id: int, person_id: int) -> Sequence[Consent]:
    """What a person answered (or did not answer yet) to helpers of a request."""
    rows = await store.scalars(
        select(Consent)
        .where(Consent.request_id == request_id, Consent.person_id == person_id)
        .order_by(Consent.id)
    )
    return rows.all()


@dataclass(frozen=True, slots=True)
class Seen:
    """One look: who, and for which request."""

    look: Look
    viewer: str
    number: int


async def looks_at(
    store: AsyncSession, person_id: int, *, offset: int = 0, limit: int = 20
) -> list[Seen]:
    """Who was shown how to reach a person, the newest first."""
    rows = await store.execute(
        select(Look, Person.name, Request.number)
        .join(Person, Person.id == Look.viewer_id)
        .join(Request, Request.id == Look.request_id)
        .where(Look.person_id == person_id)
        .order_by(Look.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [Seen(look, name, number) for look, name, number in rows.all()]
