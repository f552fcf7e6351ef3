"""Watches the bot's own senses: when each platform and each group was heard, and what may be heard.

It keeps moments and numbers in memory and writes them down every few minutes; what is told of them
stands in handlers/watching.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.outbox import keep_said
from handlers.chat.incoming import Incoming
from handlers.chat.platform import ChatFacts, Platform
from handlers.watching import alarms, pulse, standing
from handlers.watching.pulse import Group, Heard
from handlers.work import Desk, Work
from storage.engine import Store
from storage.queries import watching as query

log = structlog.get_logger("linli.watching")

#: So often what was heard is written down.
NOTED_EVERY = timedelta(minutes=5)
#: After a platform was away, what waits there is fetched before a silence is judged.
CATCHING_UP = timedelta(hours=1)
#: The first questions to platforms come so long after the start, and so many at a time.
FIRST_ASKED, MOST_ASKED = 60.0, 50


@dataclass(slots=True)
class Watch:
    """One process's senses."""

    store: Store
    clock: Clock
    desk: Desk
    platforms: Mapping[str, Platform]
    fetches: Callable[[str], Awaitable[bool]]  #: whether this process is the one in contact
    done: Callable[[Work], None]
    spoken: Callable[[], None]
    _contacts: dict[str, datetime] = field(default_factory=dict[str, datetime])
    _returned: set[str] = field(default_factory=set[str])
    _heard: dict[Group, Heard] = field(default_factory=dict[Group, Heard])
    _noted_at: datetime = field(init=False)
    _ticked_at: datetime = field(init=False)
    #: nobody can have been heard before: the start, or when this process got its turn
    _base: datetime = field(init=False)
    _ours: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._ours = frozenset(self.platforms)
        self._base = self._ticked_at = self._noted_at = self.clock.now()

    def contact(self, platform: str) -> None:
        """A platform answered: with updates, or that there are none."""
        now, before = self.clock.now(), self._contacts.get(platform)
        self._contacts[platform] = now
        every = self._every(platform)
        if every is not None and (before is None or now - before > every + self._patience):
            self._returned.add(platform)

    def heard(self, incoming: Incoming) -> None:
        """Something came in; of a group's plain lines it is noted when, and that there was one."""
        if not pulse.tells_of_hearing(incoming):
            return
        key, now = (incoming.chat.platform, incoming.chat.id), self.clock.now()
        known = self._heard.get(key)
        if known is None:
            self._heard[key] = Heard(now, now)
        else:
            known.again(now)

    def last_contact(self, platform: str) -> datetime | None:
        """When a platform was in contact last; None: not since the start."""
        return self._contacts.get(platform)

    def in_touch(self, platform: str) -> bool:
        """Whether what is said on a platform reaches the bot now, as far as it can know."""
        every, last = self._every(platform), self._contacts.get(platform)
        if every is None:
            return platform in self.platforms
        return last is not None and self.clock.now() - last <= every + self._patience

    @property
    def _patience(self) -> timedelta:
        return self.desk.policy.watching.cut_off.calendar

    def _every(self, platform: str) -> timedelta | None:
        found = self.platforms.get(platform)
        return found.capabilities.contact if found else None

    async def tick(self) -> None:
        """Write down what was heard, and see whether a platform is cut off. Fails for nobody."""
        try:
            await self._tick()
        except Exception:
            log.exception("watch.failed")  # the next tick tries again

    async def _tick(self) -> None:
        now, ours = self.clock.now(), await self._fetched()
        if now - self._ticked_at > self._patience or ours != self._ours:
            self._base = now  # a machine that slept, a clock that was turned, a turn that changed
        self._ticked_at, self._ours = now, ours
        await self._catch_up(now)
        await self._note(now)
        if ours:
            await self._look(now, ours)

    async def _catch_up(self, now: datetime) -> None:
        """No silence is judged while a platform that was away still hands over what waited."""
        while self._returned:
            platform = self._returned.pop()
            async with self.store.write() as store:
                await query.put_off(store, now + CATCHING_UP, platform)

    async def _note(self, now: datetime) -> None:
        if not self._heard or now - self._noted_at < NOTED_EVERY:
            return
        heard, self._heard, self._noted_at = self._heard, {}, now
        try:
            await self._do(lambda work: pulse.note(work, heard))
        except BaseException:
            self._heard = {**self._heard, **heard}  # the next tick tries again
            raise

    async def _fetched(self) -> frozenset[str]:
        """The platforms with which this process is in contact, and no other."""
        return frozenset([name for name in self.platforms if await self.fetches(name)])

    async def _look(self, now: datetime, ours: frozenset[str]) -> None:
        """Which platforms are cut off, and which are so no more."""
        watched = {name: every for name in ours if (every := self._every(name))}
        if not watched:
            return
        async with self.store.read() as store:
            away = {each.about: each.raised_at for each in await query.alarms_on(store, "cut_off")}
        for name, every in watched.items():
            last = self._contacts.get(name, self._base)
            thing = alarms.of_platform("cut_off", name)
            if name in away and name in self._contacts and last > away[name]:
                await self._do(lambda work, thing=thing: alarms.over(work, thing))
            elif name not in away and now - max(last, self._base) > every + self._patience:
                await self._do(lambda work, thing=thing, at=last: alarms.on(work, thing, since=at))

    async def ask(self) -> None:
        """Ask each platform what it lets the bot hear, and of groups in which something is wrong.

        Before the transaction: a platform may take its time.
        """
        ours = await self._fetched()
        if not ours:
            return
        told: dict[tuple[str, str | None], ChatFacts] = {}
        for name in sorted(ours):
            told[name, None] = await self.platforms[name].examine(None)
        async with self.store.read() as store:
            groups = await standing.to_ask(Work(self.desk, store, self.clock.now()))
        for name, chat in groups[:MOST_ASKED]:
            if name in ours:
                told[name, chat] = await self.platforms[name].examine(chat)
        await self._do(lambda work: standing.asked(work, told))

    async def run(self) -> None:
        """Ask now and then, until cancelled."""
        await self.clock.sleep(FIRST_ASKED)
        while True:
            try:
                await self.ask()
            except Exception:
                log.exception("watch.not_asked")
            await self.clock.sleep(self.desk.policy.watching.ask.calendar.total_seconds())

    async def _do(self, what: Callable[[Work], Awaitable[object]]) -> None:
        """In a transaction of its own; what is to be said lies in the outbox with it."""
        async with self.store.write() as store:
            work = Work(self.desk, store, self.clock.now())
            await what(work)
            said = await keep_said(store, [work])
        self.done(work)
        if said:
            self.spoken()
