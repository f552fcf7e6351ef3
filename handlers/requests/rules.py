"""What may become of a request: states, moves, and who may make which move in which state.

The table is the rule (R44): everything that changes a request asks it, nothing goes round it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a request stands."""

    OPEN = "open"  #: nobody took it yet; somebody is asked
    TAKEN = "taken"  #: somebody is on it
    WAITING = "waiting"  #: for a stated reason, until a stated moment (R41)
    DONE = "done"  #: said to be solved; those affected are asked
    CLOSED = "closed"  #: ended, see `Ending`


class Move(StrEnum):
    """What can be done with a request."""

    OPEN = "open"
    TAKE = "take"
    HAND_ON = "pass_on"  #: to a named person, else to the next rung
    HELP = "help"  #: ask the next rung to come along; the holder stays
    WAIT = "wait"
    RESUME = "resume"
    DONE = "done"
    CANNOT = "cannot"
    REFER = "refer"  #: handed to somebody outside (a hotline, a supplier)
    CONFIRM = "confirm"
    NOT_SOLVED = "not_solved"
    CLOSE = "close"
    CANCEL = "cancel"  #: it is no request, or needs nothing any more
    MERGE = "merge"
    SPLIT = "split"
    ASSIGN = "assign"
    CLIMB = "climb"  #: unanswered: the next rung is asked (R25)
    RECATEGORISE = "recategorise"
    MOVE = "move"  #: it is about another place
    GROW = "grow"  #: more households say so than its place holds: it is in a wider one
    EXPIRE = "expire"  #: taken and forgotten (R26), or the call-back stayed unanswered (R47)
    CORRECT = "correct"  #: its urgency
    EDIT = "edit"  #: its reporter changed the words, and with them what it is about
    UNDO = "undo"  #: a correction is taken back: it stands where it stood before
    LATE = "late"  #: not solved in time: those in charge are told, once
    REMIND = "remind"  #: who did not answer "is it solved?" is asked once more
    AGE = "age"  #: not solved for long: on the next meeting's list (R35)


class Ending(StrEnum):
    """How a request ended; each has its own wording (R42)."""

    SOLVED = "solved"
    UNKNOWN = "unknown"  #: nobody answered the call-back: never "satisfied" (R47)
    REFERRED = "referred"
    CANNOT = "cannot"
    NOT_NEEDED = "not_needed"
    MERGED = "merged"
    CANCELLED = "cancelled"


class Who(StrEnum):
    """What somebody is to a request."""

    ASKED = "asked"
    HOLDER = "holder"
    REPORTER = "reporter"
    SUPPORTER = "supporter"
    STAFF = "staff"  #: right "answer" over the place
    CORRECTOR = "corrector"  #: right "correct"
    ASSIGNER = "assigner"  #: right "assign"
    MANAGER = "manager"  #: right "manage"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a move leads, and who may make it."""

    to: State
    who: frozenset[Who]


Key = tuple[State | None, Move]

ALIVE = frozenset({State.OPEN, State.TAKEN, State.WAITING})
#: Endings after which "not solved" opens the request again (R43).
REOPENABLE = frozenset({Ending.SOLVED, Ending.UNKNOWN, Ending.CANNOT, Ending.REFERRED})

_WORKERS = (Who.ASKED, Who.HOLDER, Who.STAFF)
_AFFECTED = (Who.REPORTER, Who.SUPPORTER)
_CORRECTING = (Who.REPORTER, Who.CORRECTOR, Who.ASSIGNER, Who.MANAGER)


def _from(
    states: Iterable[State | None], move: Move, to: State | None, *who: Who
) -> dict[Key, Rule]:
    """The same rule for several states; `to` None: the state stays."""
    return {
        (state, move): Rule(target, frozenset(who))
        for state in states
        if (target := to or state) is not None
    }


