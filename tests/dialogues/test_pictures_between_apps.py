"""A picture that was sent in one app of a building, and those who are asked in the other."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from handlers.chat.incoming import MediaKind
from handlers.chat.platform import PassingError
from storage.tables import Letter
from tests.conformance.rooms_house import CARDS, LEAST
from tests.dialogues.test_several_channels import THERE, neighbours, texts
from tests.fakes.rooms import Rooms, Shown, photo
from tests.harness import GROUP, Stage, staged

SHOWS = replace(CARDS, media_out=frozenset({MediaKind.PHOTO}), files=True)
REPORT = "2单元电梯坏了"
ELSEWHERE = "另有 1 张图，发在另一个应用的群里"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    others = {"cards": SHOWS, "least": LEAST, "mean": replace(SHOWS, lends=False)}
    async with staged(tmp_path, others=others) as made:
        yield made


@pytest.fixture
async def cards(stage: Stage) -> Rooms:
    return await neighbours(stage, "cards")


async def sends(stage: Stage, app: Rooms, text: str = REPORT, **more: Any) -> None:
    """Somebody in the other app sends a picture."""
    given = {"media": [photo("p1")], "to_bot": True, **more}
    await app.act(THERE, "老孙", "message", text=text, name="老孙", **given)
    await stage.app.settle()
    await stage.nothing_failed()


def brought(stage: Stage) -> list[Shown]:
    """What was carried to 王姨 as a picture."""
    return [each for each in stage.rooms.from_bot("@wang") if each.file is not None]


async def test_who_is_asked_in_another_app_gets_the_picture_there(
    stage: Stage, cards: Rooms
) -> None:
    await sends(stage, cards)
    (picture,) = brought(stage)
    assert picture.file == b"picture p1"
    assert "#1" in picture.text
    assert "另一个应用" in picture.text
    assert "请向报事人要" not in stage.page(stage.wang).text


async def test_the_card_of_the_other_app_says_that_there_is_one(stage: Stage, cards: Rooms) -> None:
    await sends(stage, cards)
    assert ELSEWHERE in stage.card(1).text
    assert "张图" not in texts(cards)
    assert not [each for each in stage.said(GROUP) if each.media or each.file]


async def test_it_is_brought_once_whatever_happens_to_the_request(
    stage: Stage, cards: Rooms
) -> None:
    await sends(stage, cards)
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.li.says("我家也是", reply_to=stage.card(1))
    await stage.passes(hours=3)
    assert len(brought(stage)) == 1
    assert ELSEWHERE in stage.card(1).text


async def test_one_that_comes_later_follows(stage: Stage, cards: Rooms) -> None:
    await sends(stage, cards, media=[])
    assert not brought(stage)
    card = cards.from_bot(THERE)[-1]
    await sends(stage, cards, "就是这里", media=[photo("p2")], reply_to=card.id)
    assert [each.file for each in brought(stage)] == [b"picture p2"]
    assert ELSEWHERE in stage.card(1).text


async def test_several_with_long_references_are_all_brought(stage: Stage, cards: Rooms) -> None:
    refs = [f"https://pictures.example/{'a' * 200}/{n}" for n in range(3)]
    await sends(stage, cards, media=[photo(ref) for ref in refs])
    assert [each.file for each in brought(stage)] == [f"picture {ref}".encode() for ref in refs]


async def test_one_that_cannot_be_had_any_more_is_told_in_words(stage: Stage, cards: Rooms) -> None:
    cards.lost.add("p1")
    await sends(stage, cards)
    assert not brought(stage)
    last = stage.wang.last
    assert "另有 1 张图，是在另一个应用里发的，这里发不出来；请到那里看" in last.text
    assert "#1" in last.text
    assert not last.media


async def test_it_waits_as_a_reference_and_never_as_a_picture(stage: Stage, cards: Rooms) -> None:
    stage.rooms.faults = [PassingError("down") for _ in range(20)]
    await sends(stage, cards)
    async with stage.app.store.read() as store:
        bodies = list((await store.scalars(select(Letter.body).where(Letter.state == "new"))).all())
    waiting = [each for each in bodies if '"of":"cards"' in each]
    assert len(waiting) == 1
    assert "picture p1" not in waiting[0]
    stage.rooms.faults = []
    await stage.passes(minutes=10)
    assert len(brought(stage)) == 1


async def test_from_an_app_that_lends_none_it_is_told_in_words(stage: Stage) -> None:
    mean = await neighbours(stage, "mean")
    await sends(stage, mean)
    assert not brought(stage)
    assert "另有 1 张图，是在另一个应用里发的，这里发不出来" in stage.page(stage.wang).text


async def test_a_picture_of_the_same_app_stands_on_the_page_itself(
    stage: Stage, cards: Rooms
) -> None:
    await stage.li.sends_photo("2单元楼道灯坏了")
    assert len(stage.page(stage.wang).media) == 1
    assert not brought(stage)
    assert "张图" not in stage.card(1).text
    assert ELSEWHERE in texts(cards)
