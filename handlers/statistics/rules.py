"""From counted marks to numbers that people can trust: rates with their n, times, comparisons.

Pure. What each number means: docs/numbers.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from math import ceil
from typing import Generic, TypeVar

from handlers.statistics.stories import BOUNDS, COUNTS, MAY_ANSWER, MAY_SOLVE

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
#: Marks and how many requests carry them.
Marks = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many; without any there is no rate."""

    part: int
    of: int

    @property
    def share(self) -> float | None:
        """From 0 to 1."""
        return self.part / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took: the bounds below which half and nine tenths of it stay."""

    n: int
    median: timedelta | None = (
        None  #: None: nothing was measured, or it took longer than all bounds
    )
    p90: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of some requests."""

    n: int
    response: Rate
    resolution: Rate
    satisfaction: Rate
    to_answer: Times
    to_solve: Times
    unanswered: int  #: nobody has answered yet, be it late or not
    open: int  #: not ended yet
    unknown: int  #: nobody answered whether it is solved
    reopened: int
    merged: int  #: counted with the request into which they went
    cancelled: int  #: were none


def figures(marks: Marks) -> Figures:
    """The numbers of requests by the marks they carry.

    What still has time speaks neither for nor against anybody yet.
    """
    get = Counter(marks)
    answered = get["answered"] + get["answered_late"] + get["unanswered"]
    ended = get["solved"] + get["failed"] + get["open"]
    asked = get["satisfied"] + get["unsatisfied"] + get["unknown"]
    return Figures(
        n=get[COUNTS],
        response=Rate(get["answered"], answered - get[MAY_ANSWER]),
        resolution=Rate(get["solved"], ended - get[MAY_SOLVE]),
        satisfaction=Rate(get["satisfied"], asked),
        to_answer=times(marks, "a"),
        to_solve=times(marks, "s"),
        unanswered=get["unanswered"],
        open=get["open"],
        unknown=get["unknown"],
        reopened=get["reopened"],
        merged=get["merged"],
        cancelled=get["cancelled"],
    )


def times(marks: Marks, kind: str) -> Times:
    """Median and 90th percentile of what was put into the buckets of a kind ("a" or "s")."""
    buckets = [marks.get(f"{kind}{number:02}", 0) for number in range(len(BOUNDS) + 1)]
    return Times(
        sum(buckets), quantile(buckets, Fraction(1, 2)), quantile(buckets, Fraction(9, 10))
    )


def quantile(buckets: Sequence[int], share: Fraction) -> timedelta | None:
    """The upper bound of the bucket in which the nearest rank lies (the ceil(share * n)-th)."""
    rank, seen = ceil(share * sum(buckets)), 0
    for number, many in enumerate(buckets):
        seen += many
        if rank and seen >= rank:
            return BOUNDS[number] if number < len(BOUNDS) else None
    return None


@dataclass(frozen=True, slots=True)
class Change:
    """How many there are against those of the baseline; no share where that had none."""

    n: int
    before: int
    whole: bool = True  #: the period is over; one that goes on is compared with nothing

    @property
    def share(self) -> float | None:
        """-0.659 for 65.9 % less."""
        return (self.n - self.before) / self.before if self.before and self.whole else None


@dataclass(frozen=True, slots=True)
class Part(Generic[T_co]):
    """The numbers of one building, category or rung."""

    what: T_co
    figures: Figures


def ranked(parts: Iterable[Part[T]], small: int) -> tuple[list[Part[T]], list[Part[T]]]:
    """Those of which enough is known, the highest resolution first; and those too few to rank."""
    enough: list[Part[T]] = []
    few: list[Part[T]] = []
    for part in parts:
        (enough if part.figures.resolution.of >= max(small, 1) else few).append(part)
    enough.sort(key=lambda part: (-(part.figures.resolution.share or 0), -part.figures.n))
    few.sort(key=lambda part: -part.figures.n)
    return enough, few
