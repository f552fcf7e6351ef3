"""From what staff say of a request to what they promise: "周五前修好", "tomorrow morning"; pure.

The words are data (words "replies.*"), read in all languages at once, a clause at a time: "修好了，
明天再来看看" says that it is done, and promises a visit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from config.words import Catalogue
from handlers.requests import when
from handlers.requests.plain_words import MOST, clauses, normal, patterns_of

#: What is promised: that it is solved until then, or that somebody comes.
SOLVE, COME = "solve", "come"


@dataclass(frozen=True, slots=True)
class Promised:
    """What is promised until when; `bare`: only a day was said, and what for must be asked."""

    kind: str
    due: datetime
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """The words by which promises are told, of all languages."""

    solve: re.Pattern[str]
    come: re.Pattern[str]
    never: re.Pattern[str]  #: refusals, doubts, and what is over
    fill: re.Pattern[str]  #: what may stand beside a day that is a whole answer
    question: re.Pattern[str]


def read(known: Wording, text: str, now: datetime, zone: ZoneInfo) -> Promised | None:
    """What a reply promises, later than now; None: nothing with a date."""
    said = normal(text)
    if not said or len(said) > MOST or known.question.search(said):
        return None
    for clause in clauses(said):
        found = _one(known, clause, now, zone)
        if found is not None:
            return found
    return None


def _one(known: Wording, clause: str, now: datetime, zone: ZoneInfo) -> Promised | None:
    if known.never.search(clause):
        return None
    due = when.by(clause, now, zone)
    if due is None:
        return None
    rest = when.without(clause)
    if known.solve.search(rest):
        return Promised(SOLVE, due)
    if known.come.search(rest):
        return Promised(COME, due)
    bare = not re.sub(r"[\W_]", "", known.fill.sub(" ", rest))
    return Promised(SOLVE, due, bare=True) if bare else None


@cache
def wording_of(words: Catalogue) -> Wording:
    """The wording of a catalogue, compiled once."""

    def any_of(*names: str) -> re.Pattern[str]:
        return re.compile("|".join(_each(words, names)))

    return Wording(
        solve=any_of("promise_solve"),
        come=any_of("promise_come"),
        never=any_of("promise_never"),
        fill=any_of("promise_fill"),
        question=re.compile(r"\?|" + any_of("question", "status").pattern),
    )


def _each(words: Catalogue, names: Iterable[str]) -> Iterable[str]:
    return (pattern.pattern for name in names for pattern in patterns_of(words, name))


def besides(known: Wording, text: str) -> str:
    """What is said besides the promise and its date: a reason, where one is given."""
    rest = when.without(normal(text))
    for pattern in (known.solve, known.come, known.fill):
        rest = pattern.sub(" ", rest)
    return re.sub(r"[\W_]+", " ", rest).strip()
