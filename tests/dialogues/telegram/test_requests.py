"""From talk to a request on Telegram: the card, its one place, pictures, edits, reactions."""

from __future__ import annotations

from tests.dialogues.telegram.stage import TelegramStage

REPORT = "咱们楼电梯又坏了"


async def test_sure_a_card_in_reply(stage: TelegramStage) -> None:
    said = await stage.li.says(REPORT)
    card = stage.card(1)
    assert card.reply_to is said
    assert any("电梯" in bold for bold in card.bold), "number and what stand out"
    assert stage.group.said == [card], "the card is its only standing message"


async def test_talk_nothing_and_no_text_is_kept(stage: TelegramStage) -> None:
    await stage.zhao.says("晚上一起吃火锅去不去呀")
    assert not stage.group.said
    assert "火锅" not in await stage.kept_text()


async def test_unsure_one_question_to_the_sender_with_buttons(stage: TelegramStage) -> None:
    await stage.feng.says("/settings mode suggest")
    said = await stage.li.says(REPORT)
    question = stage.group.last
    assert question.reply_to is said
    assert question.buttons
    notice = await stage.zhao.presses(question, "要")
    assert "说话那位" in notice
    await stage.li.presses(question, "要")
    assert stage.card(1)


async def test_a_captain_can_say_this_is_a_request(stage: TelegramStage) -> None:
    said = await stage.li.says("唉这日子没法过了")
    await stage.zhou.says("/report@linli_test_bot", reply_to=said)
    (request,) = await stage.requests()
    assert request.words == "唉这日子没法过了"


async def test_the_sender_can_say_not_a_request(stage: TelegramStage) -> None:
    await stage.li.says(REPORT)
    await stage.li.presses(stage.card(1), "不是报事")
    (request,) = await stage.requests()
    assert request.ending == "cancelled"
    assert not stage.card(1).buttons


async def test_the_card_is_edited_in_place_as_things_move_never_reposted(
    stage: TelegramStage,
) -> None:
    await stage.li.says(REPORT)
    card = stage.card(1)
    await stage.zhao.presses(card, "我家也是")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    assert "王姨说办好了" in card.text
    assert len(card.edits) == 3
    assert stage.cards(1) == [card]


async def test_a_card_that_somebody_deleted_is_shown_anew(stage: TelegramStage) -> None:
    await stage.li.says(REPORT)
    card = stage.card(1)
    card.deleted = True
    await stage.wang.presses(stage.page(stage.wang), "我来")
    assert stage.card(1) is not card
    assert "王姨在办" in stage.card(1).text


async def test_an_album_is_one_request(stage: TelegramStage) -> None:
    """R7: one update for each picture, the words under the first."""
    group, person = stage.group, stage.li.person
    pictures = await stage.after(person.sends_album(group, 3, caption=REPORT))
    assert len(await stage.requests()) == 1
    assert stage.card(1).reply_to is pictures[0]
    shown = [each for each in stage.wang.heard if "photo" in each.body]
    assert len(shown) == 3, "who is asked sees all of them"


async def test_a_photo_without_words_after_the_report_belongs_to_it(stage: TelegramStage) -> None:
    """R7"""
    await stage.li.says(REPORT)
    await stage.li.sends_photo()
    assert len(await stage.requests()) == 1
    assert "detail" in await stage.events(1)


async def test_a_photo_with_a_caption_is_a_report(stage: TelegramStage) -> None:
    said = await stage.li.sends_photo("3栋2单元一楼楼道全是积水，没人管吗")
    assert stage.card(1).reply_to is said


async def test_voice_location_and_stickers_after_the_report_belong_to_it_or_are_talk(
    stage: TelegramStage,
) -> None:
    person, group = stage.li.person, stage.group
    await stage.li.says(REPORT)
    await stage.after(person.sends(group, "voice"))
    await stage.after(person.sends_location(group, 43.8366, 126.5494))
    await stage.after(person.sends(group, "sticker"))
    assert len(await stage.requests()) == 1
    assert stage.group.said == [stage.card(1)]


async def test_an_edit_changes_the_request_and_leaves_a_trace(stage: TelegramStage) -> None:
    """R11"""
    said = await stage.li.says(REPORT)
    await stage.li.edits(said, f"{REPORT}，卡在4楼")
    assert "卡在4楼" in stage.card(1).text
    assert len(await stage.requests()) == 1


async def test_an_edit_of_talk_is_never_answered(stage: TelegramStage) -> None:
    said = await stage.zhao.says("晚上一起吃火锅去不去呀")
    await stage.zhao.edits(said, "晚上一起吃烧烤去不去呀")
    assert not stage.group.said


