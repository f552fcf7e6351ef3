"""Files that come through a gateway: what they are passed on as, and how large they may be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from bot import pictures
from bot.clock import VirtualClock
from bot.pictures import type_of
from bot.platforms.wechat.platform import WechatPlatform
from handlers.chat.incoming import Media, MediaKind
from handlers.chat.outgoing import Content, Say
from handlers.chat.platform import PassingError
from tests.bot.platforms.running import running
from tests.bot.platforms.wechat.conftest import FAST, PAST, Kept
from tests.fakes.puppet import FakePuppet


@pytest.fixture
async def platform(puppet: FakePuppet, clock: VirtualClock) -> AsyncIterator[WechatPlatform]:
    made = WechatPlatform(puppet.endpoint, clock, pace=FAST)
    kept = Kept()
    async with running(made, kept):
        await kept.until(lambda: kept.contacts)
        yield made


async def passed_on(platform: WechatPlatform, ref: str, kind: MediaKind, name: str = "") -> None:
    """Show it to 王姨, with words: each in a turn of its own."""
    content = Content(text="请看", media=(Media(kind=kind, ref=ref, name=name),))
    out = Say(platform="wechat", chat="wang", group=False, content=content)
    with suppress(PassingError):  # the rest follows
        await platform.deliver(out, None)
        return
    await platform.deliver(out, None)


@pytest.mark.parametrize("name", ["IMG_1.jpg", "from the album", ""])
async def test_a_picture_that_comes_as_a_file_is_drawn_anew_as_well(
    puppet: FakePuppet, platform: WechatPlatform, jpeg: bytes, name: str
) -> None:
    assert PAST.encode() in jpeg
    ref = puppet.hands_over("li", name, jpeg)
    await passed_on(platform, ref, MediaKind.FILE, name)
    file, words = puppet.sent
    assert (file.name, words.text) == (name or "file", "请看")
    assert type_of(file.body) == "image/jpeg"
    assert PAST.encode() not in file.body


@pytest.mark.parametrize(("name", "body"), [("a.xlsx", b"PK..."), ("a.mp4", b"....ftypmp42")])
async def test_a_file_that_is_no_picture_stays_as_it_is(
    puppet: FakePuppet, platform: WechatPlatform, name: str, body: bytes
) -> None:
    ref = puppet.hands_over("li", name, body)
    await passed_on(platform, ref, MediaKind.FILE, name)
    assert [(each.name, each.body) for each in puppet.sent] == [(name, body), ("", b"")]


async def test_a_picture_of_a_kind_that_cannot_be_drawn_anew_stays_here(
    puppet: FakePuppet, platform: WechatPlatform
) -> None:
    ref = puppet.hands_over("li", "IMG_2.HEIC", b"....ftypheic" + PAST.encode())
    await passed_on(platform, ref, MediaKind.FILE, "IMG_2.HEIC")
    assert [each.text for each in puppet.sent] == ["请看"]


@pytest.mark.fault("wechat")
@pytest.mark.parametrize("kind", [MediaKind.PHOTO, MediaKind.FILE, MediaKind.VIDEO])
async def test_what_is_too_large_is_not_read_to_its_end_and_the_words_arrive(
    puppet: FakePuppet,
    platform: WechatPlatform,
    monkeypatch: pytest.MonkeyPatch,
    kind: MediaKind,
) -> None:
    monkeypatch.setattr(pictures, "LARGEST_BODY", 20_000)
    ref = puppet.hands_over("li", "a.bin", b"x" * 5_000_000)
    await passed_on(platform, ref, kind, "a.bin")
    assert [each.text for each in puppet.sent] == ["请看"]
    await puppet.until(lambda: puppet.broken_off)
    assert puppet.broken_off == [ref]


async def test_what_is_just_small_enough_is_read(
    puppet: FakePuppet, platform: WechatPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "LARGEST_BODY", 20_000)
    ref = puppet.hands_over("li", "a.bin", b"x" * 20_000)
    await passed_on(platform, ref, MediaKind.FILE, "a.bin")
    assert len(puppet.sent[0].body) == 20_000
