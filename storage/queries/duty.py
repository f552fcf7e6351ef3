"""Duty: rotas of places and of people, what is due of them, and how each turn was served."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, union, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from storage.queries.areas import below
from storage.queries.post import insert_new
from storage.tables import (
    Area,
    DutyGap,
    Leave,
    Rota,
    RotaMember,
    Round,
    Shift,
    Swap,
    TurnChange,
)

Found = list[tuple[Rota, Area]]
#: A turn that began before this has ended.
LONGEST_TURN = timedelta(days=1)
#: What becomes due.
Due = Rota | Round | Swap


async def rotas(store: AsyncSession, rota_ids: Sequence[int]) -> Found:
    """Those of these rotas that have not ended, with their places."""
    rows = await store.execute(
        select(Rota, Area)
        .join(Area, Area.id == Rota.area_id)
        .where(Rota.id.in_(rota_ids), Rota.state != "ended")
        .order_by(Rota.id)
    )
    return [(rota, area) for rota, area in rows.all()]


async def over(store: AsyncSession, area_ids: Sequence[int]) -> Found:
    """The rotas of these places that are on, in the order of the places."""
    rows = await store.execute(
        select(Rota, Area)
        .join(Area, Area.id == Rota.area_id)
        .where(Rota.area_id.in_(area_ids), Rota.state == "on")
        .order_by(Rota.id)
    )
    found = [(rota, area) for rota, area in rows.all()]
    return sorted(found, key=lambda pair: area_ids.index(pair[1].id))


async def below_paths(store: AsyncSession, paths: Iterable[str], *, only_on: bool = False) -> Found:
    """The rotas of these places and of those under them."""
    found: dict[int, tuple[Rota, Area]] = {}
    for path in paths:
        wanted = Rota.state == "on" if only_on else Rota.state != "ended"
        rows = await store.execute(
            select(Rota, Area).join(Area, Area.id == Rota.area_id).where(below(path), wanted)
        )
        found |= {rota.id: (rota, area) for rota, area in rows.all()}
    return sorted(found.values(), key=lambda pair: pair[0].id)


async def of_person(store: AsyncSession, person_id: int, now: datetime) -> Found:
    """The rotas in which somebody may have a turn: as a member, by a change, as a deputy."""
    lately = now - LONGEST_TURN
    changed = select(TurnChange.rota_id).where(
        TurnChange.to_id == person_id, TurnChange.starts > lately
    )
    member = select(RotaMember.rota_id).where(RotaMember.person_id == person_id)
    deputy = (
        select(RotaMember.rota_id)
        .join(Leave, Leave.person_id == RotaMember.person_id)
        .where(Leave.deputy_id == person_id, Leave.ends > lately)
    )
    rows = await store.execute(
        select(Rota, Area)
        .join(Area, Area.id == Rota.area_id)
        .where(Rota.state == "on", Rota.id.in_(union(changed, member, deputy)))
        .order_by(Rota.id)
    )
    return [(rota, area) for rota, area in rows.all()]


async def crews(
    store: AsyncSession, rota_ids: Sequence[int]
) -> dict[int, tuple[tuple[int, ...], ...]]:
    """The people of each rota in their order; those with the same position together."""
    rows = await store.execute(
        select(RotaMember.rota_id, RotaMember.position, RotaMember.person_id)
        .where(RotaMember.rota_id.in_(rota_ids))
        .order_by(RotaMember.position, RotaMember.id)
    )
    found: dict[int, dict[int, list[int]]] = {each: {} for each in rota_ids}
    for rota_id, position, person in rows.all():
        found[rota_id].setdefault(position, []).append(person)
    return {
        each: tuple(tuple(dict.fromkeys(crew)) for crew in crews.values())
        for each, crews in found.items()
    }


async def set_crews(store: AsyncSession, rota_id: int, crews: Sequence[Sequence[int]]) -> None:
    """These are the people of a rota from now on."""
    await store.execute(delete(RotaMember).where(RotaMember.rota_id == rota_id))
    store.add_all(
        RotaMember(rota_id=rota_id, position=position, person_id=person)
        for position, crew in enumerate(crews)
        for person in crew
    )
    await store.flush()


async def changes(
    store: AsyncSession, rota_ids: Sequence[int], begin: datetime, end: datetime
) -> Sequence[TurnChange]:
    """The changes of turns of these rotas that begin in a time."""
    rows = await store.scalars(
        select(TurnChange)
        .where(TurnChange.rota_id.in_(rota_ids))
        .where(TurnChange.starts >= begin, TurnChange.starts < end)
    )
    return rows.all()


async def change(store: AsyncSession, values: dict[str, Any]) -> None:
    """A turn is somebody else's; what was changed of the same before no longer holds."""
    await store.execute(
        delete(TurnChange)
        .where(TurnChange.rota_id == values["rota_id"], TurnChange.starts == values["starts"])
        .where(TurnChange.person_id == values["person_id"])
    )
    store.add(TurnChange(**values))
    await store.flush()


