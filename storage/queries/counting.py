"""What is to be counted, what each request counts as, and the sums of places and periods."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base, insert_of
from storage.prepared import prepared
from storage.tables import Counted, Counting, Event, Total

#: Written without the care that the library takes of objects.
COUNTED = Base.metadata.tables[Counted.__tablename__]
COUNTING = Base.metadata.tables[Counting.__tablename__]
EVENT = Base.metadata.tables[Event.__tablename__]
TOTAL = Base.metadata.tables[Total.__tablename__]
#: Marks of lines of history: counted soon, counted when there is time.
NEW, OLD = 1, 2
#: The clock leaves what has happened to be counted with more for so long.
COUNTED_AFTER = timedelta(minutes=1)

#: The one row that whoever counts holds.
TURN = 1

#: The sums of a place and a period: by column, how often each word.
Sums = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Lacks:
    """What the sums lack, if anything."""

    new: bool = True  #: of what happened
    late: bool = True  #: of the times that ended

    def __bool__(self) -> bool:
        return self.new or self.late


async def lacks(store: AsyncSession, now: datetime) -> Lacks:
    """What the sums lack up to now."""
    (found,) = await _lacks.rows(store, now)
    return Lacks(*found)


@prepared
def _lacks(now: datetime) -> Select[bool, bool]:
    late = (exists().where(until <= now) for until in (Counted.answer_by, Counted.solve_by))
    return select(exists().where(Event.uncounted == NEW), or_(*late))


async def take_turn(store: AsyncSession, now: datetime) -> None:
    """Nobody else counts until the open transaction ends; what others counted is seen from here."""
    await store.execute(update(COUNTING).where(COUNTING.c.id == TURN).values(at=now))


async def others_count(store: AsyncSession) -> bool:
    """Whether another process counts just now (SQLite has one writer, and no such words)."""
    free = select(Counting.id).where(Counting.id == TURN).with_for_update(skip_locked=True)
    return await store.scalar(free) is None


@dataclass(frozen=True, slots=True)
class Marked:
    """A line of history that is not counted yet."""

    id: int
    request_id: int


async def marked(store: AsyncSession, mark: int, limit: int) -> list[Marked]:
    """The first of them; of a version without numbers the last, for they are asked for most."""
    asked = _first_marked if mark == NEW else _last_marked
    return [Marked(*row) for row in await asked.rows(store, mark, limit)]


@prepared
def _first_marked(mark: int, limit: int) -> Select[int, int]:
    some = select(Event.id, Event.request_id).where(Event.uncounted == mark)
    return some.order_by(Event.id).limit(limit)


@prepared
def _last_marked(mark: int, limit: int) -> Select[int, int]:
    some = select(Event.id, Event.request_id).where(Event.uncounted == mark)
    return some.order_by(Event.id.desc()).limit(limit)


async def unmark(store: AsyncSession, some: Sequence[Marked]) -> None:
    """These lines are counted."""
    if some:
        ids = [each.id for each in some]
        await store.execute(update(EVENT).where(EVENT.c.id.in_(ids)).values(uncounted=None))


async def late(store: AsyncSession, now: datetime, limit: int) -> list[int]:
    """Requests that count as having time, and have none any more."""
    found: list[int] = []
    for until in (Counted.answer_by, Counted.solve_by):
        asked = select(Counted.request_id).where(until <= now).order_by(until)
        found += (await store.scalars(asked.limit(limit))).all()
    return found


@dataclass(frozen=True, slots=True)
class Was:
    """What a request counts as in the sums."""

    request_id: int
    day: date
    area_id: int
    category: str
    rung: int
    marks: str
    answer_by: datetime | None
    solve_by: datetime | None


WAS = (
    Counted.request_id,
    Counted.day,
    Counted.area_id,
    Counted.category,
    Counted.rung,
    Counted.marks,
    Counted.answer_by,
    Counted.solve_by,
)


async def counted(store: AsyncSession, ids: Sequence[int]) -> dict[int, Was]:
    """What each of these requests counts as so far, if it does."""
    found = (Was(*row) for row in await _counted.rows(store, ids))
    return {each.request_id: each for each in found}


@prepared
def _counted(ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    return select(*WAS).where(Counted.request_id.in_(ids))


async def keep_counted(store: AsyncSession, rows: Sequence[Was]) -> None:
    """What requests count as from now on."""
    if rows:
        kept = _kept(store.get_bind().dialect.name, COUNTED.name)
        await store.execute(kept, [asdict(each) for each in rows])


async def sums_at(
    store: AsyncSession, areas: Collection[int], keys: Collection[str]
) -> dict[tuple[int, str], Sums]:
    """All sums of these places and periods."""
    names = TOTAL.c.keys()
    rows = await _sums_at.rows(store, list(areas), list(keys))
    found = (dict(zip(names, row, strict=True)) for row in rows)
    return {(row["area_id"], row["period"]): row for row in found}


@prepared
def _sums_at(areas: Sequence[int], keys: Sequence[str]) -> Select[*tuple[Any, ...]]:
    return select(TOTAL).where(TOTAL.c.area_id.in_(areas), TOTAL.c.period.in_(keys))


async def keep_sums(store: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Sums as they are from now on, by columns of `Total`."""
    if rows:
        await store.execute(_kept(store.get_bind().dialect.name, TOTAL.name), list(rows))


async def drop_sums(store: AsyncSession, gone: Sequence[tuple[int, str]]) -> None:
    """There is nothing any more at these places in these periods."""
    for area, key in gone:
        await store.execute(delete(Total).where(Total.area_id == area, Total.period == key))


@cache
def _kept(dialect: str, name: str) -> Any:
    """A row of a table, put in the place of the one that is there."""
    table = Base.metadata.tables[name]
    made = insert_of(dialect)(table)
    new = {each.name: made.excluded[each.name] for each in table.c if not each.primary_key}
    return made.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=new)
