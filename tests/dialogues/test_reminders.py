"""Reminders: made in chat by buttons or in one line, posted once, on time, over restarts."""

from __future__ import annotations

from sqlalchemy import select

from storage.tables import Occurrence, Reminder
from tests.harness import ALL, GROUP, GROUP4, Shown, Stage

LINE = "/remind 每周五 9:00 3栋 今晚可回收物投放"


async def reminders(stage: Stage) -> list[Reminder]:
    async with stage.app.store.read() as store:
        return list((await store.scalars(select(Reminder).order_by(Reminder.id))).all())


async def made(stage: Stage, line: str = LINE) -> Shown:
    await stage.feng.writes(line)
    await stage.feng.presses(stage.feng.last, "保存")
    return stage.feng.last


async def test_one_line_is_repeated_with_the_next_three_dates_before_it_is_saved(
    stage: Stage,
) -> None:
    await stage.feng.writes(LINE)
    asked = stage.feng.last.text
    assert "每周五 09:00" in asked
    assert "3栋" in asked
    assert "今晚可回收物投放" in asked
    assert "2026-03-06 09:00、2026-03-13 09:00、2026-03-20 09:00" in asked
    assert not await reminders(stage)
    await stage.feng.presses(stage.feng.last, "保存")
    assert len(await reminders(stage)) == 1


async def test_it_can_be_dropped_instead_of_saved(stage: Stage) -> None:
    await stage.feng.writes(LINE)
    await stage.feng.presses(stage.feng.last, "不要了")
    assert not await reminders(stage)


async def test_it_is_posted_at_its_moment_in_the_community_s_time_zone(stage: Stage) -> None:
    await made(stage)
    await stage.passes(days=3, hours=23, minutes=50)
    assert not stage.said(GROUP)
    await stage.passes(minutes=30)
    assert [each.text for each in stage.said(GROUP)] == ["今晚可回收物投放"]


async def test_it_comes_again_every_week(stage: Stage) -> None:
    await made(stage)
    await stage.passes(days=19)
    assert len(stage.said(GROUP)) == 3


async def test_it_goes_to_every_group_below_the_place(stage: Stage) -> None:
    await made(stage, "/remind 明天 9:30 和平里 全小区停水")
    await stage.passes(days=2)
    for room in (GROUP, GROUP4, ALL):
        assert stage.last(room).text == "全小区停水"


async def test_english_words_do_the_same(stage: Stage) -> None:
    await stage.feng.writes("/language en")
    await made_en(stage)
    found = (await reminders(stage))[0]
    assert found.rule["every"] == "nth"
    assert found.text == "Meeting in the yard"


async def made_en(stage: Stage) -> None:
    await stage.feng.writes("/remind every 1st Monday 19:00 3 Meeting in the yard")
    await stage.feng.presses(stage.feng.last, "save")


async def test_a_date_and_a_cron_expression_are_understood(stage: Stage) -> None:
    await made(stage, "/remind 2026-12-01 08:00 3栋 交暖气费")
    await made(stage, "/remind cron 0 9 * * 5 3栋 打扫楼道")
    assert [each.rule["every"] for each in await reminders(stage)] == ["once", "cron"]


async def test_a_captain_makes_one_for_their_own_place_in_the_group(stage: Stage) -> None:
    await stage.wang.says("/提醒 明天 9:30 3栋2单元 打扫楼道")
    await stage.wang.presses(stage.last(), "保存")
    assert len(await reminders(stage)) == 1


async def test_a_captain_cannot_remind_another_building(stage: Stage) -> None:
    await stage.wang.writes("/remind 明天 9:30 4栋 你好")
    assert "您可以找：陈姐" in stage.wang.last.text


async def test_a_resident_cannot_make_reminders(stage: Stage) -> None:
    await stage.li.writes(LINE)
    assert not await reminders(stage)


async def test_the_form_asks_for_place_time_and_words_by_buttons(stage: Stage) -> None:
    await stage.feng.writes("/remind")
    await stage.feng.presses(stage.feng.last, "新建提醒")
    await stage.feng.presses(stage.feng.last, "和平里小区")
    await stage.feng.presses(stage.feng.last, "就是和平里小区")
    await stage.feng.presses(stage.feng.last, "每周五 9:00")
    await stage.feng.writes("今晚可回收物投放")
    await stage.feng.presses(stage.feng.last, "保存")
    found = (await reminders(stage))[0]
    assert found.text == "今晚可回收物投放"
    assert found.rule["weekdays"] == [4]


