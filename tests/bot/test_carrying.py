"""What is carried from one app to another is in memory a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest

from bot.carrying import AT_ONCE, Carrier
from bot.clock import VirtualClock
from bot.names import name_of
from handlers.chat.incoming import Media, MediaKind
from handlers.chat.outgoing import Content, Say, SendFile
from tests.fakes.rooms import Rooms
from tests.harness import MONDAY


def say(to: str, ref: str = "p1") -> Say:
    media = Media(kind=MediaKind.VIDEO, ref=ref, of="there")
    return Say(platform=to, chat="@wang", content=Content(text="#1", media=(media,)))


async def begun(tasks: Sequence[asyncio.Task[Any]], held: list[str]) -> list[str]:
    """Who holds one, once nobody gets any further."""
    for _ in range(20):
        await asyncio.sleep(0)
    assert not any(each.done() for each in tasks)
    return sorted(held)


async def test_a_few_at_a_time_and_of_each_app_its_own() -> None:
    clock = VirtualClock(MONDAY)
    platforms = {name: Rooms(clock, name=name) for name in ("here", "else", "there")}
    carrier, held, let_go = Carrier(platforms), list[str](), asyncio.Event()

    async def holds(to: str) -> None:
        async with carrier.carried(say(to)) as out:
            assert isinstance(out, SendFile)
            held.append(to)
            await let_go.wait()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(holds(to)) for to in ["here"] * 5 + ["else"]]
        assert await begun(tasks, held) == ["else"] + ["here"] * AT_ONCE
        let_go.set()
    assert held.count("here") == 5


async def test_what_is_of_this_app_or_has_no_media_waits_for_nothing() -> None:
    rooms = Rooms(VirtualClock(MONDAY), name="here")
    carrier, plain = (
        Carrier({"here": rooms}),
        Say(platform="here", chat="g", content=Content(text="在")),
    )
    async with AsyncExitStack() as held:
        for _ in range(AT_ONCE + 1):
            assert await held.enter_async_context(carrier.carried(plain)) is plain


async def test_from_an_app_that_is_off_the_words_alone_are_said() -> None:
    rooms = Rooms(VirtualClock(MONDAY), name="here")
    instead = say("here").model_copy(update={"instead": "1 video, over there"})
    async with Carrier({"here": rooms}).carried(instead) as out:
        assert isinstance(out, Say)
        assert (out.content.text, out.content.media) == ("1 video, over there", ())


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"OggS...", "voice.ogg"),
        (b"#!AMR\n", "voice.amr"),
        (b"\x02#!SILK_V3", "voice.silk"),
        (b"?", "voice"),
    ],
)
def test_a_voice_without_a_name_is_called_by_its_form(body: bytes, name: str) -> None:
    assert name_of(Media(kind=MediaKind.VOICE), body) == name
