"""What is carried from one app to another is in memory a few at a time."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from bot.carrying import AT_ONCE, Carrier, way_of
from bot.clock import VirtualClock
from bot.names import name_of
from handlers.chat.incoming import Media, MediaKind
from handlers.chat.outgoing import Content, Say, SendFile
from tests.fakes.rooms import Rooms
from tests.harness import MONDAY


def say(to: str, of: str = "there", kind: MediaKind = MediaKind.VIDEO) -> Say:
    media = Media(kind=kind, ref="p1", of=of)
    content = Content(text="#1", media=(media,))
    return Say(platform=to, chat="@wang", content=content, instead="1 video, over there")


def carrier_of(*names: str) -> Carrier:
    clock = VirtualClock(MONDAY)
    return Carrier({name: Rooms(clock, name=name) for name in names})


def test_a_few_at_a_time_on_each_way_and_nobody_waits_for_a_place() -> None:
    carrier = carrier_of("here", "else", "there")
    ways = [
        way_of(say(to, of)) for to, of in (("here", "there"), ("here", "else"), ("else", "there"))
    ]
    with ExitStack() as held:
        for way in ways:
            taken = [held.enter_context(carrier.place(way)) for _ in range(AT_ONCE + 1)]
            assert taken == [True] * AT_ONCE + [False]
    with carrier.place(ways[0]) as free:
        assert free


def test_what_is_of_this_app_or_has_no_media_needs_no_place() -> None:
    carrier = carrier_of("here")
    plain = Say(platform="here", chat="g", content=Content(text="在"))
    assert way_of(plain) is way_of(say("here", of="here")) is None
    with ExitStack() as held:
        assert all(held.enter_context(carrier.place(None)) for _ in range(AT_ONCE + 1))


async def test_what_is_not_carried_has_one_form() -> None:
    plain = Say(platform="here", chat="g", content=Content(text="在"))
    assert await carrier_of("here").forms(plain) == (plain,)


@pytest.mark.parametrize("kind", [MediaKind.PHOTO, MediaKind.VIDEO, MediaKind.VOICE])
async def test_what_is_shown_may_be_a_document_and_then_words(kind: MediaKind) -> None:
    best, document, words = await carrier_of("here", "there").forms(say("here", kind=kind))
    assert isinstance(best, SendFile)
    assert isinstance(document, SendFile)
    assert best.picture or best.played is kind
    assert (document.picture, document.played) == (False, None)
    assert document.body == best.body
    assert isinstance(words, Say)
    assert (words.content.text, words.content.media) == ("1 video, over there", ())


async def test_from_an_app_that_is_off_the_words_alone_are_said() -> None:
    (words,) = await carrier_of("here").forms(say("here"))
    assert isinstance(words, Say)
    assert (words.content.text, words.content.media) == ("1 video, over there", ())


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
