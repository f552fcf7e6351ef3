"""Who really serves a turn: the rule's people, with changes and leave put in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from handlers.duty.turns import Turn

How = Literal["rota", "swap", "stand_in", "leave", "nobody"]
#: Who is away may be stood in for by somebody who is away, and so on; no longer than this.
MOST_DEPUTIES = 4


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away, and who stands in (None: nobody)."""

    person: int
    starts: datetime
    ends: datetime
    deputy: int | None


@dataclass(frozen=True, slots=True)
class Served:
    """One place of a turn: whose it is by the rule, who serves it (None: nobody), and why."""

    of: int
    person: int | None
    how: How


@dataclass(frozen=True, slots=True)
class Manned:
    """A turn with those who serve it."""

    turn: Turn
    places: tuple[Served, ...]

    @property
    def start(self) -> datetime:
        """When it begins."""
        return self.turn.start

    @property
    def end(self) -> datetime:
        """When it ends."""
        return self.turn.end

    @property
    def people(self) -> tuple[int, ...]:
        """Those who serve it, each once."""
        found = (each.person for each in self.places if each.person is not None)
        return tuple(dict.fromkeys(found))


#: By turn and by whose it is: whose it became, and how.
Changes = Mapping[tuple[datetime, int], tuple[int, How]]


def man(turn: Turn, changes: Changes, absences: Sequence[Absence]) -> Manned:
    """The turn with those who serve it. Who is away when it begins serves none of it."""
    return Manned(turn, tuple(_place(turn, each, changes, absences) for each in turn.crew))


def _place(turn: Turn, of: int, changes: Changes, absences: Sequence[Absence]) -> Served:
    person, how = changes.get((turn.start, of), (of, "rota"))
    for each in _deputies(turn, person, absences):
        if each is None:
            return Served(of, None, "nobody")
        person, how = each, "leave"
    return Served(of, person, how)


def _deputies(turn: Turn, person: int, absences: Sequence[Absence]) -> Iterator[int | None]:
    """Who stands in, and for them if they are away too; None at the end: nobody does."""
    at: int | None = person
    for _ in range(MOST_DEPUTIES):
        away = next(
            (a for a in absences if a.person == at and a.starts <= turn.start < a.ends), None
        )
        if away is None:
            return
        at = away.deputy
        yield at
        if at is None:
            return
    yield None
