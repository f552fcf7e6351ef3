"""What of duty falls into quiet hours: told in the morning with all else, read anew (R27, R37)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.dialogues.duty_steps import DESK, NIGHT, WATCH, both_tick_at, made, told, until
from tests.harness import Actor, Stage


async def at_night(stage: Stage, line: str = DESK) -> None:
    """A rota made by day, everybody told of it; then Monday, 23:00."""
    await made(stage, line)
    await until(stage, 2026, 3, 2, 23, 0)


async def covers(stage: Stage, rota: str, day: str, who: str) -> None:
    """The coordinator has somebody stand in."""
    await stage.feng.writes(f"/值班表 代班 {rota} {day} {who}")


def news(actor: Actor, before: int) -> list[str]:
    """What the bot said to somebody since."""
    return [each.whole for each in actor.heard[before:]]


async def test_whose_turn_changes_at_night_is_told_in_the_morning(stage: Stage) -> None:
    """R31, R37"""
    await at_night(stage)
    zhou, sun = len(stage.zhou.heard), len(stage.sun.heard)
    await covers(stage, "红管家", "3-9", "孙姐")
    await until(stage, 2026, 3, 3, 6, 59)
    assert not news(stage.zhou, zhou)
    await until(stage, 2026, 3, 3, 7, 1)
    assert "现由孙姐值" in news(stage.zhou, zhou)[0]
    assert "＋ 3月9日（周一）09:00–17:00" in news(stage.sun, sun)[0]


async def test_a_turn_that_begins_before_morning_is_told_at_once(stage: Stage) -> None:
    """Who has to be there at two in the night is not told at seven."""
    await at_night(stage, "/值班表 3栋 夜班 每天轮换 每天 2:00-5:00：王姨、周叔")
    before = len(stage.sun.heard)
    await covers(stage, "夜班", "3-3", "孙姐")
    assert "＋ 3月3日（周二）02:00–05:00" in news(stage.sun, before)[0]


async def test_what_is_taken_back_at_night_is_told_to_nobody(stage: Stage) -> None:
    """R27"""
    await at_night(stage)
    zhou, sun = len(stage.zhou.heard), len(stage.sun.heard)
    await covers(stage, "红管家", "3-9", "孙姐")
    await covers(stage, "红管家", "3-9", "周叔")
    await until(stage, 2026, 3, 3, 8, 0)
    assert not news(stage.zhou, zhou)
    assert not news(stage.sun, sun)


async def test_two_changes_of_a_night_are_one_message(stage: Stage) -> None:
    await at_night(stage)
    before = len(stage.sun.heard)
    await covers(stage, "红管家", "3-9", "孙姐")
    await covers(stage, "红管家", "3-10", "孙姐")
    await until(stage, 2026, 3, 3, 8, 0)
    said = news(stage.sun, before)
    assert len(said) == 1
    assert "3月9日" in said[0]
    assert "3月10日" in said[0]


async def test_duty_and_requests_come_in_one_message_requests_first(stage: Stage) -> None:
    """R37"""
    await at_night(stage)
    before = len(stage.wang.heard)
    await stage.li.says("/report 2单元楼道的灯坏了")
    await covers(stage, "红管家", "3-5", "孙姐")
    await until(stage, 2026, 3, 3, 7, 1)
    said = news(stage.wang, before)
    assert len(said) == 1, said
    assert "2 件" in said[0]
    assert said[0].index("#1") < said[0].index("现由孙姐值")


async def test_the_message_keeps_what_it_said_of_duty_when_a_line_changes(stage: Stage) -> None:
    await at_night(stage)
    await stage.li.says("/report 2单元楼道的灯坏了")
    await covers(stage, "红管家", "3-5", "孙姐")
    await until(stage, 2026, 3, 3, 7, 1)
    shown = stage.wang.last
    await stage.zhou.writes("/take 1")
    after = stage.rooms.message(shown.id)
    assert "请您来看" not in after.text
    assert "现由孙姐值" in after.text
    assert "2 件" in after.title


async def test_a_gap_of_the_night_comes_with_the_rest_and_is_opened_by_its_button(
    stage: Stage,
) -> None:
    """R30"""
    await made(stage)
    await made(stage, "/值班表 3栋 治安巡逻 每天 20:00：王姨；点位：大门、车棚")
    await stage.wang.writes("/请假 03-04 03-04 -")
    await stage.feng.writes("/settings quiet 12:00-07:00")
    before = len(stage.feng.heard)
    await until(stage, 2026, 3, 3, 7, 1)
    said = news(stage.feng, before)
    assert len(said) == 1, said
    assert said[0].count("这些班没有人") == 2
    morning = stage.feng.last
    assert "4 件" in morning.title, "two gaps, a round not gone, and ladders that reach nobody"
    await stage.feng.presses(morning, "看看“红管家”的空班")
    await stage.feng.presses(stage.feng.last, "有意不安排")
    assert "（有意不安排）" in stage.feng.last.text
    assert "这些班没有人" in stage.rooms.message(morning.id).text, "the others stay"


async def test_a_gap_that_was_filled_at_night_is_not_told(stage: Stage) -> None:
    """R27"""
    await made(stage)
    await stage.feng.writes("/settings quiet 12:00-07:00")
    await stage.wang.writes("/请假 03-04 03-04 -")
    await until(stage, 2026, 3, 2, 13, 1)
    await covers(stage, "红管家", "3-4", "孙姐")
    await until(stage, 2026, 3, 3, 7, 1)
    assert not told(stage.feng, "这些班没有人")


async def test_who_comes_at_night_hears_it_at_once_and_who_leaves_is_thanked_in_the_morning(
    stage: Stage,
) -> None:
    await made(stage, "/值班表 3栋 值班室 每班轮换 每天 0:00-12:00 12:00-0:00：王姨、周叔")
    await until(stage, 2026, 3, 3, 0, 1)
    assert told(stage.wang, "从现在起由您值班")
    assert not told(stage.zhou, "您的班结束了")
    await until(stage, 2026, 3, 3, 7, 1)
    assert len(told(stage.zhou, "您的班结束了，已交给王姨")) == 1


async def test_a_rota_that_stops_at_night_is_told_in_the_morning(stage: Stage) -> None:
    await at_night(stage)
    await stage.feng.writes("/值班表 暂停 红管家")
    assert not told(stage.zhou, "停了")
    await until(stage, 2026, 3, 3, 7, 1)
    assert len(told(stage.zhou, "停了")) == 1


@pytest.mark.parametrize(
    ("who", "says", "still", "over"),
    [
        ("zhou", "/hours quiet 20:00-10:00", (9, 59), (10, 1)),
        ("feng", "/settings quiet 22:00-08:30", (8, 29), (8, 31)),
    ],
)
async def test_one_s_own_and_the_community_s_own_quiet_hours_hold_for_duty_too(
    stage: Stage, who: str, says: str, still: tuple[int, int], over: tuple[int, int]
) -> None:
    """R37"""
    await getattr(stage, who).writes(says)
    await at_night(stage)
    before = len(stage.zhou.heard)
    await covers(stage, "红管家", "3-9", "孙姐")
    await until(stage, 2026, 3, 3, *still)
    assert not news(stage.zhou, before)
    await until(stage, 2026, 3, 3, *over)
    assert len(news(stage.zhou, before)) == 1


async def test_a_swap_agreed_at_night_is_told_in_the_morning(stage: Stage) -> None:
    await at_night(stage)
    await stage.zhou.writes("/换班")
    await stage.zhou.presses(stage.zhou.last, "3月9日（周一）09:00–17:00")
    await stage.zhou.presses(stage.zhou.last, "不换，请人代班")
    await stage.zhou.presses(stage.zhou.last, "孙姐")
    before = len(stage.zhou.heard)
    await stage.sun.writes("/换班 同意")
    assert not news(stage.zhou, before)
    await until(stage, 2026, 3, 3, 7, 1)
    assert "孙姐同意了" in news(stage.zhou, before)[0]


async def test_a_restart_in_the_night_tells_it_once(stage: Stage) -> None:
    await at_night(stage)
    before = len(stage.zhou.heard)
    await covers(stage, "红管家", "3-9", "孙姐")
    await stage.restarts()
    await stage.sleeps(hours=9)
    await stage.passes(hours=1)
    assert len([each for each in news(stage.zhou, before) if "现由孙姐值" in each]) == 1


async def test_two_processes_tell_it_once(stage: Stage) -> None:
    await at_night(stage)
    await covers(stage, "红管家", "3-9", "孙姐")
    await both_tick_at(stage, datetime(2026, 3, 2, 23, 0, tzinfo=UTC))
    assert len(told(stage.zhou, "现由孙姐值")) == 1


async def test_it_is_told_in_the_reader_s_language(stage: Stage) -> None:
    await stage.zhou.writes("/language en")
    await at_night(stage)
    await covers(stage, "红管家", "3-9", "孙姐")
    await stage.feng.writes("/值班表 暂停 红管家")
    await until(stage, 2026, 3, 3, 7, 1)
    assert told(stage.zhou, "All your turns are cancelled")


# Together


async def test_desks_that_change_at_the_same_minute_are_each_handed_over_once(
    stage: Stage,
) -> None:
    """R57: with two processes ticking at once."""
    await made(stage, WATCH)
    await made(stage, WATCH.replace("值班室", "门岗").replace("王姨、周叔", "孙姐、陈姐"))
    await made(stage, NIGHT.replace("22:00-7:00", "20:00-8:00"))
    await both_tick_at(stage, datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
    assert len(told(stage.zhou, "“值班室”从现在起由您值班")) == 1
    assert len(told(stage.chen, "“门岗”从现在起由您值班")) == 1
    assert len([1 for each in stage.said() if "交接" in each.title]) == 3
