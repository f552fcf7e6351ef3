"""Forms: an old button changes nothing, a form swallows no talk, and there is always a way out."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from storage.tables import Draft, Reminder
from tests.harness import ALL, GROUP, GROUP4, Stage


async def open_forms(stage: Stage) -> list[Draft]:
    async with stage.app.store.read() as store:
        return list((await store.scalars(select(Draft))).all())


async def reminders(stage: Stage) -> list[Reminder]:
    async with stage.app.store.read() as store:
        return list((await store.scalars(select(Reminder))).all())


async def test_the_preview_of_an_older_announcement_does_not_send_the_newer_one(
    stage: Stage,
) -> None:
    await stage.feng.writes("/announce 3栋 今晚停水")
    older = stage.feng.last
    await stage.feng.writes("/announce 4栋 明天停电")
    newer = stage.feng.last
    for label in ("发送", "不发了"):
        assert "过时" in await stage.feng.presses(older, label)
    assert not stage.said(GROUP)
    assert not stage.said(GROUP4)
    await stage.feng.presses(newer, "发送")
    assert stage.last(GROUP4).text == "明天停电"
    assert not stage.said(GROUP)


async def test_the_preview_of_an_older_reminder_does_not_save_the_newer_one(stage: Stage) -> None:
    await stage.feng.writes("/remind 每周五 9:00 3栋 今晚可回收物投放")
    older = stage.feng.last
    await stage.feng.writes("/remind 每周六 9:00 3栋 打扫楼道")
    newer = stage.feng.last
    assert older.id != newer.id, "two previews within a second are two messages"
    for label in ("保存", "不要了"):
        assert "过时" in await stage.feng.presses(older, label)
    assert not await reminders(stage)
    await stage.feng.presses(newer, "保存")
    assert [each.text for each in await reminders(stage)] == ["打扫楼道"]


async def test_a_time_of_an_older_reminder_is_not_set_on_the_newer_one(stage: Stage) -> None:
    await stage.feng.writes("/remind")
    await stage.feng.presses(stage.feng.last, "新建提醒")
    places = stage.feng.last
    await stage.feng.writes("3栋")
    times = stage.feng.last
    await stage.feng.writes("/remind 每周六 9:00 3栋 打扫楼道")
    preview = stage.feng.last
    for shown, label in ((places, "和平里"), (times, "每周五 9:00"), (times, "算了")):
        assert "过时" in await stage.feng.presses(shown, label)
    await stage.feng.presses(preview, "保存")
    assert [each.text for each in await reminders(stage)] == ["打扫楼道"]


async def test_the_buttons_of_an_older_report_do_nothing_to_the_newer_one(stage: Stage) -> None:
    await stage.li.says("/报事")
    category = stage.last()
    await stage.li.presses(category, "电梯")
    place = stage.rooms.message(category.id)
    await stage.li.says("2单元")
    await stage.li.says("按了没反应")
    older = stage.last()
    await stage.li.says("/报事")
    newer = stage.last()
    for shown, label in ((older, "登记"), (older, "不要了"), (place, "就是")):
        assert "过时" in await stage.li.presses(shown, label)
    assert not await stage.requests()
    await stage.li.presses(newer, "用水")
    assert [each.step for each in await open_forms(stage)] == ["place"]


async def test_a_place_of_an_older_question_is_not_put_into_the_newer_command(
    stage: Stage,
) -> None:
    await stage.feng.writes("/announce")
    older = stage.feng.last
    await stage.feng.writes("/announce")
    assert "过时" in await stage.feng.presses(older, "和平里小区")
    assert [each.step for each in await open_forms(stage)] == ["place"]


async def test_an_old_question_whether_it_is_a_request_does_not_open_the_newer_one(
    stage: Stage,
) -> None:
    await stage.feng.says("/settings mode suggest")
    await stage.li.says("咱们楼电梯又坏了")
    older = stage.last()
    await stage.li.says("3栋2单元501厨房水管漏水了")
    assert "过时" in await stage.li.presses(older, "要")
    assert not await stage.requests()


@pytest.mark.parametrize("begun", [(), ("电梯",), ("电梯", "2单元")])
async def test_an_emergency_goes_past_any_step_of_a_form(
    stage: Stage, begun: tuple[str, ...]
) -> None:
    await stage.li.says("/报事")
    for answer in begun:
        await stage.li.says(answer)
    await stage.li.says("着火了！！3栋2单元楼道全是烟")
    assert (await stage.request(1)).urgency == "emergency"


async def test_an_emergency_goes_past_a_form_in_private_too(stage: Stage) -> None:
    await stage.li.writes("/home 3-2-501")
    await stage.li.writes("/report")
    await stage.li.writes("着火了！！3栋2单元楼道全是烟")
    assert (await stage.request(1)).urgency == "emergency"


@pytest.mark.parametrize("begun", [(), ("电梯",)])
async def test_a_form_in_the_group_swallows_no_other_report(
    stage: Stage, begun: tuple[str, ...]
) -> None:
    await stage.li.says("/报事")
    for answer in begun:
        await stage.li.says(answer)
    await stage.li.says("3栋2单元501厨房水管漏水了")
    assert (await stage.request(1)).category == "water"


async def test_a_reply_to_a_neighbour_is_no_answer_to_a_form(stage: Stage) -> None:
    await stage.li.says("/报事")
    said = await stage.zhao.says("晚上一起吃饭？")
    before = len(stage.said())
    await stage.li.says("好的，电梯口见", reply_to=said)
    assert len(stage.said()) == before
    assert [each.step for each in await open_forms(stage)] == ["category"]


async def test_what_tells_of_the_trouble_is_the_form_s_answer_when_it_asks_for_it(
    stage: Stage,
) -> None:
    await stage.li.says("/报事")
    await stage.li.says("电梯")
    await stage.li.says("2单元")
    await stage.li.says("咱们楼电梯又坏了")
    assert not await stage.requests()
    await stage.li.says("对")
    assert [each.words for each in await stage.requests()] == ["咱们楼电梯又坏了"]


async def test_an_unknown_command_is_no_answer(stage: Stage) -> None:
    await stage.feng.writes("/remind 每周五 9:00")
    await stage.feng.writes("/foo")
    assert [each.step for each in await open_forms(stage)] == ["text"]


@pytest.mark.parametrize("word", ["算了", "不要了。", "取消", "Never mind", "cancel"])
@pytest.mark.parametrize("begun", [(), ("电梯",), ("电梯", "2单元"), ("电梯", "2单元", "没反应")])
async def test_a_word_drops_a_form_at_any_step(
    stage: Stage, begun: tuple[str, ...], word: str
) -> None:
    await stage.li.says("/报事")
    for answer in begun:
        await stage.li.says(answer)
    await stage.li.says(word)
    assert "取消了" in stage.last().text
    assert not await open_forms(stage)
    assert not await stage.requests()


@pytest.mark.parametrize("begun", [(), ("电梯",), ("电梯", "2单元")])
async def test_a_button_drops_a_report_at_any_step(stage: Stage, begun: tuple[str, ...]) -> None:
    await stage.li.says("/报事")
    for answer in begun:
        await stage.li.says(answer)
    await stage.li.presses(stage.last(), "算了")
    assert not await open_forms(stage)


async def test_a_question_about_a_request_can_be_dropped(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.wang.writes("/wait 1")
    await stage.wang.presses(stage.wang.last, "算了")
    assert not await open_forms(stage)
    assert (await stage.request(1)).state == "open"


async def test_without_a_form_such_a_word_is_talk(stage: Stage) -> None:
    await stage.li.says("算了")
    assert not stage.said()


@pytest.mark.parametrize(("word", "saved"), [("好", 1), ("ok", 1), ("不对", 0), ("No", 0)])
async def test_a_reminder_is_confirmed_in_words(stage: Stage, word: str, saved: int) -> None:
    await stage.feng.writes("/remind 每周五 9:00 3栋 今晚可回收物投放")
    await stage.feng.writes(word)
    assert len(await reminders(stage)) == saved
    assert not await open_forms(stage)


async def test_an_announcement_is_confirmed_in_words_said_to_the_bot(stage: Stage) -> None:
    await stage.feng.says("/announce 4栋 今晚停水")
    preview = stage.last()
    await stage.feng.says("好")
    assert not stage.said(GROUP4)
    await stage.feng.says("好", reply_to=preview)
    assert stage.last(GROUP4).text == "今晚停水"
    assert not stage.said(ALL)


async def test_whether_it_is_a_request_is_answered_in_words_said_to_the_bot(stage: Stage) -> None:
    await stage.feng.says("/settings mode suggest")
    await stage.li.says("咱们楼电梯又坏了")
    asked = stage.last()
    await stage.zhao.says("晚上一起打牌吗")
    await stage.li.says("对")
    assert not await stage.requests()
    await stage.li.says("对", reply_to=asked)
    assert (await stage.request(1)).category == "lift"


async def test_the_question_where_it_is_can_be_dropped(stage: Stage) -> None:
    await stage.feng.says("/settings mode suggest", ALL)
    await stage.li.says("99栋9单元电梯坏了", ALL)
    await stage.li.presses(stage.last(ALL), "算了")
    assert not await open_forms(stage)


async def test_a_picture_without_words_gives_up_no_form_and_confirms_none(stage: Stage) -> None:
    await stage.li.writes("/report")
    await stage.li.presses(stage.li.last, "电梯")
    await stage.li.writes("3栋2单元")
    await stage.li.sends_photo("", stage.li.private)
    assert "这样登记，对吗" in stage.li.last.text
    await stage.li.sends_photo("", stage.li.private, ref="p2")
    assert not await stage.requests()
    await stage.li.presses(
        next(each for each in stage.li.heard if "这样登记" in each.text), "对，登记"
    )
    assert len(await stage.requests()) == 1


async def done_and_not_solved(stage: Stage) -> None:
    """A request of Li Na's about the lift; she says in private that it is not solved."""
    await stage.li.writes("电梯又坏了")
    await stage.wang.writes("/take 1")
    await stage.wang.writes("/done 1 修好了")
    await stage.li.writes("/没解决 1")
    assert "没解决" in stage.li.last.text


