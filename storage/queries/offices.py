"""Who holds an office at the places under one, each with its place."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.queries.areas import below
from storage.tables import Area, Person, RoleHeld


async def held_under(store: AsyncSession, path: str, role: str) -> list[tuple[Person, Area]]:
    """Those who hold a role at the places at and under `path`, in the order of the places."""
    rows = await store.execute(
        select(Person, Area)
        .join(RoleHeld, RoleHeld.person_id == Person.id)
        .join(Area, Area.id == RoleHeld.area_id)
        .where(RoleHeld.role == role, below(path))
        .order_by(Area.id, RoleHeld.id)
    )
    return [(person, area) for person, area in rows.all()]
