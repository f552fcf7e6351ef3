"""An app that hangs while something is fetched from it, and all who wait for something else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.carrying import AT_ONCE
from bot.delivery import PLACE_AFTER
from bot.outbox import keep_said
from handlers.chat.incoming import Media, MediaKind
from handlers.chat.outgoing import Content, Say, Sendable
from handlers.chat.platform import Delivered, Lent
from handlers.work import Work
from tests.dialogues.test_media_between_apps import THERE
from tests.harness import Stage, staged
from tests.patience import PATIENCE

MANY = 16  #: as many as are sent to one app at once


@dataclass
class House:
    """Many who get something from an app that hangs."""

    stage: Stage
    patch: pytest.MonkeyPatch
    hangs: asyncio.Event = field(default_factory=asyncio.Event)
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])
    said: list[str] = field(default_factory=list[str])
    asked: int = 0

    def __post_init__(self) -> None:
        hangs, rooms = self.stage.others["cards"], self.stage.rooms
        fetched, deliver = hangs.fetched, rooms.deliver

        async def hang(media: Media) -> Lent | None:
            self.asked += 1
            self.hangs.set()
            await self.goes_on.wait()
            return await fetched(media)

        async def told(out: Sendable, message_id: str | None) -> Delivered:
            done = await deliver(out, message_id)
            self.said.append(out.chat)
            self.arrived.setdefault(out.chat, asyncio.Event()).set()
            return done

        self.patch.setattr(hangs, "fetched", hang)
        self.patch.setattr(rooms, "deliver", told)

    async def lays(
        self, chats: Sequence[str], text: str, of: str = "", *, urgent: bool = False
    ) -> None:
        async with self.stage.app.store.write() as store:
            work = Work(self.stage.app.desk, store, self.stage.clock.now())
            media = (Media(kind=MediaKind.FILE, ref="p1", of=of),) if of else ()
            for name in chats:
                content = Content(text=text, media=media)
                work.put(
                    Say(platform="rooms", chat=name, group=False, content=content, urgent=urgent)
                )
            await keep_said(store, [work])

    async def until(self, chat: str) -> None:
        await asyncio.wait_for(self.arrived.setdefault(chat, asyncio.Event()).wait(), PATIENCE)


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[House]:
    async with staged(tmp_path, others={"cards": THERE, "else": THERE}) as stage:
        yield House(stage, monkeypatch)


async def test_it_holds_up_nothing_but_what_comes_from_it(house: House) -> None:
    captains = [f"@p{n}" for n in range(MANY)]
    await house.lays(captains, "#1", of="cards")
    await house.lays(["@text"], "着火了")
    await house.lays(["@other"], "#2", of="else")
    delivery = house.stage.app.delivery
    sending = asyncio.ensure_future(delivery.drain())
    await house.until("@text")
    await house.until("@other")
    assert house.asked == AT_ONCE

    await house.lays([captains[-1]], "着火了，快来", urgent=True)
    house.stage.clock.turn(PLACE_AFTER)
    await delivery.drain()
    assert house.said[-1] == captains[-1], "what is urgent passes what waits for a place"
    assert house.asked == AT_ONCE

    house.goes_on.set()
    await sending
    await house.stage.app.settle()
    assert sorted(house.said) == sorted([*captains, captains[-1], "@text", "@other"])
    assert house.asked == MANY
    await house.stage.nothing_failed()


async def test_what_became_urgent_while_something_was_fetched_comes_before_the_next(
    house: House,
) -> None:
    for text in ("first", "second"):
        await house.lays(["@wang"], text, of="cards")
    sending = asyncio.ensure_future(house.stage.app.delivery.drain())
    await asyncio.wait_for(house.hangs.wait(), PATIENCE)
    await house.lays(["@wang"], "着火了，快来", urgent=True)
    house.goes_on.set()
    await sending
    await house.stage.app.settle()
    texts = [each.text for each in house.stage.rooms.from_bot("@wang")]
    assert texts == ["first", "着火了，快来", "second"]
