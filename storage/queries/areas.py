"""The tree of places: where one stands in it, what holds there, what lies below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import ColumnElement, Select, func, inspect, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import begins_with, end_of
from storage.prepared import prepared
from storage.remembered import recall, remember
from storage.tables import Area

#: Under this name a session knows the places that it met.
MET = "areas"


def ids_of(path: str) -> list[int]:
    """The ids in a path, from the root down: "/1/4/17/" -> [1, 4, 17]."""
    return [int(part) for part in path.split("/") if part]


def below(path: str) -> ColumnElement[bool]:
    """Whether an area stands at `path` or under it."""
    return begins_with(Area.path, path)


async def hold_still(store: AsyncSession) -> None:
    """Nobody else adds places or people until the open transaction ends (SQLite: nobody can)."""
    if store.get_bind().dialect.name == "postgresql":
        await store.execute(text("LOCK TABLE area, person IN SHARE ROW EXCLUSIVE MODE"))


async def any_place(store: AsyncSession) -> bool:
    """Whether there is a place at all."""
    return await store.scalar(select(Area.id).limit(1)) is not None


async def area_by_id(store: AsyncSession, area_id: int) -> Area | None:
    """One place."""
    return await store.get(Area, area_id)


@prepared
def _areas(ids: Sequence[int]) -> Select[Area]:
    return select(Area).where(Area.id.in_(ids))


async def line_of(store: AsyncSession, path: str) -> list[Area]:
    """The places on a path, from the root down; each is read once in a session.

    One message asks for the same few lines many times, and a session keeps no row by itself.
    """
    known: dict[int, Area] = store.info.setdefault(MET, {})
    ids = ids_of(path)
    missing = [each for each in ids if each not in known or inspect(known[each]).expired]
    if missing:
        known.update({area.id: area for area in await _areas.scalars(store, missing)})
    return [known[each] for each in ids if each in known]


async def above_flats(store: AsyncSession, ids: Iterable[int]) -> dict[int, int]:
    """By flat among these places, what is above it."""
    flats = select(Area.id, Area.parent_id).where(Area.kind == "household")
    rows = await store.execute(flats.where(Area.id.in_(list(ids))))
    return {flat: above for flat, above in rows.all() if above is not None}


async def children(store: AsyncSession, area_id: int) -> Sequence[Area]:
    """The places directly below one."""
    return (
        await store.scalars(select(Area).where(Area.parent_id == area_id).order_by(Area.id))
    ).all()


async def of_kind_below(store: AsyncSession, path: str, kind: str) -> Sequence[Area]:
    """All places of a kind at or under a path."""
    return await _of_kind_below.scalars(store, path, end_of(path), kind)


@prepared
def _of_kind_below(start: str, end: str, kind: str) -> Select[Area]:
    return select(Area).where(Area.path >= start, Area.path < end, Area.kind == kind)


async def houses_below(store: AsyncSession, path: str) -> list[tuple[int, int | None, str, str]]:
    """Id, parent, kind and code of the buildings and units at or under a path, oldest first."""
    return await _houses_below.rows(store, path, end_of(path))


@prepared
def _houses_below(start: str, end: str) -> Select[int, int | None, str, str]:
    return (
        select(Area.id, Area.parent_id, Area.kind, Area.code)
        .where(Area.path >= start, Area.path < end, Area.kind.in_(("building", "unit")))
        .order_by(Area.id)
    )


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """What holds at a place: its own word, else that of the nearest place above."""

    area_id: int
    path: str
    name: str
    root_id: int
    governance: str = "self"
    language: str | None = None
    timezone: str | None = None
    hotline: str | None = None
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    #: codes and names by kind: {"building": "3", ...}
    codes: dict[str, str] = field(default_factory=dict[str, str])
    names: dict[str, str] = field(default_factory=dict[str, str])


def facts_of(line: Sequence[Area | Above]) -> AreaFacts:
    """What holds at the last place of a line (root first)."""

    def nearest(name: str) -> Any:
        return next((v for area in reversed(line) if (v := getattr(area, name))), None)

    settings: dict[str, Any] = {}
    for area in line:
        settings.update(area.settings)
    last = line[-1]
    return AreaFacts(
        area_id=last.id,
        path=last.path,
        name=last.name,
        root_id=line[0].id,
        governance=nearest("governance") or "self",
        language=settings.get("language") or nearest("language"),
        timezone=nearest("timezone"),
        hotline=nearest("hotline"),
        settings=settings,
        codes={area.kind: area.code for area in line},
        names={area.kind: area.name for area in line},
    )


@dataclass(frozen=True, slots=True)
class Above:
    """A place that others stand in, as it is remembered: what holds there by its own word."""

    id: int
    path: str
    kind: str
    name: str
    code: str
    governance: str | None
    timezone: str | None
    language: str | None
    hotline: str | None
    settings: dict[str, Any]


ABOVE = tuple(each.name for each in fields(Above))


async def _known_line(store: AsyncSession, path: str) -> list[Area | Above]:
    """The line of a path; what is above its last place is read once for all that stand there."""
    *above, last = ids_of(path)
    known: list[Above | None] = [recall(store, (Above, each)) for each in above]
    met: dict[int, Area] = store.info.setdefault(MET, {})
    area = met.get(last)
    if all(known) and area is not None and not inspect(area).expired:
        return [*(each for each in known if each), area]
    line = await line_of(store, path)
    for each in line[:-1]:
        values = Above(**{name: getattr(each, name) for name in ABOVE})
        remember(store, (Above, each.id), values)
    return [*line]


async def facts_at(store: AsyncSession, area_id: int) -> AreaFacts:
    """What holds at a place. Raises LookupError when there is no such place."""
    known: AreaFacts | None = recall(store, (AreaFacts, area_id))
    if known is not None:
        return known
    area = await store.get(Area, area_id)
    if area is None:
        raise LookupError(f"no area {area_id}")
    store.info.setdefault(MET, {})[area.id] = area
    facts = facts_of(await _known_line(store, area.path))
    remember(store, (AreaFacts, area_id), facts)
    return facts


async def shared_by_towns(store: AsyncSession) -> bool:
    """Whether more than one tree of places lives in this installation."""
    tops = await store.scalars(select(Area.id).where(Area.parent_id.is_(None)).limit(2))
    return len(tops.all()) > 1


async def find_below(
    store: AsyncSession, path: str, kind: str, codes: Iterable[str]
) -> Sequence[Area]:
    """Places of a kind under a path by their bare code or their full name."""
    wanted = [code.casefold() for code in codes]
    return await _find_below.scalars(store, path, end_of(path), kind, wanted)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a place stands in the tree."""

    id: int
    path: str
    kind: str


def _spots(areas: Iterable[Area | Above]) -> tuple[Spot, ...]:
    return tuple(Spot(area.id, area.path, area.kind) for area in areas)


async def spots_on(store: AsyncSession, path: str) -> tuple[Spot, ...]:
    """Where the places of `line_of` stand."""
    key = (Spot, path)
    known: tuple[Spot, ...] | None = recall(store, key)
    if known is None:
        known = _spots(await _known_line(store, path))
        remember(store, key, known)
    return known


async def named_below(store: AsyncSession, path: str, kind: str, name: str) -> tuple[Spot, ...]:
    """Where the places of `find_below` of one name stand."""
    key = (Spot, path, kind, name)
    known: tuple[Spot, ...] | None = recall(store, key)
    if known is None:
        known = _spots(await find_below(store, path, kind, [name]))
        remember(store, key, known)
    return known


@prepared
def _find_below(start: str, end: str, kind: str, wanted: Sequence[str]) -> Select[Area]:
    named = or_(func.lower(Area.code).in_(wanted), func.lower(Area.name).in_(wanted))
    return (
        select(Area)
        .where(Area.path >= start, Area.path < end, Area.kind == kind, named)
        .order_by(Area.id)
    )
