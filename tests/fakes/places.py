"""Places and people written straight into a database, as towns of tests and measurements are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Area, Person


async def add_area(
    session: AsyncSession, above: Area | None, kind: str, name: str, code: str, **more: Any
) -> Area:
    """A place below another (None: a root), with its path."""
    parent = above.id if above else None
    area = Area(parent_id=parent, kind=kind, name=name, code=code, path="", settings={}, **more)
    session.add(area)
    await session.flush()
    area.path = f"{above.path if above else '/'}{area.id}/"
    return area


async def add_person(
    session: AsyncSession, name: str, since: datetime, key: str | None = None
) -> Person:
    """Somebody without an account, a home or a role."""
    person = Person(key=key, name=name, skills=[], created_at=since)
    session.add(person)
    await session.flush()
    return person
