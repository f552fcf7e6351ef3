"""What stands behind a place is said as it was written: every sentence, every line of it (R5)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from storage.tables import Reminder
from tests.harness import GROUP, GROUP4, Stage

POWER = "明天停电检修，请备水。"
LINES = "明天停电检修。\n请备水，\n冰箱请先腾空！"
ENGLISH = "Power is off tomorrow, please store water."
ENGLISH_LINES = "Power is off tomorrow.\nPlease store water,\nand empty your fridge!"


@pytest.mark.parametrize("words", [POWER, LINES, "别从 501 走，请绕行。"])
@pytest.mark.parametrize("between", [" ", "\n"])
async def test_an_announcement_is_read_to_its_end(stage: Stage, words: str, between: str) -> None:
    await stage.feng.writes(f"/announce 3栋{between}{words}")
    await stage.feng.presses(stage.feng.last, "发送")
    assert stage.last(GROUP).text == words
    assert not stage.said(GROUP4)


@pytest.mark.parametrize(
    "line",
    [
        "3栋：今晚停水：22:00 起",
        "3栋:今晚停水：22:00 起",
        "3栋： 今晚停水：22:00 起",
        "和平里 3栋：今晚停水：22:00 起",
        "3栋 今晚停水：22:00 起",
    ],
)
async def test_a_colon_ends_the_place_and_later_ones_are_of_the_words(
    stage: Stage, line: str
) -> None:
    await stage.feng.writes(f"/announce {line}")
    await stage.feng.presses(stage.feng.last, "发送")
    assert stage.last(GROUP).text == "今晚停水：22:00 起"
    assert not stage.said(GROUP4)


async def test_an_unknown_place_before_a_colon_is_told(stage: Stage) -> None:
    await stage.feng.writes("/announce 77栋：今晚停水")
    assert "77栋" in stage.feng.last.text
    assert not stage.said(GROUP)


@pytest.mark.parametrize("words", [ENGLISH, ENGLISH_LINES])
@pytest.mark.parametrize("place", ["Building 3", "Bldg 3\n"])
async def test_and_in_english(stage: Stage, words: str, place: str) -> None:
    await stage.feng.writes("/language en")
    await stage.feng.writes(f"/announce {place} {words}")
    await stage.feng.presses(stage.feng.last, "Send")
    assert stage.last(GROUP).text == words
    assert not stage.said(GROUP4)


async def test_a_place_of_several_words_is_the_place_as_a_whole(stage: Stage) -> None:
    await stage.feng.writes("/announce 和平里 4栋 今晚停水，请备水。")
    await stage.feng.presses(stage.feng.last, "发送")
    assert stage.last(GROUP4).text == "今晚停水，请备水。"
    assert not stage.said(GROUP)


async def test_what_a_captain_files_keeps_its_words(stage: Stage) -> None:
    await stage.wang.writes("/new 3栋2单元 楼道灯坏了，晚上很黑。")
    (request,) = await stage.requests()
    assert request.words == "楼道灯坏了，晚上很黑。"


async def test_a_reminder_keeps_its_words(stage: Stage) -> None:
    await stage.feng.writes("/remind 每周五 9:00 3栋 今晚收可回收物，请放楼下。")
    await stage.feng.presses(stage.feng.last, "保存")
    async with stage.app.store.read() as store:
        found = await store.scalar(select(Reminder.text))
    assert found == "今晚收可回收物，请放楼下。"
