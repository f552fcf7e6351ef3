"""What breaks when: seasons, storms and holidays. Pure; all chance is given.

Shares and seasons are our own estimates for a northern Chinese neighbourhood, no measured data:
they make a year with hot and cold months, not a forecast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

import holidays

#: Reports a year of 1,000 households, by category.
YEARLY: Mapping[str, float] = {
    "lift": 240,
    "water": 320,
    "electricity": 300,
    "heating": 260,
    "sanitation": 340,
    "parking": 300,
    "noise": 280,
    "greening": 120,
    "public_facilities": 220,
    "security": 140,
}
#: Months in which there is more of it, and how much more than in the others.
SEASONS: Mapping[str, tuple[frozenset[int], float]] = {
    "heating": (frozenset({11, 12, 1, 2, 3}), 12.0),
    "water": (frozenset({1, 2, 7, 8}), 1.8),
    "electricity": (frozenset({7, 8, 12, 1}), 1.6),
    "sanitation": (frozenset({6, 7, 8, 9}), 1.8),
    "noise": (frozenset({5, 6, 7, 8, 9}), 1.5),
    "greening": (frozenset({4, 5, 6, 7, 8, 9}), 3.0),
}
#: How likely a day has a storm, and what there is more of on it and the day after.
STORMY: Mapping[int, float] = {6: 0.08, 7: 0.14, 8: 0.14, 9: 0.06}
ELSE_STORMY = 0.015
IN_STORMS: Mapping[str, float] = {
    "water": 4.0,
    "electricity": 5.0,
    "greening": 10.0,
    "public_facilities": 3.0,
    "lift": 2.0,
}
#: On holidays people are at home or away: more noise and cars, fewer other reports.
ON_HOLIDAYS: Mapping[str, float] = {"noise": 1.8, "parking": 1.6}
ELSE_ON_HOLIDAYS = 0.7


@dataclass(frozen=True, slots=True)
class Day:
    """One day's weather and standing."""

    date: date
    storm: bool  #: on it or the day before
    holiday: bool


def days(first: date, count: int, chance: Random) -> list[Day]:
    """So many days in a row."""
    dates = [first + timedelta(days=n) for n in range(count)]
    storms = [chance.random() < STORMY.get(each.month, ELSE_STORMY) for each in dates]
    return [
        Day(each, storm or (n > 0 and storms[n - 1]), each in _holidays(each.year))
        for n, (each, storm) in enumerate(zip(dates, storms, strict=True))
    ]


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CN", years=year))


def rate(category: str, day: Day) -> float:
    """How many reports of a category a household makes on a day, on average."""
    months, more = SEASONS.get(category, (frozenset[int](), 1.0))
    whole = (more * len(months) + 12 - len(months)) / 12  # so that the year stays the same
    found = YEARLY[category] / 1000 / 365 * (more if day.date.month in months else 1) / whole
    if day.storm:
        found *= IN_STORMS.get(category, 1.0)
    if day.holiday:
        found *= ON_HOLIDAYS.get(category, ELSE_ON_HOLIDAYS)
    return found
