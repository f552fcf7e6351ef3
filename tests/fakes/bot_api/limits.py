"""How much a bot may say: one a second in a chat, twenty a minute in a group, thirty overall."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime, timedelta

#: What is allowed is counted this much more kindly: two messages sent a second apart may arrive
#: a little closer to each other.
KINDNESS = 0.05

Rule = tuple[str, int, float]
PER_CHAT, PER_GROUP, OVERALL = ("chat", 1, 1.0), ("group", 20, 60.0), ("all", 30, 1.0)


class Limits:
    """Counts what is sent by the given clock."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._sent: defaultdict[tuple[str, int], deque[datetime]] = defaultdict(deque)

    def spend(self, chat: int) -> int:
        """Count a message into a chat; if it is too much, nothing is: the seconds to wait."""
        now = self._now()
        rules = [(PER_CHAT, chat), (OVERALL, 0), *([(PER_GROUP, chat)] if chat < 0 else [])]
        pause = max(self._pause(rule, of, now) for rule, of in rules)
        if pause <= 0:
            for (name, _, _), of in rules:
                self._sent[name, of].append(now)
            return 0
        return max(1, math.ceil(pause))

    def _pause(self, rule: Rule, of: int, now: datetime) -> float:
        name, most, seconds = rule
        span = timedelta(seconds=seconds * (1 - KINDNESS))
        sent = self._sent[name, of]
        while sent and sent[0] <= now - span:
            sent.popleft()
        return (sent[-most] + span - now).total_seconds() if len(sent) >= most else 0.0
