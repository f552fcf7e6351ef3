"""Clocks, ladders, duty and call-backs walked through once more: where two promises meet."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dialogues.duty_steps import NIGHT, made, until
from tests.dialogues.policies import at, governed, local
from tests.dialogues.steps import taken
from tests.harness import GROUP, Stage

LAMP = "楼道的灯坏了"


def private(stage: Stage, key: str) -> int:
    return len(stage.cast[key].heard)


async def test_danger_asks_whoever_is_on_duty_at_once_in_the_night(tmp_path: Path) -> None:
    """R37: a neighbour without any role has the night line."""
    async with governed(tmp_path, start=at("2026-03-02 09:00")) as stage:
        await made(stage, NIGHT.replace("王姨、周叔", "孙姐、陈姐"))
        await until(stage, 2026, 3, 3, 2, 0)
        before = private(stage, "sun")
        await stage.li.says("电梯着火了")
        assert "#1" in stage.sun.heard[before].whole
        assert "119" in stage.sun.heard[before].text


async def test_what_turns_out_to_be_danger_at_night_no_longer_waits(tmp_path: Path) -> None:
    """R37"""
    async with governed(tmp_path, start=at("2026-03-02 23:30")) as stage:
        await stage.li.says(LAMP)
        assert not stage.wang.heard
        await stage.li.writes("/urgency 1 emergency")
        assert stage.page(stage.wang)
        assert stage.page(stage.wu)
        await stage.passes(hours=8)
        assert not [each for each in stage.wang.heard if "刚才没打扰您" in each.title]


@pytest.mark.parametrize(
    ("said", "code", "shown"),
    [
        ("等配件 周五", "parts", "等配件"),
        ("等厂家 周五", "supplier", "厂家"),
        ("约了住户周五", "appointment", "约"),
        ("等天气 周五", "weather", "天气"),
        ("等开会决定 周五", "approval", "决定"),
    ],
)
async def test_each_lawful_reason_to_wait_stops_the_solution_and_is_shown(
    stage: Stage, said: str, code: str, shown: str
) -> None:
    """R41"""
    await taken(stage)
    await stage.wang.writes(f"/wait 1 {said}")
    request = await stage.request(1)
    assert (request.state, request.reason_code) == ("waiting", code)
    assert request.paused_at is not None
    assert shown in stage.card(1).text
    assert "3月6日" in stage.card(1).text
    assert "3月6日" in stage.li.last.text, "those who wait are told until when"


async def test_the_night_line_takes_over_what_the_desk_left_open(stage: Stage) -> None:
    """What is open is handed over with the desk, and by day again."""
    await made(stage, "/值班表 3栋 值班室 每班轮换 每天 8:00-20:00 20:00-8:00：王姨、周叔")
    await stage.li.says(LAMP)
    await until(stage, 2026, 3, 2, 20, 1)
    assert "#1" in next(e for e in stage.said(GROUP) if "交接" in e.title).text
    assert any("#1" in each.text and "由您值班" in each.text for each in stage.zhou.heard)


async def test_on_a_make_up_day_the_desk_is_on_and_working_time_runs(tmp_path: Path) -> None:
    """Saturday, 14 February 2026, is worked for the Spring Festival."""
    own = '[deadlines]\nnormal = { answer = "4 working hours" }\n'
    async with governed(tmp_path, own, start=at("2026-02-13 09:00")) as stage:
        await made(stage, "/值班表 3栋 红管家 每天轮换 工作日 9:00-17:00：王姨、周叔")
        await until(stage, 2026, 2, 14, 10, 0)
        await stage.li.says("/值班")
        assert "到 17:00" in stage.last(GROUP).text
        await stage.li.says(LAMP)
        assert local((await stage.request(1)).answer_due) == "02-14 14:00"


async def test_who_goes_on_leave_while_asked_at_night_has_the_deputy_asked_in_the_morning(
    tmp_path: Path,
) -> None:
    async with governed(tmp_path, start=at("2026-03-02 23:00")) as stage:
        await stage.li.says(LAMP)
        await stage.wang.writes("/leave 03-03 03-05 周叔")
        await stage.passes(hours=9)
        assert "我来" in stage.page(stage.zhou).labels
        assert not [each for each in stage.wang.heard if "#1" in each.whole]
        assert "周叔" in stage.card(1).text
        await stage.feng.writes("/history 1")
        assert "请假了，换了人问" in stage.feng.last.text


async def test_leave_that_was_known_and_begins_at_midnight_counts_in_the_morning(
    tmp_path: Path,
) -> None:
    """Without a deputy the next rung is asked; of several on the rung the others stay asked."""
    async with governed(tmp_path, start=at("2026-03-02 22:30")) as stage:
        await stage.wang.writes("/leave 03-03 03-05 -")
        await stage.li.says(LAMP)
        await stage.passes(hours=9)
        assert not [each for each in stage.wang.heard if "#1" in each.whole]
        assert (await stage.request(1)).rung == 1
        assert stage.page(stage.zhou)
    own = '[ladders.self]\ndefault = [["unit_captain", "grid_worker"], ["coordinator"]]\n'
    own += 'technical = [["unit_captain", "grid_worker"], ["coordinator"]]\n'
    async with governed(tmp_path, own, start=at("2026-03-02 22:30")) as stage:
        await stage.wang.writes("/leave 03-03 03-05 -")
        await stage.li.says(LAMP)
        await stage.passes(hours=9)
        assert (await stage.request(1)).rung == 0
        assert stage.page(stage.zheng)
        assert not [each for each in stage.wang.heard if "#1" in each.whole]


async def test_a_call_back_over_the_change_of_the_clocks_asks_by_day(tmp_path: Path) -> None:
    """Said to be done on Saturday evening in Berlin, the clocks go forward at night."""
    from sqlalchemy import update

    from storage.tables import Area

    async with governed(tmp_path, start=at("2026-03-29 02:00")) as stage:  # 19:00 in Berlin
        async with stage.app.store.write() as store:
            await store.execute(update(Area).values(timezone="Europe/Berlin"))
        await taken(stage)
        await stage.wang.presses(stage.page(stage.wang), "修好了")
        before = private(stage, "li")
        await stage.passes(hours=24)
        reminded = [each for each in stage.li.heard[before:] if "#1" in each.whole]
        assert len(reminded) == 1


async def test_a_restart_between_taking_and_the_reminder_keeps_each_clock(stage: Stage) -> None:
    await taken(stage)
    before = await stage.request(1)
    await stage.sleeps(hours=1)
    after = await stage.request(1)
    assert (before.solve_due, before.progress_due) == (after.solve_due, after.progress_due)
