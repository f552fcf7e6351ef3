"""A rota as it stands: its rule and people, with the changes and the leave of a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import cast
from zoneinfo import ZoneInfo

from handlers.context import Work
from handlers.duty.manning import Absence, Changes, How, Manned, man
from handlers.duty.turns import Crew, Rule, from_data, next_start, on_at, turns
from storage.queries import directory as directory_query
from storage.queries import duty as query
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


async def board_of(work: Work, rota: Rota, area: Area) -> Board:
    """A rota as it stands now."""
    crews = await query.crews(work.store, rota.id)
    begin, end = work.now - BACK, work.now + AHEAD
    changed = await query.changes(work.store, rota.id, begin, end)
    made: Changes = {(c.starts, c.person_id): (c.to_id, cast("How", c.how)) for c in changed}
    return await drawn(work, rota, area, crews, made)


async def drawn(
    work: Work, rota: Rota, area: Area, crews: Sequence[Crew], changes: Changes
) -> Board:
    """A rota (that may not be saved yet) with these people and changes."""
    ids = {person for crew in crews for person in crew} | {to for to, _ in changes.values()}
    leaves = await query.absences(work.store, work.now - BACK, work.now + AHEAD, ids)
    ids |= {each.deputy_id for each in leaves if each.deputy_id}
    return Board(
        rota,
        area,
        from_data(rota.rule),
        crews,
        changes,
        [Absence(each.person_id, each.starts, each.ends, each.deputy_id) for each in leaves],
        await directory_query.people(work.store, ids),
    )


async def board(work: Work, rota_id: int) -> Board | None:
    """A rota by its number; None when there is none any more."""
    found = await query.rota(work.store, rota_id)
    return await board_of(work, *found) if found else None
