"""What requests count as, and the sums of it: kept with each change, asked for as numbers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base, begins_with, insert_of
from storage.prepared import prepared
from storage.tables import Area, Chore, Counted, Event, Request, Supporter, Tally

#: Written without the care that the library takes of objects.
COUNTED = Base.metadata.tables[Counted.__tablename__]
TALLY = Base.metadata.tables[Tally.__tablename__]
#: So many requests are read together.
AT_ONCE = 500
#: Kinds of places that no number tells apart.
INSIDE = ("unit", "household")
COUNTS = "n"  #: the first mark of whatever is counted


@dataclass(frozen=True, slots=True)
class Cells:
    """Of which days and places numbers are asked."""

    begin: date
    end: date  #: the first day behind
    areas: Sequence[int]


async def places(store: AsyncSession, paths: Iterable[str]) -> list[Area]:
    """The places at or under these paths that numbers tell apart, buildings and above."""
    there = or_(*(begins_with(Area.path, path) for path in paths))
    rows = await store.scalars(
        select(Area).where(there, Area.kind.not_in(INSIDE)).order_by(Area.path)
    )
    return list(rows.all())


async def sums_by_area(store: AsyncSession, cells: Cells) -> dict[int, dict[str, int]]:
    """How many requests of whole months carry each mark, by building."""
    found: dict[int, dict[str, int]] = {}
    by = (Tally.area_id, Tally.mark)
    rows = await store.execute(select(*by, func.sum(Tally.n)).where(*_months(cells)).group_by(*by))
    for area, mark, n in rows.all():
        if n:
            found.setdefault(area, {})[mark] = int(n)
    return found


async def sums_by_kind(store: AsyncSession, cells: Cells) -> dict[tuple[str, int], dict[str, int]]:
    """The same by category and rung together: one reading for both."""
    found: dict[tuple[str, int], dict[str, int]] = {}
    by = (Tally.category, Tally.rung, Tally.mark)
    rows = await store.execute(select(*by, func.sum(Tally.n)).where(*_months(cells)).group_by(*by))
    for category, rung, mark, n in rows.all():
        if n:
            found.setdefault((category, rung), {})[mark] = int(n)
    return found


def _months(cells: Cells) -> tuple[ColumnElement[bool], ...]:
    return (
        Tally.month >= cells.begin,
        Tally.month < cells.end,
        Tally.area_id.in_(cells.areas),
    )


def _days(cells: Cells) -> tuple[ColumnElement[bool], ...]:
    return (
        Counted.day >= cells.begin,
        Counted.day < cells.end,
        Counted.area_id.in_(cells.areas),
    )


@dataclass(frozen=True, slots=True)
class Alike:
    """So many requests of a cell that count as the same."""

    area: int
    category: str
    rung: int
    marks: tuple[str, ...]
    n: int


async def alike(store: AsyncSession, cells: Cells) -> list[Alike]:
    """What the requests of some days count as, those that count alike together."""
    by = (Counted.area_id, Counted.category, Counted.rung, Counted.marks)
    rows = await store.execute(select(*by, func.count()).where(*_days(cells)).group_by(*by))
    return [
        Alike(area, category, rung, tuple(marks.split()), n)
        for area, category, rung, marks, n in rows.all()
    ]


async def by_month(store: AsyncSession, cells: Cells) -> dict[date, int]:
    """How many requests were counted in each month, by its first day."""
    rows = await store.execute(
        select(Tally.month, func.sum(Tally.n))
        .where(*_months(cells), Tally.mark == COUNTS)
        .group_by(Tally.month)
    )
    return {month: int(n) for month, n in rows.all()}


async def by_day(store: AsyncSession, cells: Cells) -> dict[date, int]:
    """How many requests were counted on each day."""
    rows = await store.execute(
        select(Counted.day, func.count())
        .where(*_days(cells), Counted.marks.startswith(f"{COUNTS} "))
        .group_by(Counted.day)
    )
    return {day: int(n) for day, n in rows.all()}


@dataclass(frozen=True, slots=True)
class Waits:
    """So many requests of a cell still have time."""

    area: int
    category: str
    rung: int
    n: int


async def waiting(
    store: AsyncSession, cells: Cells, now: datetime, which: Literal["answer", "solve"]
) -> list[Waits]:
    """Which requests still have time for their answer or solution."""
    until = Counted.answer_by if which == "answer" else Counted.solve_by
    by = (Counted.area_id, Counted.category, Counted.rung)
    rows = await store.execute(
        select(*by, func.count()).where(until > now, *_days(cells)).group_by(*by)
    )
    return [Waits(area, category, rung, n) for area, category, rung, n in rows.all()]


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


@dataclass(frozen=True, slots=True)
class Was:
    """What a request counts as so far."""

    day: date
    area_id: int
    category: str
    rung: int
    marks: str


WAS = (Counted.day, Counted.area_id, Counted.category, Counted.rung, Counted.marks)


async def histories(
    store: AsyncSession, ids: Sequence[int]
) -> tuple[dict[int, list[Past]], dict[int, Was]]:
    """The lines of these requests that say where they stand, in their order; and what each counts
    as so far, if it does."""
    found: dict[int, list[Past]] = {}
    before: dict[int, Was] = {}
    for row in await _histories.rows(store, ids):
        past, was = _past(row), row[len(PAST) :]
        found.setdefault(past.request_id, []).append(past)
        if was[0] is not None:
            before[past.request_id] = Was(*was)
    return found, before


@prepared
def _histories(ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(*PAST, *WAS)
        .outerjoin(Counted, Counted.request_id == Event.request_id)
        .where(Event.request_id.in_(ids), Event.state_to.is_not(None))
        .order_by(Event.id)
    )


async def locked(store: AsyncSession, ids: Sequence[int]) -> dict[int, Request]:
    """These requests, which no other process changes until the open transaction ends."""
    rows = await store.scalars(
        select(Request).where(Request.id.in_(ids)).order_by(Request.id).with_for_update()
    )
    return {each.id: each for each in rows.all()}


async def keep_counted(store: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """What requests count as from now on, by columns of `Counted`."""
    if rows:
        await store.execute(_keep_counted(store.get_bind().dialect.name), list(rows))


@cache
def _keep_counted(dialect: str) -> Any:
    made = insert_of(dialect)(COUNTED)
    new = {each.name: made.excluded[each.name] for each in COUNTED.c if not each.primary_key}
    return made.on_conflict_do_update(index_elements=["request_id"], set_=new)


async def first_counted(store: AsyncSession) -> int | None:
    """The oldest request that counts as something: older ones are of a version without numbers.

    They are counted from the newest to the oldest, so that this one id tells how far it has come.
    """
    return await store.scalar(select(func.min(Counted.request_id)))


async def uncounted(store: AsyncSession, limit: int) -> Sequence[int]:
    """The newest of the requests that were never counted."""
    first = await first_counted(store)
    query = select(Request.id).order_by(Request.id.desc()).limit(limit)
    if first is not None:
        query = query.where(Request.id < first)
    return (await store.scalars(query)).all()


async def add(store: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add to sums, each in one step: two processes at once lose nothing."""
    if rows:
        await store.execute(_add(store.get_bind().dialect.name), list(rows))


@cache
def _add(dialect: str) -> Any:
    made = insert_of(dialect)(TALLY)
    keys = [column.name for column in TALLY.primary_key]
    return made.on_conflict_do_update(index_elements=keys, set_={"n": TALLY.c.n + made.excluded.n})


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
