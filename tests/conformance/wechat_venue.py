"""WeChat, over loopback, behind a puppet gateway in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.clock import VirtualClock
from bot.platforms.wechat.platform import CAPABILITIES, WechatPlatform
from bot.platforms.wechat.wire import MessageKind
from handlers.chat.incoming import MediaKind
from tests.bot.platforms.wechat.conftest import FAST
from tests.conformance.venue import LI, TITLE, WANG, Inbox, Stood, as_read
from tests.fakes.gateway import ME
from tests.fakes.pictures import HIDDEN, jpeg
from tests.fakes.puppet import FakePuppet, Told
from tests.harness import MONDAY

KINDS = {
    MediaKind.VOICE: MessageKind.VOICE,
    MediaKind.VIDEO: MessageKind.VIDEO,
    MediaKind.FILE: MessageKind.FILE,
}


class WechatVenue:
    """What people can do in an ordinary WeChat group. Pictures come without words."""

    can = replace(CAPABILITIES, contact=timedelta(seconds=2 * FAST.look))
    title, li = TITLE, LI

    def __init__(self, puppet: FakePuppet) -> None:
        self.puppet = puppet
        members = [puppet.person("li", LI), puppet.person("wang", WANG)]
        self.group, self.private = puppet.group(TITLE, members).id, "li"
        self.nowhere = "nowhere@chatroom"
        self.platform = WechatPlatform(puppet.endpoint, VirtualClock(MONDAY), pace=FAST)
        self.inbox = Inbox()
        self._last = ""

    async def says(self, text: str, *, reply_to: str | None = None, private: bool = False) -> str:
        if reply_to is not None:
            await self.settles()
            self._last = self.puppet.quotes("li", self.puppet.messages[reply_to], text)
        else:
            self._last = self.puppet.says("li", text, "" if private else self.group)
        return self._last

    async def sends_photo(self, text: str) -> str:
        return self.puppet.shows("li", jpeg(HIDDEN))

    async def hands_over(self, kind: MediaKind, name: str, body: bytes) -> str:
        return self.puppet.hands_over("li", name, body, kind=KINDS[kind])

    async def edits(self, message_id: str, text: str) -> None:
        raise AssertionError("nothing can be edited there")

    async def presses(self, message_id: str, data: str) -> None:
        raise AssertionError("there are no buttons")

    async def reacts(self, message_id: str, emoji: str) -> None:
        raise AssertionError("there are no marks")

    async def renames(self, title: str) -> None:
        self.puppet.renames(title)

    async def throws_out(self) -> None:
        self.puppet.leaves(ME)

    async def blocks(self) -> None:
        self.puppet.people.pop("li")

    async def repeats(self) -> None:
        self.puppet.tells_again(self._last)
        await self.settles()

    async def stands(self, *, private: bool = False) -> list[Stood]:
        here = self.private if private else self.group
        return stood(each for each in self.puppet.sent if here in (each.room, each.listener))

    async def marks(self, message_id: str) -> int:
        return 0

    async def notices(self) -> list[str]:
        return []

    async def settles(self) -> None:
        await self.puppet.until_read()


def stood(sent: Iterable[Told]) -> list[Stood]:
    """What was sent, as people read it."""
    return as_read(
        Stood(
            each.id,
            each.text,
            pictures=int(_is_picture(each)),
            file=each.body if each.body and not _is_picture(each) else None,
        )
        for each in sent
    )


def _is_picture(told: Told) -> bool:
    return bool(told.body) and told.name.startswith("picture.")


@asynccontextmanager
async def wechat(folder: Path) -> AsyncGenerator[WechatVenue]:
    """The platform is connected and logged in."""
    async with FakePuppet(lambda: MONDAY) as puppet:
        venue = WechatVenue(puppet)
        task = asyncio.get_running_loop().create_task(venue.platform.run(venue.inbox))
        await puppet.until(lambda: puppet.listened_to)
        await venue.settles()
        try:
            yield venue
        finally:
            task.cancel()
            await asyncio.wait((task,))
