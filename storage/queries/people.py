"""People: the roles they hold, the leave they are on, the stairwell they live in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.prepared import prepared
from storage.queries.areas import ids_of
from storage.tables import Area, Leave, Person, Residence, RoleHeld


@dataclass(frozen=True, slots=True)
class Holder:
    """A person holding a role at a place."""

    person: Person
    role: str
    area_id: int
    depth: int  #: of the place in the tree: the deeper, the nearer


async def holders_over(
    store: AsyncSession, path: str, roles: Iterable[str] | None = None
) -> list[Holder]:
    """Who holds a role at this place or above it; the nearest first."""
    ids = ids_of(path)
    query = (
        select(Person, RoleHeld.role, RoleHeld.area_id)
        .join(RoleHeld, RoleHeld.person_id == Person.id)
        .where(RoleHeld.area_id.in_(ids))
        .order_by(RoleHeld.id)
    )
    if roles is not None:
        query = query.where(RoleHeld.role.in_(list(roles)))
    rows = (await store.execute(query)).all()
    found = [Holder(person, role, area, ids.index(area)) for person, role, area in rows]
    return sorted(found, key=lambda holder: -holder.depth)


async def roles_of(store: AsyncSession, person_id: int) -> list[tuple[str, Area]]:
    """What a person holds, and where."""
    return await _roles_of.rows(store, person_id)


@prepared
def _roles_of(person_id: int) -> Select[str, Area]:
    return (
        select(RoleHeld.role, Area)
        .join(Area, Area.id == RoleHeld.area_id)
        .where(RoleHeld.person_id == person_id)
        .order_by(RoleHeld.id)
    )


async def away(
    store: AsyncSession, person_ids: Iterable[int], now: datetime
) -> dict[int, int | None]:
    """Who of these is on leave now, and who stands in (None: nobody named)."""
    rows = await store.execute(
        select(Leave.person_id, Leave.deputy_id).where(
            Leave.person_id.in_(list(person_ids)), Leave.starts <= now, Leave.ends > now
        )
    )
    return {row.person_id: row.deputy_id for row in rows.all()}


async def people(store: AsyncSession, ids: Iterable[int]) -> dict[int, Person]:
    """People by id."""
    wanted = list(ids)
    rows = await _people.scalars(store, wanted) if wanted else ()
    return {person.id: person for person in rows}


async def people_by_key(store: AsyncSession, keys: Sequence[str]) -> Sequence[Person]:
    """People by their names in the neighbourhood file."""
    rows = await store.scalars(select(Person).where(Person.key.in_(keys)).order_by(Person.id))
    return rows.all()


@prepared
def _people(ids: Sequence[int]) -> Select[Person]:
    return select(Person).where(Person.id.in_(ids))


async def homes_of(store: AsyncSession, person_id: int) -> list[tuple[Residence, Area]]:
    """Where a person lives, as far as it stands openly (the stairwell); confirmed homes first.

    To the door: `storage.queries.homes.flats_of`.
    """
    return await _homes_of.rows(store, person_id)


async def home_keys_of(store: AsyncSession, person_id: int) -> list[tuple[int, str]]:
    """By what a person's households are counted, and where each is; confirmed homes first."""
    return await _home_keys_of.rows(store, person_id)


@prepared
def _home_keys_of(person_id: int) -> Select[int, str]:
    return (
        select(func.coalesce(func.nullif(Residence.home_key, 0), Residence.area_id), Area.path)
        .select_from(Residence)
        .join(Area, Area.id == Residence.area_id)
        .where(Residence.person_id == person_id)
        .order_by(Residence.confirmed_at.is_(None), Residence.id)
    )


@prepared
def _homes_of(person_id: int) -> Select[Residence, Area]:
    return (
        select(Residence, Area)
        .join(Area, Area.id == Residence.area_id)
        .where(Residence.person_id == person_id)
        .order_by(Residence.confirmed_at.is_(None), Residence.id)
    )