MOVES: Mapping[Key, Rule] = {
    **_from((None,), Move.OPEN, State.OPEN, *Who),
    **_from((State.OPEN,), Move.TAKE, State.TAKEN, Who.ASKED, Who.STAFF),
    **_from((State.TAKEN,), Move.TAKE, None, Who.ASKED),  # more than one must take it (R32)
    **_from(ALIVE, Move.HAND_ON, State.OPEN, Who.ASKED, Who.HOLDER),
    **_from(ALIVE, Move.HELP, None, Who.ASKED, Who.HOLDER),
    **_from(ALIVE, Move.WAIT, State.WAITING, *_WORKERS),
    **_from((State.WAITING,), Move.RESUME, State.TAKEN, Who.HOLDER, Who.STAFF, Who.CLOCK),
    **_from(ALIVE, Move.DONE, State.DONE, *_WORKERS, Who.REPORTER),
    **_from(ALIVE, Move.CANNOT, State.CLOSED, *_WORKERS),
    **_from(ALIVE, Move.REFER, State.CLOSED, *_WORKERS),
    **_from((State.DONE,), Move.CONFIRM, State.CLOSED, *_AFFECTED),
    **_from((State.DONE, State.CLOSED), Move.NOT_SOLVED, State.OPEN, *_AFFECTED),
    **_from((*ALIVE, State.DONE), Move.CLOSE, State.CLOSED, Who.MANAGER),
    **_from(ALIVE, Move.CANCEL, State.CLOSED, Who.REPORTER, Who.CORRECTOR),
    **_from((*ALIVE, State.DONE), Move.MERGE, State.CLOSED, Who.MANAGER),
    **_from((*ALIVE, State.DONE), Move.SPLIT, None, Who.MANAGER),
    **_from(ALIVE, Move.ASSIGN, State.OPEN, Who.ASSIGNER),
    **_from((State.OPEN, State.TAKEN), Move.CLIMB, None, Who.CLOCK),
    **_from((State.OPEN, State.TAKEN), Move.LATE, None, Who.CLOCK),
    **_from((State.DONE,), Move.REMIND, None, Who.CLOCK),
    **_from(ALIVE, Move.AGE, None, Who.CLOCK, Who.MANAGER),
    **_from((*ALIVE, State.DONE), Move.RECATEGORISE, None, Who.CORRECTOR),
    **_from((*ALIVE, State.DONE), Move.MOVE, None, Who.CORRECTOR, Who.REPORTER),
    **_from(ALIVE, Move.EDIT, None, Who.REPORTER),
    **_from(ALIVE, Move.GROW, None, Who.CLOCK),
    **_from(ALIVE, Move.CORRECT, None, Who.CORRECTOR, Who.REPORTER),
    # Where it leads unless the effect knows where it stood.
    **_from((*ALIVE, State.DONE), Move.UNDO, None, *_CORRECTING),
    **_from((State.CLOSED,), Move.UNDO, State.OPEN, *_CORRECTING),
    **_from((State.TAKEN,), Move.EXPIRE, State.OPEN, Who.CLOCK),
    **_from((State.DONE,), Move.EXPIRE, State.CLOSED, Who.CLOCK),
}

#: The end a move gives where it does not depend on what was said with it.
ENDINGS: Mapping[Move, Ending] = {
    Move.CONFIRM: Ending.SOLVED,
    Move.EXPIRE: Ending.UNKNOWN,
    Move.CANNOT: Ending.CANNOT,
    Move.REFER: Ending.REFERRED,
    Move.MERGE: Ending.MERGED,
    Move.CANCEL: Ending.CANCELLED,
    Move.CLOSE: Ending.NOT_NEEDED,
}

#: Reason codes offered with a move (R34, R48); texts are "request.code.<code>".
CODES: Mapping[Move, tuple[str, ...]] = {
    Move.WAIT: ("parts", "supplier", "appointment", "weather", "approval", "other"),
    Move.CANNOT: ("not_ours", "no_money", "no_consent", "impossible", "other"),
    Move.REFER: ("hotline_12345", "utility", "police", "court", "other"),
    Move.CLOSE: ("solved", "not_needed", "referred", "cannot", "not_request"),
    Move.CANCEL: ("not_request", "not_needed"),
    Move.NOT_SOLVED: ("not_fixed", "came_back", "partly", "nobody_came", "other"),
}
#: What was done, by the ladder of the category: a conflict is mediated, a pump is not.
DONE_CODES: Mapping[str, tuple[str, ...]] = {
    "technical": ("repaired", "replaced", "explained"),
    "conflict": ("mediated", "explained"),
    "care": ("visited", "explained"),
}
OTHER_DONE_CODES = ("handled", "cleaned", "explained")

#: Ends that a code says by itself, for moves that can end in several ways.
ENDING_OF_CODE: Mapping[str, Ending] = {
    "solved": Ending.SOLVED,
    "not_needed": Ending.NOT_NEEDED,
    "referred": Ending.REFERRED,
    "cannot": Ending.CANNOT,
    "not_request": Ending.CANCELLED,
}


def rule_of(state: State | None, move: Move) -> Rule | None:
    """The rule for a move in a state; None: it cannot be made there."""
    return MOVES.get((state, move))


def may(state: State | None, move: Move, whos: Iterable[Who]) -> bool:
    """Whether somebody who is `whos` to the request may make the move now."""
    rule = rule_of(state, move)
    return rule is not None and not rule.who.isdisjoint(whos)


def ending_of(move: Move, code: str | None) -> Ending | None:
    """How a closing move ends the request, by its code where that says it."""
    if move in (Move.CLOSE, Move.CANCEL) and code and code in ENDING_OF_CODE:
        return ENDING_OF_CODE[code]
    return ENDINGS.get(move)


def done_codes(ladder: str) -> tuple[str, ...]:
    """What can have been done about a category, by its ladder."""
    return DONE_CODES.get(ladder, OTHER_DONE_CODES)
