"""Rounds: the person on duty is asked for a tap at each point; a missed one is told, once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select, update
from structlog.testing import capture_logs

from handlers.chat.platform import Capabilities
from storage.tables import Rota, Round, RoundCheck
from tests.dialogues.duty_steps import at, both_tick_at, made, now, rows, told, until
from tests.harness import GROUP, Actor, Shown, Stage, staged

WHEN = "每晚轮换 20:00-21:00 22:00-23:00 1:00-2:00"
LINE = f"/值班表 3栋 治安巡逻 {WHEN}：王姨、周叔；点位：大门、车棚、配电房"


def card(who: Actor) -> Shown:
    """The card of the round that somebody has now."""
    return next(each for each in reversed(who.heard) if "巡视：" in each.title)


async def test_a_due_round_asks_the_person_on_duty_and_nobody_else(stage: Stage) -> None:
    await made(stage, LINE)
    await until(stage, 2026, 3, 2, 20, 0)
    shown = card(stage.wang)
    assert shown.title == "巡视：治安巡逻"
    assert "3月2日（周一）20:00–21:00" in shown.text
    assert shown.labels == ["大门", "车棚", "配电房"]
    assert not told(stage.zhou, "巡视：")
    assert not stage.said(GROUP), "no noise in the group"


async def test_each_tap_is_dated_on_the_card_and_all_of_them_end_it(stage: Stage) -> None:
    await made(stage, LINE)
    await until(stage, 2026, 3, 2, 20, 0)
    shown = card(stage.wang)
    await stage.passes(minutes=5)
    assert "还有 2 处" in await stage.wang.presses(shown, "大门")
    assert "✓ 大门 20:05" in stage.rooms.message(shown.id).text
    assert stage.rooms.message(shown.id).labels == ["车棚", "配电房"]
    await stage.passes(minutes=5)
    await stage.wang.presses(shown, "车棚")
    assert "都到了" in await stage.wang.presses(shown, "配电房")
    assert "都到了" in stage.rooms.message(shown.id).text
    assert [each.state for each in await rows(stage, Round)] == ["done"]
    await stage.passes(hours=1)
    assert not told(stage.feng, "没有走完")


async def test_a_missed_one_is_told_to_the_coordinator_with_what_was_left(stage: Stage) -> None:
    await made(stage, LINE)
    await until(stage, 2026, 3, 2, 20, 0)
    await stage.wang.presses(card(stage.wang), "大门")
    await stage.passes(hours=1)
    said = told(stage.feng, "没有走完")
    assert len(said) == 1
    assert "当班：王姨。没到：车棚、配电房" in said[0]
    assert "时间已过" in card(stage.wang).text
    assert not card(stage.wang).labels


async def test_one_missed_at_night_is_told_in_the_morning(stage: Stage) -> None:
    """R37"""
    await made(stage, LINE)
    await until(stage, 2026, 3, 3, 6, 59)
    assert len(told(stage.feng, "没有走完")) == 1, "the one of the evening"
    await until(stage, 2026, 3, 3, 7, 1)
    assert len(told(stage.feng, "没有走完")) == 2
    assert "（3 件）" in stage.feng.last.whole, "those of the night, and what the night check found"
    assert stage.feng.last.text.count("没有走完") == 2


async def test_the_round_after_midnight_is_of_the_same_night_s_person(stage: Stage) -> None:
    await made(stage, LINE)
    await until(stage, 2026, 3, 3, 1, 0)
    assert "3月3日（周二）01:00–02:00" in card(stage.wang).text
    assert not told(stage.zhou, "巡视：")
    await until(stage, 2026, 3, 3, 20, 0)
    assert "3月3日（周二）20:00–21:00" in card(stage.zhou).text


async def test_a_picture_after_a_tap_belongs_to_its_point(stage: Stage) -> None:
    await made(stage, LINE)
    await until(stage, 2026, 3, 2, 20, 0)
    shown = card(stage.wang)
    await stage.wang.presses(shown, "车棚")
    await stage.wang.sends_photo(room=stage.wang.private, ref="p7")
    assert "✓ 车棚 20:00（有照片）" in stage.rooms.message(shown.id).text
    kept = await rows(stage, RoundCheck)
    assert [(each.point, each.photo["ref"]) for each in kept] == [(1, "p7")]
    await stage.wang.writes("谢谢")
    assert not await stage.requests()


async def test_a_picture_is_optional_and_late_ones_belong_to_nothing(stage: Stage) -> None:
    await made(stage, LINE)
    await until(stage, 2026, 3, 2, 20, 0)
    await stage.wang.presses(card(stage.wang), "车棚")
    await stage.passes(minutes=16)
    await stage.wang.sends_photo(room=stage.wang.private)
    assert [each.photo for each in await rows(stage, RoundCheck)] == [None]


async def test_only_who_is_on_duty_taps(stage: Stage) -> None:
    await made(stage, LINE)
    await until(stage, 2026, 3, 2, 20, 0)
    await stage.zhou.presses_data(card(stage.wang), "rnd:1:0")
    assert "当班的人" in stage.rooms.toasts[-1].text
    assert not await rows(stage, RoundCheck)


async def test_a_tap_counts_once_and_not_when_it_is_over(stage: Stage) -> None:
    """R28"""
    await made(stage, LINE)
    await until(stage, 2026, 3, 2, 20, 0)
    shown = card(stage.wang)
    await stage.wang.presses_data(shown, "rnd:1:0")
    await stage.wang.presses_data(shown, "rnd:1:0")
    assert "已经有人点过" in stage.rooms.toasts[-1].text
    await stage.passes(hours=1)
    await stage.wang.presses_data(shown, "rnd:1:1")
    assert "21:00 已经结束" in stage.rooms.toasts[-1].text
    assert len(await rows(stage, RoundCheck)) == 1


async def test_points_may_be_typed(stage: Stage) -> None:
    await made(stage, LINE)
    await stage.wang.writes("/巡视")
    assert "没有要巡视的" in stage.wang.last.text
    await until(stage, 2026, 3, 2, 20, 0)
    await stage.wang.writes("/巡视 车棚")
    await stage.wang.writes("/巡视 1")
    assert [each.point for each in await rows(stage, RoundCheck)] == [1, 0]
    await stage.wang.writes("/巡视 花园")
    assert "大门、车棚、配电房" in stage.wang.last.text
    await stage.wang.writes("/巡视")
    assert stage.wang.last.labels == ["配电房"]


async def test_two_go_together_and_see_each_other_s_taps(stage: Stage) -> None:
    await made(stage, "/值班表 3栋 联防 每天 20:00：王姨+周叔；点位：大门、车棚")
    await until(stage, 2026, 3, 2, 20, 0)
    await stage.wang.presses(card(stage.wang), "大门")
    assert card(stage.zhou).labels == ["车棚"]
    await stage.zhou.presses(card(stage.zhou), "车棚")
    assert "都到了" in card(stage.wang).text


async def test_who_cannot_be_written_to_is_asked_by_name_in_the_group(tmp_path: Path) -> None:
    """R24"""
    async with staged(tmp_path, capabilities=Capabilities(speaks_first=False)) as stage:
        await stage.does(stage.wang.private, "wang", "standing", present=False)
        await made(stage, LINE)
        await until(stage, 2026, 3, 2, 20, 0)
        shown = stage.last(GROUP)
        assert shown.text.startswith("@wang")
        await stage.wang.presses(shown, "大门")
        assert len(await rows(stage, RoundCheck)) == 1
        assert "✓ 大门 20:00" in stage.rooms.message(shown.id).text


async def test_a_round_by_buttons_asks_for_its_points(stage: Stage) -> None:
    await stage.feng.writes("/值班表")
    await stage.feng.presses(stage.feng.last, "新建值班表")
    await stage.feng.writes("3栋")
    await stage.feng.presses(stage.feng.last, "治安巡逻")
    await stage.feng.presses(stage.feng.last, "王姨")
    await stage.feng.presses(stage.feng.last, "选好了")
    await stage.feng.writes("大门、车棚")
    assert "点位：大门、车棚" in stage.feng.last.text
    assert "20:00-21:00、23:00-00:00" in stage.feng.last.text
    await stage.feng.presses(stage.feng.last, "保存")
    assert [each.points for each in await rows(stage, Rota)] == [["大门", "车棚"]]


async def test_its_own_head_may_be_written_with_beginnings_alone(stage: Stage) -> None:
    await stage.feng.writes("/值班表")
    await stage.feng.presses(stage.feng.last, "新建值班表")
    await stage.feng.writes("3栋")
    await stage.feng.writes("消防检查 周六 10:00")
    await stage.feng.writes("王姨")
    await stage.feng.writes("灭火器、楼道")
    await stage.feng.presses(stage.feng.last, "保存")
    await until(stage, 2026, 3, 7, 10, 0)
    assert card(stage.wang).labels == ["灭火器", "楼道"]


async def test_the_deputy_of_who_is_away_goes_the_round(stage: Stage) -> None:
    await made(stage, LINE)
    await stage.wang.writes("/请假 03-02 03-02 李娜")
    await until(stage, 2026, 3, 2, 20, 0)
    await stage.li.presses(card(stage.li), "大门")
    assert len(await rows(stage, RoundCheck)) == 1
    assert not told(stage.wang, "巡视：")


async def test_a_restart_in_the_middle_asks_once_and_goes_on(stage: Stage) -> None:
    """R57, R70"""
    await made(stage, LINE)
    await until(stage, 2026, 3, 2, 19, 59)
    await stage.sleeps(minutes=2)
    await stage.wang.presses(card(stage.wang), "大门")
    await stage.restarts()
    await stage.app.ticks.tick()
    await stage.wang.presses(card(stage.wang), "车棚")
    await stage.wang.presses(card(stage.wang), "配电房")
    assert len(told(stage.wang, "巡视：")) == 1
    assert [each.state for each in await rows(stage, Round)] == ["done"]


async def test_rounds_of_a_time_without_the_program_are_told_once(stage: Stage) -> None:
    """R56"""
    await made(stage, LINE)
    await stage.sleeps(days=3)
    said = told(stage.feng, "停机期间")
    assert len(said) == 1
    assert "9 次" in said[0]
    assert not told(stage.feng, "没有走完")
    assert not told(stage.wang, "巡视：")


async def test_two_processes_ask_once_and_tell_once(stage: Stage) -> None:
    """R57"""
    await made(stage, LINE)
    await both_tick_at(
        stage, datetime(2026, 3, 2, 12, 0, tzinfo=UTC), datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
    )
    assert len(told(stage.wang, "巡视：")) == 1
    assert len(told(stage.feng, "没有走完")) == 1


async def test_the_rota_of_rounds_says_who_walks_now(stage: Stage) -> None:
    await made(stage, LINE)
    await at(stage, 2026, 3, 2, 20, 30)
    assert "治安巡逻（和平里小区3栋）：王姨，到 21:00" in await now(stage, stage.li)


async def test_the_coordinator_sees_the_last_rounds_and_their_pictures(stage: Stage) -> None:
    await made(stage, LINE)
    await until(stage, 2026, 3, 2, 20, 0)
    for point in ("大门", "车棚", "配电房"):
        await stage.wang.presses(card(stage.wang), point)
    await stage.wang.sends_photo(room=stage.wang.private, ref="p9")
    await until(stage, 2026, 3, 3, 0, 0)
    await stage.feng.writes("/值班表 治安巡逻")
    await stage.feng.presses(stage.feng.last, "巡视记录")
    log = stage.feng.last
    lines = log.text.split("\n")
    assert lines[0] == "✗ 3月2日（周一）22:00–23:00 王姨，没到：大门、车棚、配电房"
    assert lines[1] == "✓ 3月2日（周一）20:00–21:00 王姨"
    await stage.feng.presses(log, "看照片")
    assert [each.ref for each in stage.feng.last.media] == ["p9"]
    assert "配电房" in stage.feng.last.text
    await stage.wang.presses_data(log, "rota:pictures:1")
    assert "由" in stage.rooms.toasts[-1].text


async def test_a_rota_that_fails_stops_no_other_and_is_tried_again(stage: Stage) -> None:
    await made(stage, LINE)
    await made(stage, "/值班表 3栋 联防 每天 20:00：孙姐；点位：大门")
    broken = update(Rota).where(Rota.name == "治安巡逻")
    async with stage.app.store.write() as store:
        kept = (await store.scalars(select(Rota.rule).where(Rota.name == "治安巡逻"))).one()
        await store.execute(broken.values(rule={**kept, "zone": "Moon/Base"}))
    with capture_logs() as logs:
        await at(stage, 2026, 3, 2, 20, 0)
    assert told(stage.sun, "巡视：")
    assert not told(stage.wang, "巡视：")
    assert "due.failed" in [each["event"] for each in logs]
    async with stage.app.store.write() as store:
        await store.execute(broken.values(rule=kept))
    await at(stage, 2026, 3, 2, 20, 10)
    assert len(told(stage.wang, "巡视：")) == 1
    assert len(told(stage.sun, "巡视：")) == 1
