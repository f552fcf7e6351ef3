"""The sums of places and periods, and what a request adds to them. Pure.

A request counts at its building and at each place above, in its month and in its week.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from handlers.statistics.periods import month_of, week_of
from handlers.statistics.stories import COUNTS, Key

#: What is summed up, each by words of its own: the columns of `storage.tables.Total`.
COLUMNS = ("whole", "own", "categories", "rungs", "days")
#: A place and a period (`Period.key`).
Where = tuple[int, str]
Words = Mapping[str, int]


@dataclass(slots=True)
class Changes:
    """By place and period, what is to be added; less than nothing is taken off."""

    cells: dict[Where, dict[str, Counter[str]]] = field(
        default_factory=dict[Where, dict[str, Counter[str]]]
    )

    def add(self, key: Key, marks: Sequence[str], line: Sequence[int], times: int = 1) -> None:
        """A request with these marks; `line`: its place and those above it, the root first."""
        words = list(_words(key, marks))
        for period in (month_of(key.day).key, week_of(key.day).key):
            for area in line:
                cell = self.cells.setdefault((area, period), {})
                for column, word in words:
                    if column != "own" or area == line[-1]:
                        cell.setdefault(column, Counter())[word] += times


def _words(key: Key, marks: Sequence[str]) -> Iterator[tuple[str, str]]:
    for mark in marks:
        yield "whole", mark
        yield "own", mark
        yield "categories", f"{mark} {key.category}"
        yield "rungs", f"{mark} {key.rung}"
    if COUNTS in marks:
        yield "days", key.day.isoformat()


def merged(known: Mapping[str, Words] | None, change: Mapping[str, Words]) -> dict[str, Words]:
    """The sums with a change, column by column; a word that nothing has is left out."""
    found: dict[str, Words] = {}
    for column in COLUMNS:
        words = dict(known[column]) if known else {}
        for word, n in change.get(column, {}).items():
            words[word] = words.get(word, 0) + n
        found[column] = {word: n for word, n in words.items() if n}
    return found


def by_part(words: Words) -> dict[str, dict[str, int]]:
    """The marks by what stands behind them (a category, a rung)."""
    found: dict[str, dict[str, int]] = {}
    for word, n in words.items():
        mark, part = word.split(" ", 1)
        found.setdefault(part, {})[mark] = n
    return found


def together(some: Sequence[Words]) -> dict[str, int]:
    """Several sums as one."""
    found: Counter[str] = Counter()
    for each in some:
        found.update(each)
    return dict(found)
