"""The numbers of a place and a period, put together; made alike from the sums and from a file.

Pure: who asks where the marks come from is `asking` (the sums) or `recounting` (a file of events).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from handlers.statistics.periods import Period
from handlers.statistics.rules import Change, Figures, Marks, Part, figures

T = TypeVar("T", int, str)


@dataclass(frozen=True, slots=True)
class Ask:
    """Of what the numbers are wanted."""

    period: Period
    baseline: Period
    today: date  #: where it is
    now: datetime


@dataclass(frozen=True, slots=True)
class Sums:
    """The marks of requests, all together and by facet."""

    whole: Marks
    areas: Mapping[int, Marks]
    categories: Mapping[str, Marks]
    rungs: Mapping[int, Marks]
    before: int  #: how many there were in the baseline


@dataclass(frozen=True, slots=True)
class Curves:
    """How many requests there were by day of the period and by month up to it."""

    days: Mapping[date, int]
    months: Sequence[tuple[Period, int]]


@dataclass(frozen=True, slots=True)
class Report:
    """The numbers as they are shown, in whatever form."""

    ask: Ask
    whole: Figures
    areas: Sequence[Part[int]]
    categories: Sequence[Part[str]]
    rungs: Sequence[Part[int]]
    change: Change
    small: int  #: what has fewer is not ranked
    title: str = ""  #: the name of the place
    names: Mapping[int, str] = field(default_factory=dict[int, str])  #: of the areas
    curves: Curves | None = None


def report(ask: Ask, sums: Sums, small: int) -> Report:
    """The numbers of these marks."""
    whole = figures(sums.whole)
    return Report(
        ask,
        whole,
        _parts(sums.areas),
        _parts(sums.categories),
        _parts(sums.rungs),
        Change(whole.n, sums.before, whole=ask.period.over(ask.today)),
        small,
    )


def _parts(by: Mapping[T, Marks]) -> list[Part[T]]:
    return [Part(each, figures(by[each])) for each in sorted(by)]
