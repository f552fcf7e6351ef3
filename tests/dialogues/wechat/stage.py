"""The stage for dialogues through WeChat: the whole program, its real platform, a puppet gateway.

said = await stage.says("li", "咱们楼电梯又坏了")
assert "电梯" in stage.said()[-1]
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from bot.app import App
from bot.clock import VirtualClock
from bot.platforms.wechat.platform import Manner, WechatPlatform
from config.settings import Settings
from storage.engine import Store
from storage.queries import post
from storage.tables import Account, Chat, Letter, Person, Request, Supporter, Update
from tests.bot.platforms.wechat.conftest import FAST
from tests.fakes.gateway import ROOM
from tests.fakes.puppet import FakePuppet, Told
from tests.harness import ALL, CAST, GROUP, GROUP4, MONDAY, SECRET, staged

ROOMS = {GROUP: ROOM, GROUP4: "bldg4@chatroom", ALL: "heping@chatroom"}
TITLES = {GROUP: "和平里3栋邻里群", GROUP4: "和平里4栋邻里群", ALL: "和平里大群"}
#: The limits let one message in four seconds into a chat: so long the stage lets time go by.
PATIENCE = 120


class WechatStage:
    """The program on stage, with WeChat around it."""

    def __init__(
        self, store: Store, clock: VirtualClock, puppet: FakePuppet, reader: Any, *, bold: bool
    ) -> None:
        self.store = store
        self.clock = clock
        self.puppet = puppet
        self._reader = reader
        self._bold = bold
        self._receiving: asyncio.Task[None] | None = None
        self.app = self._built()

    def _built(self) -> App:
        settings = Settings(
            database_url="sqlite://",  # the store is given
            web_chat=False,
            secret_key=SECRET,  # pyright: ignore[reportArgumentType]
        )
        platform = WechatPlatform(
            self.puppet.endpoint,
            self.clock,
            Manner(proactive=self._bold),
            last=partial(_last, self.store),
            pace=replace(FAST, look=60, untold=5),
        )
        return App(settings, self.store, [platform], clock=self.clock, reader=self._reader)

    @property
    def platform(self) -> WechatPlatform:
        """WeChat as the program sees it."""
        found = self.app.platforms["wechat"]
        assert isinstance(found, WechatPlatform)
        return found

    async def begins(self) -> None:
        """The program starts and listens."""
        await self.app.inbox.resume()
        loop = asyncio.get_running_loop()
        self._receiving = loop.create_task(self.platform.run(self.app.inbox))
        await self.puppet.until(lambda: self.puppet.listened_to)

    async def dies(self) -> None:
        """The program is gone at this moment."""
        if self._receiving is not None:
            self._receiving.cancel()
            await asyncio.wait((self._receiving,))
            await self.puppet.until(lambda: not self.puppet.listened_to)

    async def restarts(self, **down: float) -> None:
        """The program dies, is down for so long, and starts again on the same database."""
        await self.dies()
        self.clock.turn(timedelta(**down))
        self.app = self._built()
        await self.begins()
        await self.settles()

    async def gateway_dies(self) -> None:
        """The gateway is gone, and the program has noticed."""
        self.platform.listening.refused.clear()
        await self.puppet.stop()
        await self.platform.listening.refused.wait()

    async def gateway_returns(self) -> None:
        """It is back, and the bot does what follows."""
        await self.puppet.start()
        await self.puppet.until(lambda: self.puppet.listened_to)
        await self.settles()

    async def says(self, who: str, text: str, room: str = ROOM, **more: Any) -> str:
        """Somebody says something; the bot then does all it has to."""
        said = self.puppet.says(who, text, room, **more)
        await self.settles()
        return said

    async def quotes(self, who: str, quoted: Told, text: str) -> str:
        """Somebody answers a message by quoting it."""
        said = self.puppet.quotes(who, quoted, text)
        await self.settles()
        return said

    async def settles(self) -> None:
        """Until all is read, done and said; time goes by where a limit asks for patience."""
        for _ in range(PATIENCE):
            await self.puppet.until_read()
            await self.app.settle()
            if not await self._owed():
                break
            self.clock.turn(timedelta(seconds=1))
        await self.puppet.until_read()
        await self._nothing_failed()

    async def passes(self, **span: float) -> None:
        """Time passes; whatever becomes due on the way is done."""
        end = self.clock.now() + timedelta(**span)
        while self.clock.now() < end:
            self.clock.set(min(end, self.clock.now() + timedelta(minutes=1)))
            await self.app.ticks.tick()
            await self.app.settle()

    async def _owed(self) -> int:
        due = Letter.not_before <= self.clock.now()
        async with self.store.read() as store:
            counted = select(func.count()).select_from(Letter).where(Letter.state == "new", due)
            return await store.scalar(counted) or 0

    async def _nothing_failed(self) -> None:
        async with self.store.read() as store:
            failed = (await store.scalars(select(Update).where(Update.error.is_not(None)))).all()
        assert not failed, [(each.error, each.body) for each in failed]

    def said(self, room: str = ROOM) -> list[str]:
        """What the bot said in a group."""
        return [each.text for each in self.puppet.sent if each.room == room]

    def whispered(self, who: str) -> list[str]:
        """What the bot said to somebody in private."""
        return [each.text for each in self.puppet.sent if each.listener == who]

    async def requests(self) -> list[Request]:
        """All requests."""
        async with self.store.read() as store:
            return list((await store.scalars(select(Request).order_by(Request.id))).all())

    async def supporters(self) -> set[str]:
        """Who is concerned by any request."""
        async with self.store.read() as store:
            asked = select(Person.name).join(Supporter, Supporter.person_id == Person.id)
            return set((await store.scalars(asked)).all())

    async def kept_text(self) -> str:
        """All that stands in updates and letters."""
        async with self.store.read() as store:
            bodies = [*(await store.scalars(select(Update.body))).all()]
            bodies += (await store.scalars(select(Letter.body))).all()
        return "\n".join(body or "" for body in bodies)


async def _last(store: Store) -> Any:
    async with store.read() as session:
        return await post.last_kept(session, "wechat")


@asynccontextmanager
async def on_wechat(folder: Path, *, bold: bool = False) -> AsyncGenerator[WechatStage]:
    """The sample neighbourhood with its people on WeChat, on a Monday morning.

    `bold`: the bot may also speak first.
    """
    async with staged(folder, start=MONDAY) as seed, FakePuppet(seed.clock.now) as puppet:
        for key, name, *_ in CAST:
            puppet.person(key, name)
        for key, room in ROOMS.items():
            puppet.group(TITLES[key], [key for key, *_ in CAST], room)
        await _seat(seed.app.store)
        stage = WechatStage(seed.app.store, seed.clock, puppet, seed.app.desk.reader, bold=bold)
        await stage.begins()
        try:
            yield stage
            await stage.settles()
        finally:
            await stage.dies()
            await stage.app.close()


async def _seat(store: Store) -> None:
    """Everybody has a WeChat account and wrote to the bot before; nobody has a username there."""
    async with store.write() as session:
        for key, *_ in CAST:
            await session.execute(
                update(Account)
                .where(Account.external_id == key)
                .values(platform="wechat", username=None, private_chat=key)
            )
        for key, room in ROOMS.items():
            await session.execute(
                update(Chat)
                .where(Chat.external_id == key)
                .values(platform="wechat", external_id=room, administrator=False, hears_all=True)
            )
