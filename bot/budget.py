"""How much may be said now: each platform's limits kept ahead of time, per chat and over all."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from datetime import datetime, timedelta

from handlers.chat import Limits

#: So many in any span of so long.
Most = tuple[int, timedelta]


class Budget:
    """Remembers when something was said on one platform, and says when the next may be."""

    def __init__(self, limits: Limits) -> None:
        self._overall = list(_overall(limits))
        self._private = list(_private(limits))
        self._group = [*self._private, *_group(limits)]
        self._said: deque[datetime] = deque()
        #: by chat; the one that was spoken to last stands last
        self._chats: OrderedDict[str, deque[datetime]] = OrderedDict()

    def __len__(self) -> int:
        """How many chats are remembered: those that were spoken to within the longest span."""
        return len(self._chats)

    def wait(self, chat: str, now: datetime, *, group: bool) -> timedelta:
        """How long until the next message may go to this chat (zero: now)."""
        here = self._group if group else self._private
        for said in (self._said, self._chats.get(chat)):
            _forget_after(said or deque(), now)
        waits = [_wait(self._said, most, now) for most in self._overall]
        waits += [_wait(self._chats.get(chat, deque()), most, now) for most in here]
        return max(waits, default=timedelta(0))

    def spend(self, chat: str, now: datetime) -> None:
        """A message goes now."""
        before = now - _longest(self._group)
        here = self._chats.setdefault(chat, deque())
        self._chats.move_to_end(chat)
        _forget(self._said, now - _longest(self._overall))
        _forget(here, before)
        self._said.append(now)
        here.append(now)
        while (oldest := next(iter(self._chats))) != chat and self._chats[oldest][-1] <= before:
            del self._chats[oldest]


def _overall(limits: Limits) -> Iterator[Most]:
    if rate := limits.overall_per_second:
        most = max(1, int(rate))
        yield most, timedelta(seconds=most / rate)


def _private(limits: Limits) -> Iterator[Most]:
    if rate := limits.chat_per_second:
        yield 1, timedelta(seconds=1 / rate)


def _group(limits: Limits) -> Iterator[Most]:
    if limits.group_per_minute:
        yield limits.group_per_minute, timedelta(minutes=1)
    if limits.group_per_hour:
        yield limits.group_per_hour, timedelta(hours=1)


def _wait(said: deque[datetime], most: Most, now: datetime) -> timedelta:
    count, span = most
    inside = sum(moment > now - span for moment in said)
    return timedelta(0) if inside < count else said[-count] + span - now


def _longest(limits: list[Most]) -> timedelta:
    return max((span for _, span in limits), default=timedelta(0))


def _forget(said: deque[datetime], until: datetime) -> None:
    while said and said[0] <= until:
        said.popleft()


def _forget_after(said: deque[datetime], now: datetime) -> None:
    """What was said later than now was said before the clock was put back."""
    while said and said[-1] > now:
        said.pop()
