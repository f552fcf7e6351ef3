"""The stage for dialogues through WeChat: the whole program, its real platform, a puppet gateway.

said = await stage.says("li", "咱们楼电梯又坏了")
assert "电梯" in stage.said()[-1]
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.clock import VirtualClock
from bot.platforms.wechat.platform import Manner, WechatPlatform
from config.settings import Settings
from handlers.chat.platform import Platform
from storage.engine import Store
from storage.queries import intake
from storage.tables import Person, Supporter
from tests.bot.platforms.wechat.conftest import FAST
from tests.dialogues.outside import Outside, playing, seat, seated
from tests.fakes.gateway import ROOM
from tests.fakes.puppet import FakePuppet, Told
from tests.harness import ALL, CAST, GROUP, GROUP4, MONDAY, staged

ROOMS = {GROUP: ROOM, GROUP4: "bldg4@chatroom", ALL: "heping@chatroom"}
TITLES = {GROUP: "和平里3栋邻里群", GROUP4: "和平里4栋邻里群", ALL: "和平里大群"}


class WechatStage(Outside):
    """The program on stage, with WeChat around it."""

    patience = 120  #: the limits let one message in four seconds into a chat

    def __init__(
        self, store: Store, clock: VirtualClock, puppet: FakePuppet, reader: Any, *, bold: bool
    ) -> None:
        self.puppet = puppet
        self._bold = bold
        super().__init__(store, clock, reader)

    def _platforms(self, settings: Settings) -> list[Platform]:
        platform = WechatPlatform(
            self.puppet.endpoint,
            self.clock,
            Manner(proactive=self._bold),
            last=partial(_last, self.store),
            pace=replace(FAST, look=60, untold=5),
        )
        return [platform]

    @property
    def platform(self) -> WechatPlatform:
        """WeChat as the program sees it."""
        found = self.app.platforms["wechat"]
        assert isinstance(found, WechatPlatform)
        return found

    async def begins(self) -> None:
        """The program starts and listens."""
        await self._receives(self.platform)
        await self.puppet.until(lambda: self.puppet.listened_to)

    async def dies(self) -> None:
        """The program is gone at this moment."""
        if self._receiving is not None:
            await super().dies()
            await self.puppet.until(lambda: not self.puppet.listened_to)

    async def _all_read(self) -> None:
        await self.puppet.until_read()

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

    def said(self, room: str = ROOM) -> list[str]:
        """What the bot said in a group."""
        return [each.text for each in self.puppet.sent if each.room == room]

    def whispered(self, who: str) -> list[str]:
        """What the bot said to somebody in private."""
        return [each.text for each in self.puppet.sent if each.listener == who]

    async def supporters(self) -> set[str]:
        """Who is concerned by any request."""
        async with self.store.read() as store:
            asked = select(Person.name).join(Supporter, Supporter.person_id == Person.id)
            return set((await store.scalars(asked)).all())


async def _last(store: Store) -> Any:
    async with store.read() as session:
        return await intake.last_kept(session, "wechat")


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
        people = [seated(key, key) for key, *_ in CAST]
        await seat(seed.app.store, "wechat", people, ROOMS, administrator=False, hears_all=True)
        stage = WechatStage(seed.app.store, seed.clock, puppet, seed.app.desk.reader, bold=bold)
        async with playing(stage):
            yield stage
