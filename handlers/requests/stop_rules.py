"""The stop rules: what each event does to each clock of a request (R38). The table is the rule.

docs/clocks.md says the same in words; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from handlers.requests.rules import Move, State


class Clock(StrEnum):
    """What is measured."""

    ANSWER = "answer"  #: until enough of those asked have taken it
    LADDER = "ladder"  #: until the next rung is asked
    PROGRESS = "progress"  #: until whoever took it is heard of again
    SOLVE = "solve"  #: until it is said to be solved
    CALLBACK = "callback"  #: until "is it solved?" counts as not answered


class Effect(StrEnum):
    """What an event does to a clock."""

    START = "start"  #: it begins anew, from now
    ENSURE = "ensure"  #: it begins if it does not run; one that stands still goes on
    ANEW = "anew"  #: it begins anew, if it runs
    STOP = "stop"
    PAUSE = "pause"  #: it stands still, with what is left of it
    GO_ON = "go_on"  #: it goes on with what was left
    KEEP = "keep"


#: Events beside the moves: what the clocks tell apart and moves do not.
TAKE_SHORT = "take_short"  #: somebody took it, and more of the rung must (R32)
UNANSWERED = "unanswered"  #: the question "is it solved?" ran out (R47)
PROGRESS = "progress"  #: a line or a picture from whoever holds it
JOIN = "join"

EVENTS: tuple[str, ...] = (*(move.value for move in Move), TAKE_SHORT, UNANSWERED, PROGRESS, JOIN)

START, ENSURE, ANEW, STOP, PAUSE, GO_ON, KEEP = (
    Effect.START,
    Effect.ENSURE,
    Effect.ANEW,
    Effect.STOP,
    Effect.PAUSE,
    Effect.GO_ON,
    Effect.KEEP,
)

Row = tuple[Effect, Effect, Effect, Effect, Effect]
_ENDED: Row = (STOP, STOP, STOP, STOP, STOP)
_CORRECTED: Row = (ANEW, ANEW, ANEW, ANEW, KEEP)
_KEPT: Row = (KEEP, KEEP, KEEP, KEEP, KEEP)

#: event -> what it does to (answer, ladder, progress, solve, callback)
TABLE: Mapping[str, Row] = {
    Move.OPEN: (START, START, KEEP, START, KEEP),
    Move.TAKE: (STOP, STOP, START, KEEP, KEEP),
    TAKE_SHORT: (KEEP, KEEP, START, KEEP, KEEP),
    Move.HAND_ON: (ENSURE, START, STOP, ENSURE, KEEP),
    Move.ASSIGN: (ENSURE, START, STOP, ENSURE, KEEP),
    Move.HELP: (KEEP, KEEP, ANEW, KEEP, KEEP),
    Move.WAIT: (STOP, STOP, STOP, PAUSE, KEEP),
    Move.RESUME: (KEEP, KEEP, START, GO_ON, KEEP),
    Move.DONE: (STOP, STOP, STOP, STOP, START),
    Move.CANNOT: _ENDED,
    Move.REFER: _ENDED,
    Move.CONFIRM: _ENDED,
    Move.CLOSE: _ENDED,
    Move.CANCEL: _ENDED,
    Move.MERGE: _ENDED,
    Move.NOT_SOLVED: (START, START, STOP, START, STOP),
    Move.SPLIT: _KEPT,
    Move.CLIMB: (KEEP, START, KEEP, KEEP, KEEP),
    Move.RECATEGORISE: _CORRECTED,
    Move.MOVE: _CORRECTED,
    Move.GROW: _KEPT,  # what was promised to the first of them holds
    Move.CORRECT: _CORRECTED,
    Move.EDIT: _CORRECTED,
    Move.UNDO: _KEPT,  # they stand as they stood before: see `taking_back`
    Move.EXPIRE: (START, START, STOP, KEEP, KEEP),
    UNANSWERED: _ENDED,
    Move.LATE: _KEPT,
    Move.REMIND: _KEPT,
    Move.AGE: _KEPT,
    PROGRESS: (KEEP, KEEP, ANEW, KEEP, KEEP),
    JOIN: _KEPT,
}


def event_of(move: Move, before: State, *, enough: bool) -> str:
    """The event that a move is to the clocks."""
    if move is Move.TAKE and not enough:
        return TAKE_SHORT
    if move is Move.EXPIRE and before is State.DONE:
        return UNANSWERED
    return move.value


@dataclass(frozen=True, slots=True)
class Clocks:
    """The moments of a request's clocks; what does not run has none (or says since when)."""

    answer: datetime | None = None
    answered: datetime | None = None  #: the answer's clock stands still since
    ladder: datetime | None = None
    progress: datetime | None = None
    solve: datetime | None = None
    paused: datetime | None = None  #: the solution's clock stands still since
    solving: bool = True  #: neither done nor ended
    callback: datetime | None = None

    def runs(self, clock: Clock) -> bool:
        """Whether a clock runs."""
        return {
            Clock.ANSWER: self.answer is not None and self.answered is None,
            Clock.LADDER: self.ladder is not None,
            Clock.PROGRESS: self.progress is not None,
            Clock.SOLVE: self.solve is not None and self.solving and self.paused is None,
            Clock.CALLBACK: self.callback is not None,
        }[clock]


