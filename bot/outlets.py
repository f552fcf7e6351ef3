"""Chats to which this process speaks, and how much may be said there: alone, or as one of several.

Alone it remembers what it said. Of several each takes a chat, speaks, and leaves it; what was said
when is a row of the chat and one of the account, so that all of them together keep to the limits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from bot import budget
from bot.budget import Budget
from bot.crew import SIGN, Crew
from bot.patience import LONGEST_PAUSE, patiently
from handlers.chat.platform import Platform
from storage.engine import Store
from storage.queries import outlets as query
from storage.queries import post
from storage.queries.outlets import Address, Taken
from storage.queries.post import Standing
from storage.queries.sharing import Hold
from storage.tables import Letter
from storage.trouble import passes

#: A letter that may go, and what stands in its slot.
Due = tuple[Letter, Standing | None]

#: So many chats a process speaks to at once, where others may speak to the rest.
MOST_CHATS = 64
#: By so much the clocks of machines may differ.
CLOCKS_DIFFER = timedelta(seconds=5)
#: What is no longer ours is taken anew, if nobody else did.
LOST = timedelta(milliseconds=100)
#: After the database was away, whoever was speaking has so long to write down what was said: until
#: its next attempt, and a moment.
WRITTEN_DOWN = timedelta(seconds=LONGEST_PAUSE + SIGN)


class Outlets(Protocol):
    """Where something may be said."""

    async def due(self, now: datetime, busy: Collection[Address]) -> Sequence[Due]:
        """Letters that may go now, but for these chats; their chats are ours until left."""
        ...

    async def wait(
        self, address: Address, now: datetime, *, group: bool, counted: bool
    ) -> timedelta:
        """How long until this chat may be spoken to; zero: now, and it is counted."""
        ...

    def answered(self, address: Address, now: datetime) -> None:
        """What was counted there last had arrived by now; limits look back to this moment."""
        ...

    async def silence(self, address: Address, until: datetime) -> None:
        """The platform asked not to be spoken to there until then."""
        ...

    async def leave(self, address: Address) -> None:
        """All is said there for now."""
        ...


def outlets_of(store: Store, platforms: Mapping[str, Platform], crew: Crew) -> Outlets:
    """Those of one process, or of one among several."""
    return SharedOutlets(crew, platforms) if crew.shared else OwnOutlets(store, platforms)


@dataclass(slots=True)
class OwnOutlets:
    """All chats are this process's own."""

    store: Store
    platforms: Mapping[str, Platform]
    _budgets: dict[str, Budget] = field(default_factory=dict[str, Budget])

    async def due(self, now: datetime, busy: Collection[Address]) -> Sequence[Due]:
        """Letters that may go now."""
        async with self.store.read() as store:
            return await post.due_letters(store, now, self.platforms, busy)

    async def wait(
        self, address: Address, now: datetime, *, group: bool, counted: bool
    ) -> timedelta:
        """What is remembered tells."""
        if not counted:
            return timedelta(0)
        platform, chat, _ = address
        known = self._budgets.get(platform)
        if known is None:
            known = Budget(self.platforms[platform].capabilities.limits)
            self._budgets[platform] = known
        pause = known.wait(chat, now, group=group)
        if not pause:
            known.spend(chat, now)
        return pause

    def answered(self, address: Address, now: datetime) -> None:
        """It is remembered."""
        platform, chat, _ = address
        if known := self._budgets.get(platform):
            known.answered(chat, now)

    async def silence(self, address: Address, until: datetime) -> None:
        """Delivery remembers it."""

    async def leave(self, address: Address) -> None:
        """It stays ours."""


@dataclass(slots=True)
class _Ours:
    said: list[datetime]
    resumes_at: datetime | None
    until: datetime


