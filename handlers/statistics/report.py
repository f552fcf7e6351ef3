"""The numbers of a place and a period, put together; made alike from the sums and from a file.

Pure: who asks where the marks come from is `asking` (the sums) or `recounting` (a file of events).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from handlers.statistics.periods import Period
from handlers.statistics.rules import Change, Figures, Marks, Part, Waiting, figures


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
class Wait:
    """So many requests of a cell still have time, for the answer or for the solution."""

    area: int
    category: str
    rung: int
    answer: int = 0
    solve: int = 0


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


def report(ask: Ask, sums: Sums, waits: Sequence[Wait], small: int) -> Report:
    """The numbers of these marks."""
    whole = figures(sums.whole, _total(waits))
    return Report(
        ask,
        whole,
        [
            Part(each, figures(marks, _total(w for w in waits if w.area == each)))
            for each, marks in sorted(sums.areas.items())
        ],
        [
            Part(each, figures(marks, _total(w for w in waits if w.category == each)))
            for each, marks in sorted(sums.categories.items())
        ],
        [
            Part(each, figures(marks, _total(w for w in waits if w.rung == each)))
            for each, marks in sorted(sums.rungs.items())
        ],
        Change(whole.n, sums.before, whole=ask.period.over(ask.today)),
        small,
    )


def _total(waits: Iterable[Wait]) -> Waiting:
    answer = solve = 0
    for each in waits:
        answer += each.answer
        solve += each.solve
    return Waiting(answer, solve)
