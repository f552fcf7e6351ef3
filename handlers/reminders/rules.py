"""When a reminder is due: rules as values, the next moment from the rule alone (R58)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from handlers.directory.workdays import is_free, is_working

Every = Literal["once", "day", "workday", "week", "month", "nth", "year", "cron"]
Holidays = Literal["keep", "skip", "later", "earlier"]

#: The longest look ahead: 29 February comes again after eight years at the latest.
AHEAD = 366 * 9
#: The longest row of days off; a moved day is never further away.
LONGEST_REST = 20


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `times` are local "HH:MM", sorted; `start` anchors "every n ..."."""

    every: Every
    zone: str
    times: tuple[str, ...] = ()
    n: int = 1  #: every n days, weeks or months
    weekdays: tuple[int, ...] = ()  #: 0 is Monday
    day: int = 0  #: of the month; beyond its end means its last day
    nth: int = 0  #: which weekday of the month: 1 to 5, -1 the last
    month: int = 0  #: of the year
    start: str = ""  #: ISO date
    holidays: Holidays = "keep"
    cron: str = ""


def to_data(rule: Rule) -> dict[str, Any]:
    """The rule as JSON data."""
    data = asdict(rule)
    return {**data, "times": list(rule.times), "weekdays": list(rule.weekdays)}


def from_data(data: Mapping[str, Any]) -> Rule:
    """The rule that `to_data` gave."""
    values: dict[str, Any] = dict(data)
    values["times"] = tuple(values["times"])
    values["weekdays"] = tuple(values["weekdays"])
    return Rule(**values)


def next_after(rule: Rule, after: datetime) -> datetime | None:
    """The first moment strictly after `after`, in UTC; None when there is none any more."""
    if rule.every == "cron":
        return _next_cron(rule, after)
    first: datetime | None = None
    for day in _days(rule, after):
        if first is not None and day > _local(rule, first).date() + timedelta(days=LONGEST_REST):
            break
        found = _first_on(rule, day, after)
        if found is not None and (first is None or found < first):
            first = found
            if rule.holidays == "keep":
                break
    return first


def upcoming(rule: Rule, after: datetime, count: int) -> list[datetime]:
    """The next `count` moments."""
    found: list[datetime] = []
    moment: datetime | None = after
    while len(found) < count and (moment := next_after(rule, moment)) is not None:
        found.append(moment)
    return found


def _next_cron(rule: Rule, after: datetime) -> datetime | None:
    from cronsim import CronSim  # few reminders have such a rule

    local = after.astimezone(ZoneInfo(rule.zone))
    for moment in CronSim(rule.cron, local):
        if (found := moment.astimezone(UTC)) > after:
            return found
    return None


def _local(rule: Rule, moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(rule.zone))


def _days(rule: Rule, after: datetime) -> Iterator[date]:
    """The rule's own days, from a little before the moment on (a day may have been moved)."""
    if rule.every == "once":
        yield date.fromisoformat(rule.start)
        return
    begin = _local(rule, after).date()
    back = 1 if rule.holidays == "keep" else LONGEST_REST
    start = date.fromisoformat(rule.start) if rule.start else date.min
    for i in range(-back, AHEAD):
        day = begin + timedelta(days=i)
        if day >= start and MATCHES[rule.every](rule, day):
            yield day


def _first_on(rule: Rule, day: date, after: datetime) -> datetime | None:
    actual = _moved(rule, day)
    if actual is None:
        return None
    moments = (_moment(actual, clock, rule.zone) for clock in rule.times)
    # Not simply the first: one that the clock skips may come behind the one after it.
    return min((moment for moment in moments if moment > after), default=None)


def _moved(rule: Rule, day: date) -> date | None:
    """The day on which it is really said, if that day is a day off."""
    if rule.holidays == "keep" or not is_free(day, rule.zone):
        return day
    if rule.holidays == "skip":
        return None
    step = timedelta(days=1 if rule.holidays == "later" else -1)
    for _ in range(LONGEST_REST):
        day += step
        if is_working(day, rule.zone):
            return day
    return day


def _moment(day: date, clock: str, zone: str) -> datetime:
    """A local time as a moment. One that the clock skips comes as much later as it skips; of one
    that comes twice the first counts."""
    local = datetime.combine(day, time.fromisoformat(clock), ZoneInfo(zone))
    return local.astimezone(UTC)


def _every_day(rule: Rule, day: date) -> bool:
    return (day - date.fromisoformat(rule.start)).days % rule.n == 0 if rule.n > 1 else True


def _every_workday(rule: Rule, day: date) -> bool:
    return is_working(day, rule.zone)


def _every_week(rule: Rule, day: date) -> bool:
    if day.weekday() not in rule.weekdays:
        return False
    if rule.n == 1:
        return True
    anchor = date.fromisoformat(rule.start)
    weeks = (day - day_of_week(anchor, 0)).days // 7
    return weeks % rule.n == 0


def day_of_week(day: date, weekday: int) -> date:
    """The given weekday of a day's week."""
    return day - timedelta(days=day.weekday() - weekday)


def _every_month(rule: Rule, day: date) -> bool:
    if rule.n > 1:
        anchor = date.fromisoformat(rule.start)
        if ((day.year - anchor.year) * 12 + day.month - anchor.month) % rule.n:
            return False
    return day.day == min(rule.day, last_day(day))


def last_day(day: date) -> int:
    """How many days the month of a day has."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1).toordinal() - (
        day.replace(day=1).toordinal()
    )


def _nth(rule: Rule, day: date) -> bool:
    if day.weekday() not in rule.weekdays:
        return False
    if rule.nth == -1:
        return day.day + 7 > last_day(day)
    return (day.day - 1) // 7 + 1 == rule.nth


def _every_year(rule: Rule, day: date) -> bool:
    return day.month == rule.month and day.day == min(rule.day, last_day(day))


MATCHES = {
    "day": _every_day,
    "workday": _every_workday,
    "week": _every_week,
    "month": _every_month,
    "nth": _nth,
    "year": _every_year,
}


def with_holidays(rule: Rule, holidays: Holidays) -> Rule:
    """The rule with another way with days off."""
    return replace(rule, holidays=holidays)
