"""How much may be said now: each platform's limits kept ahead of time, per chat and over all.

The limits and the looking back are functions, because several processes count together elsewhere.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from handlers.chat.platform import Limits

#: So many in any span of so long.
Most = tuple[int, timedelta]


class Budget:
    """Remembers when something was said on one platform, and says when the next may be."""

    def __init__(self, limits: Limits) -> None:
        self._overall = overall(limits)
        self._private = of_chat(limits, group=False)
        self._group = of_chat(limits, group=True)
        self._said: deque[datetime] = deque()
        #: by chat; the one that was spoken to last stands last
        self._chats: OrderedDict[str, deque[datetime]] = OrderedDict()

    def __len__(self) -> int:
        """How many chats are remembered: those that were spoken to within the longest span."""
        return len(self._chats)

    def wait(self, chat: str, now: datetime, *, group: bool) -> timedelta:
        """How long until the next message may go to this chat (zero: now)."""
        here = self._group if group else self._private
        said_here = self._chats.get(chat, deque())
        for said in (self._said, said_here):
            _forget_after(said, now)
        return max(wait_of(self._said, self._overall, now), wait_of(said_here, here, now))

    def spend(self, chat: str, now: datetime) -> None:
        """A message goes now."""
        before = now - longest(self._group)
        here = self._chats.setdefault(chat, deque())
        self._chats.move_to_end(chat)
        _forget(self._said, now - longest(self._overall))
        _forget(here, before)
        self._said.append(now)
        here.append(now)
        while (oldest := next(iter(self._chats))) != chat and self._chats[oldest][-1] <= before:
            del self._chats[oldest]

    def answered(self, chat: str, now: datetime) -> None:
        """What was said there last had arrived by now: platforms count what arrives."""
        here = self._chats.get(chat)
        if not here or here[-1] >= now:
            return
        with suppress(ValueError):
            self._said.remove(here[-1])
        self._said.append(now)
        here[-1] = now


def overall(limits: Limits) -> list[Most]:
    """What an account may say."""
    return list(_overall(limits))


def of_chat(limits: Limits, *, group: bool) -> list[Most]:
    """What may be said in one chat."""
    return [*_private(limits), *(_group(limits) if group else ())]


def wait_of(said: Sequence[datetime], mosts: Sequence[Most], now: datetime) -> timedelta:
    """How long until one more may be said after those, of which the oldest stands first."""
    return max((_wait(said, most, now) for most in mosts), default=timedelta(0))


def longest(mosts: Sequence[Most]) -> timedelta:
    """How far back the limits look."""
    return max((span for _, span in mosts), default=timedelta(0))


def _overall(limits: Limits) -> Iterator[Most]:
    if rate := limits.overall_per_second:
        most = max(1, int(rate))
        yield most, timedelta(seconds=most / rate)


def _private(limits: Limits) -> Iterator[Most]:
    if rate := limits.chat_per_second:
        yield 1, timedelta(seconds=1 / rate)
    if limits.chat_per_minute:
        yield limits.chat_per_minute, timedelta(minutes=1)
    if limits.chat_per_hour:
        yield limits.chat_per_hour, timedelta(hours=1)


def _group(limits: Limits) -> Iterator[Most]:
    if limits.group_per_minute:
        yield limits.group_per_minute, timedelta(minutes=1)
    if limits.group_per_hour:
        yield limits.group_per_hour, timedelta(hours=1)


def _wait(said: Sequence[datetime], most: Most, now: datetime) -> timedelta:
    count, span = most
    inside = sum(moment > now - span for moment in said)
    return timedelta(0) if inside < count else said[-count] + span - now


def _forget(said: deque[datetime], until: datetime) -> None:
    while said and said[0] <= until:
        said.popleft()


def _forget_after(said: deque[datetime], now: datetime) -> None:
    """What was said later than now was said before the clock was put back."""
    while said and said[-1] > now:
        said.pop()
