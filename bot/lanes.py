"""Chats whose updates this process has in hand, where several processes share the work.

A chat is taken by one process at a time, handled in order, and left; what comes meanwhile makes it
due again. An update is closed by a conditional UPDATE in any case, so that a process which was
thought dead and is not does nothing twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.crew import LEFT_TO_OTHERS, Crew
from storage.queries import sharing
from storage.queries.sharing import MORE, Hold
from storage.tables import Update

#: So many chats are in hand at most, and so many updates of each are read at once.
MOST_CHATS = 32
MOST_OF_A_CHAT = 20


class Lanes:
    """Takes chats in which something waits, and leaves them when it is done."""

    def __init__(self, crew: Crew, platforms: Collection[str]) -> None:
        self._crew = crew
        self._platforms = platforms
        self._kept: dict[str, int] = {}  #: by chat in hand, how much was kept when it was read
        self._last: dict[str, int] = {}  #: and the last update that was read
        self._done: set[str] = set()
        crew.prolongs(self._prolong, self._leave_all)

    async def note(self, store: AsyncSession, lanes: Iterable[str]) -> None:
        """Something is about to be kept for these chats, in the open transaction."""
        await sharing.note_kept(store, lanes, self._crew.clock.now())

    async def take(self) -> Sequence[Update]:
        """Take chats, hear what others changed up to then, and give what waits in them."""
        hold, room = self._crew.hold(), MOST_CHATS - len(self._kept)
        known_since = hold.now - LEFT_TO_OTHERS
        async with self._crew.store.write() as store:
            taken = await sharing.take_lanes(store, hold, known_since, self._platforms, room)
        if not taken:
            return ()
        self._kept |= taken
        await self._crew.catch_up()
        found = await self._read(taken)
        counts = dict.fromkeys(taken, 0)
        for each in found:
            counts[each.lane] += 1
        self._kept |= {name: MORE for name, count in counts.items() if count == MOST_OF_A_CHAT}
        self._done |= {name for name, count in counts.items() if not count}
        return found

    async def more(self, lanes: Collection[str]) -> Sequence[Update]:
        """What came into these chats, which are in hand and stay so, since they were read."""
        if not lanes:
            return ()
        known = {name: self._last.get(name, 0) for name in lanes}
        return [each for each in await self._read(lanes) if each.id > known[each.lane]]

    async def _read(self, lanes: Collection[str]) -> Sequence[Update]:
        async with self._crew.store.read() as store:
            found = await sharing.waiting_in(store, lanes, self._platforms, MOST_OF_A_CHAT)
        for each in found:
            self._last[each.lane] = max(each.id, self._last.get(each.lane, 0))
        return found

    def done(self, lane: str) -> None:
        """All that was given of this chat is handled."""
        self._done.add(lane)

    @property
    def to_leave(self) -> bool:
        """Whether chats are done with that are still in hand."""
        return bool(self._done)

    def leaving(self) -> dict[str, int]:
        """What is done with; no longer in hand unless it is kept."""
        names, self._done = self._done, set()
        for name in names:
            self._last.pop(name, None)
        return {name: self._kept.pop(name) for name in names if name in self._kept}

    def keep(self, left: Mapping[str, int]) -> None:
        """These could not be left."""
        self._kept |= left
        self._done |= left.keys()

    async def leave(self, store: AsyncSession, left: Mapping[str, int]) -> None:
        """Leave these in the open transaction."""
        await sharing.leave_lanes(store, self._crew.hold(), left)

    async def _prolong(self, store: AsyncSession, hold: Hold) -> None:
        if self._kept:
            await sharing.prolong_lanes(store, hold, self._kept)

    async def _leave_all(self, store: AsyncSession, hold: Hold) -> None:
        self._kept.clear()
        self._done.clear()
        await sharing.free_lanes(store, hold)
