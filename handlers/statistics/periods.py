"""Periods of which numbers are told: days, a week from Monday on, a month. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

MONTH = re.compile(r"(?<!\d)(\d{4})\s*(?:[-/.]|年)\s*(\d{1,2})(?:\s*月)?(?!\d|[-/.]\d)")
#: Other years cannot have been meant.
YEARS = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a week; `end` is the first day behind it."""

    kind: Literal["month", "week"]
    begin: date
    end: date

    @property
    def name(self) -> str:
        """ "2026-10", or the first and the last day."""
        if self.kind == "month":
            return f"{self.begin:%Y-%m}"
        return f"{self.begin:%Y-%m-%d}/{self.end - timedelta(days=1):%m-%d}"

    @property
    def key(self) -> str:
        """ "2026-10", or "w2026-10-05" for a week: `beginning` reads it."""
        return f"{self.begin:%Y-%m}" if self.kind == "month" else f"w{self.begin:%Y-%m-%d}"

    def over(self, today: date) -> bool:
        """Whether it lies wholly behind a day."""
        return today >= self.end


def month_of(day: date) -> Period:
    """The month of a day."""
    begin = day.replace(day=1)
    return Period("month", begin, (begin + timedelta(days=32)).replace(day=1))


def week_of(day: date) -> Period:
    """The week of a day, from Monday on."""
    begin = day - timedelta(days=day.weekday())
    return Period("week", begin, begin + timedelta(days=7))


def beginning(text: str) -> Period | None:
    """The month "2026-10", or "w2026-10-05" for the week of a day; None: no such period."""
    try:
        day = date.fromisoformat(text[1:] if text.startswith("w") else f"{text}-01")
    except ValueError:
        return None
    if day.year not in YEARS:
        return None
    return week_of(day) if text.startswith("w") else month_of(day)


def before(period: Period) -> Period:
    """The one just before."""
    day = period.begin - timedelta(days=1)
    return month_of(day) if period.kind == "month" else week_of(day)


def named(name: str, today: date) -> Period:
    """ "month", "month_before", "week" or "week_before", seen from a day."""
    kind, _, earlier = name.partition("_")
    period = month_of(today) if kind == "month" else week_of(today)
    return before(period) if earlier else period


def months_at(text: str) -> tuple[dict[int, Period], str]:
    """The months written in a text ("2026-10", "2026年10月") by where they stand, and the text with
    nothing in their places; of a month that there is not, the whole text."""
    found = {each.start(): _month(int(each[1]), int(each[2])) for each in MONTH.finditer(text)}
    known = {place: each for place, each in found.items() if each is not None}
    if len(known) < len(found):
        return {}, text
    return known, MONTH.sub(lambda each: " " * len(each[0]), text)


def _month(year: int, month: int) -> Period | None:
    if not 1 <= month <= 12 or year not in YEARS:
        return None
    return month_of(date(year, month, 1))


def last_months(period: Period, many: int) -> list[Period]:
    """So many months up to the one in which a period begins, the earliest first."""
    found = [month_of(period.begin)]
    while len(found) < many:
        found.insert(0, before(found[0]))
    return found


def days_of(period: Period) -> Iterable[date]:
    """Its days."""
    return (period.begin + timedelta(days=each) for each in range((period.end - period.begin).days))