class Terms(Protocol):
    """When the clocks of a matter end, were they to begin now."""

    @property
    def now(self) -> datetime:
        """The moment."""
        ...

    def end(self, clock: Clock) -> datetime:
        """When a clock that begins now ends."""
        ...

    def moved(self, due: datetime, since: datetime) -> datetime:
        """When the solution's clock ends that stood still since a moment and goes on now."""
        ...


def apply(event: str, clocks: Clocks, terms: Terms) -> Clocks:
    """The clocks after an event."""
    changes: dict[str, Any] = {}  # no clock looks at another
    for clock, effect in zip(Clock, TABLE.get(event, _KEPT), strict=True):
        changes.update(_one(clock, effect, clocks, terms))
    return replace(clocks, **changes) if changes else clocks


def _one(clock: Clock, effect: Effect, clocks: Clocks, terms: Terms) -> dict[str, Any]:
    """What an effect changes of a clock."""
    if effect in (ENSURE, ANEW):
        effect = _settled(clock, effect, clocks)
    if effect is KEEP:
        return {}
    if clock is Clock.ANSWER:
        return _answer(effect, clocks, terms)
    if clock is Clock.SOLVE:
        return _solve(effect, clocks, terms)
    return {clock.value: terms.end(clock) if effect is START else None}


def _settled(clock: Clock, effect: Effect, clocks: Clocks) -> Effect:
    """What "ensure" and "anew" come to."""
    runs = clocks.runs(clock)
    if effect is ANEW:
        still = clock is Clock.SOLVE and clocks.solving  # one that stands still is measured anew
        return START if runs or still else KEEP
    if runs:
        return KEEP
    return GO_ON if clock is Clock.SOLVE and clocks.paused is not None else START


def _answer(effect: Effect, clocks: Clocks, terms: Terms) -> dict[str, Any]:
    if effect is START:
        return {"answer": terms.end(Clock.ANSWER), "answered": None}
    return {"answered": clocks.answered or terms.now}


def _solve(effect: Effect, clocks: Clocks, terms: Terms) -> dict[str, Any]:
    if effect is START:
        paused = terms.now if clocks.paused is not None and clocks.solving else None
        return {"solve": terms.end(Clock.SOLVE), "paused": paused, "solving": True}
    if effect is PAUSE:
        return {"paused": clocks.paused or terms.now}
    due, since = clocks.solve, clocks.paused
    changes: dict[str, Any] = {} if effect is GO_ON else {"solving": False}
    if due is not None and since is not None:
        changes |= {"solve": terms.moved(due, since), "paused": None}
    return changes