async def test_a_new_matter_is_not_taken_for_what_is_not_solved(stage: Stage) -> None:
    await done_and_not_solved(stage)
    await stage.li.writes("厨房漏水了")
    await stage.li.presses(stage.li.last, "另一件事")
    assert [each.category for each in await stage.requests()] == ["lift", "water"]
    await stage.li.writes("门还是关不上")
    assert "记下了" in stage.li.last.text
    assert len(await stage.requests()) == 2


async def test_what_sounds_like_a_new_matter_may_be_the_answer(stage: Stage) -> None:
    await done_and_not_solved(stage)
    await stage.li.writes("厨房漏水了")
    await stage.li.presses(stage.li.last, "说的是 #1")
    assert len(await stage.requests()) == 1
    assert not await open_forms(stage)


async def test_words_at_the_question_of_the_category_are_the_matter(stage: Stage) -> None:
    await stage.li.writes("/report")
    await stage.li.writes("4栋1单元楼道的灯不亮了")
    assert "这样登记" in stage.li.last.text
    assert "4栋1单元" in stage.li.last.text
    await stage.li.presses(stage.li.last, "登记")
    assert [each.words for each in await stage.requests()] == ["4栋1单元楼道的灯不亮了"]


async def test_the_matter_in_words_is_then_asked_where(stage: Stage) -> None:
    await stage.wu.writes("/report")
    await stage.wu.writes("楼道的灯不亮了")
    await stage.wu.writes("3栋2单元")
    assert "楼道的灯不亮了" in stage.wu.last.text
    await stage.wu.writes("对")
    assert [each.category for each in await stage.requests()] == ["electricity"]


async def test_in_the_group_words_said_to_the_bot_are_the_matter(stage: Stage) -> None:
    await stage.li.says("/报事")
    asked = stage.last()
    await stage.li.says("晚上吃什么")
    assert stage.last().id == asked.id
    await stage.li.says("2单元门口的灯闪得厉害", reply_to=asked)
    assert "这样登记" in stage.last().text
