"""Who has which turn: rules as values, the turns from the rule alone, in any time zone.

A turn begins and ends at local times, and so may last an hour more or less when the clocks change;
where one ends and the next begins is one moment, so there is neither a gap nor an overlap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

from handlers.directory.workdays import is_free, is_working

By = Literal["slot", "day", "week", "weekday"]
#: keep: duty as always; skip: none on public holidays; work: on working days, make-up ones too.
Holidays = Literal["keep", "skip", "work"]
Crew = tuple[int, ...]

DAY = timedelta(days=1)
#: How far ahead the next turn is looked for.
AHEAD = 400
EVERY_DAY = tuple(range(7))


@dataclass(frozen=True, slots=True)
class Rule:
    """When there are turns and how they pass on; `slots` are local ("HH:MM", "HH:MM"), sorted.

    They are counted from the day's beginning: "25:00" is one o'clock at night of the same duty day.
    """

    zone: str
    slots: tuple[tuple[str, str], ...]
    start: str  #: ISO date: no turn begins before it, and the first crew's turn is counted from it
    by: By = "week"  #: passes on every `n` slots, days or weeks; weekday: a crew for each of `days`
    n: int = 1
    days: tuple[int, ...] = EVERY_DAY  #: 0 is Monday
    holidays: Holidays = "keep"
    off: tuple[str, ...] = ()  #: ISO dates without duty, by the community's own list


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn, from one moment to another, by the rule."""

    start: datetime
    end: datetime
    crew: Crew

    def covers(self, moment: datetime) -> bool:
        """Whether it is on at a moment."""
        return self.start <= moment < self.end


def to_data(rule: Rule) -> dict[str, Any]:
    """The rule as JSON data."""
    data = asdict(rule)
    slots = [list(each) for each in rule.slots]
    return {**data, "slots": slots, "days": list(rule.days), "off": list(rule.off)}


def from_data(data: Mapping[str, Any]) -> Rule:
    """The rule that `to_data` gave."""
    values: dict[str, Any] = dict(data)
    values["slots"] = tuple((start, end) for start, end in values["slots"])
    values["days"], values["off"] = tuple(values["days"]), tuple(values["off"])
    return Rule(**values)


def turns(rule: Rule, crews: Sequence[Crew], begin: datetime, end: datetime) -> Iterator[Turn]:
    """The turns that touch the time from `begin` to `end` (not included), in order."""
    zone = ZoneInfo(rule.zone)
    day = max(begin.astimezone(zone).date() - 3 * DAY, date.fromisoformat(rule.start))
    last = end.astimezone(zone).date() + DAY
    while day <= last:
        for turn in _on_day(rule, crews, day):
            if turn.end > begin and turn.start < end:
                yield turn
        day += DAY


def on_at(rule: Rule, crews: Sequence[Crew], moment: datetime) -> Turn | None:
    """The turn that is on at a moment; None: none is meant to be."""
    found = turns(rule, crews, moment, moment + timedelta(microseconds=1))
    return next((turn for turn in found if turn.covers(moment)), None)


def next_start(rule: Rule, after: datetime) -> datetime | None:
    """When the first turn after a moment begins; None: there is none any more."""
    ahead = after + AHEAD * DAY
    found = (turn.start for turn in turns(rule, (), after, ahead) if turn.start > after)
    return next(found, None)


def overlap(slots: Sequence[tuple[str, str]]) -> bool:
    """Whether slots of a day run into one another, or into those of the next day."""
    spans = sorted((minutes(start), minutes(end)) for start, end in slots)
    again = [*spans, (spans[0][0] + 24 * 60, 0)] if spans else []
    return any(one[1] > other[0] for one, other in pairwise(again))


def minutes(clock: str) -> int:
    """From the beginning of the day."""
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def _on_day(rule: Rule, crews: Sequence[Crew], day: date) -> Iterator[Turn]:
    if not _has_duty(rule, day):
        return
    for number, (begins, ends) in enumerate(rule.slots):
        start = moment_of(day, begins, rule.zone)
        end = moment_of(day, ends, rule.zone)
        if start < end:  # else the clocks skip all of it
            yield Turn(start, end, _crew(rule, crews, day, number))


def _has_duty(rule: Rule, day: date) -> bool:
    if day.isoformat() in rule.off:
        return False
    if rule.holidays == "work":
        made_up = day.weekday() >= 5
        return (made_up or day.weekday() in rule.days) and is_working(day, rule.zone)
    return day.weekday() in rule.days and not (rule.holidays == "skip" and is_free(day, rule.zone))


def _crew(rule: Rule, crews: Sequence[Crew], day: date, slot: int) -> Crew:
    """Counted by the calendar: a turn that falls away on a holiday moves nobody else's."""
    if not crews:
        return ()
    if rule.by == "weekday" and day.weekday() in rule.days:
        return crews[rule.days.index(day.weekday()) % len(crews)]
    return crews[_passed(rule, day, slot) // rule.n % len(crews)]


def _passed(rule: Rule, day: date, slot: int) -> int:
    """How many slots, days or weeks of the rule have passed since its start."""
    start = date.fromisoformat(rule.start)
    if rule.by == "week":
        monday = start - start.weekday() * DAY
        return (day - monday).days // 7
    weeks, rest = divmod((day - start).days, 7)
    later = sum((start.weekday() + each) % 7 in rule.days for each in range(rest))
    days = weeks * len(rule.days) + later
    return days * len(rule.slots) + slot if rule.by == "slot" else days


@lru_cache(maxsize=4096)
def moment_of(day: date, clock: str, zone: str) -> datetime:
    """A local time as a moment; never earlier than that of an earlier time.

    Of a time that comes twice the first counts; one that the clocks skip is the moment they do.
    """
    at = ZoneInfo(zone)
    days, left = divmod(minutes(clock), 24 * 60)
    local = datetime.combine(day + days * DAY, time(*divmod(left, 60)), at)
    found = local.astimezone(UTC)
    if found.astimezone(at).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    return _change_before(found, at)


def _change_before(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clocks were put forward, within the day before `moment`."""
    low, high = moment - DAY, moment
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        same = middle.astimezone(zone).utcoffset() == before
        low, high = (middle, high) if same else (low, middle)
    return (high + timedelta(milliseconds=500)).replace(microsecond=0)
