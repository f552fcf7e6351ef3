"""When something is due and when people may be disturbed: pure arithmetic (R36-R39)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

from config.deadlines import Deadline
from config.spans import Span
from config.subjects import QuietPolicy
from handlers.requests.rules import Move, State
from handlers.requests.stop_rules import Clock
from handlers.requests.worktime import WorkCalendar

#: Hours that never agree (on duty only while the place sleeps) are not looked at for ever.
MOST_TRIES = 20


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
    return next_morning(moment, quiet, zone)


def next_morning(moment: datetime, quiet: QuietPolicy, zone: ZoneInfo) -> datetime:
    """The next moment at which the quiet hours end."""
    local = moment.astimezone(zone)
    end = _at(local, quiet.end, zone)
    return (end if end > local else _at(local + timedelta(days=1), quiet.end, zone)).astimezone(
        moment.tzinfo
    )


def _at(day: datetime, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day.date(), at, tzinfo=zone)


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody sleeps and when they are there for requests, in their own words."""

    quiet: QuietPolicy | None = None
    duty: QuietPolicy | None = None  #: from when to when they are there
    days: frozenset[int] | Literal["working"] = frozenset(range(1, 8))  #: and on which days

    @classmethod
    def of(cls, quiet: Mapping[str, Any] | None, duty: Mapping[str, Any] | None) -> Hours:
        """As they are kept."""
        days = (duty or {}).get("days")
        return cls(
            QuietPolicy.model_validate(quiet) if quiet else None,
            QuietPolicy(start=duty["start"], end=duty["end"]) if duty else None,
            "working" if days == "working" else frozenset(days or range(1, 8)),
        )


def told(moment: datetime, quiet: QuietPolicy, own: Hours, calendar: WorkCalendar) -> datetime:
    """When somebody may be told: neither the place nor they sleep, and they are on duty."""
    for _ in range(MOST_TRIES):
        before = moment
        moment = awake(moment, quiet, calendar.zone)
        if own.quiet is not None:
            moment = awake(moment, own.quiet, calendar.zone)
        if own.duty is not None:
            moment = _there(moment, own, calendar)
        if moment == before:
            break
    return moment


def _there(moment: datetime, own: Hours, calendar: WorkCalendar) -> datetime:
    """The moment itself, or the next at which somebody's duty begins."""
    assert own.duty is not None
    for _ in range(MOST_TRIES):
        local = moment.astimezone(calendar.zone)
        there = is_quiet(moment, own.duty, calendar.zone)  # inside these hours
        if there and _on_day(local.date(), own, calendar):
            return moment
        begin = _at(local, own.duty.start, calendar.zone)
        if begin <= local:
            begin = _at(local + timedelta(days=1), own.duty.start, calendar.zone)
        moment = begin.astimezone(moment.tzinfo)
    return moment


def _on_day(day: date, own: Hours, calendar: WorkCalendar) -> bool:
    return calendar.is_working(day) if own.days == "working" else day.isoweekday() in own.days


@dataclass(frozen=True)
class Terms:
    """When the clocks of a matter end, were they to begin now.

    No `quiet`: danger runs through the night.
    """

    now: datetime
    deadline: Deadline
    calendar: WorkCalendar
    quiet: QuietPolicy | None
    wait: Span  #: until the next rung is asked
    callback: Span

    def end(self, clock: Clock) -> datetime:
        """When a clock that begins now ends; never while people sleep."""
        return self.after(self.span(clock))

    def span(self, clock: Clock) -> Span:
        """How long a clock runs."""
        match clock:
            case Clock.ANSWER:
                return self.deadline.answer
            case Clock.LADDER:
                return self.wait
            case Clock.PROGRESS:
                return self.deadline.to_progress
            case Clock.SOLVE:
                return self.deadline.solve
            case Clock.CALLBACK:
                return self.callback

    def after(self, span: Span) -> datetime:
        """The moment after a span that begins now, or when people wake."""
        return self.awake(self.calendar.add(self.begin, span))

    @cached_property
    def begin(self) -> datetime:
        """When a clock begins that is started now: when people wake."""
        return self.awake(self.now)

    def awake(self, moment: datetime) -> datetime:
        """A moment at which people may be disturbed."""
        if self.quiet is None:
            return moment
        return awake(moment, self.quiet, self.calendar.zone)

    def moved(self, due: datetime, since: datetime) -> datetime:
        """When the solution's clock ends that stood still since a moment and goes on now."""
        return self.awake(self.calendar.moved(due, since, self.now, self.deadline.solve))


def again_after(first: timedelta, times: int, longest: timedelta) -> timedelta:
    """How long until people who were asked `times` times are asked once more (R59).

    It doubles from `first` up to `longest`: a request that nobody takes must not become noise.
    """
    return min(longest, first * 2 ** min(times, 20)) if first < longest else longest


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """All moments at which the clock may have to look at a request; None: there is none."""

    climb: datetime | None = None
    progress: datetime | None = None
    solve: datetime | None = None
    resume: datetime | None = None
    remind: datetime | None = None
    callback: datetime | None = None
    ages: datetime | None = None


#: In each state, what the clock does at which moment, in this order where several have come.
WATCHED: dict[State, tuple[tuple[str, Move], ...]] = {
    State.OPEN: (("climb", Move.CLIMB), ("solve", Move.LATE), ("ages", Move.AGE)),
    State.TAKEN: (
        ("progress", Move.EXPIRE),
        ("climb", Move.CLIMB),
        ("solve", Move.LATE),
        ("ages", Move.AGE),
    ),
    State.WAITING: (("resume", Move.RESUME), ("ages", Move.AGE)),
    State.DONE: (("callback", Move.EXPIRE), ("remind", Move.REMIND)),
    State.CLOSED: (),
}


def next_due(state: State, moments: Moments) -> datetime | None:
    """The next moment at which the clock must look; None: nothing is due."""
    found: list[datetime] = [
        moment for name, _ in WATCHED[state] if (moment := getattr(moments, name)) is not None
    ]
    return min(found, default=None)


def due_move(state: State, moments: Moments, now: datetime) -> Move | None:
    """What the clock does now; None: nothing has come."""
    for name, move in WATCHED[state]:
        moment: datetime | None = getattr(moments, name)
        if moment is not None and moment <= now:
            return move
    return None
