"""Voices, videos and files that were sent in one app, and those who are asked in the other."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from handlers.chat.incoming import MediaKind
from handlers.chat.outgoing import SendFile
from handlers.chat.platform import LARGEST_CARRIED, SHOWN, Capabilities
from tests.conformance.rooms_house import CARDS
from tests.dialogues.test_pictures_between_apps import brought, sends
from tests.dialogues.test_several_channels import neighbours, texts
from tests.fakes.rooms import Rooms
from tests.harness import Stage, staged

THERE = replace(CARDS, media_out=SHOWN, files=True)
#: 王姨's app plays no voices, and takes no videos larger than ten bytes.
HERE = Capabilities(deep_links=True, media_out=SHOWN - {MediaKind.VOICE}, largest_video=10)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with staged(tmp_path, others={"cards": THERE}) as made:
        yield made


@pytest.fixture
async def cards(stage: Stage) -> Rooms:
    return await neighbours(stage, "cards")


def media(kind: MediaKind, ref: str = "p1", **more: Any) -> dict[str, Any]:
    return {"kind": kind.value, "ref": ref, **more}


def files(stage: Stage) -> list[SendFile]:
    """What was carried to 王姨."""
    found = [each for each in stage.rooms.sent if isinstance(each, SendFile)]
    return [each for each in found if each.chat == "@wang"]


@pytest.mark.parametrize(
    ("kind", "called", "name"),
    [
        (MediaKind.VOICE, "语音", "voice"),
        (MediaKind.VIDEO, "视频", "video.mp4"),
        (MediaKind.FILE, "文件", "file"),
    ],
)
async def test_who_is_asked_in_another_app_gets_it_there(
    stage: Stage, cards: Rooms, kind: MediaKind, called: str, name: str
) -> None:
    await sends(stage, cards, media=[media(kind)])
    (carried,) = files(stage)
    assert carried.body == b"picture p1"
    assert carried.name == name
    assert f"（{called}，是在另一个应用里发的）" in carried.caption
    assert "#1" in carried.caption
    assert carried.played == (None if kind is MediaKind.FILE else kind)
    assert not carried.picture


async def test_the_card_of_the_other_app_says_what_there_is(stage: Stage, cards: Rooms) -> None:
    kinds = (MediaKind.PHOTO, MediaKind.PHOTO, MediaKind.VOICE, MediaKind.FILE)
    await sends(stage, cards, media=[media(kind, f"p{n}") for n, kind in enumerate(kinds)])
    line = "另有 2 张图、1 段语音、1 个文件，发在另一个应用的群里"
    assert line in stage.card(1).text
    assert line not in texts(cards)


@pytest.mark.parametrize("telling", [True, False], ids=["told how large", "seen when it comes"])
async def test_what_is_too_large_is_told_in_words(
    stage: Stage, cards: Rooms, telling: bool
) -> None:
    cards.large["p1"] = LARGEST_CARRIED + 1
    size = LARGEST_CARRIED + 1 if telling else None
    await sends(stage, cards, media=[media(MediaKind.VIDEO, size=size)])
    assert not files(stage)
    said = "\n".join(each.text for each in stage.rooms.from_bot("@wang"))
    assert said.count("另有 1 段视频，是在另一个应用里发的，这里发不出来；请到那里看") == 1


async def test_what_comes_later_and_cannot_be_carried_is_told_as_well(
    stage: Stage, cards: Rooms
) -> None:
    await sends(stage, cards, media=[])
    card = cards.from_bot("w3")[-1]
    there = [{"kind": "location", "latitude": 31.2, "longitude": 121.4}]
    await sends(stage, cards, "就是这里", media=there, reply_to=card.id)
    assert "另有 1 个位置，是在另一个应用里发的，这里发不出来" in stage.wang.last.text
    assert "#1" in stage.wang.last.text


async def test_where_voices_are_not_played_it_is_told_where_to_hear_it(tmp_path: Path) -> None:
    async with staged(tmp_path, capabilities=HERE, others={"cards": THERE}) as stage:
        cards = await neighbours(stage, "cards")
        await sends(stage, cards, media=[media(MediaKind.VOICE)])
        assert not files(stage)
        assert "另有 1 段语音，是在另一个应用里发的" in stage.page(stage.wang).text
        assert not stage.rooms.wrong


async def test_a_video_that_is_none_there_goes_as_a_file(tmp_path: Path) -> None:
    async with staged(tmp_path, capabilities=HERE, others={"cards": THERE}) as stage:
        cards = await neighbours(stage, "cards")
        told = [media(MediaKind.VIDEO, ref) for ref in ("long", "")]
        told.append(media(MediaKind.VIDEO, "known", size=500))
        await sends(stage, cards, media=told)
        assert [(each.name, each.played) for each in files(stage)] == [
            ("video.mp4", None),
            ("video.mp4", MediaKind.VIDEO),
            ("video.mp4", None),
        ]
        assert not stage.rooms.wrong


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("漏水.mp4", "漏水.mp4"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\li\\账单.xlsx", "账单.xlsx"),
        ("\u202egpj.exe", "gpj.exe"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        (" .. ", "file"),
        ("长" * 300 + ".pdf", "长" * 76 + ".pdf"),
        ("3栋1.2单元漏水情况说明照片视频都在里面", "3栋1.2单元漏水情况说明照片视频都在里面"),
        ("report.abcdefghijklmnop", "report.abcdefghijklmnop"),
    ],
)
async def test_a_name_is_nothing_but_a_name(
    stage: Stage, cards: Rooms, given: str, name: str
) -> None:
    await sends(stage, cards, media=[media(MediaKind.FILE, name=given)])
    assert [each.name for each in files(stage)] == [name]


async def test_four_are_carried_and_of_the_rest_it_is_told(stage: Stage, cards: Rooms) -> None:
    await sends(stage, cards, media=[media(MediaKind.FILE, f"p{n}") for n in range(6)])
    assert len(files(stage)) == 4
    assert len(brought(stage)) == 4
    assert "另有 2 个文件，是在另一个应用里发的" in stage.page(stage.wang).text


async def test_four_of_a_request_are_carried_whenever_they_come(stage: Stage, cards: Rooms) -> None:
    first = [media(MediaKind.FILE, f"p{n}") for n in range(3)]
    await sends(stage, cards, media=first)
    card = cards.from_bot("w3")[-1]
    for n in range(3, 6):
        await sends(stage, cards, "还有", media=[media(MediaKind.FILE, f"p{n}")], reply_to=card.id)
    assert [each.body for each in files(stage)] == [f"picture p{n}".encode() for n in range(4)]
    told = [each.text for each in stage.wang.heard if "另有 1 个文件" in each.text]
    assert len(told) == 2, "each as it came"
    assert "另有 2 个文件，是在另一个应用里发的" in stage.page(stage.wang).text


async def test_a_picture_that_the_app_refuses_goes_as_a_document(
    stage: Stage, cards: Rooms
) -> None:
    """Telegram takes no picture that is twenty times as high as it is wide."""
    stage.rooms.refuses = lambda out: isinstance(out, SendFile) and out.picture
    await sends(stage, cards, media=[media(MediaKind.PHOTO)])
    assert [(each.name, each.picture) for each in files(stage)] == [("picture.jpg", False)]


async def test_what_the_app_refuses_altogether_is_told_in_words(stage: Stage, cards: Rooms) -> None:
    stage.rooms.refuses = lambda out: isinstance(out, SendFile)
    await sends(stage, cards, media=[media(MediaKind.PHOTO)])
    assert not files(stage)
    assert "另有 1 张图，是在另一个应用里发的，这里发不出来；请到那里看" in stage.wang.last.text
    await stage.passes(days=2)
    assert len([each for each in stage.wang.heard if "这里发不出来" in each.text]) == 1
