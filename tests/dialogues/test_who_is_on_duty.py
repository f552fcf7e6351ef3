"""Who is on duty, and who is unit captain, asked in plain words in a group or privately."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.dialogues.duty_steps import DESK, NIGHT, at, made
from tests.harness import ALL, GROUP, GROUP4, Stage, staged

WATCH_4 = "/值班表 4栋 值班室 每天 9:00-17:00：陈姐"


@asynccontextmanager
async def unnamed(folder: Path) -> AsyncGenerator[Stage]:
    """A community in whose groups those on duty are not named."""
    own = folder / "policy.toml"
    own.write_text('[duty]\nnames = "private"\n', encoding="utf-8")
    async with staged(folder, policy_file=own) as stage:
        yield stage


async def asked(stage: Stage, text: str, room: str = GROUP) -> str:
    """What a resident is answered; nothing, if the bot stays silent."""
    before = len(stage.said(room))
    await stage.li.says(text, room)
    said = stage.said(room)[before:]
    assert len(said) <= 1, "one short answer"
    return said[0].text if said else ""


@pytest.mark.parametrize(
    "text",
    ["今天谁值班？", "现在是谁在值班", "请问今天谁当班呀", "值班的是谁", "who is on duty now?"],
)
async def test_it_is_answered_in_the_group_in_one_line(stage: Stage, text: str) -> None:
    await made(stage)
    said = await asked(stage, text)
    assert "王姨" in said
    assert "17:00" in said
    assert not await stage.requests()


@pytest.mark.parametrize(
    "text",
    [
        "今天谁值班，我家漏水了",
        "我家漏水了，今天谁值班？",
        "Who is on duty today? There is water dripping from my ceiling",
        "the lift is broken again, who's on duty?",
    ],
)
async def test_who_asks_and_reports_in_one_message_is_heard_in_both(
    stage: Stage, text: str
) -> None:
    await made(stage)
    await stage.li.says(text)
    (request,) = await stage.requests()
    assert request.words == text
    assert stage.card(1)
    assert "王姨" in stage.last().text
    assert "17:00" in stage.last().text


async def test_who_asks_and_joins_is_answered_too(stage: Stage) -> None:
    await made(stage)
    await stage.li.says("咱们楼电梯又坏了")
    await stage.sun.says("我家也是，今天谁值班？")
    assert len(await stage.requests()) == 1
    assert "17:00" in stage.last().text


async def test_a_report_in_a_new_group_is_asked_about_and_the_question_answered(
    stage: Stage,
) -> None:
    await made(stage)
    await stage.feng.says("/settings mode suggest")
    await stage.li.says("今天谁值班，我家漏水了")
    assert not await stage.requests()
    said = [each.text for each in stage.said()]
    assert any("17:00" in each for each in said)


async def test_it_is_answered_and_opened_privately_too(stage: Stage) -> None:
    await made(stage)
    await stage.li.writes("今天谁值班，我家漏水了")
    assert len(await stage.requests()) == 1
    assert any("17:00" in each.text for each in stage.li.heard)


async def test_it_is_answered_privately(stage: Stage) -> None:
    await made(stage)
    await stage.li.writes("今天谁值班？")
    assert "红管家" in stage.li.last.text
    assert "王姨" in stage.li.last.text


async def test_english_is_answered_in_english_privately(stage: Stage) -> None:
    await made(stage)
    await stage.li.writes("/language en")
    await stage.li.writes("who is on duty today?")
    assert "王姨" in stage.li.last.text
    assert "红管家 (3栋)" in stage.li.last.text


async def test_when_nobody_is_meant_to_be_there_the_next_one_is_named(stage: Stage) -> None:
    await made(stage)
    await at(stage, 2026, 3, 2, 18, 30)
    said = await asked(stage, "现在谁值班")
    assert "现在不值班" in said
    assert "3月3日（周二）09:00–17:00 王姨" in said


async def test_of_tonight_and_of_tomorrow_it_answers_what_is_asked(stage: Stage) -> None:
    await made(stage)
    await made(stage, NIGHT)
    assert await asked(stage, "今晚谁值班") == "夜间热线（3栋）：3月2日（周一）22:00–07:00 王姨"
    tomorrow = (await asked(stage, "明天谁值班？")).split("\n")
    assert "红管家（3栋）：3月3日（周二）09:00–17:00 王姨" in tomorrow
    assert "夜间热线（3栋）：3月3日（周二）22:00–07:00 周叔" in tomorrow


async def test_today_tells_the_rest_of_the_day(stage: Stage) -> None:
    await made(stage)
    await made(stage, NIGHT)
    said = await asked(stage, "今天谁值班")
    assert "红管家（3栋）：3月2日（周一）09:00–17:00 王姨" in said
    assert "夜间热线（3栋）：3月2日（周一）22:00–07:00 王姨" in said


async def test_at_a_weekend_without_a_desk_it_says_so(stage: Stage) -> None:
    await made(stage)
    assert await asked(stage, "周六谁值班") == "那时没有排班。"


async def test_a_place_that_is_named_is_the_one_answered_of(stage: Stage) -> None:
    await made(stage)
    await made(stage, WATCH_4)
    said = await asked(stage, "4栋现在谁值班？", ALL)
    assert "陈姐" in said
    assert "王姨" not in said


async def test_the_group_of_the_neighbourhood_hears_of_its_buildings(stage: Stage) -> None:
    await made(stage)
    await made(stage, WATCH_4)
    said = await asked(stage, "现在谁值班", ALL)
    assert "王姨" in said
    assert "陈姐" in said


async def test_without_a_rota_the_group_hears_nothing(stage: Stage) -> None:
    assert not await asked(stage, "今天谁值班？")


async def test_without_a_rota_who_asks_privately_is_not_left_alone(stage: Stage) -> None:
    await stage.li.writes("今天谁值班？")
    assert stage.li.heard


@pytest.mark.parametrize(
    "text",
    [
        "昨天谁值班",
        "昨晚谁值班来着",
        "今天我值班",
        "值班的师傅人真好",
        "who was on duty yesterday?",
    ],
)
async def test_what_was_and_plain_talk_are_not_answered(stage: Stage, text: str) -> None:
    await made(stage)
    assert not await asked(stage, text)


async def test_the_number_of_the_desk_is_another_question(stage: Stage) -> None:
    await made(stage)
    assert "0432-12345678" in await asked(stage, "值班电话是多少")


async def test_a_gap_is_told_as_one(stage: Stage) -> None:
    await made(stage)
    await stage.feng.writes("/请假 王姨 03-03 03-03 -")
    await at(stage, 2026, 3, 3, 10, 0)
    assert "没有人" in await asked(stage, "现在谁值班")


async def test_a_community_may_have_names_told_privately_alone(tmp_path: Path) -> None:
    async with unnamed(tmp_path) as stage:
        await made(stage)
        said = await asked(stage, "现在谁值班")
        assert "有人，到 17:00" in said
        assert "王姨" not in said
        assert "私聊" in said
        await stage.li.says("/值班")
        assert "王姨" not in stage.last(GROUP).text
        await stage.li.writes("现在谁值班")
        assert "王姨" in stage.li.last.text


async def test_then_the_handover_in_the_group_names_nobody(tmp_path: Path) -> None:
    async with unnamed(tmp_path) as stage:
        await made(stage, DESK)
        await at(stage, 2026, 3, 9, 9, 0)
        posted = next(each for each in stage.said(GROUP) if "交接" in each.title)
        assert "现在有人值班" in posted.text
        assert "周叔" not in posted.text
        assert "由您值班" in stage.zhou.last.text


# Unit captains


async def two_captains(stage: Stage) -> None:
    await stage.feng.writes("/staff add 孙姐 单元长 3-1")


async def test_the_unit_captains_of_the_building_the_asker_s_own_first(stage: Stage) -> None:
    await two_captains(stage)
    assert await asked(stage, "单元长是谁") == "2单元单元长：王姨\n1单元单元长：孙姐"
    before = len(stage.said(GROUP))
    await stage.sun.says("我们单元长是谁啊")
    assert stage.said(GROUP)[before].text.startswith("1单元单元长：孙姐")


async def test_in_the_neighbourhood_s_group_it_is_of_the_asker_s_building(stage: Stage) -> None:
    assert await asked(stage, "单元长是谁", ALL) == "2单元单元长：王姨"


async def test_where_no_unit_has_a_captain_the_building_s_is_named(stage: Stage) -> None:
    before = len(stage.said(GROUP4))
    await stage.qian.says("单元长是谁", GROUP4)
    assert "陈姐" in stage.said(GROUP4)[before].text


async def test_privately_it_is_the_asker_s_unit(stage: Stage) -> None:
    await two_captains(stage)
    await stage.li.writes("单元长是谁")
    assert "王姨" in stage.li.last.text
    assert "孙姐" not in stage.li.last.text
