"""Duty: rotas made in chat, who is there now, handover, leave, gaps; over nights and holidays."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from handlers.chat.platform import Capabilities, Edits
from handlers.duty.present import on_duty
from handlers.work import Work
from storage.tables import Area, DutyGap, Person, Rota, RotaMember, Shift
from tests.dialogues.duty_steps import (
    DESK,
    NIGHT,
    WATCH,
    at,
    at_utc,
    both_tick_at,
    made,
    now,
    rows,
    told,
    until,
)
from tests.harness import ALL, GROUP, GROUP4, Shown, Stage, staged


def handovers(stage: Stage, room: str = GROUP) -> list[str]:
    return [each.text.split("\n")[0] for each in stage.said(room) if "交接" in each.title]


async def open_detail(stage: Stage, name: str = "红管家") -> Shown:
    await stage.feng.writes("/值班表")
    await stage.feng.presses(stage.feng.last, name)
    return stage.feng.last


# Making one


async def test_a_line_is_shown_with_its_next_turns_before_it_is_saved(stage: Stage) -> None:
    await stage.feng.writes(DESK)
    asked = stage.feng.last.text
    assert "红管家（和平里小区3栋）" in asked
    assert "每周轮换 工作日 09:00-17:00" in asked
    assert "王姨 → 周叔 → 孙姐" in asked
    assert "3月9日（周一）09:00–17:00 起 周叔" in asked
    assert not await rows(stage, Rota)
    await stage.feng.presses(stage.feng.last, "保存")
    assert [each.name for each in await rows(stage, Rota)] == ["红管家"]


async def test_it_can_be_dropped_instead_of_saved(stage: Stage) -> None:
    await stage.feng.writes(DESK)
    await stage.feng.presses(stage.feng.last, "不要了")
    assert not await rows(stage, Rota)
    assert not stage.wang.heard


async def test_a_plain_yes_saves_it(stage: Stage) -> None:
    await stage.feng.writes(DESK)
    await stage.feng.writes("对")
    assert len(await rows(stage, Rota)) == 1


async def test_english_words_do_the_same(stage: Stage) -> None:
    await stage.feng.writes("/language en")
    await stage.feng.writes(
        "/rota 3 Night line turns daily every day 22:00-7:00 skip holidays: @wang, @zhou"
    )
    assert "Night line" in stage.feng.last.text
    assert "turns daily every day 22:00-07:00 skip holidays" in stage.feng.last.text
    await stage.feng.presses(stage.feng.last, "save")
    assert len(await rows(stage, Rota)) == 1


async def test_only_a_coordinator_makes_one(stage: Stage) -> None:
    await stage.zhou.writes(DESK)
    assert "冯书记" in stage.zhou.last.text
    assert not await rows(stage, Rota)


async def test_it_is_made_by_buttons(stage: Stage) -> None:
    await stage.feng.writes("/值班表")
    await stage.feng.presses(stage.feng.last, "新建值班表")
    await stage.feng.presses(stage.feng.last, "和平里小区")
    await stage.feng.presses(stage.feng.last, "3栋")
    await stage.feng.presses(stage.feng.last, "就是3栋")
    await stage.feng.presses(stage.feng.last, "夜间热线")
    await stage.feng.presses(stage.feng.last, "周叔")
    await stage.feng.presses(stage.feng.last, "王姨")
    await stage.feng.presses(stage.feng.last, "周叔")
    await stage.feng.presses(stage.feng.last, "周叔")
    assert "1. 王姨" in stage.feng.last.labels
    assert "2. 周叔" in stage.feng.last.labels
    await stage.feng.presses(stage.feng.last, "选好了")
    assert "王姨 → 周叔" in stage.feng.last.text
    await stage.feng.presses(stage.feng.last, "保存")
    assert [each.name for each in await rows(stage, Rota)] == ["夜间热线"]


async def test_a_line_without_people_asks_for_them(stage: Stage) -> None:
    await stage.feng.writes("/值班表 3栋 夜班 每天 22:00-6:00")
    assert "谁来值班" in stage.feng.last.text
    await stage.feng.writes("王姨、周叔")
    await stage.feng.presses(stage.feng.last, "保存")
    assert len(await rows(stage, RotaMember)) == 2


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("3栋 红管家：王姨", "还差时间"),
        ("3栋 红管家 9:00：王姨", "到几点"),
        ("3栋 9:00-17:00 12:00-18:00 红管家：王姨", "重叠"),
        ("3栋 红管家 9:00-17:00：张三", "张三"),
        ("9:00-17:00：王姨", "名字"),
        ("3栋 红管家 9:00-27:00：王姨", "不是一天里的时间"),
        ("3栋 红管家 9:00-17:00：王姨；停休：国庆", "国庆"),
        ("3栋 红管家 9:00-17:00：王姨；带上手电", "带上手电"),
        ("3栋 红管家 9:00-17:00：周一 王姨、周叔", "星期"),
    ],
)
async def test_what_is_wrong_is_told_with_an_example(stage: Stage, line: str, word: str) -> None:
    await stage.feng.writes(f"/值班表 {line}")
    assert word in stage.feng.last.text
    assert not await rows(stage, Rota)


async def test_those_on_it_are_told_their_turns(stage: Stage) -> None:
    """R31"""
    await made(stage)
    assert "3月3日（周二）09:00–17:00" in stage.wang.last.text or told(stage.wang, "3月3日")
    assert "3月9日（周一）09:00–17:00" in stage.zhou.last.text
    assert "3月16日（周一）" in stage.sun.last.text
    assert "3月9日" not in stage.sun.last.text


async def test_several_at_once_each_for_its_place(stage: Stage) -> None:
    await made(stage)
    await made(stage, NIGHT)
    await made(stage, "/值班表 4栋 红管家 每天 9:00-17:00：陈姐")
    said = await now(stage, stage.li)
    assert "红管家（和平里小区3栋）：王姨，到 17:00" in said
    assert "夜间热线（和平里小区3栋）：现在不值班" in said
    assert "陈姐" not in said
    assert "陈姐" in await now(stage, stage.qian, GROUP4)
    everything = await now(stage, stage.li, ALL)
    assert "陈姐" in everything
    assert "王姨" in everything


async def test_two_may_have_a_turn_together(stage: Stage) -> None:
    await made(stage, "/值班表 3栋 夜班 每天轮换 每天 8:00-8:00：王姨+周叔、孙姐+赵强")
    assert "王姨、周叔" in await now(stage, stage.li)
    await stage.passes(days=1)
    assert "孙姐、赵强" in await now(stage, stage.li)


async def test_everybody_may_have_their_own_weekday(stage: Stage) -> None:
    await made(stage, "/值班表 3栋 值班台 9:00-17:00：周一 王姨、周三 周叔")
    assert "王姨" in await now(stage, stage.li)
    await stage.passes(days=1)
    assert "现在不值班" in await now(stage, stage.li)
    await stage.passes(days=1)
    assert "：周叔" in await now(stage, stage.li)


# Who is on duty now


async def test_a_resident_asks_privately_and_sees_no_more_than_the_group(stage: Stage) -> None:
    await made(stage)
    await stage.li.writes("/谁值班")
    assert "王姨，到 17:00" in stage.li.last.text
    assert "您接下来的班" not in stage.li.last.text
    assert not stage.li.last.buttons


async def test_who_has_turns_sees_their_own_next_ones(stage: Stage) -> None:
    await made(stage)
    await stage.zhou.writes("/值班")
    assert "您接下来的班" in stage.zhou.last.text
    assert "红管家 3月9日（周一）09:00–17:00" in stage.zhou.last.text
    assert "换班 / 请人代班" in stage.zhou.last.labels


async def test_without_a_rota_it_says_so(stage: Stage) -> None:
    assert "还没有值班表" in await now(stage, stage.li)


async def test_a_turn_over_midnight_is_that_of_the_evening(stage: Stage) -> None:
    await made(stage, NIGHT)
    await at(stage, 2026, 3, 2, 23, 59)
    assert "王姨，到 3月3日（周二）07:00" in await now(stage, stage.li)
    await at(stage, 2026, 3, 3, 6, 59)
    assert "王姨，到 07:00" in await now(stage, stage.li)
    await at(stage, 2026, 3, 3, 7, 0)
    assert "现在不值班" in await now(stage, stage.li)
    await at(stage, 2026, 3, 3, 22, 0)
    assert "：周叔" in await now(stage, stage.li)


async def test_the_weekend_has_no_desk(stage: Stage) -> None:
    await made(stage)
    await at(stage, 2026, 3, 7, 10, 0)
    said = await now(stage, stage.li)
    assert "现在不值班" in said
    assert "下一班 3月9日（周一）09:00–17:00 周叔" in said


async def test_working_days_follow_the_holidays_and_their_make_up_days(stage: Stage) -> None:
    await made(stage)
    await at(stage, 2026, 10, 5, 10, 0)  # National Day week
    assert "现在不值班" in await now(stage, stage.li)
    await at(stage, 2026, 10, 10, 10, 0)  # a Saturday that is worked
    assert "到 17:00" in await now(stage, stage.li)


async def test_holidays_are_kept_unless_it_is_said(stage: Stage) -> None:
    await made(stage, "/值班表 3栋 甲 每天轮换 每天 9:00-17:00：王姨、周叔")
    await made(stage, "/值班表 3栋 乙 每天轮换 每天 9:00-17:00 节假日不值班：王姨、周叔")
    await at(stage, 2026, 10, 1, 10, 0)
    said = await now(stage, stage.li)
    assert "甲（和平里小区3栋）：现在不值班" not in said
    assert "乙（和平里小区3栋）：现在不值班" in said


async def test_a_community_has_its_own_days_off(stage: Stage) -> None:
    await made(stage, "/值班表 3栋 值班台 每天 9:00-17:00：王姨；停休：3-3、3-5")
    await stage.passes(days=1)
    assert "现在不值班" in await now(stage, stage.li)
    await stage.passes(days=1)
    assert "王姨，到 17:00" in await now(stage, stage.li)


async def test_over_daylight_saving_one_is_always_there(tmp_path: Path) -> None:
    """Clocks go forward in Berlin on 29 March 2026, and back on 25 October."""
    start = datetime(2026, 3, 28, 8, 0, tzinfo=UTC)
    async with staged(tmp_path, start=start) as stage:
        async with stage.app.store.write() as store:
            await store.execute(update(Area).values(timezone="Europe/Berlin"))
        await made(stage, WATCH)
        await at_utc(stage, datetime(2026, 3, 29, 5, 59, tzinfo=UTC))  # 07:59 in summer time
        assert "周叔，到 08:00" in await now(stage, stage.li)
        await at_utc(stage, datetime(2026, 3, 29, 6, 0, tzinfo=UTC))
        assert "王姨，到 20:00" in await now(stage, stage.li)
        await at_utc(stage, datetime(2026, 10, 25, 6, 59, tzinfo=UTC))  # 07:59 in winter time
        assert "周叔，到 08:00" in await now(stage, stage.li)
        await at_utc(stage, datetime(2026, 10, 25, 7, 0, tzinfo=UTC))
        assert "王姨，到 20:00" in await now(stage, stage.li)


async def test_routing_may_ask_for_whoever_is_on_duty(stage: Stage) -> None:
    await made(stage)
    await made(stage, "/值班表 和平里 保安 每天 8:00-8:00：吴工")
    await made(stage, "/值班表 3栋 巡逻 每天 9:00-17:00：赵强；点位：大门")

    async def names(at: datetime) -> list[str]:
        async with stage.app.store.read() as store:
            area = await store.scalar(select(Area).where(Area.kind == "unit", Area.code == "2"))
            assert area is not None
            work = Work(stage.app.desk, store, at)
            return [each.name for each in await on_duty(work, area.path)]

    assert await names(stage.clock.now()) == ["王姨", "吴工"], "the nearest first, rounds never"
    assert await names(datetime(2026, 3, 2, 12, 0, tzinfo=UTC)) == ["吴工"]


# Handover


async def test_handover_is_posted_at_the_change_with_what_is_open(stage: Stage) -> None:
    await made(stage, WATCH)
    await stage.li.says("咱们楼电梯又坏了")
    await until(stage, 2026, 3, 2, 20, 0)
    post = next(each for each in reversed(stage.said()) if "交接" in each.title)
    assert post.title == "交接：值班室"
    assert "现在由周叔值班，到 3月3日（周二）08:00" in post.text
    assert "#1 电梯" in post.text
    assert "501" not in post.text
    assert "#1 电梯" in told(stage.zhou, "从现在起由您值班")[0]
    assert "已交给周叔" in told(stage.wang, "结束了")[0]


async def test_no_handover_while_the_same_person_goes_on(stage: Stage) -> None:
    await made(stage)
    await stage.passes(days=6)
    assert handovers(stage) == ["现在由王姨值班，到 17:00。"]
    await stage.passes(days=2)
    assert len(handovers(stage)) == 2


async def test_a_rota_of_the_whole_place_is_handed_over_in_its_own_group(stage: Stage) -> None:
    await made(stage, "/值班表 和平里 总值班 每天轮换 每天 8:00-8:00：王姨、周叔")
    await stage.passes(days=2)
    assert len(handovers(stage, ALL)) == 3
    assert not handovers(stage, GROUP)
    assert not handovers(stage, GROUP4)


async def test_at_night_the_group_is_told_without_a_sound(stage: Stage) -> None:
    """R37"""
    await made(stage, NIGHT)
    await stage.passes(days=1)
    post = next(each for each in stage.rooms.sent if getattr(each, "chat", "") == GROUP)
    assert getattr(post, "silent", False)
    assert told(stage.wang, "从现在起由您值班")


async def test_a_restart_in_the_middle_hands_over_once(stage: Stage) -> None:
    """R57"""
    await made(stage, WATCH)
    await until(stage, 2026, 3, 2, 19, 59)
    await stage.sleeps(minutes=2)
    await stage.restarts()
    await stage.app.ticks.tick()
    await stage.app.settle()
    assert len(handovers(stage)) == 2
    assert len(told(stage.zhou, "从现在起由您值班")) == 1


async def test_after_a_long_sleep_only_the_turn_that_is_on_is_told(stage: Stage) -> None:
    """R56"""
    await made(stage, WATCH)
    await stage.sleeps(days=5, hours=12)
    assert handovers(stage) == ["现在由周叔值班，到 3月8日（周日）08:00。"]
    served = await rows(stage, Shift)
    assert len(served) == 12, "what passed meanwhile is written down"


async def test_two_processes_that_tick_at_once_hand_over_once(stage: Stage) -> None:
    """R57"""
    await made(stage, WATCH)
    await both_tick_at(stage, datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
    assert handovers(stage) == ["现在由周叔值班，到 3月3日（周二）08:00。"]
    assert len(told(stage.zhou, "从现在起由您值班")) == 1
    assert len(await rows(stage, Shift)) == 2


# Leave


async def test_on_leave_the_deputy_has_the_turns_and_both_are_told(stage: Stage) -> None:
    """R31"""
    await made(stage)
    await stage.zhou.writes("/请假 03-09 03-10 李娜")
    await stage.passes(hours=5)
    assert told(stage.zhou, "－ 3月9日（周一）09:00–17:00（现由李娜值）")
    changed = told(stage.li, "您的班有变动")
    assert "＋ 3月9日（周一）09:00–17:00" in changed[0]
    assert "＋ 3月10日" in changed[0]
    assert "3月11日" not in changed[0]
    await at(stage, 2026, 3, 9, 10, 0)
    assert "李娜，到 17:00" in await now(stage, stage.li)
    await at(stage, 2026, 3, 11, 10, 0)
    assert "周叔，到 17:00" in await now(stage, stage.li)


async def test_leave_is_told_at_once_and_its_end_too(stage: Stage) -> None:
    """R31"""
    await made(stage)
    await stage.zhou.writes("/请假 03-09 03-09 李娜")
    await stage.passes(seconds=5)
    assert "＋ 3月9日（周一）09:00–17:00" in stage.li.last.text
    await stage.zhou.writes("/请假 取消")
    await stage.passes(seconds=5)
    assert "－ 3月9日（周一）09:00–17:00（现由周叔值）" in stage.li.last.text
    assert "＋ 3月9日（周一）09:00–17:00" in stage.zhou.last.text


async def test_a_deputy_who_is_away_too_has_a_deputy(stage: Stage) -> None:
    await made(stage)
    await stage.feng.writes("/请假 周叔 03-09 03-10 孙姐")
    await stage.feng.writes("/请假 孙姐 03-10 03-10 李娜")
    assert "没有" in stage.feng.last.text, "who holds no role takes no leave"
    await at(stage, 2026, 3, 10, 10, 0)
    assert "孙姐，到 17:00" in await now(stage, stage.li)


async def test_leave_that_begins_at_midnight_ends_no_night_turn(stage: Stage) -> None:
    await made(stage, NIGHT)
    await stage.wang.writes("/请假 03-03 03-04 李娜")
    await at(stage, 2026, 3, 3, 3, 0)
    assert "：王姨" in await now(stage, stage.li)
    await at(stage, 2026, 3, 4, 23, 0)
    assert "：李娜" in await now(stage, stage.li)


# Gaps


async def test_a_gap_of_the_next_days_is_told_once(stage: Stage) -> None:
    """R30"""
    await made(stage)
    await stage.wang.writes("/请假 03-05 03-05 -")
    await stage.passes(hours=5)
    gaps = told(stage.feng, "这些班没有人")
    assert len(gaps) == 1
    assert "· 3月5日（周四）09:00–17:00" in gaps[0]
    await stage.passes(days=2)
    assert len(told(stage.feng, "这些班没有人")) == 1


async def test_an_intended_gap_is_remembered(stage: Stage) -> None:
    """R30"""
    await made(stage)
    await stage.wang.writes("/请假 03-05 03-06 -")
    await stage.passes(hours=5)
    await stage.feng.presses(stage.feng.last, "以上都是有意的")
    assert "（有意不安排）" in stage.feng.last.text
    assert all(each.intended for each in await rows(stage, DutyGap))
    await until(stage, 2026, 3, 5, 10, 0)
    assert "现在不值班" in await now(stage, stage.li)
    assert len(told(stage.feng, "没有人")) == 1


async def test_who_falls_ill_this_morning_leaves_a_gap_that_is_told_when_it_begins(
    stage: Stage,
) -> None:
    await made(stage, NIGHT)
    await until(stage, 2026, 3, 3, 20, 30)
    await stage.feng.writes("/请假 周叔 03-03 03-03 -")
    await until(stage, 2026, 3, 3, 22, 30)
    assert "这一班没有人" in await now(stage, stage.li)
    assert not told(stage.feng, "这些班没有人"), "not in the middle of the night"
    await until(stage, 2026, 3, 4, 7, 1)
    assert len(told(stage.feng, "这些班没有人")) == 1


async def test_only_a_coordinator_says_that_a_gap_is_meant(stage: Stage) -> None:
    await made(stage)
    await stage.wang.writes("/请假 03-05 03-05 -")
    await stage.passes(hours=5)
    gap = (await rows(stage, DutyGap))[0]
    await stage.wang.presses_data(stage.feng.last, f"gap:one:{gap.id}")
    assert not (await rows(stage, DutyGap))[0].intended


async def test_a_holiday_is_no_gap(stage: Stage) -> None:
    await at(stage, 2026, 9, 28, 9, 0)
    await made(stage)
    await stage.passes(days=5)
    assert not await rows(stage, DutyGap)


# Steering


async def test_a_coordinator_names_a_stand_in_and_both_are_told(stage: Stage) -> None:
    """R31"""
    await made(stage)
    detail = await open_detail(stage)
    await stage.feng.presses(detail, "安排代班")
    await stage.feng.presses(stage.rooms.message(detail.id), "3月9日")
    await stage.feng.presses(stage.rooms.message(detail.id), "孙姐")
    assert "现由孙姐值" in stage.zhou.last.text
    assert "＋ 3月9日（周一）09:00–17:00" in stage.sun.last.text
    await until(stage, 2026, 3, 9, 10, 0)
    assert "孙姐，到 17:00" in await now(stage, stage.li)


async def test_an_edit_tells_everybody_whose_turns_moved(stage: Stage) -> None:
    """R31"""
    await made(stage)
    detail = await open_detail(stage)
    await stage.feng.presses(detail, "修改")
    assert "红管家 每周轮换 工作日 09:00-17:00：王姨、周叔、孙姐" in stage.feng.last.text
    await stage.feng.writes("每周轮换 工作日 9:00-17:00：王姨、孙姐")
    await stage.feng.presses(stage.feng.last, "保存")
    assert len(await rows(stage, Rota)) == 1
    assert "－ 3月9日（周一）09:00–17:00（现由孙姐值）" in stage.zhou.last.text
    assert "＋ 3月9日" in stage.sun.last.text
    assert "＋ 3月16日" in stage.wang.last.text
    assert "－ 3月23日（周一）09:00–17:00（现由孙姐值）" in stage.wang.last.text


async def test_the_line_of_a_rota_reads_back_the_same(stage: Stage) -> None:
    when = "每2天轮换 周一、三、五 22:00-06:00、12:00-13:00 节假日不值班"
    line = f"夜班 {when}：王姨+周叔、孙姐；停休：2026-05-01"
    await made(stage, f"/值班表 3栋 {line}")
    kept = (await rows(stage, Rota))[0].rule
    detail = await open_detail(stage, "夜班")
    await stage.feng.presses(detail, "修改")
    await stage.feng.writes(stage.feng.last.text.split("\n")[1])
    await stage.feng.presses(stage.feng.last, "保存")
    assert (await rows(stage, Rota))[0].rule == kept


async def test_a_paused_rota_is_silent_and_comes_back(stage: Stage) -> None:
    await made(stage, WATCH)
    detail = await open_detail(stage, "值班室")
    await stage.feng.presses(detail, "暂停")
    assert "不用去了" in stage.zhou.last.text
    await stage.passes(days=2)
    assert not handovers(stage)
    assert "还没有值班表" in await now(stage, stage.li)
    await stage.feng.presses(stage.rooms.message(detail.id), "恢复")
    assert "您排进了" in stage.zhou.last.text
    await stage.passes(days=1)
    assert handovers(stage)


async def test_a_deleted_rota_comes_back_with_undo(stage: Stage) -> None:
    await made(stage)
    detail = await open_detail(stage)
    await stage.feng.presses(detail, "删除")
    assert "还没有值班表" in await now(stage, stage.li)
    assert "停了" in stage.zhou.last.text
    await stage.feng.presses(stage.rooms.message(detail.id), "撤销")
    assert "王姨，到 17:00" in await now(stage, stage.li)


async def test_every_button_has_its_words(stage: Stage) -> None:
    await made(stage)
    await stage.feng.writes("/值班表 红管家")
    assert "安排代班" in stage.feng.last.labels
    await stage.feng.writes("/值班表 代班 红管家 3-9 孙姐")
    assert "＋ 3月9日（周一）09:00–17:00" in stage.sun.last.text
    await stage.feng.writes("/值班表 工时 红管家")
    assert "孙姐：已值 0 小时" in stage.feng.last.text
    await stage.feng.writes("/rota pause 红管家")
    assert [(each.state, each.next_at) for each in await rows(stage, Rota)] == [("paused", None)]
    await stage.feng.writes("/值班表 恢复 3栋 红管家")
    assert [each.state for each in await rows(stage, Rota)] == ["on"]
    await stage.feng.writes("/值班表 删除 红管家")
    assert [each.state for each in await rows(stage, Rota)] == ["ended"]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("代班 红管家 3-8 孙姐", "已经变了"),  # a Sunday
        ("代班 红管家 周一 孙姐", "没看懂日期"),
        ("代班 红管家 3-9 张三", "张三"),
        ("暂停 夜班", "还差时间"),  # no such rota: read as a new one
    ],
)
async def test_wrong_words_are_told(stage: Stage, line: str, word: str) -> None:
    await made(stage)
    await stage.feng.writes(f"/值班表 {line}")
    assert word in stage.feng.last.text


async def test_who_has_no_account_is_named_before_it_is_saved(stage: Stage) -> None:
    """R29"""
    async with stage.app.store.write() as store:
        store.add(Person(name="老何", skills=[], created_at=stage.clock.now()))
    await stage.feng.writes("/值班表 3栋 夜班 每天 22:00-6:00：老何、王姨")
    assert "收不到通知的：老何" in stage.feng.last.text


async def test_an_old_button_changes_nothing(stage: Stage) -> None:
    """R28"""
    await made(stage)
    detail = await open_detail(stage)
    await stage.feng.presses(detail, "删除")
    await stage.feng.presses_data(detail, "rota:pause:1")
    assert "不在了" in stage.rooms.toasts[-1].text
    await stage.wang.presses_data(detail, "rota:save:12345678")
    assert "过时" in stage.rooms.toasts[-1].text


async def test_hours_and_nights_are_for_the_coordinator_alone(stage: Stage) -> None:
    await made(stage, NIGHT)
    await stage.passes(days=3)
    detail = await open_detail(stage, "夜间热线")
    await stage.feng.presses(detail, "工时")
    said = stage.feng.last.text
    assert "王姨：已值 18 小时、2 夜；将值 126 小时、14 夜" in said
    assert said.index("王姨") < said.index("周叔"), "in the order of the rota, no ranking"
    await stage.wang.presses_data(stage.feng.last, "rota:hours:1")
    assert "由" in stage.rooms.toasts[-1].text
    await stage.feng.says("/值班表")
    await stage.feng.presses(stage.last(), "夜间热线")
    await stage.feng.presses(stage.last(), "工时")
    assert "小时" not in stage.last().text


# Calendar


def events(body: bytes) -> list[dict[str, str]]:
    """The events of an iCalendar file."""
    lines = body.decode().replace("\r\n ", "").split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    found: list[dict[str, str]] = []
    for line in lines:
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and ":" in line:
            name, _, value = line.partition(":")
            found[-1].setdefault(name, value)
    return found


async def test_a_calendar_has_one_s_own_turns_in_the_right_hours(stage: Stage) -> None:
    await made(stage)
    await made(stage, NIGHT)
    await stage.zhou.writes("/值班日历")
    shown = stage.zhou.last
    assert shown.title == "linli-duty.ics"
    assert shown.file is not None
    first = events(shown.file)[0]
    assert first["SUMMARY"] == "夜间热线"
    assert (first["DTSTART"], first["DTEND"]) == ("20260303T140000Z", "20260303T230000Z")
    assert first["LOCATION"] == "和平里小区3栋"
    whole = shown.file.decode()
    assert "王姨" not in whole
    assert all(len(line.encode()) <= 75 for line in whole.split("\r\n"))
    assert len({each["UID"] for each in events(shown.file)}) == len(events(shown.file))


async def test_the_calendar_follows_leave_and_keeps_its_names(stage: Stage) -> None:
    await made(stage, NIGHT)
    await stage.zhou.writes("/值班日历")
    before = events(stage.zhou.last.file or b"")
    await stage.zhou.writes("/请假 03-03 03-03 李娜")
    await stage.zhou.writes("/值班日历")
    after = events(stage.zhou.last.file or b"")
    assert [each["UID"] for each in before[1:]] == [each["UID"] for each in after]
    await stage.li.writes("/值班日历")
    assert len(events(stage.li.last.file or b"")) == 1


async def test_without_turns_there_is_no_calendar(stage: Stage) -> None:
    await stage.li.writes("/值班日历")
    assert "没有班" in stage.li.last.text


async def test_without_buttons_everything_is_said_in_words(tmp_path: Path) -> None:
    plain = Capabilities(buttons=0, edits=Edits.NEVER, reactions=False)
    async with staged(tmp_path, capabilities=plain) as stage:
        await stage.feng.writes(DESK)
        await stage.feng.writes("保存")
        assert "王姨，到 17:00" in await now(stage, stage.li)
