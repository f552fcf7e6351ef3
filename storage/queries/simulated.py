"""What a simulation is measured by, read from its own database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Event, Noise, Page, Person, Request, Update


@dataclass(frozen=True, slots=True)
class Step:
    """A line of a request's history."""

    request_id: int
    at: datetime
    move: str
    state_to: str | None


async def steps(store: AsyncSession) -> list[Step]:
    """All lines, in order."""
    rows = await store.execute(
        select(Event.request_id, Event.at, Event.move, Event.state_to).order_by(Event.id)
    )
    return [Step(*row) for row in rows.all()]


async def endings(store: AsyncSession) -> Sequence[str]:
    """How the requests ended that did."""
    rows = await store.scalars(select(Request.ending).where(Request.ending.is_not(None)))
    return [each for each in rows.all() if each is not None]


async def held_back(store: AsyncSession) -> tuple[int, int]:
    """How many posts were to be made unasked in groups, and how many of them were held back."""
    found = (await store.execute(select(func.sum(Noise.asked), func.sum(Noise.held)))).one()
    return int(found[0] or 0), int(found[1] or 0)


async def asked(store: AsyncSession) -> dict[str, int]:
    """How often each helper was asked to take a request, by name."""
    rows = await store.execute(
        select(Person.name, func.count())
        .join(Page, Page.person_id == Person.id)
        .group_by(Person.name)
    )
    return {row[0]: row[1] for row in rows.all()}


async def failed(store: AsyncSession) -> str | None:
    """An error of our own at something that was said or pressed; None: there was none."""
    return await store.scalar(select(Update.error).where(Update.error.is_not(None)).limit(1))
