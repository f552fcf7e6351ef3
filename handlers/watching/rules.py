"""When a group's silence is unusual, by its own habit; pure.

Silence is counted in waking time, so that a night is no silence. A group's habit is the longest
silence of each of its last weeks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from config.subjects import QuietPolicy, WatchingPolicy

#: What can go wrong with the bot's senses; texts: watching.on.<kind>, watching.over.<kind>.
KINDS = ("silent", "mute", "deaf", "removed", "cut_off", "privacy")
#: No silence is followed for longer: it is more than any bound.
LONGEST = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a group: its Monday there, the longest silence that ended in it, lines heard."""

    week: str  #: "2026-03-02"
    longest: float  #: minutes awake
    count: int


Habit = tuple[Week, ...]


def habit_of(kept: Iterable[Mapping[str, Any]]) -> Habit:
    """A habit as it is stored."""
    return tuple(Week(str(w["week"]), float(w["longest"]), int(w["count"])) for w in kept)


def as_kept(habit: Habit) -> list[Any]:
    """A habit for storing."""
    return [asdict(week) for week in habit]


def noted(habit: Habit, day: date, gap: timedelta, count: int) -> Habit:
    """The habit after `count` lines on a day, the first of which ended a silence of `gap`."""
    monday = (day - timedelta(days=day.weekday())).isoformat()
    minutes = round(gap / timedelta(minutes=1), 1)
    same = next((each for each in habit if each.week == monday), Week(monday, 0, 0))
    now = replace(same, longest=max(same.longest, minutes), count=same.count + count)
    return (*(each for each in habit if each.week != monday), now)


def newest(habit: Habit, day: date, weeks: int) -> Habit:
    """The weeks that count: that of the day and so many before it."""
    first = (day - timedelta(days=day.weekday(), weeks=weeks)).isoformat()
    return tuple(each for each in habit if each.week >= first)


def limit_of(habit: Habit, known: timedelta, policy: WatchingPolicy) -> timedelta | None:
    """From how much waking time on a silence is unusual; None: nothing can be said.

    Nothing is said of a group that is `known` too short, that hardly talks, or whose silences are
    usually longer than the upper bound.
    """
    lines = sum(each.count for each in habit)
    if known < timedelta(days=policy.learn_days) or lines < policy.lines:
        return None
    usual = timedelta(minutes=max(each.longest for each in habit))
    least, most = timedelta(hours=policy.least_hours), timedelta(hours=policy.most_hours)
    if usual >= most:
        return None
    return min(most, max(least, usual * policy.times))


def waking(begin: datetime, end: datetime, quiet: QuietPolicy, zone: ZoneInfo) -> timedelta:
    """How much of the time between two moments people are awake (zero where end is not later)."""
    spans = _spans(begin, min(end, begin + LONGEST), quiet, zone)
    return sum((till - since for since, till in spans), timedelta(0))


def after(begin: datetime, much: timedelta, quiet: QuietPolicy, zone: ZoneInfo) -> datetime:
    """The moment by which people were awake for so long since another one."""
    left = much
    for since, till in _spans(begin, begin + LONGEST, quiet, zone):
        if till - since >= left:
            return since + left
        left -= till - since
    return begin + LONGEST


def _spans(
    begin: datetime, end: datetime, quiet: QuietPolicy, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """The waking spans between two moments, in order."""
    day, last = begin.astimezone(zone).date(), end.astimezone(zone).date()
    while day <= last:
        for opens, closes in _of_day(day, quiet, zone):
            since, till = max(begin, opens), min(end, closes)
            if since < till:
                yield since, till
        day += timedelta(days=1)


def _of_day(day: date, quiet: QuietPolicy, zone: ZoneInfo) -> Sequence[tuple[datetime, datetime]]:
    """When people are awake on a day: quiet hours may go over midnight or not."""
    morning, evening = _at(day, quiet.end, zone), _at(day, quiet.start, zone)
    first, last = _at(day, time(0), zone), _at(day + timedelta(days=1), time(0), zone)
    if quiet.end < quiet.start:
        return ((morning, evening),)
    return ((first, evening), (morning, last))


def _at(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
