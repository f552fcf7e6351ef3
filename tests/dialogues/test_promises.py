"""Promises: a date in words is noted with a tap, shown, reminded of, kept, broken or moved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.app import App
from handlers.chat.platform import Capabilities
from storage.engine import Store
from storage.queries.promises import Kept, promises_by_role
from storage.tables import Area, Promise, Request
from tests.dialogues.policies import at, governed, local
from tests.fakes.reader import PlainReader
from tests.harness import Shown, Stage

LAMP = "楼道的灯坏了"
#: All times of these stories.
LONG_AGO, FAR_AHEAD = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
async def day(tmp_path: Path) -> AsyncGenerator[Stage]:
    """Monday, 2 March, 09:00."""
    async with governed(tmp_path) as made:
        yield made


async def ledger(stage: Stage) -> list[Promise]:
    async with stage.app.store.read() as store:
        kept = select(Promise).where(Promise.state != "dropped").order_by(Promise.id)
        return list((await store.scalars(kept)).all())


async def by_role(stage: Stage) -> list[Kept]:
    async with stage.app.store.read() as store:
        return await promises_by_role(store, "/", LONG_AGO, FAR_AHEAD)


async def taken(stage: Stage) -> Shown:
    """Li's lamp, which Wang has taken; Wang's page of it."""
    await stage.li.says(LAMP)
    await stage.wang.presses(stage.page(stage.wang), "take:1")
    return stage.page(stage.wang)


async def promised(stage: Stage, words: str = "周五前修好") -> None:
    """Wang promises it in a reply, and says with a tap that it is meant so."""
    page = await taken(stage)
    await stage.wang.writes(words, reply_to=page)
    await stage.wang.presses(stage.wang.last, "记下")


async def test_a_date_in_a_reply_is_noted_with_one_tap_and_stands_on_the_card(day: Stage) -> None:
    page = await taken(day)
    await day.wang.writes("周五前修好", reply_to=page)
    asked = day.wang.last
    assert "记作您的承诺" in asked.text
    assert "3月6日（周五）18:00 前办好" in asked.text
    assert "说好" not in day.card(1).text, "nothing is noted before the tap"
    await day.wang.presses(asked, "记下")
    assert "说好：3月6日（周五）18:00 前办好" in day.card(1).text
    assert "记下了" in asked.text
    [promise] = await ledger(day)
    assert (promise.state, promise.kind, promise.role) == ("open", "solve", "unit_captain")


async def test_a_no_leaves_nothing_behind(day: Stage) -> None:
    page = await taken(day)
    await day.wang.writes("明天下午来看看", reply_to=page)
    await day.wang.presses(day.wang.last, "不记")
    assert not await ledger(day)
    assert "说好" not in day.card(1).text


async def test_a_question_that_nobody_answers_is_forgotten_after_a_day(day: Stage) -> None:
    page = await taken(day)
    await day.wang.writes("周五前修好", reply_to=page)
    asked = day.wang.last
    await day.passes(days=1, minutes=1)
    assert not await ledger(day)
    toast = await day.wang.presses(asked, "记下")
    assert "说好" not in day.card(1).text
    assert toast


async def test_only_who_said_it_can_confirm_it(day: Stage) -> None:
    page = await taken(day)
    await day.wang.writes("周五前修好", reply_to=page)
    toast = await day.zhou.presses(day.wang.last, "记下")
    assert "说的人自己" in toast
    assert (await ledger(day))[0].state == "asked"


async def test_a_resident_who_names_a_day_is_not_asked(day: Stage) -> None:
    await taken(day)
    before = len(day.li.heard)
    await day.li.says("周五前修好就行", reply_to=day.card(1))
    assert len(day.li.heard) == before
    assert not await ledger(day)


async def test_words_without_a_date_are_not_asked_about(day: Stage) -> None:
    page = await taken(day)
    await day.wang.writes("马上就来", reply_to=page)
    await day.wang.writes("尽快修好", reply_to=page)
    assert not await ledger(day)


async def test_said_in_the_group_it_is_asked_in_private_and_the_group_hears_nothing_more(
    day: Stage,
) -> None:
    await taken(day)
    await day.wang.says("明天下午来修", reply_to=day.card(1))
    assert "记作您的承诺" in day.wang.last.text
    assert len(day.said()) == 1, "the card alone"
    await day.wang.presses(day.wang.last, "记下")
    assert "说好：3月3日（周二）18:00 前来" in day.card(1).text


async def test_a_bare_day_is_asked_what_for(day: Stage) -> None:
    page = await taken(day)
    await day.wang.writes("明天上午", reply_to=page)
    assert day.wang.last.labels == ["那时办好", "那时来", "不记"]
    await day.wang.presses(day.wang.last, "那时来")
    assert "说好：3月3日（周二）12:00 前来" in day.card(1).text


async def test_who_is_asked_and_promises_takes_it_and_the_button_says_so(day: Stage) -> None:
    await day.li.says(LAMP)
    await day.wang.writes("明天修好", reply_to=day.page(day.wang))
    assert "我来办" in day.wang.last.labels[0]
    await day.wang.presses(day.wang.last, "记下")
    assert (await day.request(1)).state == "taken"
    assert "王姨在办" in day.card(1).text
    assert "说好" in day.card(1).text


async def test_english_words_in_english(day: Stage) -> None:
    await day.wang.writes("/language en")
    page = await taken(day)
    await day.wang.writes("It will be fixed by Friday", reply_to=page)
    assert (await day.request(1)).state == "taken", "to be fixed is not fixed"
    assert "Note it as your promise" in day.wang.last.text
    assert "6 Mar" in day.wang.last.text
    await day.wang.presses(day.wang.last, "Yes")
    assert (await ledger(day))[0].due == at("2026-03-06 18:00")


async def test_what_is_done_is_no_promise(day: Stage) -> None:
    page = await taken(day)
    await day.wang.writes("周五修好了", reply_to=page)
    assert (await day.request(1)).state == "done"
    assert not await ledger(day)


async def test_the_clocks_of_the_request_are_untouched(day: Stage) -> None:
    await taken(day)
    before = await day.request(1)
    await day.wang.writes("/承诺 1 下周五")
    after = await day.request(1)
    for clock in ("answer_due", "climb_at", "solve_due", "progress_due", "due_at"):
        assert getattr(after, clock) == getattr(before, clock)


async def test_where_the_policy_says_so_nobody_is_asked_anew_before_the_promised_moment(
    tmp_path: Path,
) -> None:
    async with governed(tmp_path, '[promises]\nclocks = "progress"\n') as stage:
        await taken(stage)
        await stage.wang.writes("/承诺 1 周六")
        request = await stage.request(1)
        assert request.progress_due == at("2026-03-07 18:00")
        await stage.passes(days=4)
        assert (await stage.request(1)).state == "taken"


async def test_kept_when_it_is_solved_by_then_and_nobody_hears_more(day: Stage) -> None:
    await promised(day)
    await day.passes(days=2)
    await day.wang.writes("/done 1 换了灯泡")
    await day.li.presses(day.li.last, "解决了")
    said = len(day.li.heard)
    await day.passes(days=3)
    assert (await ledger(day))[0].state == "kept"
    assert len(day.li.heard) == said
    assert await by_role(day) == [Kept("unit_captain", 1, 0, 0, 0)]


async def test_its_maker_is_reminded_once_before_it_falls_due(day: Stage) -> None:
    await promised(day, "明天下午修好")
    before = len(day.wang.heard)
    await day.passes(days=1, hours=5, minutes=59)
    assert len(day.wang.heard) == before
    await day.passes(minutes=2)
    assert "快到了" in day.wang.last.text
    await day.passes(hours=2)
    assert len(day.wang.heard) == before + 1
    await day.wang.presses(day.wang.last, "办好了")
    assert (await day.request(1)).state == "done"


async def test_what_is_done_is_not_reminded_of(day: Stage) -> None:
    await promised(day, "明天下午修好")
    await day.wang.writes("/done 1 换了灯泡")
    before = len(day.wang.heard)
    await day.passes(days=1, hours=10)
    assert not [each for each in day.wang.heard[before:] if "快到了" in each.text]


async def test_a_morning_s_promise_is_reminded_of_in_the_evening_before(day: Stage) -> None:
    """Over midnight: nobody is woken for it."""
    await taken(day)
    await day.wang.writes("/承诺 1 明天 06:30")
    before = len(day.wang.heard)
    await day.passes(hours=12)
    assert len(day.wang.heard) == before
    await day.passes(hours=1)
    assert "快到了" in day.wang.last.text
    assert day.clock.now() <= at("2026-03-02 22:00")


async def test_a_broken_one_is_told_with_an_apology_and_the_next_step(day: Stage) -> None:
    await promised(day, "明天修好")
    await day.zhao.says("我家也是", reply_to=day.card(1))
    await day.passes(days=1, hours=10)
    assert (await ledger(day))[0].state == "broken"
    for neighbour in (day.li, day.zhao):
        told = neighbour.last.text
        assert "抱歉" in told
        assert "会请上一级来办" in told
    assert "没有做到，抱歉" in day.card(1).text
    assert "还没办好" in day.wang.last.text
    assert await by_role(day) == [Kept("unit_captain", 0, 1, 0, 0)]


async def test_no_name_stands_beside_a_broken_promise_in_the_group(day: Stage) -> None:
    """LAW.md, last part."""
    await promised(day, "明天修好")
    await day.passes(days=1, hours=10)
    line = next(each for each in day.card(1).text.splitlines() if "没有做到" in each)
    assert "王姨" not in line
    assert len(day.said()) == 1, "no word of its own in the group"


async def test_who_has_no_private_chat_is_named_in_one_quiet_line(tmp_path: Path) -> None:
    """R24: an edited card calls nobody."""
    async with governed(tmp_path, capabilities=Capabilities(private=False)) as stage:
        await stage.li.says(LAMP)
        await stage.wang.says("/take 1")
        await stage.wang.says("明天修好", reply_to=stage.card(1))
        await stage.wang.presses(stage.last(), "记下")
        await stage.passes(days=1, hours=10)
        line = stage.last().text
        assert "抱歉" in line
        assert "@li" in line
        assert "没有做到" in stage.card(1).text


async def test_done_in_time_and_not_solved_after_all_is_broken(day: Stage) -> None:
    await promised(day, "明天修好")
    await day.wang.writes("/done 1 换了灯泡")
    await day.li.presses(day.li.last, "没解决")
    await day.passes(days=1, hours=10)
    assert (await ledger(day))[0].state == "broken"


async def test_done_a_minute_late_is_broken_and_nobody_is_told(day: Stage) -> None:
    await promised(day, "明天修好")
    day.clock.set(at("2026-03-03 18:01"))
    await day.wang.writes("/done 1 换了灯泡")
    await day.li.presses(day.li.last, "解决了")
    said = len(day.li.heard)
    await day.passes(hours=1)
    assert (await ledger(day))[0].state == "broken"
    assert len(day.li.heard) == said


async def test_a_mistake_or_another_s_matter_counts_neither_way(day: Stage) -> None:
    await promised(day, "明天修好")
    await day.feng.writes("/close 1 搬家了不需要")
    await day.passes(days=2)
    assert (await ledger(day))[0].state == "void"
    assert await by_role(day) == []


async def test_of_what_was_no_request_no_promise_counts_broken_or_not(day: Stage) -> None:
    await promised(day)
    await day.passes(days=6)
    assert [each.broken for each in await by_role(day)] == [1]
    await day.feng.writes("/cancel 1 not_request")
    assert await by_role(day) == []


async def test_a_visit_is_kept_by_who_was_there(day: Stage) -> None:
    await promised(day, "明天下午来看")
    await day.passes(days=1, hours=6, minutes=1)
    await day.wang.presses(day.wang.last, "我来过了")
    assert (await ledger(day))[0].state == "kept"
    assert (await day.request(1)).state == "taken", "looked at is not solved"
    assert "说好" not in day.card(1).text


async def test_a_visit_is_kept_when_it_was_told_of(day: Stage) -> None:
    await promised(day, "明天下午来看")
    await day.passes(days=1, hours=5)
    await day.wang.writes("看过了，线路老化", reply_to=day.page(day.wang))
    await day.passes(hours=6)
    assert (await ledger(day))[0].state == "kept"


async def test_it_is_moved_with_a_reason_and_those_who_wait_are_told(day: Stage) -> None:
    await promised(day)
    await day.wang.writes("/承诺 1 下周一 等配件")
    assert "3月9日（周一）18:00" in day.li.last.text
    assert "等配件" in day.li.last.text
    assert "3月9日（周一）" in day.card(1).text
    [promise] = await ledger(day)
    assert (promise.moves, local(promise.first_due), local(promise.due)) == (
        1,
        "03-06 18:00",
        "03-09 18:00",
    )
    await day.passes(days=5)
    assert (await ledger(day))[0].state == "open", "the former day counts no more"
    assert await by_role(day) == [Kept("unit_captain", 0, 0, 1, 1)]


async def test_without_a_reason_it_is_asked_for(day: Stage) -> None:
    await promised(day)
    await day.wang.writes("/承诺 1 下周一")
    assert "为什么" in day.wang.last.text
    assert "3月6日" in day.card(1).text, "not moved yet"
    asked = day.wang.last
    await day.wang.presses(asked, "等配件")
    assert "记下了" in asked.text, "the answer stands in its place"
    assert "3月9日" in day.card(1).text
    assert "等配件" in day.li.last.text


async def test_a_reason_in_words_does_as_well(day: Stage) -> None:
    await promised(day)
    await day.wang.writes("/承诺 1 下周一")
    await day.wang.writes("家里老人住院了")
    assert "家里老人住院了" in day.li.last.text
    assert len(await ledger(day)) == 1


async def test_moved_by_buttons_from_the_reminder(day: Stage) -> None:
    await promised(day, "明天下午修好")
    await day.passes(days=1, hours=6, minutes=1)
    await day.wang.presses(day.wang.last, "改个日子")
    await day.wang.presses(day.wang.last, "5日")
    await day.wang.presses(day.wang.last, "等厂家")
    [promise] = await ledger(day)
    assert (promise.state, local(promise.due)) == ("open", "03-05 18:00")
    assert promise.reason_code == "supplier"


async def test_a_new_date_in_a_reply_moves_the_one_that_stands(day: Stage) -> None:
    await promised(day)
    await day.wang.writes("家里有事，改到周六来修", reply_to=day.page(day.wang))
    asked = day.wang.last
    assert "把您的承诺改成" in asked.text
    await day.wang.presses(asked, "记下")
    [promise] = await ledger(day)
    assert (local(promise.due), promise.moves) == ("03-07 18:00", 1)
    assert "家里有事" in day.li.last.text


async def test_after_a_broken_one_a_new_one_is_given(day: Stage) -> None:
    await promised(day, "明天修好")
    await day.passes(days=1, hours=10)
    await day.wang.presses(day.wang.last, "改个日子")
    await day.wang.writes("周五下午")
    states = [(each.state, local(each.due)) for each in await ledger(day)]
    assert states == [("broken", "03-03 18:00"), ("open", "03-06 18:00")]
    assert "说好：3月6日" in day.card(1).text


async def test_a_lawful_pause_takes_the_promise_with_it(day: Stage) -> None:
    """R41: its reason and its day were told."""
    await promised(day, "明天修好")
    await day.wang.writes("/wait 1 等配件 周五")
    assert "说好" not in day.card(1).text, "one day is shown, not two"
    await day.passes(days=2)
    [promise] = await ledger(day)
    assert (promise.state, promise.moves, local(promise.due)) == ("open", 1, "03-06 18:00")


async def test_a_slip_of_the_finger_is_taken_back_for_a_while(day: Stage) -> None:
    await promised(day)
    await day.wang.presses(day.wang.last, "记错了")
    assert not await ledger(day)
    assert "说好" not in day.card(1).text
    await day.wang.writes("/承诺 1 周五")
    noted = day.wang.last
    await day.passes(minutes=31)
    toast = await day.wang.presses(noted, "记错了")
    assert "撤不回来" in toast
    assert (await ledger(day))[0].state == "open"


async def test_a_second_question_is_a_message_of_its_own(day: Stage) -> None:
    page = await taken(day)
    await day.wang.writes("周五前修好", reply_to=page)
    first = day.wang.last
    await day.wang.presses(first, "不记")
    await day.wang.writes("周六前修好", reply_to=page)
    assert day.wang.last.id != first.id
    toast = await day.wang.presses_data(day.wang.last, "pro:yes:1")
    assert "3月6日" not in day.card(1).text
    assert toast


async def test_the_button_of_an_older_question_says_no_other_day(day: Stage) -> None:
    """R28"""
    page = await taken(day)
    await day.wang.writes("周五前修好", reply_to=page)
    older = day.wang.last
    await day.wang.writes("周六前修好", reply_to=page)
    await day.wang.presses(older, "记下")
    assert "说好" not in day.card(1).text
    await day.wang.presses(day.wang.last, "记下")
    assert "3月7日" in day.card(1).text


async def test_it_goes_with_what_was_merged(day: Stage) -> None:
    await promised(day, "明天修好")
    await day.sun.says("一单元的灯也坏了")
    await day.feng.writes("/merge 1 2")
    assert "说好" in day.card(2).text
    await day.zhou.writes("/done 2 换了灯泡")
    await day.passes(days=1, hours=10)
    assert (await ledger(day))[0].state == "kept"


async def test_over_a_weekend_without_anybody_looking(day: Stage) -> None:
    """The program is down from Friday to Monday: told once, then, and not in the night."""
    await promised(day, "周日修好")
    await day.passes(days=4)
    said = len(day.li.heard)
    await day.sleeps(days=3)
    assert (await ledger(day))[0].state == "broken"
    assert len(day.li.heard) == said + 1
    await day.restarts()
    await day.app.ticks.tick()
    await day.app.settle()
    assert len(day.li.heard) == said + 1


async def test_broken_at_night_is_told_in_the_morning(day: Stage) -> None:
    """R37"""
    await promised(day, "今晚修好")
    await day.passes(hours=14)
    assert not [each for each in day.li.heard if "抱歉" in each.text]
    await day.passes(hours=9)
    assert [each for each in day.li.heard if "抱歉" in each.text]


async def test_two_processes_that_look_at_once_tell_it_once(day: Stage) -> None:
    await promised(day, "明天修好")
    store = Store(day.app.settings.database_url)
    second = App(day.app.settings, store, [day.rooms], clock=day.clock, reader=PlainReader())
    day.clock.set(at("2026-03-03 18:00"))
    await asyncio.gather(*(app.ticks.tick() for app in (day.app, second) * 2))
    await day.app.settle()
    assert len([each for each in day.li.heard if "抱歉" in each.text]) == 1
    await second.crew.close()
    await store.close()


async def test_a_restart_between_the_question_and_the_tap_changes_nothing(day: Stage) -> None:
    page = await taken(day)
    await day.wang.writes("周五前修好", reply_to=page)
    await day.restarts()
    await day.wang.presses(day.wang.last, "记下")
    assert (await ledger(day))[0].state == "open"


async def test_one_s_own_promises_are_listed_and_nobody_else_s(day: Stage) -> None:
    await promised(day)
    await day.wang.writes("/承诺")
    assert "#1" in day.wang.last.text
    await day.zhou.writes("/承诺")
    assert "#1" not in day.zhou.last.text


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "由负责的人来承诺"), ("en", "in charge promise")]
)
async def test_a_resident_is_told_who_promises_and_not_how(
    day: Stage, language: str, said: str
) -> None:
    await taken(day)
    await day.li.writes(f"/language {language}")
    await day.wang.writes(f"/language {language}")
    await day.li.writes("/promise")
    assert said in day.li.last.text
    assert "/promise" not in day.li.last.text
    await day.wang.writes("/promise")
    assert "/promise 12" in day.wang.last.text, "who may is told how"


async def test_wrong_dates_are_told_what_to_write(day: Stage) -> None:
    await taken(day)
    await day.wang.writes("/承诺 1 改天")
    assert "/promise 1 周五" in day.wang.last.text
    await day.li.writes("/承诺 1 周五")
    assert not await ledger(day)


async def test_where_the_clocks_change_it_falls_due_by_the_clock_on_the_wall(
    tmp_path: Path,
) -> None:
    """Berlin, 28 March 2026: in the night the clocks go forward."""
    start = datetime(2026, 3, 28, 9, 0, tzinfo=UTC)
    async with governed(tmp_path, start=start) as stage:
        await in_berlin(stage)
        await taken(stage)
        await stage.wang.writes("/承诺 1 明天下午")
        assert (await ledger(stage))[0].due == datetime(2026, 3, 29, 16, 0, tzinfo=UTC)
        await stage.wang.writes("/承诺 1 24小时内 等配件")
        assert (await ledger(stage))[0].due == start + timedelta(hours=24)


async def in_berlin(stage: Stage) -> None:
    async with stage.app.store.write() as store:
        await store.execute(update(Area).values(timezone="Europe/Berlin"))
    await stage.restarts()
    stage.app.store.remembered.forget()


async def test_one_that_is_spoilt_stops_no_other(day: Stage) -> None:
    await promised(day, "明天修好")
    await day.sun.says("一单元的灯也坏了")
    await day.zhou.writes("/take 2")
    await day.zhou.writes("/承诺 2 明天")
    async with day.app.store.write() as store:
        spoilt = update(Request).where(Request.number == 1).values(state="odd", due_at=None)
        await store.execute(spoilt)
    await day.passes(days=1, hours=10)
    first, second = await ledger(day)
    assert first.state == "open"
    assert first.next_at is not None
    assert first.next_at > day.clock.now(), "it is looked at again"
    assert second.state == "broken"


async def test_what_ended_meanwhile_needs_no_promise(day: Stage) -> None:
    page = await taken(day)
    await day.wang.writes("周五前修好", reply_to=page)
    asked = day.wang.last
    await day.wang.writes("/done 1 换了灯泡")
    toast = await day.wang.presses(asked, "记下")
    assert "已经办完" in toast


async def test_the_command_asks_for_what_it_misses(day: Stage) -> None:
    await taken(day)
    await day.wang.writes("/承诺 1")
    assert "哪天" in day.wang.last.text
    await day.wang.writes("/承诺 1 2030年1月1日")
    assert "一年内" in day.wang.last.text
    await day.wang.writes("/承诺 abc")
    assert not await ledger(day)
    await day.wang.writes("/承诺 1 周五")
    await day.wang.writes("/承诺 1")
    await day.wang.writes("改天吧")
    assert "请写日子" in day.wang.last.text
    await day.wang.writes("周六上午")
    await day.wang.presses(day.wang.last, "约好时间")
    assert local((await ledger(day))[0].due) == "03-07 12:00"


async def test_buttons_of_what_is_over_change_nothing(day: Stage) -> None:
    """R28"""
    await promised(day)
    noted = day.wang.last
    for data in ("pro:yes:1", "pro:no:1", "pro:came:1", "pro:why:1:parts", "pro:yes:99"):
        assert await day.wang.presses_data(noted, data)
    [promise] = await ledger(day)
    assert (promise.state, promise.moves) == ("open", 0)
    await day.wang.presses(noted, "记错了")
    for data in ("pro:back:1", "pro:move:1", "pro:day:1:2"):
        assert await day.wang.presses_data(noted, data)
    assert not await ledger(day)


async def test_in_the_group_a_command_gets_a_quiet_mark(day: Stage) -> None:
    await taken(day)
    await day.wang.says("/承诺 1 周五")
    assert len(day.said()) == 1
    assert "说好" in day.card(1).text


async def test_who_is_there_in_the_mornings_is_reminded_in_the_morning(day: Stage) -> None:
    """R37: their own hours."""
    await day.wang.writes("/hours duty 09:00-12:00")
    await promised(day, "后天下午修好")
    before = len(day.wang.heard)
    await day.passes(days=2, hours=2, minutes=59)
    assert [each for each in day.wang.heard[before:] if "快到了" in each.text]


async def test_where_the_policy_asks_nothing_a_date_is_only_said(tmp_path: Path) -> None:
    async with governed(tmp_path, "[promises]\nask = false\n") as stage:
        page = await taken(stage)
        before = len(stage.wang.heard)
        await stage.wang.writes("周五前修好", reply_to=page)
        assert "记作" not in "".join(each.text for each in stage.wang.heard[before:])


async def test_a_line_in_the_group_that_is_no_reply_is_heard_too(stage: Stage) -> None:
    """By the shipped reader: it knows which request is meant."""
    await stage.li.says("咱们楼电梯又坏了")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.says("电梯明天下午来修")
    assert "记作您的承诺" in stage.wang.last.text