class SharedOutlets:
    """Chats taken from among those of several processes."""

    def __init__(self, crew: Crew, platforms: Mapping[str, Platform]) -> None:
        self._crew = crew
        self._platforms = platforms
        self._ours: dict[Address, _Ours] = {}
        self._looked_at: datetime | None = None  #: the last time that the database was there
        self._careful_until: datetime | None = None  #: it was away: others may have said something
        crew.prolongs(self._prolong, self._leave_all)

    async def due(self, now: datetime, busy: Collection[Address]) -> Sequence[Due]:
        """Take chats in which something is to be said, and give it."""
        hold = self._crew.hold()
        try:
            taken = await self._take(hold, busy)
        except Exception as error:
            if passes(error):
                self._careful_until = hold.now + WRITTEN_DOWN
            raise
        if not taken:
            return []
        for address, found in taken.items():
            said = _moments(found.said, now)
            self._ours[address] = _Ours(said, found.resumes_at, hold.until)
        letters = await patiently(lambda: self._letters(now, taken), "reading letters")
        spoken_to = {(each.platform, each.chat, each.at_once) for each, _ in letters}
        for address in taken.keys() - spoken_to:  # another one said it just before
            await self.leave(address)
        return letters

    async def _take(self, hold: Hold, busy: Collection[Address]) -> dict[Address, Taken]:
        free_by = self._free_by(hold.now)
        async with self._crew.store.write() as session:
            wanted = await query.due_addresses(session, hold, self._speaking(), busy)
            wanted = wanted[: max(0, MOST_CHATS - len(self._ours))]
            taken = await query.take_outlets(session, hold, wanted, free_by)
        if free_by == hold.now:
            self._looked_at = hold.now
        return taken

    def _speaking(self) -> list[str]:
        """The platforms to which this process can speak: on a single line only who hears on it."""
        return [
            name
            for name, each in self._platforms.items()
            if not each.capabilities.one_line or self._crew.has_turn(f"fetch:{name}")
        ]

    def _free_by(self, now: datetime) -> datetime:
        careful = self._careful_until is not None and now < self._careful_until
        return self._looked_at if careful and self._looked_at is not None else now

    async def _letters(self, now: datetime, taken: Collection[Address]) -> Sequence[Due]:
        await self._crew.catch_up()
        async with self._crew.store.read() as session:
            return await query.letters_to(session, now, taken)

    async def wait(
        self, address: Address, now: datetime, *, group: bool, counted: bool
    ) -> timedelta:
        """The rows tell; the chat's own is written by nobody else meanwhile."""
        ours = self._ours.get(address)
        if ours is None or ours.until <= now:
            return LOST  # held up for so long that another one may speak here by now
        if not counted:
            return timedelta(0)
        if ours.resumes_at is not None and ours.resumes_at > now:
            return ours.resumes_at - now
        platform, *_ = address
        limits = self._platforms[platform].capabilities.limits
        here = budget.of_chat(limits, group=group)
        if pause := budget.wait_of(ours.said, here, now):
            return pause
        return await self._spend(address, ours, now, here)

    async def _spend(
        self, address: Address, ours: _Ours, now: datetime, here: Sequence[budget.Most]
    ) -> timedelta:
        platform, _, _ = address
        whole = budget.overall(self._platforms[platform].capabilities.limits)
        if not whole and not here:
            return timedelta(0)
        async with self._crew.store.write() as store:
            rows = await query.overall_said(store, platform, now)
            said = _moments(rows, now)
            if pause := budget.wait_of(said, whole, now):
                return pause
            now = self._crew.clock.now()  # as late as can be: the platform counts arrivals
            ours.said = _with(ours.said, now, here)
            await query.note_said(store, (platform, "", False), _seconds(_with(said, now, whole)))
            await query.note_said(store, address, _seconds(ours.said))
        return timedelta(0)

    def answered(self, address: Address, now: datetime) -> None:
        """The chat is ours: others hear of it when it is left, or wait until it runs out."""
        ours = self._ours.get(address)
        if ours is not None and ours.said and ours.said[-1] < now:
            ours.said[-1] = now

    async def silence(self, address: Address, until: datetime) -> None:
        """All processes are silent there."""
        await patiently(lambda: self._silence(address, until), "noting a pause")

    async def _silence(self, address: Address, until: datetime) -> None:
        async with self._crew.store.write() as store:
            await query.silence(store, address, until)

    async def leave(self, address: Address) -> None:
        """Others may speak there."""
        if (ours := self._ours.get(address)) is not None:
            await patiently(lambda: self._leave(address, ours), "leaving a chat")
            self._ours.pop(address, None)

    async def _leave(self, address: Address, ours: _Ours) -> None:
        async with self._crew.store.write() as store:
            await query.leave_outlet(store, self._crew.hold(), address, _seconds(ours.said))

    async def _prolong(self, store: AsyncSession, hold: Hold) -> None:
        if self._ours:
            for address in await query.prolong_outlets(store, hold, self._ours):
                if address in self._ours:
                    self._ours[address].until = hold.until

    async def _leave_all(self, store: AsyncSession, hold: Hold) -> None:
        for address in sorted(self._ours):
            await query.leave_outlet(store, hold, address, _seconds(self._ours[address].said))
        self._ours.clear()


def _with(said: Sequence[datetime], now: datetime, mosts: Sequence[budget.Most]) -> list[datetime]:
    """What the limits look back to, and now. Clocks of machines differ: in order all the same."""
    back = now - budget.longest(mosts)
    return sorted([*(each for each in said if each > back), now])


def _moments(rows: Sequence[float], now: datetime) -> list[datetime]:
    """What was said when. Far in the future: it was said before the clocks were put back."""
    said = [datetime.fromtimestamp(at, UTC) for at in rows]
    return [each for each in said if each <= now + CLOCKS_DIFFER]


def _seconds(said: Sequence[datetime]) -> list[float]:
    return [each.timestamp() for each in said]
