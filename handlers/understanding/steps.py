"""Values as steps that are passed, so that a decision on them stays a sum of named features."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from handlers.understanding.features import bucket


def passed(name: str, value: float, steps: Sequence[float]) -> Iterator[str]:
    """A feature for each step that a value has passed."""
    yield from (f"{name}>{step}" for step in steps[: bucket(value, steps)])


def odds(chance: float) -> float:
    """Log odds, of no chance less than about -4.6 and of none more than that above zero."""
    chance = 0.01 + 0.98 * chance
    return math.log(chance / (1 - chance))
