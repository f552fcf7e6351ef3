"""When the maker of a promise is reminded, and whether it was kept; pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from handlers.requests.rules import Ending, State

ASKED, OPEN, KEPT, BROKEN, VOID = "asked", "open", "kept", "broken", "void"
#: Never meant as a promise. The row stays: its number stands on buttons, and is given once.
DROPPED = "dropped"
#: The request waits lawfully: the promise waits with it.
PAUSED = "paused"
#: A slip of the finger is taken back for so long.
TAKEN_BACK_FOR = timedelta(minutes=30)
#: A promise of minutes needs no reminder.
TOO_SHORT = timedelta(minutes=20)
STEP = timedelta(minutes=30)
FARTHEST_BACK = timedelta(days=7)
SOLVED = frozenset({Ending.SOLVED.value, Ending.UNKNOWN.value})


#: From a moment to the first one, not before it, at which somebody may be told.
MayBeTold = Callable[[datetime], datetime]


def remind_at(now: datetime, due: datetime, before: timedelta, told: MayBeTold) -> datetime | None:
    """When its maker is reminded: so long before, when they may be told, and after now; None: there
    is no such time.

    One that falls due in the morning is reminded of in the evening before.
    """
    if due - now < TOO_SHORT:
        return None
    at = max(due - before, now + (due - now) / 2)
    if (there := told(at)) < due:
        return there
    first = max(now, due - FARTHEST_BACK)
    while at > first and told(at) > at:
        at -= STEP
    return at if at > first else None


def verdict(state: str | None, ending: str | None, *, came: bool) -> str:
    """What becomes of a promise at its moment, by the state of its request then.

    `came`: a visit was promised, and its maker was heard of.
    """
    if came or state == State.DONE:
        return KEPT
    if state == State.CLOSED:
        return KEPT if ending in SOLVED else VOID
    if state == State.WAITING:
        return PAUSED
    return BROKEN