async def absences(
    store: AsyncSession, begin: datetime, end: datetime, person_ids: Iterable[int]
) -> list[Leave]:
    """Who of these, or of those who stand in for them, is away in a time."""
    found: dict[int, Leave] = {}
    wanted = set(person_ids)
    while wanted:
        rows = await store.scalars(
            select(Leave)
            .where(Leave.person_id.in_(wanted), Leave.starts < end, Leave.ends > begin)
            .order_by(Leave.id)  # of two at once the first counts, whoever asks
        )
        new = {each.id: each for each in rows.all() if each.id not in found}
        found |= new
        known = {each.person_id for each in found.values()}
        wanted = {each.deputy_id for each in new.values() if each.deputy_id} - known
    return list(found.values())


async def due(store: AsyncSession, now: datetime, limit: int) -> Sequence[int]:
    """The rotas of which a turn has begun, the oldest first."""
    rows = await store.scalars(
        select(Rota.id)
        .where(Rota.next_at <= now, Rota.state == "on")
        .order_by(Rota.next_at)
        .limit(limit)
    )
    return rows.all()


#: For each rota the moment that was seen, and the one that follows.
Moves = Mapping[int, tuple[datetime, datetime | None]]


async def claim(store: AsyncSession, moves: Moves) -> set[int]:
    """Move rotas on from the turn that was seen; those of which somebody else was first are not
    among what it gives."""
    return await _claimed(store, Rota.next_at, moves)


async def to_check(store: AsyncSession, now: datetime, limit: int) -> Sequence[int]:
    """The rotas to be looked through for changes and gaps."""
    rows = await store.scalars(
        select(Rota.id)
        .where(Rota.check_at <= now, Rota.state == "on")
        .order_by(Rota.check_at)
        .limit(limit)
    )
    return rows.all()


async def claim_checks(store: AsyncSession, moves: Moves) -> set[int]:
    """Take looks for oneself; those that somebody else took are not among what it gives."""
    return await _claimed(store, Rota.check_at, moves)


async def _claimed(
    store: AsyncSession, column: InstrumentedAttribute[datetime | None], moves: Moves
) -> set[int]:
    """One question for all that go from the same moment to the same."""
    alike: dict[tuple[datetime, datetime | None], list[int]] = {}
    for rota_id, move in moves.items():
        alike.setdefault(move, []).append(rota_id)
    found: set[int] = set()
    for (seen, then), ids in alike.items():
        rows = await store.scalars(
            update(Rota)
            .where(Rota.id.in_(ids), column == seen)
            .values({column: then})
            .returning(Rota.id)
            .execution_options(synchronize_session=False)
        )
        found |= set(rows.all())
    return found


async def check_soon(store: AsyncSession, person_id: int, now: datetime) -> None:
    """Somebody's leave changed: the rotas they are on are looked through at the next tick."""
    member = select(RotaMember.rota_id).where(RotaMember.person_id == person_id)
    changed = select(TurnChange.rota_id).where(
        TurnChange.to_id == person_id, TurnChange.starts > now - LONGEST_TURN
    )
    await store.execute(
        update(Rota)
        .where(Rota.id.in_(union(member, changed)), Rota.state == "on")
        .values(check_at=now)
        .execution_options(synchronize_session=False)
    )


async def put_off(store: AsyncSession, table: type[Due], row_id: int, **then: datetime) -> None:
    """Something went wrong with what is due: it is looked at again later."""
    await store.execute(
        update(table)
        .where(table.id == row_id)
        .values(**then)
        .execution_options(synchronize_session=False)
    )


async def closed(store: AsyncSession, table: Any, row_id: int, seen: Any, **values: object) -> bool:
    """A row that was seen so is as told from now on; False: somebody else was first."""
    moved = await store.execute(
        update(table)
        .where(table.id == row_id, seen)
        .values(**values)
        .returning(table.id)
        .execution_options(synchronize_session=False)
    )
    return moved.first() is not None


async def served(store: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Write down how turns were served; what is written already stays."""
    if rows:
        await store.execute(insert_new(store, Shift), list(rows))


async def shifts(store: AsyncSession, rota_id: int, since: datetime) -> Sequence[Shift]:
    """How the turns of a rota were served since a moment."""
    rows = await store.scalars(
        select(Shift).where(Shift.rota_id == rota_id, Shift.starts >= since).order_by(Shift.starts)
    )
    return rows.all()


async def gaps(store: AsyncSession, rota_id: int, since: datetime) -> dict[datetime, DutyGap]:
    """The gaps that were told, by their turns."""
    rows = await store.scalars(
        select(DutyGap).where(DutyGap.rota_id == rota_id, DutyGap.starts >= since)
    )
    return {gap.starts: gap for gap in rows.all()}


async def told_gap(store: AsyncSession, row: dict[str, Any]) -> int | None:
    """A gap is told now; None: it was told before."""
    made = insert_new(store, DutyGap).returning(DutyGap.id)
    new = (await store.execute(made, [row])).first()
    return new[0] if new else None