async def test_the_me_too_button_joins_and_counts_by_household(stage: TelegramStage) -> None:
    await stage.li.says(REPORT)
    await stage.zhao.presses(stage.card(1), "我家也是")
    notice = await stage.zhao.presses(stage.card(1), "我家也是")
    assert "已经有您" in notice
    assert "2 户" in stage.card(1).text


async def test_a_reply_to_the_card_joins(stage: TelegramStage) -> None:
    await stage.li.says(REPORT)
    said = await stage.zhao.says("我家也是", reply_to=stage.card(1))
    assert "2 户" in stage.card(1).text
    assert said.reactions == ["✍"], "acknowledged quietly"


async def test_a_thumb_is_a_me_too_and_taking_it_away_takes_it_back(stage: TelegramStage) -> None:
    """R9"""
    await stage.li.says(REPORT)
    await stage.zhao.reacts(stage.card(1), "👍")
    assert "2 户" in stage.card(1).text
    await stage.zhao.reacts(stage.card(1), None)
    assert "2 户" not in stage.card(1).text


async def test_eyes_by_who_is_asked_take_it(stage: TelegramStage) -> None:
    """R9"""
    await stage.li.says(REPORT)
    await stage.wang.reacts(stage.card(1), "👀")
    assert "王姨在办" in stage.card(1).text


async def test_eyes_by_somebody_else_change_nothing(stage: TelegramStage) -> None:
    await stage.li.says(REPORT)
    before = stage.card(1).text
    await stage.zhao.reacts(stage.card(1), "👀")
    await stage.wang.reacts(stage.card(1), "👀", anonymous=True)
    assert stage.card(1).text == before


async def test_a_stale_button_changes_nothing_and_says_who_did_what(stage: TelegramStage) -> None:
    """R28"""
    await stage.li.says(REPORT)
    take = stage.card(1).button("我来").data
    await stage.wang.presses(stage.card(1), "我来")
    notice = await stage.zhou.presses_old(stage.card(1), take)
    assert "王姨" in notice
    assert "王姨在办" in stage.card(1).text


async def test_a_forged_button_changes_nothing(stage: TelegramStage) -> None:
    await stage.li.says(REPORT)
    before = stage.card(1).text
    assert await stage.zhao.presses_old(stage.card(1), "done:1")
    assert await stage.zhao.presses_old(stage.card(1), "nonsense:1:2:3")
    assert stage.card(1).text == before


async def test_two_at_once_one_wins_and_the_other_is_told(stage: TelegramStage) -> None:
    await stage.li.says(REPORT)
    first = await stage.wang.person.presses(stage.card(1), "我来")
    second = await stage.zhou.person.presses(stage.card(1), "我来")
    await stage.settles()
    assert first.answered
    assert "王姨" in second.answer
    assert "王姨在办" in stage.card(1).text


async def test_a_burst_ends_in_one_edited_card_within_the_limits(stage: TelegramStage) -> None:
    """R16: the fake would answer 429 to a second edit within a second."""
    await stage.li.says(REPORT)
    for actor in (stage.zhao, stage.sun, stage.zhou, stage.qian, stage.chen):
        await actor.person.presses(stage.card(1), "我家也是")
    await stage.settles()
    assert "6 户" in stage.card(1).text
    assert len(stage.card(1).edits) < 5, "several pictures are folded into the newest"


async def test_the_card_stays_the_same_message_over_a_restart(stage: TelegramStage) -> None:
    """R70"""
    await stage.li.says(REPORT)
    card = stage.card(1)
    await stage.restarts()
    await stage.wang.presses(stage.page(stage.wang), "我来")
    assert "王姨在办" in card.text
    assert stage.cards(1) == [card]


async def test_what_was_said_while_it_was_down_is_handled_once(stage: TelegramStage) -> None:
    """R70"""
    await stage.dies()
    await stage.li.person.says(stage.group, REPORT)
    await stage.restarts()
    assert stage.card(1)
    await stage.restarts()
    assert len(await stage.requests()) == 1


async def test_what_was_kept_before_it_died_is_not_asked_for_again_and_not_lost(
    stage: TelegramStage,
) -> None:
    """R70: confirmed to Telegram, but nobody had read it yet."""
    await stage.li.person.says(stage.group, REPORT)
    await stage.tg.until_read()
    await stage.restarts()
    assert stage.card(1)


async def test_done_asks_everybody_and_a_thumb_confirms(stage: TelegramStage) -> None:
    """R9"""
    await stage.li.says(REPORT)
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    await stage.li.reacts(stage.card(1), "👍")
    (request,) = await stage.requests()
    assert (request.state, request.ending) == ("closed", "solved")
