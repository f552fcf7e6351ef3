"""Quiet hours and duty hours: what waits comes together in the morning, read anew (R27, R37)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.app import App
from storage.engine import Store
from storage.tables import Notice
from tests.dialogues.policies import at, governed
from tests.fakes.reader import PlainReader
from tests.harness import Stage

LAMP, LIFT, WATER = "楼道的灯坏了", "电梯坏了", "没水了"


@pytest.fixture
async def night(tmp_path: Path) -> AsyncGenerator[Stage]:
    """Monday, 23:00."""
    async with governed(tmp_path, start=at("2026-03-02 23:00")) as made:
        yield made


async def three(stage: Stage) -> None:
    """Three matters of unit 2 at night, the last one urgent."""
    await stage.li.says(LAMP)
    await stage.li.says(LIFT)
    await stage.li.says(WATER)
    await stage.li.writes("/urgency 3 urgent")


async def test_what_falls_into_the_night_comes_in_one_message_urgent_first(night: Stage) -> None:
    """R37"""
    await three(night)
    assert not night.wang.heard
    await night.passes(hours=8, minutes=1)
    assert len(night.wang.heard) == 1, "one message, not three"
    message = night.wang.last
    assert "3 件" in message.title
    order = [line.split("#")[1][0] for line in message.text.splitlines()]
    assert order == ["3", "1", "2"]
    assert message.labels == ["#3", "#1", "#2"]


async def test_a_single_matter_comes_as_itself(night: Stage) -> None:
    await night.li.says(LAMP)
    await night.passes(hours=8, minutes=1)
    assert "我来" in night.page(night.wang).labels


async def test_the_card_stands_at_once_and_quietly(night: Stage) -> None:
    await night.li.says(LAMP)
    assert night.card(1)


async def test_a_line_is_opened_by_its_button_and_taken(night: Stage) -> None:
    await three(night)
    await night.passes(hours=8, minutes=1)
    await night.wang.presses(night.wang.last, "#1")
    assert len(night.wang.heard) == 2
    await night.wang.presses(night.wang.last, "我来")
    assert (await night.request(1)).state == "taken"


async def test_the_message_follows_what_becomes_of_its_lines(night: Stage) -> None:
    """R27"""
    await three(night)
    await night.passes(hours=8, minutes=1)
    message = night.wang.last
    await night.feng.writes("/assign 3 @zhou")
    assert message.labels == ["#1", "#2"], "what is somebody else's has no button any more"
    assert len(night.wang.heard) == 1
    await night.wang.writes("/take 1")
    assert (await night.request(1)).state == "taken"


async def test_what_was_taken_at_night_is_not_told_in_the_morning(night: Stage) -> None:
    """R27: the state is read again at the moment of sending."""
    await night.li.says(LAMP)
    await night.zhou.writes("/take 1")
    await night.passes(hours=9)
    assert not night.wang.heard


async def test_what_was_cancelled_at_night_is_not_told_in_the_morning(night: Stage) -> None:
    await three(night)
    await night.li.writes("/cancel 1")
    await night.passes(hours=8, minutes=1)
    assert "2 件" in night.wang.last.title


async def test_an_old_line_says_that_it_is_over(night: Stage) -> None:
    """R28"""
    await three(night)
    await night.passes(hours=8, minutes=1)
    data = night.wang.last.button("#1").data
    await night.feng.writes("/assign 1 @zhou")
    toast = await night.wang.presses_data(night.wang.last, data)
    assert "不用您办" in toast


async def test_questions_wait_for_the_morning_too(night: Stage) -> None:
    await three(night)
    for number in (1, 2):
        await night.wang.writes(f"/done {number} 修好了")
    await night.passes(hours=8, minutes=1)
    assert "解决了吗" in night.li.last.text
    assert len([each for each in night.li.heard if "2 件" in each.title]) == 1
    await night.li.presses(night.li.last, "#1")
    await night.li.presses(night.li.last, "解决了")
    assert (await night.request(1)).ending == "solved"


async def test_a_question_answered_at_night_is_not_asked_in_the_morning(night: Stage) -> None:
    await night.li.says(LAMP)
    await night.wang.writes("/done 1 修好了")
    await night.li.presses(night.card(1), "解决了")
    before = len(night.li.heard)
    await night.passes(hours=9)
    assert len(night.li.heard) == before


async def test_those_who_wait_are_told_of_a_pause_in_the_morning(night: Stage) -> None:
    await night.li.says(LAMP)
    await night.wang.writes("/wait 1 等配件 周五")
    assert not night.li.heard
    await night.passes(hours=8, minutes=1)
    assert "等配件" in night.li.last.text


async def test_a_restart_in_the_night_loses_nothing_and_tells_once(night: Stage) -> None:
    await three(night)
    await night.passes(hours=4)
    await night.sleeps(hours=6)
    assert len(night.wang.heard) == 1


async def test_two_processes_tell_it_once(night: Stage) -> None:
    await three(night)
    store = Store(night.app.settings.database_url)
    second = App(night.app.settings, store, [night.rooms], clock=night.clock, reader=PlainReader())
    night.clock.set(at("2026-03-03 07:00"))
    await asyncio.gather(*(app.ticks.tick() for app in (night.app, second) * 2))
    await night.app.settle()
    assert len(night.wang.heard) == 1
    await second.crew.close()
    await store.close()


async def test_who_fails_is_tried_again_and_stops_no_other(
    night: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from handlers.requests import morning

    await night.li.says(LAMP)
    await night.sun.says(LAMP)
    real, failed = morning.tell, list[int]()

    async def tell(work: object, person_id: int, notices: object) -> None:
        if not failed:
            failed.append(person_id)
            raise ValueError("our own mistake")
        await real(work, person_id, notices)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(morning, "tell", tell)
    night.clock.set(at("2026-03-03 07:00"))
    await night.app.ticks.tick()
    await night.app.settle()
    assert len([1 for actor in (night.wang, night.zhou) if actor.heard]) == 1
    await night.passes(minutes=11)
    assert night.wang.heard
    assert night.zhou.heard


async def test_the_community_sets_its_own_quiet_hours(tmp_path: Path) -> None:
    async with governed(tmp_path, start=at("2026-03-02 20:30")) as stage:
        await stage.feng.writes("/settings quiet 20:00-08:00")
        await stage.li.says(LAMP)
        await stage.passes(hours=11)
        assert not stage.wang.heard
        await stage.passes(hours=1)
        assert stage.page(stage.wang)


async def test_somebody_sleeps_longer_than_the_community(night: Stage) -> None:
    await night.wang.writes("/时段 安静 21:00-09:30")
    before = len(night.wang.heard)
    await three(night)
    await night.passes(hours=10, minutes=29)
    assert len(night.wang.heard) == before
    await night.passes(minutes=2)
    assert len(night.wang.heard) == before + 1


async def test_duty_hours_of_one_person_do_not_hold_up_the_ladder(tmp_path: Path) -> None:
    """R37: their word waits, the next rung does not."""
    async with governed(tmp_path) as stage:
        await stage.wang.writes("/hours duty 18:00-20:00")
        before = len(stage.wang.heard)
        await stage.li.says(LAMP)
        await stage.passes(hours=8)
        assert len(stage.wang.heard) == before
        await stage.passes(hours=2)
        assert len(stage.wang.heard) == before + 1
        await stage.passes(hours=15)
        assert stage.page(stage.zhou)


async def test_duty_on_working_days_knows_holidays_and_made_up_days(tmp_path: Path) -> None:
    """R39"""
    for start, told in (
        ("2026-03-07 10:00", "2026-03-09 09:00"),  # a weekend
        ("2026-02-13 19:00", "2026-02-14 09:00"),  # a Saturday made up for
        ("2026-02-16 10:00", "2026-02-24 09:00"),  # the Spring Festival
    ):
        folder = tmp_path / start[:10]
        folder.mkdir()
        async with governed(folder, start=at(start)) as stage:
            await stage.wang.writes("/hours duty 09:00-18:00 工作日")
            await stage.li.says(LAMP)
            async with stage.app.store.read() as store:
                due = await store.scalar(select(func.min(Notice.due_at)))
            assert due == at(told)


async def test_hours_are_shown_and_taken_back(night: Stage) -> None:
    await night.wang.writes("/hours")
    assert "和社区一样" in night.wang.last.text
    await night.wang.writes("/hours duty 09:00-18:00 1-5")
    assert "周一、周二、周三、周四、周五" in night.wang.last.text
    await night.wang.writes("/hours quiet 21:00-08:00")
    assert "21:00-08:00" in night.wang.last.text
    await night.wang.writes("/hours off")
    assert "没有限定" in night.wang.last.text
    for wrong in (
        "/hours quiet",
        "/hours duty 25:00-26:00",
        "/hours x",
        "/hours duty 9:00-18:00 每",
    ):
        await night.wang.writes(wrong)
        assert "请这样写" in night.wang.last.text
    await night.wang.writes("/language en")
    await night.wang.writes("/hours duty 09:00-18:00 working")
    assert "working days" in night.wang.last.text
    await night.wang.writes("/hours duty 09:00-18:00")
    assert "every day" in night.wang.last.text


async def test_many_lines_are_cut_and_counted(night: Stage) -> None:
    for number in range(23):
        await night.feng.writes(f"/new 3栋2单元 灯坏了{number}")
    await night.passes(hours=8, minutes=1)
    assert "23 件" in night.wang.last.title
    assert "还有 3 件" in night.wang.last.text


async def test_pictures_and_details_added_at_night_are_on_the_page_in_the_morning(
    night: Stage,
) -> None:
    await night.li.says(LAMP)
    await night.li.sends_photo("就是这盏", reply_to=night.card(1))
    await night.passes(hours=8, minutes=1)
    assert len(night.wang.heard) >= 1
    assert "楼道的灯坏了" in night.page(night.wang).text
