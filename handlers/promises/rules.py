"""When the maker of a promise is reminded, and whether it was kept; pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.policy import QuietPolicy
from handlers.requests.deadlines import awake, is_quiet
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
SOLVED = frozenset({Ending.SOLVED.value, Ending.UNKNOWN.value})


def remind_at(
    now: datetime, due: datetime, before: timedelta, quiet: QuietPolicy | None, zone: ZoneInfo
) -> datetime | None:
    """When its maker is reminded: so long before, awake, and after now; None: there is no time.

    One that falls due in the morning is reminded of in the evening before. No `quiet`: danger.
    """
    if due - now < TOO_SHORT:
        return None
    at = max(due - before, now + (due - now) / 2)
    if quiet is None:
        return at
    there = awake(at, quiet, zone)
    if there < due:
        return there
    while is_quiet(at, quiet, zone) and at > now:
        at -= STEP
    return at if at > now else None


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
