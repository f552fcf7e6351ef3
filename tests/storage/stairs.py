"""A stairwell, and what stands in the database of who lives there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine import Store
from storage.tables import Area, Supporter


async def stairwell(session: AsyncSession) -> Sequence[Area]:
    """A stairwell (1) and its flats (2, 3, 4); gives the flats."""
    session.add(Area(id=1, kind="unit", name="2单元", code="2", path="/1/"))
    await session.flush()
    flats = [
        Area(id=n, parent_id=1, kind="household", name=f"50{n}", code=f"50{n}", path=f"/1/{n}/")
        for n in (2, 3, 4)
    ]
    session.add_all(flats)
    await session.flush()
    return flats


async def voices(store: Store) -> list[int]:
    """The numbers of the homes that speak for it, by person."""
    async with store.read() as session:
        rows = await session.scalars(select(Supporter.home_key).order_by(Supporter.person_id))
        return [each for each in rows if each is not None]


async def raw(store: Store) -> list[Any]:
    """Each residence as it stands: the place, what is sealed, the number."""
    async with store.read() as session:
        return [
            tuple(row)
            for row in await session.execute(
                text("SELECT area_id, home, home_key FROM residence ORDER BY person_id")
            )
        ]
