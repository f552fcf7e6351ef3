"""The houses of all platforms, and of pure ones with what the real ones lack."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, select, update

from bot.app import App
from bot.clock import VirtualClock
from bot.platforms.local import LocalPlatform
from handlers.chat.incoming import MediaKind
from handlers.chat.platform import Capabilities, Edits, Hears, PassingError, Proof, Speaks
from storage.tables import Account, Chat, Request
from tests.conformance.house import G3, G4, House, Where
from tests.conformance.outside_house import OutsideHouse
from tests.conformance.venue import Stood
from tests.conformance.venues import JPEG, LocalVenue, RoomsVenue, TelegramVenue
from tests.conformance.wechat_house import WechatHouse, wechat
from tests.conformance.wecom_house import WeComHouse, wecom
from tests.dialogues.telegram.stage import TelegramStage, on_telegram
from tests.harness import CAST, Stage, staged

#: Only mentions, numbered replies, no edits, no private messages: the least that a group can be.
LEAST = Capabilities(
    buttons=0,
    toasts=False,
    edits=Edits.NEVER,
    reactions=False,
    reactions_heard=False,
    replies=False,
    replies_heard=False,
    mentions=False,
    private=False,
    speaks_first=False,
    files=False,
    media_out=frozenset(),
    hears=Hears.MENTIONS,
    may_hear_all=False,
    called="@邻里",
    text_limit=600,
    text_bytes=1500,
    proof=Proof.NONE,
)
#: Everything is heard, nothing can be pressed or changed; what stands where nobody tells.
NUMBERS = replace(
    LEAST,
    private=True,
    mentions=True,
    media_out=frozenset({MediaKind.PHOTO}),
    hears=Hears.EVERYTHING,
    may_hear_all=True,
    text_limit=4096,
    text_bytes=0,
    proof=Proof.ACCEPTED,
)
#: A few buttons; a card changes only right after a press; only mentions are heard.
CARDS = replace(
    LEAST,
    buttons=6,
    private=True,
    edits=Edits.AFTER_PRESS,
    edit_window=timedelta(seconds=5),
    text_bytes=2048,
    text_limit=4096,
    proof=Proof.MESSAGE,
)
#: It only answers: what nobody asked for waits until somebody speaks there.
ANSWERS = replace(NUMBERS, speaks=Speaks.ANSWERING)
#: Everything but private messages and marks.
PUBLIC = Capabilities(private=False, reactions=False, reactions_heard=False, deep_links=True)

PURE: dict[str, Capabilities] = {
    "rooms": RoomsVenue.can,
    "least": LEAST,
    "numbers": NUMBERS,
    "cards": CARDS,
    "answers": ANSWERS,
    "public": PUBLIC,
}


class RoomsHouse:
    """A platform in memory that is as strict as what it declares."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.can = stage.rooms.capabilities

    async def says(
        self,
        who: str,
        text: str,
        *,
        private: bool = False,
        group: str = G3,
        photo: bool = False,
        calling: bool = False,
    ) -> None:
        room = f"@{who}" if private else group
        called = calling or self.can.hears != Hears.EVERYTHING or text.isdigit()
        actor = self.stage.cast[who]
        said = actor.sends_photo if photo else actor.says
        await said(text, room, to_bot=called and not private)
        assert not self.stage.rooms.too_long, self.stage.rooms.too_long

    async def presses(self, who: str, where: Where, label: str) -> None:
        message = self.stage.rooms.message(where.stood.id)
        button = message.button(label)
        await self.stage.does(
            message.room, who, "press", message_id=message.id, data=button.data, name=who
        )

    async def stands(self, who: str | None = None, *, group: str = G3) -> list[Stood]:
        said = self.stage.rooms.from_bot(f"@{who}" if who else group)
        return [
            Stood(each.id, each.whole, tuple(each.labels), each.reply_to, len(each.media))
            for each in said
        ]

    async def passes(self, **span: float) -> None:
        await self.stage.passes(**span)
        await self.stage.nothing_failed()
        assert not self.stage.rooms.too_long, self.stage.rooms.too_long

    async def fails(self, times: int) -> None:
        pause = timedelta(seconds=20)
        self.stage.rooms.faults = [PassingError("too many", pause) for _ in range(times)]

    async def state(self, number: int) -> str:
        return (await self.stage.request(number)).state

    async def notices(self) -> list[str]:
        return [each.text for each in self.stage.rooms.toasts]


