"""The voices of a request: one by one, all of them, or how many households they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.prepared import prepared
from storage.tables import Person, Supporter


@dataclass(frozen=True, slots=True)
class Tally:
    """How many say so: by household (by person where the home is unknown), and who is content."""

    households: int = 0
    solved: int = 0  #: voices that said it is solved


def _home() -> ColumnElement[int | None]:
    """What a voice is counted by, as `handlers.requests.voiced.home_of` tells it."""
    return func.coalesce(func.nullif(Supporter.home_key, 0), -Supporter.person_id)


async def tally(store: AsyncSession, request_id: int) -> Tally:
    """Counted by the database: a request may have thousands of voices."""
    found = await _tally.first(store, request_id)
    return Tally(*found) if found else Tally()


@prepared
def _tally(request_id: int) -> Select[int, int]:
    solved = func.count(case((Supporter.verdict == "solved", 1)))
    return select(func.count(func.distinct(_home())), solved).where(
        Supporter.request_id == request_id
    )


async def supporters(store: AsyncSession, request_id: int) -> list[Supporter]:
    """The voices of a request, the reporter's first."""
    return await _supporters.scalars(store, request_id)


@prepared
def _supporters(request_id: int) -> Select[Supporter]:
    return select(Supporter).where(Supporter.request_id == request_id).order_by(Supporter.id)


async def supporters_of(store: AsyncSession, ids: Sequence[int]) -> Sequence[Supporter]:
    """The voices of these requests."""
    rows = await store.scalars(
        select(Supporter).where(Supporter.request_id.in_(ids)).order_by(Supporter.id)
    )
    return rows.all()


async def voice(store: AsyncSession, request_id: int, person_id: int) -> Supporter | None:
    """The voice of one person."""
    return await _voice.scalar(store, request_id, person_id)


@prepared
def _voice(request_id: int, person_id: int) -> Select[Supporter]:
    return select(Supporter).where(
        Supporter.request_id == request_id, Supporter.person_id == person_id
    )


async def unasked(store: AsyncSession, request_id: int) -> list[Supporter]:
    """Those who were not asked yet whether it is solved."""
    return await _unasked.scalars(store, request_id)


@prepared
def _unasked(request_id: int) -> Select[Supporter]:
    return (
        select(Supporter)
        .where(Supporter.request_id == request_id, Supporter.verdict.is_(None))
        .order_by(Supporter.id)
    )


async def all_solved(store: AsyncSession, request_id: int) -> bool:
    """Whether every household says it is solved. Nobody waits for those who cannot be asked: of a
    person who is known by name alone (a shell) there is no answer."""
    open_, asked = await _open_homes.first(store, request_id) or (0, 0)
    return not open_ and bool(asked)


@prepared
def _open_homes(request_id: int) -> Select[int, int]:
    here = func.max(case((Person.shell.is_(None), 1), else_=0)).label("here")
    solved = func.max(case((Supporter.verdict == "solved", 1), else_=0)).label("solved")
    homes = (
        select(here, solved)
        .join(Person, Person.id == Supporter.person_id)
        .where(Supporter.request_id == request_id)
        .group_by(_home())
        .subquery()
    )
    differ = func.count(case((homes.c.here != homes.c.solved, 1)))
    return select(differ, func.coalesce(func.sum(homes.c.here), 0))