async def test_wrong_times_are_told_with_an_example(stage: Stage) -> None:
    for wrong, word in (
        ("/remind 2月30日 8:00 x", "2-30"),
        ("/remind 2020-01-01 8:00 x", "过去"),
        ("/remind 每周五 3栋 x", "几点"),
        ("/remind 改天 x", "没看懂"),
        ("/remind cron 99 * * * * x", "cron"),
    ):
        await stage.feng.writes(wrong)
        assert word in stage.feng.last.text
    assert not await reminders(stage)


async def test_it_is_listed_paused_resumed_changed_and_deleted(stage: Stage) -> None:
    await made(stage)
    await stage.feng.writes("/remind list")
    await stage.feng.presses(stage.feng.last, "今晚可回收物")
    detail = stage.feng.last
    await stage.feng.presses(detail, "暂停")
    await stage.passes(days=8)
    assert not stage.said(GROUP)
    await stage.feng.presses(stage.rooms.message(detail.id), "恢复")
    await stage.feng.presses(stage.rooms.message(detail.id), "修改")
    await stage.feng.writes("每周三 9:30 今晚其他垃圾")
    await stage.feng.presses(stage.feng.last, "保存")
    assert (await reminders(stage))[0].text == "今晚其他垃圾"
    assert len(await reminders(stage)) == 1
    await stage.feng.presses(stage.rooms.message(detail.id), "删除")
    assert (await reminders(stage))[0].state == "ended"


async def test_a_deleted_one_comes_back_with_undo(stage: Stage) -> None:
    await made(stage)
    await stage.feng.writes("/remind")
    await stage.feng.presses(stage.feng.last, "今晚可回收物")
    await stage.feng.presses(stage.feng.last, "删除")
    await stage.feng.presses(stage.feng.last, "撤销")
    assert (await reminders(stage))[0].state == "on"


async def test_it_can_be_previewed(stage: Stage) -> None:
    await made(stage)
    await stage.feng.writes("/remind")
    await stage.feng.presses(stage.feng.last, "今晚可回收物")
    await stage.feng.presses(stage.feng.last, "预览")
    assert stage.feng.last.text == "今晚可回收物投放"
    assert not stage.said(GROUP)


async def test_one_missed_while_down_is_posted_once_if_still_useful(stage: Stage) -> None:
    """R56"""
    await made(stage, "/remind 每天 9:30 3栋 喝水")
    await stage.sleeps(hours=1)
    assert [each.text for each in stage.said(GROUP)] == ["喝水"]


async def test_one_missed_too_long_ago_is_reported_and_never_a_flood(stage: Stage) -> None:
    """R56"""
    await made(stage, "/remind 每天 9:30 3栋 喝水")
    await stage.sleeps(days=5, hours=6)
    assert not stage.said(GROUP)
    assert "错过" in stage.feng.last.text
    assert "6 次" in stage.feng.last.text
    await stage.passes(days=1)
    assert len(stage.said(GROUP)) == 1


async def test_two_clocks_ticking_at_once_post_it_once(stage: Stage) -> None:
    """R57"""
    await made(stage, "/remind 每天 9:30 3栋 喝水")
    await stage.sleeps(minutes=40)
    await stage.app.ticks.tick()
    await stage.restarts()
    await stage.app.ticks.tick()
    await stage.app.settle()
    assert len(stage.said(GROUP)) == 1
    async with stage.app.store.read() as store:
        assert len((await store.scalars(select(Occurrence))).all()) == 1


async def test_a_holiday_is_skipped_or_moved_if_asked(stage: Stage) -> None:
    await stage.feng.writes("/remind 每年10月1日 8:00 节假日顺延 3栋 检查消防")
    assert "2026-10-08 08:00" in stage.feng.last.text
    await stage.feng.writes("/remind 每年10月1日 8:00 节假日跳过 3栋 检查消防")
    assert "没" in stage.feng.last.text or "不会" in stage.feng.last.text
