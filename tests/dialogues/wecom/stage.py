"""The stage for dialogues through WeCom: the whole program, the official SDK, a strict fake.

Nothing sleeps: the stage waits for what the fake handed over, and the clock is turned by hand.

    await stage.li.says("电梯坏了")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    assert "王姨在办" in stage.card(1).text
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.clock import VirtualClock
from bot.platforms.accounts import name_of
from bot.platforms.wecom.platform import WeComPlatform
from storage.engine import Store
from storage.tables import Chat
from tests.dialogues.outside import Peopled, playing, seat, seated
from tests.fakes.wecom import BOT, SECRET, FakeWeCom, without_tls
from tests.fakes.wecom_world import Seen
from tests.harness import ALL, CAST, GROUP, GROUP4, MONDAY, staged
from tests.patience import PATIENCE

GROUPS = {GROUP: "wrGROUP3", GROUP4: "wrGROUP4", ALL: "wrALL"}


@dataclass(slots=True)
class Actor:
    """Somebody of the cast; speaks in building 3's group, to the robot, unless told otherwise."""

    stage: WeComStage
    id: str

    async def says(self, text: str, group: str = "", **more: Any) -> None:
        """Name the robot and say something; the bot then does all it has to."""
        await self.stage.wecom.says(self.id, text, group or self.stage.group, **more)
        await self.stage.settles()

    async def quotes(self, quoted: str, text: str = "", group: str = "") -> None:
        """Quote a message and name the robot."""
        quote = {"msgtype": "text", "text": {"content": quoted}}
        await self.says(text, group, quote=quote)

    async def writes(self, text: str) -> None:
        """Say something to the robot in private."""
        await self.stage.wecom.says(self.id, text)
        await self.stage.settles()

    async def enters(self) -> None:
        """Open the robot's chat."""
        await self.stage.wecom.enters(self.id)
        await self.stage.settles()

    async def presses(self, seen: Seen, label: str) -> None:
        """Press the button that says `label`."""
        await self.stage.wecom.presses(self.id, seen, label)
        await self.stage.settles()

    @property
    def heard(self) -> list[Seen]:
        """What the bot said to this person in private."""
        return self.stage.wecom.chats.in_chat(self.id)


class WeComStage(Peopled[Actor]):
    """The program on stage, with WeCom around it."""

    patience = 150  #: a conversation takes thirty messages a minute

    def __init__(
        self,
        store: Store,
        clock: VirtualClock,
        wecom: FakeWeCom,
        reader: Any,
        webhooks: str = "",
        named: Mapping[str, str] | None = None,
    ) -> None:
        """`named`: the account that the robot is of several, and what it is called."""
        self.wecom = wecom
        self._named = dict(named or {})
        self.name = name_of("wecom", next(iter(self._named), ""))
        self.group = GROUPS[GROUP]
        self.cast = {key: Actor(self, f"wo{key.upper():0<22}") for key, *_ in CAST}
        self._webhooks = webhooks
        self._base = 0
        super().__init__(store, clock, reader)

    def given(self) -> dict[str, Any]:
        """The robot as an operator sets it: the only one, or one of several."""
        told = {"wecom_webhooks": self._webhooks}
        if not self._named:
            return {**told, **the_robot(self.wecom)}
        bots = dict.fromkeys(self._named, f"{BOT}:{SECRET}")
        named = {"wecom_bots": bots, "wecom_names": self._named}
        return {**told, **named, "wecom_url": self.wecom.url}

    @property
    def platform(self) -> WeComPlatform:
        """WeCom as the program sees it."""
        found = self.app.platforms[self.name]
        assert isinstance(found, WeComPlatform)
        return found

    # The program ----------------------------------------------------------------------------

    async def begins(self) -> None:
        """The program starts and gets its line."""
        self._base = self.wecom.called
        await self._receives(self.platform)
        await self.wecom.until(lambda: self.wecom.line)
        await self.until(lambda: self.platform.line.is_on)

    async def _all_read(self) -> None:
        await self.until(self.all_kept)

    async def comes_back(self) -> None:
        """After a fault: time goes by until there is a line again."""
        for _ in range(600):
            if self.platform.line.is_on and self.wecom.line:
                return
            self.clock.turn(timedelta(seconds=0.5))
            await asyncio.sleep(0.005)
        raise AssertionError("it never came back")

    def all_kept(self) -> bool:
        """Whether all that WeCom handed over is in the inbox."""
        return self.app.inbox.figures.received[self.name] >= self.wecom.called - self._base

    async def until(self, holds: Any) -> None:
        """Until something is so that comes by itself."""
        async with asyncio.timeout(PATIENCE):
            while True:
                if holds():
                    return
                await asyncio.sleep(0.001)

    def ends(self) -> None:
        """Whatever happened, the robot never sent what no robot should."""
        assert not self.wecom.violations, self.wecom.violations
        assert 45009 not in self.wecom.refused, "limits are kept ahead of time"

    # What stands in the chats ---------------------------------------------------------------

    @property
    def said(self) -> list[Seen]:
        """What the bot said in building 3's group."""
        return self.wecom.chats.in_chat(self.group)

    def cards(self, number: int = 1, group: str = "") -> list[Seen]:
        """All messages that look like the card of a request."""
        said = self.wecom.chats.in_chat(group or self.group)
        return [each for each in said if f"#{number} " in each.text.split("\n")[0]]

    def card(self, number: int = 1) -> Seen:
        """What shows a request now: the last of them."""
        return self.cards(number)[-1]

    def page(self, actor: Actor, number: int = 1) -> Seen:
        """What a person asked to help was sent about a request, with its buttons."""
        found = [each for each in actor.heard if f"#{number} " in each.text and each.buttons]
        assert found, f"{actor.id} was not asked about #{number}"
        return found[-1]

    async def chat_of(self, group: str) -> Chat:
        """What is remembered of a group."""
        async with self.store.read() as store:
            found = await store.scalar(select(Chat).where(Chat.external_id == group))
        assert found is not None
        return found


def the_robot(wecom: FakeWeCom) -> dict[str, str]:
    """The only robot, as an operator sets it."""
    return {"wecom_bot_id": BOT, "wecom_secret": SECRET, "wecom_url": wecom.url}


@asynccontextmanager
async def _on_loopback() -> AsyncGenerator[None]:
    with without_tls():
        yield


@asynccontextmanager
async def on_wecom(
    folder: Path,
    *,
    unheard: frozenset[str] = frozenset(),
    webhooks: str = "",
    named: Mapping[str, str] | None = None,
) -> AsyncGenerator[WeComStage]:
    """The sample neighbourhood in WeCom, on a Monday morning; `unheard`: who never wrote to it."""
    async with (
        _on_loopback(),
        staged(folder, start=MONDAY) as seed,
        FakeWeCom(seed.clock.now) as wecom,
    ):
        wecom.robot = next(iter((named or {}).values()), wecom.robot)
        reader = seed.app.desk.reader
        stage = WeComStage(seed.app.store, seed.clock, wecom, reader, webhooks, named)
        await _seat(stage, unheard)
        async with playing(stage):
            yield stage


async def _seat(stage: WeComStage, unheard: frozenset[str]) -> None:
    """Everybody of the cast is a colleague with an opaque id; all wrote to the robot once."""
    people = [seated(key, actor.id, alone=key not in unheard) for key, actor in stage.cast.items()]
    stage.wecom.talked |= {*GROUPS.values(), *(each["private"] for each in people)} - {None}
    await seat(
        stage.store, stage.name, people, GROUPS, administrator=False, hears_all=False, title=""
    )
