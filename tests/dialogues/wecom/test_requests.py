"""From a mention to a solved request in WeCom: what is said, what is quoted, what is pressed."""

from __future__ import annotations

import pytest

from tests.dialogues.wecom.stage import WeComStage

REPORT = "咱们楼电梯又坏了"


async def test_a_mention_is_a_report_and_the_card_answers_it(stage: WeComStage) -> None:
    await stage.li.says(REPORT)
    (card,) = stage.said
    assert "#1 电梯" in card.text
    assert card.answers, "it stands as the answer to the mention"
    assert "我来" in stage.page(stage.wang).buttons


async def test_a_report_by_its_command_is_the_same(stage: WeComStage) -> None:
    await stage.li.says("报事 楼道灯不亮")
    await stage.zhao.says("/report 水管漏了")
    assert [each.words for each in await stage.requests()] == ["楼道灯不亮", "水管漏了"]


async def test_a_group_that_is_asked_first_is_not_asked_by_who_names_the_bot(
    stage: WeComStage,
) -> None:
    await stage.feng.says("/settings mode suggest")
    await stage.li.says(REPORT)
    assert stage.card(1)


async def test_a_captain_reports_what_a_neighbour_said_by_quoting_it(stage: WeComStage) -> None:
    await stage.zhou.quotes("三楼水管爆了，水都流到楼下了")
    (request,) = await stage.requests()
    assert request.words == "三楼水管爆了，水都流到楼下了"


async def test_what_is_quoted_with_the_command_is_reported_as_it_stands(stage: WeComStage) -> None:
    await stage.zhou.quotes("唉这日子没法过了", "报事")
    (request,) = await stage.requests()
    assert request.words == "唉这日子没法过了"


@pytest.mark.parametrize("quoted", ["/link 4栋", "@邻里 /link 4栋", "link 4栋", "绑定 4栋"])
async def test_a_neighbours_command_is_not_run_by_who_quotes_it(
    stage: WeComStage, quoted: str
) -> None:
    before = (await stage.chat_of(stage.group)).area_id
    await stage.feng.quotes(quoted)
    assert (await stage.chat_of(stage.group)).area_id == before
    await stage.feng.quotes("4栋", "/link")
    assert (await stage.chat_of(stage.group)).area_id != before, "who says it themselves is heard"


async def test_a_report_that_a_neighbour_made_by_command_is_reported_by_quoting_it(
    stage: WeComStage,
) -> None:
    await stage.zhou.quotes("@邻里 /report 三楼水管爆了，水都流到楼下了")
    (request,) = await stage.requests()
    assert request.words == "三楼水管爆了，水都流到楼下了"


async def test_who_quotes_a_card_speaks_of_its_request(stage: WeComStage) -> None:
    await stage.li.says(REPORT)
    await stage.wang.quotes(stage.card(1).text, "修好了")
    await stage.passes(minutes=3)
    assert "王姨说办好了" in stage.card(1).text


async def test_after_a_restart_a_quote_of_a_card_speaks_of_its_request(stage: WeComStage) -> None:
    await stage.li.says(REPORT)
    card = stage.card(1).text
    await stage.restarts()
    await stage.wang.quotes(card, "修好了")
    await stage.passes(minutes=3)
    assert "王姨说办好了" in stage.card(1).text
    assert len(await stage.requests()) == 1


async def test_after_a_restart_a_captain_takes_it_by_quoting_the_report(stage: WeComStage) -> None:
    await stage.li.says(REPORT)
    await stage.restarts()
    await stage.wang.quotes(f"@邻里 {REPORT}", "我来")
    (request,) = await stage.requests()
    assert request.state == "taken"
    await stage.zhou.quotes(f"@邻里 {REPORT}", "报事")
    assert len(await stage.requests()) == 1
    assert "已经登记" in stage.said[-1].text


async def test_a_press_changes_the_card_in_its_place(stage: WeComStage) -> None:
    await stage.li.says(REPORT)
    card = stage.card(1)
    await stage.zhou.presses(card, "我来")
    assert "周叔在办" in card.text
    assert stage.cards(1) == [card]


async def test_what_happens_elsewhere_is_said_anew_and_shortly(stage: WeComStage) -> None:
    """A card changes within five seconds of a press on it only."""
    await stage.li.says(REPORT)
    await stage.wang.presses(stage.page(stage.wang), "我来")
    first, second = stage.cards(1)
    assert "王姨在办" in second.text
    assert REPORT in first.text
    assert REPORT not in second.text, "only what is new of it"


async def test_the_whole_way_ends_with_a_solved_request(stage: WeComStage) -> None:
    await stage.li.says(REPORT)
    await stage.zhao.says("我家也是")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    await stage.passes(minutes=3)
    await stage.li.presses(stage.page(stage.li), "解决了")
    await stage.zhao.presses(stage.page(stage.zhao), "解决了")
    await stage.passes(minutes=3)
    (request,) = await stage.requests()
    assert (request.state, request.ending) == ("closed", "solved")


async def test_an_old_button_is_refused_politely_in_words(stage: WeComStage) -> None:
    await stage.li.says(REPORT)
    card = stage.cards(1)[0]
    await stage.wang.presses(stage.page(stage.wang), "我来")
    before = len(stage.said)
    await stage.sun.presses(card, "不是报事")
    assert len(stage.said) == before + 1
    assert not stage.said[-1].buttons
    assert (await stage.requests())[0].ending is None


async def test_the_form_is_chosen_from_a_list(stage: WeComStage) -> None:
    """Eighteen kinds: more than a card has buttons."""
    await stage.li.says("报事")
    form = stage.said[-1]
    assert form.chosen_from
    await stage.li.presses(form, "电梯")
    assert "3栋" in form.text, "the next page stands in the same card"


@pytest.mark.parametrize("words", ["你好", "在吗", ""])
async def test_who_only_calls_is_told_how_it_works(stage: WeComStage, words: str) -> None:
    await stage.li.says(words)
    (answer,) = stage.said
    assert "@" in answer.text
    assert not await stage.requests()


async def test_thanks_are_answered_and_no_report(stage: WeComStage) -> None:
    await stage.li.says("谢谢")
    assert "客气" in stage.said[-1].text
    assert not await stage.requests()


async def test_what_may_be_a_report_is_asked_back(stage: WeComStage) -> None:
    await stage.li.says("晚上一起吃火锅去不去呀")
    question = stage.said[-1]
    assert "登记" in question.text
    await stage.li.presses(question, "要")
    assert len(await stage.requests()) == 1


async def test_help_needs_no_slash(stage: WeComStage) -> None:
    await stage.li.says("帮助")
    assert len(stage.said[-1].text) > 40


async def test_a_repeated_callback_opens_nothing_twice(stage: WeComStage) -> None:
    await stage.li.says(REPORT)
    body = {**stage.wecom.last_body}
    await stage.wecom.repeats(body)
    await stage.settles()
    assert len(await stage.requests()) == 1
    assert len(stage.cards(1)) == 1
