"""The weekly digest: what was solved, what is open and with whom; once, and nothing of nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.app import App
from storage.engine import Store
from storage.tables import Area, Chat
from tests.dialogues.policies import at, governed
from tests.fakes.reader import PlainReader
from tests.harness import ALL, GROUP, GROUP4, Shown, Stage

LAMP, LIFT = "楼道的灯坏了", "电梯坏了"


@pytest.fixture
async def week(tmp_path: Path) -> AsyncGenerator[Stage]:
    """Monday, 2 March, 09:00; digests are due on Sundays at 18:00."""
    async with governed(tmp_path) as made:
        await made.passes(minutes=1)
        yield made


def digests(stage: Stage, room: str = GROUP) -> list[Shown]:
    return [each for each in stage.said(room) if "小结" in each.title]


async def a_week(stage: Stage) -> None:
    """One thing solved, one that is still open."""
    await stage.li.says(LAMP)
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.writes("/done 1 换了灯泡")
    await stage.li.presses(stage.li.last, "解决了")
    await stage.sun.says("我家没水了")


async def until(stage: Stage, moment: str) -> None:
    """Time passes to a moment in Shanghai."""
    await stage.passes(seconds=(at(moment) - stage.clock.now()).total_seconds())


async def test_one_message_tells_the_week(week: Stage) -> None:
    await a_week(week)
    await until(week, "2026-03-08 17:59")
    assert not digests(week)
    await until(week, "2026-03-08 18:01")
    [told] = digests(week)
    assert "3月1日" in told.title
    assert "办好了 1 件" in told.text
    assert "#1" in told.text
    assert "#2" in told.text
    assert "谢谢" in told.text
    await until(week, "2026-03-09 18:00")
    assert len(digests(week)) == 1


async def test_what_is_late_is_told_apart_with_whom_it_is(week: Stage) -> None:
    await week.li.says(LIFT)
    await week.wang.presses(week.page(week.wang), "我来")
    await until(week, "2026-03-15 18:01")
    told = digests(week)[-1]
    assert "过了期限 1 件" in told.text
    assert "#1" in told.text


async def test_where_nothing_happened_nothing_is_posted(week: Stage) -> None:
    await a_week(week)
    await until(week, "2026-03-08 18:01")
    assert not digests(week, GROUP4)
    assert digests(week, ALL), "the neighbourhood's own group hears of all its buildings"


async def test_nobody_is_counted_or_ranked(week: Stage) -> None:
    """LAW.md, last part"""
    await a_week(week)
    await until(week, "2026-03-08 12:00")
    await week.zhou.writes("/take 2")
    await until(week, "2026-03-08 18:01")
    [told] = digests(week)
    assert "王姨" not in told.whole, "who solved it is not told"
    assert told.whole.count("周叔") == 1, "who has it, as its card says"


async def test_the_second_week_tells_the_second_week(week: Stage) -> None:
    await a_week(week)
    await until(week, "2026-03-08 18:01")
    await week.li.says(LIFT)
    await until(week, "2026-03-15 18:01")
    assert len(digests(week)) == 2
    assert "#1 " not in digests(week)[1].text
    assert "#3" in digests(week)[1].text


async def test_a_restart_in_the_minute_before_loses_nothing(week: Stage) -> None:
    await a_week(week)
    await until(week, "2026-03-08 17:59")
    await week.restarts()
    await until(week, "2026-03-08 18:01")
    await week.restarts()
    await week.app.ticks.tick()
    await week.app.settle()
    assert len(digests(week)) == 1


async def test_down_over_the_hour_it_is_told_at_the_next_start(week: Stage) -> None:
    await a_week(week)
    await until(week, "2026-03-08 12:00")
    await week.sleeps(hours=8)
    assert len(digests(week)) == 1


async def test_started_in_the_night_it_waits_for_the_morning(week: Stage) -> None:
    """Over midnight: R37"""
    await a_week(week)
    await until(week, "2026-03-08 12:00")
    await week.sleeps(hours=12, minutes=30)
    assert not digests(week)
    await until(week, "2026-03-09 07:01")
    assert len(digests(week)) == 1


async def test_down_for_days_the_next_one_tells_it_all(week: Stage) -> None:
    await a_week(week)
    await until(week, "2026-03-08 12:00")
    await week.sleeps(days=4)
    assert not digests(week)
    await until(week, "2026-03-15 18:01")
    [told] = digests(week)
    assert "3月1日" in told.title
    assert "#1" in told.text


async def test_two_processes_tell_it_once(week: Stage) -> None:
    await a_week(week)
    store = Store(week.app.settings.database_url)
    second = App(week.app.settings, store, [week.rooms], clock=week.clock, reader=PlainReader())
    week.clock.set(at("2026-03-08 18:00"))
    await asyncio.gather(*(app.ticks.tick() for app in (week.app, second) * 2))
    await week.app.settle()
    assert len(digests(week)) == 1
    assert digests(week)[0].edits == 0
    await second.crew.close()
    await store.close()


async def test_switched_off_in_a_group_by_a_button(week: Stage) -> None:
    await week.feng.says("/settings")
    await week.feng.presses(week.last(), "set:digest:off")
    await a_week(week)
    await until(week, "2026-03-08 18:01")
    assert not digests(week)
    assert digests(week, ALL), "other groups keep theirs"
    await week.feng.says("/设置 小结 开")
    await until(week, "2026-03-15 18:01")
    assert len(digests(week)) == 1


async def test_another_day_and_hour_for_the_community(week: Stage) -> None:
    await week.feng.writes("/settings digest 周五 9:30")
    assert "周五 09:30" in week.feng.last.text
    await a_week(week)
    await until(week, "2026-03-06 09:31")
    assert len(digests(week)) == 1
    await until(week, "2026-03-09 09:31")
    assert len(digests(week)) == 1


async def test_an_hour_of_the_night_is_put_off_to_the_morning(week: Stage) -> None:
    await week.feng.writes("/settings digest 周五 23:30")
    await a_week(week)
    await until(week, "2026-03-07 06:59")
    assert not digests(week)
    await until(week, "2026-03-07 07:01")
    assert len(digests(week)) == 1


async def test_what_is_not_understood_is_told_how_to_write(week: Stage) -> None:
    await week.feng.writes("/settings digest 改天")
    assert "/设置 小结 周日 18:00" in week.feng.last.text


async def test_a_setting_is_taken_back(week: Stage) -> None:
    await week.feng.writes("/settings digest off")
    await week.feng.presses(week.feng.last, "撤销")
    await a_week(week)
    await until(week, "2026-03-08 18:01")
    assert len(digests(week)) == 1


async def test_the_policy_s_day_and_hour(tmp_path: Path) -> None:
    async with governed(tmp_path, '[digest]\nday = 3\nat = "10:00"\n') as stage:
        await stage.passes(minutes=1)
        await a_week(stage)
        await until(stage, "2026-03-04 10:01")
        assert len(digests(stage)) == 1


async def test_in_the_group_s_language(week: Stage) -> None:
    await week.feng.says("/settings language en")
    await a_week(week)
    await until(week, "2026-03-08 18:01")
    told = week.last()
    assert "1 solved" in told.text
    assert "being dealt with" in told.text


async def test_where_the_clocks_change_it_keeps_its_hour(tmp_path: Path) -> None:
    """Berlin, 29 March 2026, a Sunday: the clocks went forward in the night."""
    async with governed(tmp_path, start=datetime(2026, 3, 23, 9, 0, tzinfo=UTC)) as stage:
        async with stage.app.store.write() as store:
            await store.execute(update(Area).values(timezone="Europe/Berlin"))
        await stage.restarts()
        stage.app.store.remembered.forget()
        await stage.passes(minutes=1)
        await a_week(stage)
        end = datetime(2026, 3, 29, 15, 59, tzinfo=UTC)
        await stage.passes(seconds=(end - stage.clock.now()).total_seconds())
        assert not digests(stage)
        await stage.passes(minutes=2)
        assert len(digests(stage)) == 1


async def test_a_coordinator_looks_at_it_before_and_the_group_does_not(week: Stage) -> None:
    await a_week(week)
    before = len(week.said())
    await week.feng.says("/digest")
    assert "办好了 1 件" in week.feng.last.text
    assert "只有您看到" in week.feng.last.text
    assert len(week.said()) == before
    await until(week, "2026-03-08 18:01")
    assert len(digests(week)) == 1, "having looked changes nothing"


async def test_a_preview_is_posted_with_a_tap_and_edited_not_repeated(week: Stage) -> None:
    await a_week(week)
    await week.feng.writes("/小结")
    await week.feng.presses(week.feng.last, "3栋")
    preview = week.feng.last
    await week.feng.presses(preview, "现在就发")
    await week.li.says(LIFT)
    await week.feng.presses(preview, "现在就发")
    [told] = digests(week)
    assert told.edits == 1
    assert "#3" in told.text


async def test_a_quiet_group_s_preview_says_that_nothing_will_be_posted(week: Stage) -> None:
    await week.feng.writes("/digest")
    await week.feng.presses(week.feng.last, "4栋")
    assert "不会发" in week.feng.last.text


async def test_a_resident_cannot_look_at_it(week: Stage) -> None:
    await a_week(week)
    await week.li.writes("/digest")
    assert "办好了" not in week.li.last.text
    await week.chen.presses_data(week.feng.last if week.feng.heard else week.last(), "dig:post:1")
    assert not digests(week)


async def test_a_group_bound_later_gets_its_digest(week: Stage) -> None:
    async with week.app.store.write() as store:
        own = await store.scalar(select(Chat.area_id).where(Chat.external_id == GROUP))
        await store.execute(update(Chat).where(Chat.external_id == GROUP4).values(area_id=None))
    await until(week, "2026-03-03 09:00")
    async with week.app.store.write() as store:
        await store.execute(update(Chat).where(Chat.external_id == GROUP4).values(area_id=own))
    await a_week(week)
    await until(week, "2026-03-15 18:01")
    assert digests(week, GROUP4)


async def test_a_group_that_the_bot_left_is_told_nothing(week: Stage) -> None:
    await a_week(week)
    await week.joins_group(GROUP, present=False)
    await until(week, "2026-03-08 18:01")
    assert not digests(week)


async def test_one_group_that_is_spoilt_stops_no_other(week: Stage) -> None:
    await a_week(week)
    async with week.app.store.write() as store:
        bad = {"digest": {"day": "odd", "at": "18:00"}}
        await store.execute(update(Chat).where(Chat.external_id == GROUP).values(settings=bad))
    await until(week, "2026-03-08 18:01")
    assert not digests(week)
    assert digests(week, ALL)
    async with week.app.store.read() as store:
        again = await store.scalar(select(Chat.digest_at).where(Chat.external_id == GROUP))
    assert again is not None
    assert again > week.clock.now()


async def test_a_group_of_no_place_is_told_how_to_be_bound(week: Stage) -> None:
    async with week.app.store.write() as store:
        await store.execute(update(Chat).where(Chat.external_id == GROUP4).values(area_id=None))
    await week.feng.says("/digest", GROUP4)
    assert "/link" in week.last(GROUP4).text


async def test_who_manages_a_place_without_groups_is_told_so(week: Stage) -> None:
    async with week.app.store.write() as store:
        await store.execute(update(Chat).values(present=False))
    await week.feng.writes("/digest")
    assert "/link" in week.feng.last.text


async def test_long_lists_say_how_many_more(tmp_path: Path) -> None:
    async with governed(tmp_path, "[digest]\nmost = 2\n") as stage:
        for words in (LAMP, LIFT, "没水了", "垃圾没人收"):
            await stage.li.says(words)
        await until(stage, "2026-03-08 18:01")
        told = digests(stage)[0]
        assert "还有 2 件" in told.text
