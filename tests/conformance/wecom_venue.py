"""WeCom, over loopback: its official SDK at a strict fake of the server."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.platforms.wecom.platform import CAPABILITIES
from handlers.chat.incoming import MediaKind
from tests.bot.platforms.wecom.going import Going, going
from tests.conformance.venue import Inbox, Stood, as_read
from tests.fakes.pictures import HIDDEN, jpeg
from tests.fakes.wecom import without_tls
from tests.fakes.wecom_world import Seen

GROUP, LI = "wrGROUP3", "LiNa"


class WeComVenue:
    """What people can do in an internal group, and with the robot alone.

    Pictures reach it in private only; people go by their ids, groups have no title.
    """

    can = CAPABILITIES
    group, private, nowhere = GROUP, LI, "wrNOWHERE"
    title, li = "", LI

    def __init__(self, bot: Going) -> None:
        self._bot, self._wecom = bot, bot.wecom
        self._wecom.talked |= {GROUP, LI}  # both spoke to it before
        self.platform = bot.platform
        self.inbox: Inbox = bot.inbox

    async def says(self, text: str, *, reply_to: str | None = None, private: bool = False) -> str:
        quote = {}
        if reply_to is not None:
            quoted = {"content": self._seen(reply_to).text}
            quote = {"quote": {"msgtype": "text", "text": quoted}}
        said = await self._wecom.says(LI, text, "" if private else GROUP, **quote)
        await self.settles()
        return said

    async def sends_photo(self, text: str) -> str:
        words = {"msgtype": "text", "text": {"content": text}}
        picture = {"msgtype": "image", "image": self._wecom.picture(jpeg(HIDDEN))}
        said = await self._wecom.sends(LI, msgtype="mixed", mixed={"msg_item": [words, picture]})
        await self.settles()
        return said

    async def hands_over(self, kind: MediaKind, name: str, body: bytes) -> str:
        told = self._wecom.picture(body) | {"filename": name}
        given: dict[str, Any] = {"msgtype": kind.value, kind.value: told}
        said = await self._wecom.sends(LI, **given)
        await self.settles()
        return said

    async def edits(self, message_id: str, text: str) -> None:
        raise AssertionError("nothing can be edited there")

    async def presses(self, message_id: str, data: str) -> None:
        await self._wecom.presses(LI, self._seen(message_id), data)

    async def reacts(self, message_id: str, emoji: str) -> None:
        raise AssertionError("there are no marks")

    async def renames(self, title: str) -> None:
        raise AssertionError("nobody is told of titles")

    async def throws_out(self) -> None:
        self._wecom.talked.remove(GROUP)

    async def blocks(self) -> None:
        self._wecom.talked.remove(LI)

    async def repeats(self) -> None:
        await self._wecom.repeats(self._wecom.last_body)
        await self.settles()

    async def stands(self, *, private: bool = False) -> list[Stood]:
        return as_read(
            Stood(
                each.task,
                each.text,
                tuple(each.buttons),
                each.answers or None,
                int(each.kind == "image"),
                each.media if each.kind in ("file", "video") else None,
            )
            for each in self._wecom.chats.in_chat(LI if private else GROUP)
        )

    async def marks(self, message_id: str) -> int:
        return 0

    async def notices(self) -> list[str]:
        return []

    async def settles(self) -> None:
        await self._bot.until(lambda: self.inbox.received >= self._wecom.called)

    def _seen(self, message_id: str) -> Seen:
        """A card by its id; of words WeCom tells none, and people quote what they read last."""
        said = self._wecom.chats.in_chat(GROUP)
        return next((each for each in said if each.task == message_id), said[-1])


@asynccontextmanager
async def wecom(folder: Path) -> AsyncGenerator[WeComVenue]:
    """The robot has its line."""
    with without_tls():
        async with going() as bot:
            yield WeComVenue(bot)
