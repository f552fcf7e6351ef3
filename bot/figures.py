"""What this process counts of its own work, for /metrics: plain numbers, no names, no words."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from time import perf_counter

from handlers.chat.platform import (
    DeliveryError,
    GoneError,
    MovedError,
    PassingError,
    PermanentError,
)

#: Seconds; the upper bounds of a histogram's buckets, behind which there is one without a bound.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
#: The kinds of failed sends there are.
KINDS = ("passing", "uncertain", "permanent", "unreachable", "moved", "gone", "spoilt", "broken")


@dataclass(slots=True)
class Durations:
    """How often something took how long."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0  #: seconds

    def took(self, seconds: float) -> None:
        """It took so long once more."""
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds


@dataclass(slots=True)
class Figures:
    """Counted since the process began."""

    received: Counter[str] = field(default_factory=Counter[str])  #: updates kept, by platform
    handled: Counter[str] = field(default_factory=Counter[str])  #: talk | done | failed | dead
    sent: Counter[str] = field(default_factory=Counter[str])  #: by platform
    failed: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    ticks: Durations = field(default_factory=Durations)
    tick_failures: Counter[str] = field(default_factory=Counter[str])  #: by subject
    ticked: float = field(default_factory=perf_counter)  #: when the clock ticked last, or the start

    def not_sent(self, platform: str, error: DeliveryError) -> None:
        """A letter could not be sent."""
        self.failed[(platform, kind_of(error))] += 1


def kind_of(error: DeliveryError) -> str:
    """Which of KINDS it is."""
    if isinstance(error, PermanentError):
        return "unreachable" if error.unreachable else "permanent"
    if isinstance(error, PassingError):
        return "uncertain" if error.uncertain else "passing"
    if isinstance(error, MovedError):
        return "moved"
    return "gone" if isinstance(error, GoneError) else "broken"
