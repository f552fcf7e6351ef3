"""A robot that runs against the fake WeCom, and a clock that is turned only while it waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.clock import VirtualClock
from bot.platforms.wecom.identity import Identity
from bot.platforms.wecom.line import Pace
from bot.platforms.wecom.platform import WeComPlatform
from handlers.chat.incoming import Incoming, Message
from handlers.chat.platform import RawUpdate
from tests.conformance.venue import Inbox
from tests.fakes.wecom import BOT, SECRET, FakeWeCom
from tests.harness import MONDAY
from tests.patience import PATIENCE

#: Pings so often that two unanswered ones take no time.
QUICK = Pace(heartbeat=0.04)


class PatientClock(VirtualClock):
    """Knows whether somebody waits for it."""

    def __init__(self) -> None:
        super().__init__(MONDAY)
        self.sleepers = 0

    def sleep(self, seconds: float) -> Coroutine[Any, Any, None]:
        return self._counted(super().sleep(seconds))

    async def _counted(self, sleeping: Coroutine[Any, Any, None]) -> None:
        self.sleepers += 1
        try:
            await sleeping
        finally:
            self.sleepers -= 1


@dataclass(slots=True)
class OwnInbox(Inbox):
    """One whose database may be away, and whose turn may be another's."""

    turn: bool = True
    broken: bool = False
    refused: int = 0
    contacts: int = 0

    async def our_turn(self, platform: str) -> bool:
        return self.turn

    async def receive(self, platform: str, updates: Sequence[RawUpdate]) -> None:
        if self.broken:
            self.refused += 1
            raise OSError("the database is away")
        self.contacts += not updates
        await Inbox.receive(self, platform, updates)


class Going:
    """The robot, what it kept, and the server."""

    def __init__(
        self,
        wecom: FakeWeCom,
        clock: PatientClock,
        *,
        secret: str = SECRET,
        pace: Pace | None = None,
    ) -> None:
        self.wecom, self.clock = wecom, clock
        self.platform = WeComPlatform(
            Identity(BOT), secret, wecom.url, clock=clock, pace=pace or Pace()
        )
        self.inbox = OwnInbox()
        self._task: asyncio.Task[None] | None = None

    @property
    def line(self) -> Any:
        return self.platform.line

    def begins(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self.platform.run(self.inbox))

    async def ends(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))
            if not self._task.cancelled() and (error := self._task.exception()):
                raise error

    async def until(self, holds: Any) -> None:
        """Wait for something that happens by itself, and no time goes by meanwhile."""
        async with asyncio.timeout(PATIENCE):
            while True:
                if holds():
                    return
                await asyncio.sleep(0.002)

    async def until_on(self) -> None:
        """Until the line is there."""
        await self.until(lambda: self.line.is_on)

    async def waits_until(self, holds: Any, most: float = 600) -> float:
        """Turn the clock while somebody waits for it; gives the seconds that took."""
        began = self.clock.now()
        async with asyncio.timeout(PATIENCE):
            while not holds():
                passed = (self.clock.now() - began).total_seconds()
                assert passed < most, "it never came about"
                if self.clock.sleepers and not self.line.calling:
                    self.clock.turn(timedelta(seconds=0.1))
                await asyncio.sleep(0.001 if self.line.calling else 0)
                for _ in range(10):
                    await asyncio.sleep(0)
        return (self.clock.now() - began).total_seconds()

    async def comes_back(self, before: int) -> float:
        """Until the line is there again after a fault; gives the seconds that it let go by."""
        await self.until(lambda: not self.line.is_on or self.line.connections > before)
        return await self.waits_until(
            lambda: self.line.is_on and self.line.connections > before and self.wecom.line
        )

    async def heard(self, least: int = 1) -> list[Incoming]:
        """What was kept, read; at least so many updates."""
        await self.until(lambda: len(self.inbox.updates) >= least)
        return [each for raw in self.inbox.updates for each in self.platform.read(raw.body)]

    async def texts(self, least: int = 1) -> list[str]:
        """The words of the messages that were kept."""
        return [each.text for each in await self.heard(least) if isinstance(each, Message)]


@asynccontextmanager
async def going(**given: Any) -> AsyncGenerator[Going]:
    """A robot that has its line."""
    clock = PatientClock()
    async with FakeWeCom(clock.now) as wecom:
        made = Going(wecom, clock, **given)
        made.begins()
        try:
            await made.until_on()
            yield made
        finally:
            await made.ends()
        assert not wecom.violations
