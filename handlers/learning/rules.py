"""How sure a share of few cases is, and when a group needs no question first: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from config.subjects import TrustPolicy

#: One-sided 95 %: of twenty groups that pass a bar, one may be below it.
Z = 1.6449


class Kind(StrEnum):
    """What people put right."""

    NOT_REQUEST = "not_request"  #: what was opened or asked about is none
    CONFIRMED = "confirmed"  #: what was asked about is one
    MISSED = "missed"  #: what was passed over is one (/report)
    CATEGORY = "category"
    PLACE = "place"
    URGENCY = "urgency"
    MERGED = "merged"  #: it is the same as another one
    SPLIT = "split"  #: there are two in it


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cases are decided, and how many of them were right."""

    right: int = 0
    cases: int = 0

    @classmethod
    def of(cls, verdicts: Sequence[bool]) -> Tally:
        """Counted."""
        return cls(sum(verdicts), len(verdicts))

    @property
    def share(self) -> float:
        """The share that was right; 0 of none."""
        return self.right / self.cases if self.cases else 0.0

    @property
    def sure(self) -> float:
        """The share that can be relied on: the lower bound of Wilson's interval.

        E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212.
        """
        if not self.right:
            return 0.0
        n, p, z = self.cases, self.share, Z
        middle = p + z * z / (2 * n)
        spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, (middle - spread) / (1 + z * z / n))


def acts(tally: Tally, bars: TrustPolicy, *, acted: bool) -> bool:
    """Whether a group needs no question first, given whether it needed none so far.

    Two bars: what lies between them changes nothing, so that one case does not turn it to and fro.
    """
    if tally.cases < bars.least:
        return acted
    return tally.sure >= (bars.falls if acted else bars.passes)
