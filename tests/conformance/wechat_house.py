"""The whole program with WeChat, for the stories that are told on every platform."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.platforms.wechat.platform import CAPABILITIES
from tests.conformance.house import G3, House, How, Where
from tests.conformance.outside_house import KEYS, OutsideHouse
from tests.conformance.venue import Stood
from tests.conformance.wechat_venue import stood
from tests.dialogues.wechat.stage import ROOMS, WechatStage, on_wechat
from tests.fakes.gateway import ME
from tests.fakes.pictures import jpeg


class WechatHouse(OutsideHouse[WechatStage]):
    """An ordinary account behind a puppet gateway, over loopback. Pictures come without words."""

    can = CAPABILITIES

    async def say(self, who: str, text: str, how: How) -> None:
        room = "" if how.private else ROOMS[KEYS[how.group]]
        if how.photo:
            self.stage.puppet.shows(who, jpeg(), room)
        # A number is a choice only where the bot is meant.
        called = (how.calling or text.isdigit()) and not how.private
        words = f"@邻里\u2005{text}" if called else text
        await self.stage.says(who, words, room, mentions=(ME,) if called else ())

    async def presses(self, who: str, where: Where, label: str) -> None:
        raise AssertionError("there are no buttons")

    async def stands(self, who: str | None = None, *, group: str = G3) -> list[Stood]:
        chat = who or ROOMS[KEYS[group]]
        return stood(each for each in self.stage.puppet.sent if chat in (each.room, each.listener))

    async def fails(self, times: int) -> None:
        self.stage.puppet.refuses = ["the puppet is busy"] * times


@asynccontextmanager
async def wechat(folder: Path) -> AsyncGenerator[House]:
    """The whole program with WeChat."""
    async with on_wechat(folder) as stage:
        yield WechatHouse(stage)
