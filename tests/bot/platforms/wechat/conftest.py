"""What the tests of the WeChat platform share: an intake that remembers, and a running platform."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from io import BytesIO

import pytest
from PIL import Image

from bot.clock import SystemClock, VirtualClock
from bot.platforms.wechat.intake import Pace
from bot.platforms.wechat.platform import Manner, WechatPlatform
from bot.platforms.wechat.wire import Endpoint
from handlers.chat.incoming import Incoming
from handlers.chat.platform import RawUpdate
from tests.fakes.puppet import FakePuppet
from tests.harness import MONDAY
from tests.patience import PATIENCE

#: No test waits for a pause, and every absence is told.
FAST = Pace(look=3600, start=3600, turn=0.001, first_pause=0.01, longest_pause=0.05, untold=0)


#: What a picture tells beside itself.
PAST = "Heping Li 3-2-501"


class Kept:
    """An intake that remembers what it was given, and fails as often as it is told."""

    def __init__(self) -> None:
        self.updates: list[RawUpdate] = []
        self.contacts = 0
        self.failures = 0
        self.ours = True
        self._changed = asyncio.Event()

    async def our_turn(self, platform: str) -> bool:
        return self.ours

    async def receive(self, platform: str, updates: Sequence[RawUpdate]) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")
        self.contacts += 1
        known = {each.key for each in self.updates}
        self.updates += [each for each in updates if each.key not in known]
        self._changed.set()

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until something that is kept makes it true."""
        async with asyncio.timeout(PATIENCE):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    def of(self, kind: str) -> list[RawUpdate]:
        """What was kept of a kind."""
        return [each for each in self.updates if each.body["kind"] == kind]

    @property
    def texts(self) -> list[str]:
        """What people said."""
        return [str(each.body["text"]) for each in self.of("message")]


def read(platform: WechatPlatform, kept: Kept) -> list[Incoming]:
    """All that was read in what came, but for signs of life."""
    return [each for raw in kept.updates for each in platform.read(raw.body)]


def platform_at(
    to: Endpoint, pace: Pace = FAST, *, proactive: bool = False, since: datetime | None = None
) -> WechatPlatform:
    """The platform at a gateway, by the machine's clock."""

    async def last() -> datetime | None:
        return since

    return WechatPlatform(to, SystemClock(), Manner(proactive=proactive), last=last, pace=pace)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(MONDAY)


@pytest.fixture
async def puppet(clock: VirtualClock) -> AsyncIterator[FakePuppet]:
    """A gateway in this process, with a group of two."""
    async with FakePuppet(clock.now) as fake:
        fake.group("和平里3栋邻里群", [fake.person("li", "李娜"), fake.person("wang", "王姨")])
        yield fake


@pytest.fixture
def jpeg() -> bytes:
    """A picture that tells where it was taken."""
    out = BytesIO()
    made = Image.new("RGB", (40, 30), "red")
    exif = made.getexif()
    exif[0x010E] = PAST
    made.save(out, "JPEG", exif=exif)
    return out.getvalue()
