"""The venues of all platforms that there are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import pictures
from bot.clock import VirtualClock
from bot.platforms.local import LocalPlatform
from bot.platforms.telegram.intake import Pace
from bot.platforms.telegram.platform import CAPABILITIES, TelegramPlatform
from handlers.chat.incoming import MediaKind
from handlers.chat.platform import Capabilities
from storage.engine import Store
from tests.conformance.venue import LI, TITLE, WANG, Inbox, Stood, Venue
from tests.conformance.wechat_venue import WechatVenue, wechat
from tests.conformance.wecom_venue import WeComVenue, wecom
from tests.fakes.bot_api import FakeTelegram, Message
from tests.fakes.databases import DATABASES, make_tables
from tests.fakes.pictures import HIDDEN, jpeg
from tests.fakes.rooms import Rooms, photo
from tests.harness import MONDAY

JPEG = jpeg(HIDDEN)


class RoomsVenue:
    """The platform in memory, on which most dialogues are played."""

    can = Capabilities(deep_links=True)
    title, li = TITLE, LI

    def __init__(self) -> None:
        self.platform = Rooms(VirtualClock(MONDAY))
        self.inbox = Inbox()
        self.platform.intake = self.inbox
        self.platform.titles["g3"] = TITLE
        self.group, self.private, self.nowhere = "g3", "@li", "nowhere"
        self.platform.blocked.add("nowhere")

    async def says(self, text: str, *, reply_to: str | None = None, private: bool = False) -> str:
        to_bot = reply_to is not None and self.platform.message(reply_to).sender == "bot"
        room = self.private if private else self.group
        return await self.platform.act(
            room, "li", "message", text=text, name=LI, reply_to=reply_to, to_bot=to_bot
        )

    async def sends_photo(self, text: str) -> str:
        media = [photo("p1")]
        return await self.platform.act(self.group, "li", "message", text=text, name=LI, media=media)

    async def hands_over(self, kind: MediaKind, name: str, body: bytes) -> str:
        ref = body.decode().removeprefix("picture ")
        media = [{"kind": kind.value, "ref": ref, "name": name}]
        return await self.platform.act(self.group, "li", "message", name=LI, media=media)

    async def edits(self, message_id: str, text: str) -> None:
        await self._acts("message", message_id, text=text, edited=True)

    async def presses(self, message_id: str, data: str) -> None:
        await self._acts("press", message_id, data=data)

    async def reacts(self, message_id: str, emoji: str) -> None:
        await self._acts("reaction", message_id, emoji=emoji)

    async def renames(self, title: str) -> None:
        await self.platform.act(self.group, "li", "renamed", title=title)

    async def throws_out(self) -> None:
        self.platform.blocked.add(self.group)
        await self.platform.act(self.group, "li", "standing", present=False)

    async def blocks(self) -> None:
        self.platform.blocked.add(self.private)
        await self.platform.act(self.private, "li", "standing", present=False)

    async def repeats(self) -> None:
        await self.inbox.receive("rooms", self.inbox.updates[-1:])

    async def stands(self, *, private: bool = False) -> list[Stood]:
        return [
            Stood(
                each.id,
                each.whole if each.file is None else each.text,
                tuple(each.labels),
                each.reply_to,
                len(each.media),
                each.file,
            )
            for each in self.platform.from_bot(self.private if private else self.group)
        ]

    async def marks(self, message_id: str) -> int:
        return len(self.platform.message(message_id).marks)

    async def notices(self) -> list[str]:
        return [each.text for each in self.platform.toasts]

    async def settles(self) -> None:
        """Everything is there at once."""

    async def _acts(self, kind: str, message_id: str, **more: Any) -> None:
        await self.platform.act(self.group, "li", kind, message_id=message_id, name=LI, **more)


class LocalVenue:
    """The web chat."""

    can = Capabilities(
        deep_links=True,
        media_in=frozenset({MediaKind.PHOTO}),
        media_in_private=frozenset({MediaKind.PHOTO}),
        media_out=frozenset({MediaKind.PHOTO, MediaKind.FILE}),
    )
    title, li = TITLE, LI

    def __init__(self, store: Store) -> None:
        self.platform = LocalPlatform(store, VirtualClock(MONDAY), "http://127.0.0.1:8080")
        self.inbox = Inbox()
        self.group, self.private, self.nowhere = "g3", "li", "nowhere"
        self._page = self.platform.pages.open()

    async def opens(self) -> None:
        """Everybody sits in the group, and somebody looks at a page."""
        await self.platform.ensure_room(self.group, TITLE)
        for key, name in (("li", LI), ("wang", WANG)):
            await self.platform.ensure_member(key, self.group, name)
        await self.platform.attach(self.inbox)
        await self.platform.watch(self._page, ["li"])

    async def says(self, text: str, *, reply_to: str | None = None, private: bool = False) -> str:
        room = self.private if private else self.group
        said = await self.platform.say(
            "li", room, text, reply_to=int(reply_to) if reply_to else None
        )
        return str(said)

    async def sends_photo(self, text: str) -> str:
        body, kind = pictures.clean(JPEG)  # as the page's own door does
        key = await self.platform.keep_file("p.jpg", kind, body)
        return str(await self.platform.say("li", self.group, text, photos=[key]))

    async def hands_over(self, kind: MediaKind, name: str, body: bytes) -> str:
        raise AssertionError("the page lets people send pictures alone")

    async def edits(self, message_id: str, text: str) -> None:
        await self.platform.edit("li", self.group, int(message_id), text)

    async def presses(self, message_id: str, data: str) -> None:
        page = self._page.id
        await self.platform.press("li", self.group, int(message_id), data, page_id=page)

    async def reacts(self, message_id: str, emoji: str) -> None:
        await self.platform.react("li", self.group, int(message_id), emoji)

    async def renames(self, title: str) -> None:
        await self.platform.rename("li", self.group, title)

    async def throws_out(self) -> None:
        await self.platform.remove_bot("li", self.group)

    async def blocks(self) -> None:
        await self.platform.remove_bot("li", self.private)

    async def repeats(self) -> None:
        await self.inbox.receive("local", self.inbox.updates[-1:])

    async def stands(self, *, private: bool = False) -> list[Stood]:
        rows = await self.platform.messages(self.private if private else self.group)
        return [await self._stood(each) for each in rows if each["sender"] == "bot"]

    async def _stood(self, row: dict[str, Any]) -> Stood:
        files = [each for each in row["media"] if each["kind"] == "file"]
        kept = await self.platform.file(files[0]["ref"]) if files else None
        return Stood(
            str(row["id"]),
            f"{row['title']}\n{row['text']}".strip(),
            tuple(each["text"] for line in row["buttons"] for each in line),
            str(row["reply_to"]) if row["reply_to"] else None,
            sum(each["kind"] == "photo" for each in row["media"]),
            kept.body if kept else None,
        )

    async def marks(self, message_id: str) -> int:
        (row,) = [
            each
            for each in await self.platform.messages(self.group)
            if each["id"] == int(message_id)
        ]
        return int("bot" in row["reactions"])

    async def notices(self) -> list[str]:
        events = [self._page.events.get_nowait() for _ in range(self._page.events.qsize())]
        return [str(each["text"]) for each in events if each["type"] == "toast"]

    async def settles(self) -> None:
        """What was done is handed over in the same breath."""


KINDS = {MediaKind.VOICE: "voice", MediaKind.VIDEO: "video", MediaKind.FILE: "document"}


class TelegramVenue:
    """Telegram, over loopback, by a strict fake."""

    can = replace(CAPABILITIES, contact=timedelta(seconds=25))  # a poll of 20, and 5 of grace
    title, li = TITLE, LI

    def __init__(self, tg: FakeTelegram) -> None:
        self.tg = tg
        self.platform = TelegramPlatform(tg.token, tg.base_url, pace=Pace(20, 5, 0.001, 0.01))
        self.inbox = Inbox()
        self._li, wang = tg.person(LI, username="lina"), tg.person(WANG)
        self._li.private.started = True
        self._group = tg.group(TITLE, [self._li, wang])
        self.group, self.private, self.nowhere = str(self._group.id), str(self._li.id), "-100999"
        self._presses: list[Any] = []

    async def says(self, text: str, *, reply_to: str | None = None, private: bool = False) -> str:
        place = self._li.private if private else self._group
        target = self._message(reply_to) if reply_to else None
        return str((await self._li.says(place, text, reply_to=target)).id)

    async def sends_photo(self, text: str) -> str:
        return str((await self._li.sends_photo(self._group, text, picture=JPEG)).id)

    async def hands_over(self, kind: MediaKind, name: str, body: bytes) -> str:
        return str((await self._li.sends(self._group, KINDS[kind], content=body, name=name)).id)

    async def edits(self, message_id: str, text: str) -> None:
        await self._li.edits(self._message(message_id), text)

    async def presses(self, message_id: str, data: str) -> None:
        self._presses.append(await self._li.presses(self._message(message_id), data))

    async def reacts(self, message_id: str, emoji: str) -> None:
        await self._li.reacts(self._message(message_id), emoji)

    async def renames(self, title: str) -> None:
        await self._group.renamed(title, self._li)

    async def throws_out(self) -> None:
        await self._group.bot_becomes("kicked", self._li)

    async def blocks(self) -> None:
        await self._li.blocks_bot()

    async def repeats(self) -> None:
        body = json.dumps({"ok": True, "result": [self.inbox.updates[-1].body]})
        before = self.inbox.received
        self.tg.garble("getUpdates", body=body.encode())
        await self._li.says(self._li.private, "醒醒")  # ends the poll that is waiting
        await self.tg.until(lambda: self.inbox.received > before)
        await self.settles()

    async def stands(self, *, private: bool = False) -> list[Stood]:
        said = self._li.private.said if private else self._group.said
        return [
            Stood(
                str(each.id),
                each.text,
                tuple(each.buttons),
                str(each.reply_to.id) if each.reply_to else None,
                int("photo" in each.body),
                each.files[0].body if each.files else None,
            )
            for each in said
        ]

    async def marks(self, message_id: str) -> int:
        return len(self._message(message_id).marks.get(self.tg.world.bot["id"], ()))

    async def notices(self) -> list[str]:
        return [each.answer for each in self._presses if each.answered]

    async def settles(self) -> None:
        await self.tg.until_read()

    def _message(self, message_id: str) -> Message:
        return self._group.chat.history[int(message_id)]


@asynccontextmanager
async def rooms(folder: Path) -> AsyncGenerator[Venue]:
    yield RoomsVenue()


@asynccontextmanager
async def local(folder: Path) -> AsyncGenerator[Venue]:
    async with DATABASES.fresh("tables", make_tables, folder) as url:
        store = Store(url)
        venue = LocalVenue(store)
        await venue.opens()
        yield venue
        await store.close()


@asynccontextmanager
async def telegram(folder: Path) -> AsyncGenerator[Venue]:
    async with FakeTelegram() as tg:
        venue = TelegramVenue(tg)
        task = asyncio.get_running_loop().create_task(venue.platform.run(venue.inbox))
        await tg.until(lambda: tg.calls("getUpdates"))
        yield venue
        task.cancel()
        await asyncio.wait((task,))
        assert not tg.violations


#: A further platform is a venue above and a line here.
VENUES: dict[str, Callable[[Path], AbstractAsyncContextManager[Venue]]] = {
    "rooms": rooms,
    "local": local,
    "telegram": telegram,
    "wechat": wechat,
    "wecom": wecom,
}
CAN: dict[str, Capabilities] = {
    "rooms": RoomsVenue.can,
    "local": LocalVenue.can,
    "telegram": TelegramVenue.can,
    "wechat": WechatVenue.can,
    "wecom": WeComVenue.can,
}
