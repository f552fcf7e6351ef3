"""The whole program with a platform in memory, for the stories that are told on every platform."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from handlers.chat.incoming import MediaKind
from handlers.chat.platform import Capabilities, Edits, Hears, PassingError, Proof, Speaks, Told
from tests.conformance.house import G3, House, How, Where
from tests.conformance.venue import Stood
from tests.conformance.venues import RoomsVenue
from tests.harness import Stage, staged

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
#: It hears nothing in a group but what people send on to it in private.
FORWARDED = Capabilities(
    hears=Hears.FORWARDED,
    may_hear_all=False,
    reactions_heard=False,
    tells=frozenset({Told.STANDING}),
)

PURE: dict[str, Capabilities] = {
    "rooms": RoomsVenue.can,
    "least": LEAST,
    "numbers": NUMBERS,
    "cards": CARDS,
    "answers": ANSWERS,
    "public": PUBLIC,
    "forwarded": FORWARDED,
}


class RoomsHouse(House):
    """A platform in memory that is as strict as what it declares."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.can = stage.rooms.capabilities

    async def say(self, who: str, text: str, how: How) -> None:
        actor = self.stage.cast[who]
        said = actor.sends_photo if how.photo else actor.says
        private = how.private or self.can.hears is Hears.FORWARDED
        called = how.calling or self.can.hears is not Hears.EVERYTHING or text.isdigit()
        more: dict[str, Any] = {"to_bot": called and not private}
        if private and not how.private and not text.startswith("/"):
            # What was said to everybody is sent on to the bot; a command is typed there.
            more["forwarded"] = True
        await said(text, f"@{who}" if private else how.group, **more)
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


@asynccontextmanager
async def pure(can: Capabilities, folder: Path) -> AsyncGenerator[House]:
    """A platform in memory with these capabilities."""
    async with staged(folder, capabilities=can) as stage:
        yield RoomsHouse(stage)
