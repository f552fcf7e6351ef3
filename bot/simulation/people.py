"""Tempers of households, reliability of helpers, and what each does when. Pure.

What somebody does is drawn from who it is and what it is about, never from what was drawn before:
so two policies meet the same people in the same moods, and differ by what they change alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import log
from random import Random

WAKES, SLEEPS = time(7), time(22)


@dataclass(frozen=True, slots=True)
class Temper:
    """How a household is."""

    name: str
    share: float  #: of all households
    talks: float  #: lines a day that are no reports
    reports: float  #: as much as the average household
    joins: float  #: how likely it says "me too" to something in its building
    answers: float  #: how likely it answers whether it is solved
    critical: float  #: and then says no
    asks: float  #: how likely it asks after a day what became of it


TEMPERS = (
    Temper("quiet", 0.45, 0.02, 0.5, 0.01, 0.45, 0.05, 0.02),
    Temper("plain", 0.35, 0.15, 1.0, 0.03, 0.65, 0.08, 0.10),
    Temper("talkative", 0.15, 0.80, 1.8, 0.08, 0.80, 0.08, 0.20),
    Temper("impatient", 0.05, 0.30, 3.1, 0.10, 0.85, 0.25, 0.60),
)

#: Hours until somebody who does react takes it, and then until it is done: medians.
REACTS, WORKS = 1.2, 20.0
SPREAD = 1.1
#: On holidays all takes longer.
HOLIDAY = 2.5


def stream(*parts: object) -> Random:
    """Chance that belongs to something: the same for the same parts."""
    return Random("|".join(map(str, parts)))  # noqa: S311 - seeded: the same days come again; guards nothing


def temper(seed: int, household: str) -> Temper:
    """How a household is."""
    drawn = stream(seed, "temper", household).random()
    for each in TEMPERS:
        drawn -= each.share
        if drawn < 0:
            return each
    return TEMPERS[0]


def reliability(seed: int, helper: str, average: float) -> float:
    """How likely somebody reacts to being asked: spread around an average, 0.02 to 0.98."""
    spread = stream(seed, "reliable", helper).uniform(-0.2, 0.2)
    return min(0.98, max(0.02, average + spread * min(1.0, 4 * average * (1 - average))))


def reacts(seed: int, helper: str, about: object, average: float) -> timedelta | None:
    """How long until somebody who is asked takes it; None: never."""
    chance = stream(seed, "reacts", helper, about)
    found = reliability(seed, helper, average)
    if chance.random() >= found:
        return None
    return timedelta(hours=chance.lognormvariate(log(REACTS / found), SPREAD))


def works(seed: int, helper: str, about: object) -> timedelta:
    """How long until it is done."""
    chance = stream(seed, "works", helper, about)
    return timedelta(hours=chance.lognormvariate(log(WORKS), SPREAD))


def awake(moment: datetime, chance: Random) -> datetime:
    """The moment, or some time in the next morning; local, aware."""
    if WAKES <= moment.timetz().replace(tzinfo=None) < SLEEPS:
        return moment
    later = moment if moment.hour < WAKES.hour else moment + timedelta(days=1)
    return later.replace(hour=WAKES.hour, minute=0, second=0, microsecond=0) + timedelta(
        minutes=chance.uniform(0, 120)
    )


def times(chance: Random, average: float) -> int:
    """How often something happens that happens so often on average (Poisson)."""
    count, left = 0, chance.expovariate(1.0)
    while left < average:
        count += 1
        left += chance.expovariate(1.0)
    return count


def of_day(chance: Random) -> timedelta:
    """A time of day at which people write: mornings and evenings rather than noon."""
    at = chance.choice((8.5, 12.5, 18.5, 20.0))
    return timedelta(hours=min(21.9, max(7.0, chance.gauss(at, 1.2))))


def one_of(chance: Random, some: Sequence[str]) -> str:
    """One of several texts."""
    return some[chance.randrange(len(some))]
