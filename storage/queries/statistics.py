"""What numbers are made of: lines of history, and the sums of places and periods."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base, begins_with
from storage.prepared import prepared
from storage.tables import Area, Chore, Event, Supporter, Total

#: Written without the care that the library takes of objects.
TOTAL = Base.metadata.tables[Total.__tablename__]
#: So many requests are read together.
AT_ONCE = 500
#: Kinds of places that no number tells apart.
INSIDE = ("unit", "household")

#: How often each word (handlers/statistics/cells.py).
Words = Mapping[str, int]


async def sums_of(
    store: AsyncSession, column: str, areas: Sequence[int], keys: Sequence[str]
) -> Sequence[Words]:
    """One column of the sums of these places and periods, as far as there are any."""
    there = TOTAL.c.area_id.in_(areas), TOTAL.c.period.in_(keys)
    return (await store.scalars(select(TOTAL.c[column]).where(*there))).all()


async def wholes(
    store: AsyncSession, areas: Sequence[int], keys: Sequence[str]
) -> dict[tuple[int, str], Words]:
    """All that was reported at these places and below."""
    return {(area, key): words for area, key, words in await _wholes.rows(store, areas, keys)}


@prepared
def _wholes(areas: Sequence[int], keys: Sequence[str]) -> Select[int, str, dict[str, Any]]:
    wanted = select(Total.area_id, Total.period, Total.whole)
    return wanted.where(Total.area_id.in_(areas), Total.period.in_(keys))


async def owns(store: AsyncSession, paths: Sequence[str], key: str) -> dict[int, Words]:
    """What was reported at each place at or under these paths, by place."""
    there = select(Area.id).where(or_(*(begins_with(Area.path, path) for path in paths)))
    rows = await store.execute(
        select(Total.area_id, Total.own).where(Total.area_id.in_(there), Total.period == key)
    )
    return {area: words for area, words in rows.all() if words}


async def places(store: AsyncSession, ids: Collection[int]) -> Sequence[Area]:
    """These places."""
    return (await store.scalars(select(Area).where(Area.id.in_(list(ids))))).all()


@dataclass(frozen=True, slots=True)
class Past:
    """A line of history as it stands in `event`, read without the rest of the library's care."""

    id: int
    request_id: int
    at: datetime
    move: str
    actor_id: int | None
    state_to: str | None
    data: Mapping[str, Any]


PAST = (
    Event.id,
    Event.request_id,
    Event.at,
    Event.move,
    Event.actor_id,
    Event.state_to,
    Event.data,
)


def _past(row: Any) -> Past:
    return Past(*row[: len(PAST)])


async def histories(store: AsyncSession, ids: Sequence[int]) -> dict[int, list[Past]]:
    """The lines of these requests that say where they stand, in their order."""
    found: dict[int, list[Past]] = {}
    for row in await _histories.rows(store, ids):
        past = _past(row)
        found.setdefault(past.request_id, []).append(past)
    return found


@prepared
def _histories(ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    said = Event.request_id.in_(ids), Event.state_to.is_not(None)
    return select(*PAST).where(*said).order_by(Event.id)


async def all_places(store: AsyncSession) -> list[Area]:
    """All places that numbers tell apart."""
    rows = await store.scalars(select(Area).where(Area.kind.not_in(INSIDE)).order_by(Area.path))
    return list(rows.all())


async def lines(store: AsyncSession) -> AsyncIterator[tuple[Past, int | None]]:
    """All lines of history as they were written, with the household of whoever's voice it is."""
    last = 0
    while True:
        rows = await store.execute(_voiced().where(Event.id > last).limit(AT_ONCE))
        found = rows.all()
        for row in found:
            past = _past(row)
            last = past.id
            yield past, row.home_key
        if not found:
            return


def _voiced() -> Select[
    int, int, datetime, str, int | None, str | None, dict[str, Any], int | None
]:
    whose = (Supporter.request_id == Event.request_id) & (Supporter.person_id == Event.actor_id)
    return select(*PAST, Supporter.home_key).outerjoin(Supporter, whose).order_by(Event.id)


async def lines_of(
    store: AsyncSession, ids: Sequence[int]
) -> dict[int, list[tuple[Past, int | None]]]:
    """The same of some requests alone, by request."""
    found: dict[int, list[tuple[Past, int | None]]] = {}
    for row in (await store.execute(_voiced().where(Event.request_id.in_(ids)))).all():
        past = _past(row)
        found.setdefault(past.request_id, []).append((past, row.home_key))
    return found


async def reported_places(store: AsyncSession) -> Sequence[Area]:
    """Communities; where a tree has none, its root."""
    communities = (await store.scalars(select(Area).where(Area.kind == "community"))).all()
    roots = (await store.scalars(select(Area).where(Area.parent_id.is_(None)))).all()
    bare = [
        root
        for root in roots
        if not any(each.path.startswith(root.path) for each in communities)
        and root.kind not in INSIDE
    ]
    return [*communities, *bare]


async def monthly_due(
    store: AsyncSession, prefix: str, now: datetime
) -> Sequence[tuple[str, datetime]]:
    """The chores of a kind that are due, and since when."""
    rows = await store.execute(
        select(Chore.name, Chore.next_at).where(
            begins_with(Chore.name, prefix), Chore.next_at <= now
        )
    )
    return [(name, next_at) for name, next_at in rows.all()]


async def put_off(store: AsyncSession, name: str, until: datetime) -> None:
    """A chore that this process took is due again then."""
    await store.execute(update(Chore).where(Chore.name == name).values(next_at=until))


async def forget_chore(store: AsyncSession, name: str) -> None:
    """Its place is gone."""
    await store.execute(delete(Chore).where(Chore.name == name))


async def above_of_inside(store: AsyncSession) -> dict[int, int]:
    """For each place inside a building, that building (or what is above it)."""
    rows = await store.execute(select(Area.id, Area.path, Area.kind).order_by(Area.path))
    known = {area_id: (path, kind) for area_id, path, kind in rows.all()}
    found: dict[int, int] = {}
    for area_id, (path, kind) in known.items():
        if kind in INSIDE:
            line = [int(part) for part in path.split("/") if part]
            told = [each for each in line if each in known and known[each][1] not in INSIDE]
            found[area_id] = told[-1]
    return found