class LocalHouse:
    """The web chat."""

    can = LocalVenue.can

    def __init__(self, app: App, local: LocalPlatform, clock: VirtualClock) -> None:
        self.app, self.local, self.clock = app, local, clock
        self._page = local.pages.open()
        self._told: list[str] = []

    async def watches(self) -> None:
        """Somebody looks at a page with everybody on it."""
        await self.local.watch(self._page, [key for key, *_ in CAST])

    async def says(
        self,
        who: str,
        text: str,
        *,
        private: bool = False,
        group: str = G3,
        photo: bool = False,
        calling: bool = False,
    ) -> None:
        photos = [await self.local.keep_file("p.jpg", "image/jpeg", JPEG)] if photo else []
        await self.local.say(who, who if private else group, text, photos=photos)
        await self.app.settle()

    async def presses(self, who: str, where: Where, label: str) -> None:
        room = where.who or where.group
        rows = await self.local.messages(room)
        (row,) = [each for each in rows if str(each["id"]) == where.stood.id]
        data = next(b["data"] for line in row["buttons"] for b in line if label in b["text"])
        await self.local.press(who, room, int(where.stood.id), data, page_id=self._page.id)
        await self.app.settle()

    async def stands(self, who: str | None = None, *, group: str = G3) -> list[Stood]:
        rows = await self.local.messages(who or group)
        return [
            Stood(
                str(row["id"]),
                f"{row['title']}\n{row['text']}".strip(),
                tuple(each["text"] for line in row["buttons"] for each in line),
                pictures=sum(each["kind"] == "photo" for each in row["media"]),
            )
            for row in rows
            if row["sender"] == "bot"
        ]

    async def passes(self, **span: float) -> None:
        end = self.clock.now() + timedelta(**span)
        while self.clock.now() < end:
            self.clock.set(min(end, self.clock.now() + timedelta(minutes=5)))
            await self.app.ticks.tick()
            await self.app.settle()

    async def fails(self, times: int) -> None:
        raise AssertionError("nothing fails between the program and its own database")

    async def state(self, number: int) -> str:
        async with self.app.store.read() as store:
            found = await store.scalar(select(Request.state).where(Request.number == number))
        assert found is not None, f"no request {number}"
        return found

    async def notices(self) -> list[str]:
        events = [self._page.events.get_nowait() for _ in range(self._page.events.qsize())]
        self._told += [str(each["text"]) for each in events if each["type"] == "toast"]
        return self._told


class TelegramHouse(OutsideHouse[TelegramStage]):
    """Telegram over loopback, by a strict fake."""

    can = TelegramVenue.can

    def __init__(self, stage: TelegramStage) -> None:
        super().__init__(stage)
        self._told: list[str] = []

    async def says(
        self,
        who: str,
        text: str,
        *,
        private: bool = False,
        group: str = G3,
        photo: bool = False,
        calling: bool = False,
    ) -> None:
        actor = self.stage.cast[who]
        place = actor.person.private if private else self.stage.groups[group]
        if photo:
            await self.stage.after(actor.person.sends_photo(place, text, picture=JPEG))
        else:
            await self.stage.after(actor.person.says(place, text))

    async def presses(self, who: str, where: Where, label: str) -> None:
        (message,) = [
            each for each in self._said(where.who, where.group) if str(each.id) == where.stood.id
        ]
        self._told.append(await self.stage.cast[who].presses(message, label))

    def _said(self, who: str | None, group: str) -> list[Any]:
        return self.stage.cast[who].heard if who else self.stage.groups[group].said

    async def stands(self, who: str | None = None, *, group: str = G3) -> list[Stood]:
        return [
            Stood(
                str(each.id),
                each.text,
                tuple(each.buttons),
                pictures=int("photo" in each.body),
            )
            for each in self._said(who, group)
        ]

    async def fails(self, times: int) -> None:
        self.stage.tg.fail("sendMessage", 500, times=times)

    async def notices(self) -> list[str]:
        return self._told


@asynccontextmanager
async def pure(can: Capabilities, folder: Path) -> AsyncGenerator[House]:
    """A platform in memory with these capabilities."""
    async with staged(folder, capabilities=can) as stage:
        yield RoomsHouse(stage)


@asynccontextmanager
async def local(folder: Path) -> AsyncGenerator[House]:
    """The whole program with the web chat."""
    async with staged(folder) as seed:
        platform = LocalPlatform(seed.app.store, seed.clock, "http://127.0.0.1:8080")
        async with seed.app.store.engine.begin() as connection:
            renamed = [
                update(Account)
                .where(Account.external_id == bindparam("was"))
                .values(platform="local", private_chat=bindparam("was")),
            ]
            for each in renamed:
                await connection.execute(each, [{"was": key} for key, *_ in CAST])
            await connection.execute(update(Chat).values(platform="local"))
        for key, name, *_ in CAST:
            for group in (G3, G4):
                await platform.ensure_room(group, f"和平里{group[1]}栋邻里群")
                await platform.ensure_member(key, group, name)
        given = seed.app
        app = App(
            given.settings, given.store, [platform], clock=seed.clock, reader=given.desk.reader
        )
        await platform.attach(app.inbox)
        house = LocalHouse(app, platform, seed.clock)
        await house.watches()
        yield house
        await app.close()


@asynccontextmanager
async def telegram(folder: Path) -> AsyncGenerator[House]:
    """The whole program with Telegram."""
    async with on_telegram(folder) as stage:
        yield TelegramHouse(stage)


#: A further platform is a house above and a line here.
HOUSES: dict[str, Callable[[Path], AbstractAsyncContextManager[House]]] = {
    **{name: partial(pure, can) for name, can in PURE.items()},
    "local": local,
    "telegram": telegram,
    "wechat": wechat,
    "wecom": wecom,
}
HOUSES_CAN: dict[str, Capabilities] = {
    **PURE,
    "local": LocalHouse.can,
    "telegram": TelegramHouse.can,
    "wechat": WechatHouse.can,
    "wecom": WeComHouse.can,
}
