"""The whole program with WeCom, for the stories that are told on every platform."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.platforms.wecom.platform import CAPABILITIES
from tests.conformance.house import G3, House, How, Where
from tests.conformance.outside_house import KEYS, OutsideHouse
from tests.conformance.venue import Stood
from tests.dialogues.wecom.stage import GROUPS, WeComStage, on_wecom
from tests.fakes.pictures import jpeg
from tests.fakes.wecom_world import Seen


class WeComHouse(OutsideHouse[WeComStage]):
    """WeCom over loopback, through its official SDK, by a strict fake."""

    can = CAPABILITIES

    async def say(self, who: str, text: str, how: How) -> None:
        place = "" if how.private else GROUPS[KEYS[how.group]]
        wecom, actor = self.stage.wecom, self.stage.cast[who]
        if how.photo:  # heard in how.private only
            words = {"msgtype": "text", "text": {"content": text}}
            picture = {"msgtype": "image", "image": wecom.picture(jpeg())}
            await wecom.sends(actor.id, msgtype="mixed", mixed={"msg_item": [words, picture]})
        else:
            await wecom.says(actor.id, text, place)
        await self.stage.settles()

    async def presses(self, who: str, where: Where, label: str) -> None:
        await self.stage.cast[who].presses(self._seen(where.stood.id), label)

    async def stands(self, who: str | None = None, *, group: str = G3) -> list[Stood]:
        chat = self.stage.cast[who].id if who else GROUPS[KEYS[group]]
        said = enumerate(self.stage.wecom.chats.seen)
        return [
            Stood(str(n), each.text, tuple(each.buttons), pictures=int(each.kind == "image"))
            for n, each in said
            if each.chat == chat
        ]

    async def fails(self, times: int) -> None:
        for command in ("aibot_send_msg", "aibot_respond_msg"):
            self.stage.wecom.refuse[command] = [-1] * times

    def _seen(self, number: str) -> Seen:
        return self.stage.wecom.chats.seen[int(number)]


@asynccontextmanager
async def wecom(folder: Path) -> AsyncGenerator[House]:
    """The whole program with WeCom."""
    async with on_wecom(folder) as stage:
        yield WeComHouse(stage)
