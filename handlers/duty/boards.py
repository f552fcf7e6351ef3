"""A rota as it stands: its rule and people, with the changes and the leave of a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import cast
from zoneinfo import ZoneInfo

from handlers.duty.manning import Absence, Changes, How, Manned, man
from handlers.duty.turns import Crew, Rule, from_data, next_start, on_at, turns
from handlers.work import Work
from storage.queries import duty as query
from storage.queries import people as people_query
from storage.tables import Area, Person, Rota

#: How far back and ahead changes and leave are read: as far as anything is shown or told.
BACK, AHEAD = timedelta(days=10), timedelta(days=200)


@dataclass(frozen=True, slots=True)
class Board:
    """What the turns of a rota are read from."""

    rota: Rota
    area: Area
    rule: Rule
    crews: Sequence[Crew]
    changes: Changes
    absences: Sequence[Absence]
    people: Mapping[int, Person]

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the rota."""
        return ZoneInfo(self.rule.zone)

    def between(self, begin: datetime, end: datetime) -> Iterator[Manned]:
        """The turns that touch a time."""
        for turn in turns(self.rule, self.crews, begin, end):
            yield man(turn, self.changes, self.absences)

    def coming(
        self, now: datetime, most: int, person: int | None = None, days: int = 200
    ) -> list[Manned]:
        """The next turns (of somebody) that have not begun."""
        found: list[Manned] = []
        for each in self.between(now, now + timedelta(days=days)):
            if each.start > now and (person is None or person in each.people):
                found.append(each)
            if len(found) == most:
                break
        return found

    def stretch(self, start: datetime, count: int, person: int) -> list[Manned]:
        """The turns in a row of somebody that begin at a moment; empty when they are not theirs."""
        found = (e for e in self.between(start, start + AHEAD) if e.start >= start)
        turns = list(islice(found, count))
        theirs = turns and turns[0].start == start and all(person in e.people for e in turns)
        return turns if theirs and len(turns) == count else []

    def on(self, now: datetime) -> Manned | None:
        """The turn that is on now; None: none is meant to be."""
        turn = on_at(self.rule, self.crews, now)
        return man(turn, self.changes, self.absences) if turn else None

    def at(self, start: datetime) -> Manned | None:
        """The turn that begins at a moment."""
        turn = on_at(self.rule, self.crews, start)
        if turn is None or turn.start != start:
            return None
        return man(turn, self.changes, self.absences)

    def before(self, start: datetime) -> Manned | None:
        """The turn before the one that begins at a moment, if it is not long ago."""
        found = [each for each in self.between(start - BACK, start) if each.end <= start]
        return found[-1] if found else None

    def next_start(self, after: datetime) -> datetime | None:
        """When the next turn begins."""
        return next_start(self.rule, after)

    def names(self, ids: Iterable[int], joiner: str = "、") -> str:
        """The names of people."""
        return joiner.join(self.people[each].name for each in ids if each in self.people)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A rota (that may not be saved yet) with its people and changes."""

    rota: Rota
    area: Area
    crews: Sequence[Crew]
    changes: Changes

    @property
    def people(self) -> set[int]:
        """All who may have a turn, but for those who stand in."""
        own = {person for crew in self.crews for person in crew}
        return own | {to for to, _ in self.changes.values()}


async def boards_of(work: Work, found: Sequence[tuple[Rota, Area]]) -> list[Board]:
    """These rotas as they stand now; read together, however many."""
    ids = [rota.id for rota, _ in found]
    if not ids:
        return []
    crews = await query.crews(work.store, ids)
    changed: dict[int, dict[tuple[datetime, int], tuple[int, How]]] = {each: {} for each in ids}
    for each in await query.changes(work.store, ids, work.now - BACK, work.now + AHEAD):
        changed[each.rota_id][each.starts, each.person_id] = (each.to_id, cast("How", each.how))
    sheets = [Sheet(rota, area, crews[rota.id], changed[rota.id]) for rota, area in found]
    return await drawn(work, sheets)


async def board_of(work: Work, rota: Rota, area: Area) -> Board:
    """A rota as it stands now."""
    return (await boards_of(work, [(rota, area)]))[0]


async def drawn(work: Work, sheets: Sequence[Sheet]) -> list[Board]:
    """Rotas with the leave of their people, and the people."""
    wanted = {person for sheet in sheets for person in sheet.people}
    leaves = await query.absences(work.store, work.now - BACK, work.now + AHEAD, wanted)
    absences: dict[int, list[Absence]] = {}
    for each in leaves:
        away = Absence(each.person_id, each.starts, each.ends, each.deputy_id)
        absences.setdefault(each.person_id, []).append(away)
    wanted |= {each.deputy_id for each in leaves if each.deputy_id}
    people = await people_query.people(work.store, sorted(wanted))
    return [_drawn(sheet, absences, people) for sheet in sheets]


def _drawn(
    sheet: Sheet, absences: Mapping[int, Sequence[Absence]], people: Mapping[int, Person]
) -> Board:
    """Whoever stands in is of the board too, and their own leave with them."""
    theirs, away, new = set[int](), list[Absence](), sheet.people
    while new:
        theirs |= new
        more = [each for person in sorted(new) for each in absences.get(person, ())]
        away += more
        new = {each.deputy for each in more if each.deputy is not None} - theirs
    known = {each: people[each] for each in people if each in theirs}
    rule = from_data(sheet.rota.rule)
    return Board(sheet.rota, sheet.area, rule, sheet.crews, sheet.changes, away, known)


async def board(work: Work, rota_id: int) -> Board | None:
    """A rota by its number; None when there is none any more."""
    found = await boards_of(work, await query.rotas(work.store, [rota_id]))
    return found[0] if found else None
