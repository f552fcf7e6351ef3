"""From talk to a request: the card, its one place, pictures, edits, me-too, questions."""

from __future__ import annotations

from datetime import timedelta

from handlers.chat.platform import Capabilities, Hears
from tests.harness import GROUP, Stage


async def test_a_report_in_plain_talk_becomes_a_card_in_reply(stage: Stage) -> None:
    said = await stage.li.says("咱们楼电梯又坏了")
    card = stage.card(1)
    assert "电梯" in card.title
    assert "3栋" in card.title
    assert card.reply_to == said
    assert stage.said(GROUP) == [card], "the card is its only standing message"


async def test_the_card_says_who_is_asked_and_until_when(stage: Stage) -> None:
    """R36"""
    await stage.li.says("咱们楼电梯又坏了")
    assert "王姨" in stage.card(1).text
    assert "前回应" in stage.card(1).text
    assert "前办好" in stage.card(1).text


async def test_talk_gets_no_answer_and_leaves_no_text(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.zhao.says("晚上一起吃火锅去不去呀")
    await stage.li.says("好呀好呀几点")
    assert len(stage.said(GROUP)) == 1
    assert "火锅" not in await stage.kept_text()


async def test_the_card_is_edited_in_place_and_never_reposted(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    card = stage.card(1)
    await stage.wang.presses(stage.page(stage.wang), "我来")
    assert "王姨在办" in card.text
    assert stage.said(GROUP) == [card]
    assert card.edits == 1


async def test_a_neighbour_s_me_too_button_counts_households(stage: Stage) -> None:
    """R3"""
    await stage.li.says("咱们楼电梯又坏了")
    await stage.zhao.presses(stage.card(1), "我家也是")
    assert "2 户" in stage.card(1).text


async def test_the_same_household_counts_once(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.zhao.presses(stage.card(1), "我家也是")
    toast = await stage.zhao.presses(stage.card(1), "我家也是")
    assert "已经有您" in toast
    assert "2 户" in stage.card(1).text


async def test_a_plus_one_in_reply_to_the_card_joins(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.zhao.says("我家也是", reply_to=stage.card(1))
    assert len(await stage.requests()) == 1
    assert "2 户" in stage.card(1).text


async def test_what_is_said_besides_in_reply_is_read_by_who_is_asked(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.zhao.sends_photo("我家也是，四楼的门关不上", reply_to=stage.card(1))
    assert "2 户" in stage.card(1).text
    assert "四楼的门关不上" in stage.page(stage.wang).text
    assert stage.wang.last.media


async def test_a_thumb_on_the_card_is_a_me_too(stage: Stage) -> None:
    """R9"""
    await stage.li.says("咱们楼电梯又坏了")
    await stage.zhao.reacts(stage.card(1), "👍")
    assert "2 户" in stage.card(1).text


async def test_an_album_is_one_request_with_all_its_pictures(stage: Stage) -> None:
    await stage.li.sends_photo("咱们楼电梯又坏了", album="a1", ref="p1")
    await stage.li.sends_photo("", album="a1", ref="p2")
    await stage.li.sends_photo("", album="a1", ref="p3")
    assert len(await stage.requests()) == 1
    assert {media.ref for each in stage.wang.heard for media in each.media} == {"p1", "p2", "p3"}
    assert len(stage.said(GROUP)) == 1


async def test_a_picture_and_then_the_words_of_the_same_sender_are_one_report(
    stage: Stage,
) -> None:
    await stage.li.sends_photo("", ref="p1")
    await stage.passes(minutes=1)
    await stage.li.says("咱们楼电梯又坏了")
    assert {media.ref for media in stage.page(stage.wang).media} == {"p1"}


async def test_an_album_is_asked_about_once_and_filed_whole(stage: Stage) -> None:
    await stage.feng.says("/settings mode suggest")
    await stage.li.sends_photo("咱们楼电梯又坏了", album="a1", ref="p1")
    await stage.li.sends_photo("", album="a1", ref="p2")
    assert len(stage.said(GROUP)) == 2, "the setting, and one question"
    await stage.li.presses(stage.last(), "要，请登记")
    assert {media.ref for media in stage.page(stage.wang).media} == {"p1", "p2"}


async def test_a_captain_says_of_a_neighbour_s_message_that_it_is_a_request(stage: Stage) -> None:
    """It names the lift, so whom it is sent to is no guess."""
    said = await stage.li.says("今天电梯里碰见你家娃了真可爱")
    assert not await stage.requests()
    await stage.wang.says("/report", reply_to=said)
    request = await stage.request(1)
    assert (request.words, request.category) == ("今天电梯里碰见你家娃了真可爱", "lift")
    assert "李娜" in stage.page(stage.zhou).text, "the neighbour reports, the captain filed it"
    assert "王姨代报" in stage.card(1).text


async def test_a_picture_before_the_words_of_its_album_belongs_too(stage: Stage) -> None:
    await stage.li.sends_photo("", album="a1", ref="p1")
    await stage.li.sends_photo("咱们楼电梯又坏了", album="a1", ref="p2")
    assert len(await stage.requests()) == 1
    assert {media.ref for media in stage.page(stage.wang).media} == {"p1", "p2"}


async def test_an_edit_of_the_report_changes_the_request_and_leaves_a_trace(
    stage: Stage,
) -> None:
    """R11"""
    said = await stage.li.says("咱们楼电梯又坏了")
    await stage.li.edits(said, "咱们楼电梯又坏了，卡在4楼")
    assert "卡在4楼" in stage.card(1).text
    assert len(await stage.requests()) == 1
    assert len(await stage.events(1)) == 2


async def test_taking_the_report_back_leaves_a_trace(stage: Stage) -> None:
    """R11"""
    said = await stage.li.says("咱们楼电梯又坏了")
    await stage.li.recalls(said)
    assert len(await stage.events(1)) >= 2
    assert "电梯又坏了" not in stage.card(1).text


async def test_the_first_message_counts_of_a_stranger_too(stage: Stage) -> None:
    """R7"""
    await stage.does(GROUP, "stranger", "message", text="3栋电梯又坏了", name="新邻居")
    assert stage.card(1)


async def test_one_message_handled_twice_opens_one_request(stage: Stage) -> None:
    """R12"""
    from handlers.chat.platform import RawUpdate

    body = {
        "kind": "message",
        "room": GROUP,
        "person": "li",
        "at": stage.clock.now().isoformat(),
        "message_id": "m99",
        "text": "咱们楼电梯又坏了",
    }
    for _ in range(2):
        await stage.app.inbox.receive("rooms", [RawUpdate("same", GROUP, body)])
        await stage.app.settle()
    assert len(await stage.requests()) == 1


async def test_an_emergency_says_what_to_do_and_asks_everybody_at_once(stage: Stage) -> None:
    await stage.li.says("着火了！！3栋2单元楼道全是烟")
    card = stage.card(1)
    assert "119" in card.text
    for actor in (stage.wang, stage.zhou, stage.wu):
        assert stage.page(actor)


async def test_a_reply_with_report_makes_a_line_of_talk_a_request(stage: Stage) -> None:
    said = await stage.li.says("唉这日子没法过了")
    await stage.zhou.says("/report", reply_to=said)
    request = await stage.request(1)
    assert request.words == "唉这日子没法过了"


async def test_the_sender_can_say_that_it_is_no_request(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.li.presses(stage.card(1), "不是报事")
    assert (await stage.request(1)).ending == "cancelled"


async def test_a_neighbour_cannot_cancel_it(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.zhao.presses(stage.card(1), "不是报事")
    assert (await stage.request(1)).state == "open"


async def test_in_suggest_mode_it_asks_before_it_opens(stage: Stage) -> None:
    await stage.feng.says("/settings mode suggest")
    await stage.li.says("咱们楼电梯又坏了")
    question = stage.last()
    assert not await stage.requests()
    await stage.li.presses(question, "要")
    assert stage.card(1)


async def test_only_the_sender_answers_the_question(stage: Stage) -> None:
    await stage.feng.says("/settings mode suggest")
    await stage.li.says("咱们楼电梯又坏了")
    toast = await stage.zhao.presses(stage.last(), "要")
    assert "说话那位" in toast
    assert not await stage.requests()


async def test_no_to_the_question_keeps_nothing(stage: Stage) -> None:
    await stage.feng.says("/settings mode suggest")
    await stage.li.says("咱们楼电梯又坏了")
    await stage.li.presses(stage.last(), "不用")
    assert not await stage.requests()
    assert "电梯又坏了" not in await stage.kept_text()


async def test_in_suggest_mode_an_emergency_is_not_asked_about(stage: Stage) -> None:
    await stage.feng.says("/settings mode suggest")
    await stage.li.says("着火了！！3栋2单元楼道全是烟")
    assert stage.card(1)


async def test_report_by_buttons_for_those_who_prefer_them(stage: Stage) -> None:
    await stage.li.says("/报事")
    await stage.li.presses(stage.last(), "电梯")
    await stage.li.says("2单元")
    await stage.li.says("按了没反应")
    await stage.li.presses(stage.last(), "登记")
    request = await stage.request(1)
    assert (request.category, request.words) == ("lift", "按了没反应")


async def test_a_captain_files_for_a_neighbour_and_first_sees_what_is_open(
    stage: Stage,
) -> None:
    """R5"""
    await stage.li.says("咱们楼电梯又坏了")
    await stage.wang.writes("/new 3栋2单元")
    assert any("#1" in each.text for each in stage.wang.heard)
    await stage.wang.presses(stage.wang.last, "用水")
    await stage.wang.writes("这里")
    await stage.wang.writes("402老张家水管漏了")
    await stage.wang.presses(stage.wang.last, "登记")
    request = await stage.request(2)
    assert request.category == "water"
    assert request.filed_by is not None
    assert "王姨代报" in stage.card(2).text


async def test_the_bot_answers_who_is_the_manager(stage: Stage) -> None:
    await stage.li.says("/report 咱们楼电梯又坏了")
    assert stage.card(1)


async def test_a_request_keeps_its_card_over_a_restart(stage: Stage) -> None:
    """R70"""
    await stage.li.says("咱们楼电梯又坏了")
    await stage.restarts()
    await stage.wang.presses(stage.page(stage.wang), "我来")
    assert "王姨在办" in stage.card(1).text
    assert len(stage.said(GROUP)) == 1


async def test_a_message_that_was_kept_is_handled_after_a_crash(stage: Stage) -> None:
    """R70"""
    await stage.rooms.act(GROUP, "li", "message", text="咱们楼电梯又坏了", name="李娜")
    await stage.restarts()
    assert stage.card(1)


async def test_a_poison_update_is_parked_and_stops_nobody(stage: Stage) -> None:
    await stage.rooms.act(GROUP, "li", "poison")
    await stage.rooms.act(GROUP, "li", "message", text="咱们楼电梯又坏了", name="李娜")
    await stage.app.settle()
    assert stage.card(1)


async def test_a_card_deleted_by_somebody_is_shown_anew(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    stage.rooms.messages.remove(stage.card(1))
    await stage.wang.presses(stage.page(stage.wang), "我来")
    assert "王姨在办" in stage.card(1).text


async def test_open_cards_are_shown_anew_in_a_migrated_group(stage: Stage) -> None:
    """R15"""
    await stage.li.says("咱们楼电梯又坏了")
    await stage.does(GROUP, "li", "moved", new_id="g3-new")
    assert "电梯" in stage.card(1, "g3-new").title


async def test_a_full_burst_ends_in_one_edited_card(tmp_path: object, stage: Stage) -> None:
    """R16: nothing is lost when the platform says "too many"; the newest picture is shown."""
    from handlers.chat.platform import PassingError

    await stage.li.says("咱们楼电梯又坏了")
    stage.rooms.faults = [PassingError("too many", timedelta(seconds=30)) for _ in range(3)]
    await stage.zhao.presses(stage.card(1), "我家也是")
    await stage.sun.presses(stage.card(1), "我家也是")
    await stage.passes(minutes=5)
    assert "3 户" in stage.card(1).text
    assert len(stage.said(GROUP)) == 1


def mentions_only() -> Capabilities:
    return Capabilities(hears=Hears.MENTIONS, deep_links=True)
