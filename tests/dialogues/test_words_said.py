"""Words that are no command, and what is said to those who wrote something that is not known."""

from __future__ import annotations

import re

import pytest

from tests.dialogues.steps import opened
from tests.harness import GROUP4, Stage


@pytest.mark.parametrize(
    "line",
    ["close the window in 3-2 please", "移动 一下车", "remind me to buy milk", "通知 大家来开会"],
)
async def test_talk_that_begins_like_a_command_is_talk(stage: Stage, line: str) -> None:
    await opened(stage)
    before = await stage.events(1)
    await stage.feng.writes(line)
    assert "#1" not in stage.feng.last.whole
    assert not any("1单元" in label for label in stage.feng.last.labels)
    assert "时间" not in stage.feng.last.text
    assert await stage.events(1) == before


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("提醒 每周五 9:00 3栋 打扫", "打扫"),
        ("通知 4栋 今晚停水", "今晚停水"),
        ("改急 1 紧急", "#1"),
        ("等待 等配件 周五", "哪一件"),
        ("人员 3栋", "王姨"),
        ("邀请 周叔", "周叔"),
        ("设置 安静 22:00-07:00", "22:00"),
    ],
)
async def test_a_command_without_a_slash_is_one_where_its_words_are(
    stage: Stage, line: str, said: str
) -> None:
    await opened(stage)
    await stage.feng.writes(line)
    assert said in stage.feng.last.whole


async def test_never_mind_without_a_form_is_answered_in_private(stage: Stage) -> None:
    await stage.li.writes("算了")
    assert "没有在填" in stage.li.last.text


async def test_an_unknown_urgency_is_told_with_the_known_ones(stage: Stage) -> None:
    await opened(stage)
    await stage.feng.writes("/urgency 1 很急")
    assert "很急" in stage.feng.last.text
    assert "紧急" in stage.feng.last.text
    assert "emergency" not in stage.feng.last.text


async def test_an_unknown_category_is_told_with_those_near_it(stage: Stage) -> None:
    await opened(stage)
    await stage.feng.writes("/recategorise 1 水")
    assert "用水" in stage.feng.last.text


async def test_no_line_of_the_help_repeats_its_command(stage: Stage) -> None:
    for language in ("zh", "en"):
        await stage.feng.writes(f"/language {language}")
        await stage.feng.writes("/help")
        for line in stage.feng.last.text.splitlines()[1:]:
            name, _, said = line.lstrip("/").partition("　")
            assert name.casefold() != said.casefold(), line


async def test_residents_are_not_shown_what_staff_may_write(stage: Stage) -> None:
    await stage.li.writes("/help")
    assert "移除" not in stage.li.last.text
    await stage.feng.writes("/help")
    assert "移除" in stage.feng.last.text
    await stage.qian.says("/staff 4栋2单元", GROUP4)
    assert "/staff add" not in stage.last(GROUP4).text


async def test_the_owner_of_an_invite_who_presses_it_again_is_told_so(stage: Stage) -> None:
    await stage.feng.writes("/invite 周叔")
    found = re.search(r"start\?(\S+)", stage.feng.last.text)
    assert found
    await stage.zhou.writes(f"/start {found[1]}")
    await stage.zhou.writes(f"/start {found[1]}")
    assert "早就绑定" in stage.zhou.last.text


async def test_a_day_that_not_every_month_has_is_told(stage: Stage) -> None:
    await stage.feng.writes("/remind 每月31号 9:00 3栋 交物业费")
    assert "最后一天" in stage.feng.last.text
    await stage.feng.writes("/remind 每月1号 9:00 3栋 交物业费")
    assert "最后一天" not in stage.feng.last.text


@pytest.mark.parametrize("cron", ["* * * * *", "*/15 9 * * *", "0,30 9 * * 5"])
async def test_nobody_is_reminded_more_than_once_an_hour(stage: Stage, cron: str) -> None:
    await stage.feng.writes(f"/remind {cron} 3栋 喝水")
    assert "每小时" in stage.feng.last.text


async def test_signs_that_turn_the_writing_are_not_shown(stage: Stage) -> None:
    await stage.does("@evil", "evil", "message", text="/start", name="坏\u202e人\u2066")
    await stage.feng.writes("/announce 3栋 今晚\u202e停水")
    assert "\u202e" not in stage.feng.last.whole
    assert "今晚停水" in stage.feng.last.text


async def test_what_stands_behind_a_command_and_is_not_understood_is_told(stage: Stage) -> None:
    await opened(stage)
    await stage.wang.writes("/take abc")
    assert "“abc”不是编号" in stage.wang.last.text
    await stage.feng.writes("/export x")
    assert "“x”没看懂" in stage.feng.last.text


async def test_a_place_without_homes_is_told_by_its_whole_name(stage: Stage) -> None:
    await stage.li.writes("/home 3栋2单元")
    assert "和平里小区3栋2单元" in stage.li.last.text
