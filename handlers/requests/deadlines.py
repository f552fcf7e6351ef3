"""When the clock must look at a request: pure arithmetic with quiet hours (R36-R38)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.policy import Deadline, QuietPolicy
from handlers.requests.rules import State


@dataclass(frozen=True, slots=True)
class Due:
    """Until when somebody takes it, and until when it is solved."""

    answer: datetime
    solve: datetime


def is_quiet(moment: datetime, quiet: QuietPolicy, zone: ZoneInfo) -> bool:
    """Whether people sleep at a moment."""
    at = moment.astimezone(zone).time()
    if quiet.start <= quiet.end:
        return quiet.start <= at < quiet.end
    return at >= quiet.start or at < quiet.end


def awake(moment: datetime, quiet: QuietPolicy, zone: ZoneInfo) -> datetime:
    """The moment itself, or the end of the quiet hours in which it falls."""
    if not is_quiet(moment, quiet, zone):
        return moment
    local = moment.astimezone(zone)
    end = _at(local, quiet.end, zone)
    return (end if end > local else _at(local + timedelta(days=1), quiet.end, zone)).astimezone(
        moment.tzinfo
    )


def _at(day: datetime, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day.date(), at, tzinfo=zone)


def first_due(deadline: Deadline, quiet: QuietPolicy | None, now: datetime, zone: ZoneInfo) -> Due:
    """The deadlines of a request that begins now. No `quiet`: danger runs through the night."""
    if quiet is None:
        return Due(now + deadline.to_answer, now + deadline.to_solve)
    start = awake(now, quiet, zone)
    return Due(
        awake(start + deadline.to_answer, quiet, zone),
        awake(start + deadline.to_solve, quiet, zone),
    )


def again_after(first: timedelta, times: int, longest: timedelta) -> timedelta:
    """How long until people who were asked `times` times are asked once more (R59).

    It doubles from `first` up to `longest`: a request that nobody takes must not become noise.
    """
    return min(longest, first * 2 ** min(times, 20)) if first < longest else longest


def next_due(
    state: State,
    *,
    answer: datetime | None,
    solve: datetime | None,
    resume: datetime | None,
    callback: datetime | None,
) -> datetime | None:
    """The next moment at which the clock must look; None: nothing is due."""
    return {
        State.OPEN: answer,
        State.TAKEN: solve,
        State.WAITING: resume,
        State.DONE: callback,
        State.CLOSED: None,
    }[state]
