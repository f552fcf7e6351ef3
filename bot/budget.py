"""How much may be said now: each platform's limits kept ahead of time, per chat and over all."""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import datetime, timedelta

from handlers.chat import Limits

Window = tuple[deque[datetime], int, timedelta]


class Budget:
    """Remembers when something was said on one platform, and says when the next may be."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._overall: deque[datetime] = deque()
        self._chats: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def wait(self, chat: str, now: datetime, *, group: bool) -> timedelta:
        """How long until the next message may go to this chat (zero: now)."""
        longest = timedelta(0)
        for said, most, span in self._windows(chat, group=group):
            inside = [moment for moment in said if moment > now - span]
            if len(inside) >= most:
                longest = max(longest, inside[-most] + span - now)
        return longest

    def spend(self, chat: str, now: datetime) -> None:
        """A message goes now."""
        self._overall.append(now)
        self._chats[chat].append(now)
        self._forget(self._overall, now - timedelta(seconds=2))
        self._forget(self._chats[chat], now - self._memory())

    def _windows(self, chat: str, *, group: bool) -> list[Window]:
        limits, said = self._limits, self._chats.get(chat, deque())
        windows: list[Window] = []
        if limits.overall_per_second:
            windows.append((self._overall, int(limits.overall_per_second), timedelta(seconds=1)))
        if limits.chat_per_second:
            windows.append((said, 1, timedelta(seconds=1 / limits.chat_per_second)))
        if group and limits.group_per_minute:
            windows.append((said, limits.group_per_minute, timedelta(minutes=1)))
        if group and limits.group_per_hour:
            windows.append((said, limits.group_per_hour, timedelta(hours=1)))
        return windows

    def _memory(self) -> timedelta:
        return timedelta(hours=1) if self._limits.group_per_hour else timedelta(minutes=1)

    @staticmethod
    def _forget(said: deque[datetime], before: datetime) -> None:
        while said and said[0] < before:
            said.popleft()
