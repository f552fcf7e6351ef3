"""Small promises that a reading of whole conversations showed to be broken once."""

from __future__ import annotations

import pytest

from handlers.chat.platform import ChatFacts
from tests.harness import GROUP, Stage


async def test_the_card_says_who_said_that_it_is_done(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.zhao.presses(stage.card(1), "我家也是")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.li.says("/done 1 自己修好了")
    assert "李娜说办好了：自己修好了" in stage.card(1).text
    assert "李娜说办好了" in stage.zhao.last.whole
    await stage.li.says("/solved 1")
    assert "王姨说" not in stage.card(1).text


async def test_a_reminder_takes_a_cron_expression_as_it_is_typed(stage: Stage) -> None:
    await stage.feng.writes("/remind 0 9 * * 5 3栋 测试")
    assert "cron 0 9 * * 5" in stage.feng.last.text
    assert "“测试”" in stage.feng.last.text
    await stage.feng.presses(stage.feng.last, "对，保存")
    await stage.passes(days=5)
    assert "测试" in stage.last(GROUP).text


async def test_an_unknown_time_is_told_with_all_forms(stage: Stage) -> None:
    await stage.feng.writes("/remind 某时 3栋 测试")
    assert "0 9 * * 5" in stage.feng.last.text


async def test_a_report_in_private_gets_its_card_in_the_language_of_its_person(
    stage: Stage,
) -> None:
    await stage.li.writes("/language en")
    await stage.li.writes("咱们楼电梯又坏了")
    card = stage.card(1, stage.li.private)
    assert "Asked to answer by" in card.text
    await stage.wang.presses(stage.page(stage.wang), "我来")
    assert "王姨 is on it" in card.text
    assert "王姨在办" in stage.page(stage.wang).whole or "归您办" in stage.page(stage.wang).whole


async def test_the_history_says_who_was_asked(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.wang.presses(stage.page(stage.wang), "转给别人")
    await stage.wang.presses(stage.wang.last, "往上一级")
    await stage.wang.writes("/history 1")
    lines = stage.wang.last.text.splitlines()
    assert "→ 王姨（单元长）" in lines[0]
    assert "→ 周叔（楼长）" in lines[-1]


async def test_audit_lines_and_undo_buttons_say_what_was_done_to_what(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.feng.writes("/recategorise 1 water")
    await stage.feng.writes("/staff add 孙姐 单元长 3栋1单元")
    await stage.feng.writes("/settings language zh")
    await stage.feng.writes("/undo")
    labels = " ".join(stage.feng.last.labels)
    assert "改类别 #1" in labels
    assert "添加人员 孙姐 单元长" in labels
    assert "1单元" in labels
    await stage.feng.writes("/audit")
    assert "改类别 #1" in stage.feng.last.text
    assert "添加人员 孙姐 单元长" in stage.feng.last.text


async def test_a_reason_is_said_once(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.wang.writes("/wait 1 等配件 周五")
    assert "暂等：等配件 周五。" in stage.card(1).text
    await stage.wang.writes("/done 1 办好了，换了灯泡")
    assert "王姨说办好了：换了灯泡。" in stage.card(1).text
    await stage.li.says("/unsolved 1 还是不行")
    await stage.wang.writes("/done 1 办好了")
    assert "王姨说办好了。" in stage.card(1).text


async def test_a_cancelled_request_does_not_say_so_twice(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.li.presses(stage.card(1), "不是报事")
    assert stage.card(1).text.count("不是报事") == 1


async def test_staff_have_names_with_spaces(stage: Stage) -> None:
    await stage.does(GROUP, "tom", "message", text="/home 2-602", name="Tom Baker")
    await stage.feng.writes("/staff add Tom Baker building_captain 3栋")
    assert "Tom Baker" in stage.feng.last.text
    assert "楼长" in stage.feng.last.text
    await stage.feng.writes("/staff remove Tom Baker unit captain 3栋")
    assert "Tom Baker" in stage.feng.last.text
    assert "单元长" in stage.feng.last.text
    await stage.feng.writes("/staff add Tom Baker building captain")
    assert "哪里" in stage.feng.last.text or "地方" in stage.feng.last.text


async def test_a_command_without_a_number_offers_what_may_be_meant(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.li.says("我家水管漏水")
    await stage.wang.writes("/done 换了按钮")
    await stage.wang.presses(stage.wang.last, "#1 电梯 咱们楼电梯又坏了")
    assert "王姨说办好了：换了按钮" in stage.card(1).text
    await stage.feng.writes("/why")
    await stage.feng.writes("1")
    assert "#1" in stage.feng.last.title
    await stage.feng.writes("/recategorise")
    await stage.feng.presses(stage.feng.last, "#1 电梯 咱们楼电梯又坏了")
    assert "#1 是哪一类" in stage.feng.last.text


async def test_in_a_group_only_what_is_its_matter_is_offered(stage: Stage) -> None:
    await stage.qian.says("咱们楼电梯又坏了", "g4")
    await stage.qian.says("/history", "g4")
    assert "#1 电梯 咱们楼电梯又坏了" in stage.last("g4").labels
    await stage.qian.says("/history")
    assert not stage.last().buttons
    assert "哪一件" in stage.last().text


@pytest.mark.parametrize("words", ["还没好", "还是不行", "没修好", "还是不亮"])
async def test_plain_words_in_private_answer_the_one_open_question(
    stage: Stage, words: str
) -> None:
    await stage.li.says("3栋2单元三楼楼道灯不亮了")
    await stage.wang.writes("/done 1 换了灯泡")
    await stage.li.writes(words)
    assert "重新办" in stage.li.last.text
    assert (await stage.request(1)).state == "open"
    assert len(await stage.requests()) == 1


async def test_plain_words_do_not_answer_where_two_questions_are_open(stage: Stage) -> None:
    await stage.li.says("3栋2单元三楼楼道灯不亮了")
    await stage.li.says("咱们楼电梯又坏了")
    await stage.wang.writes("/done 1 换了灯泡")
    await stage.wang.writes("/done 2 修好了")
    await stage.li.writes("还没好")
    assert {each.state for each in await stage.requests()} == {"done"}


async def test_in_private_nobody_is_left_without_an_answer(stage: Stage) -> None:
    for words in ("今天天气真好呀", "晚上一起吃火锅去不去呀"):
        heard = len(stage.li.heard)
        await stage.li.writes(words)
        assert len(stage.li.heard) == heard + 1
        assert "没听出" in stage.li.last.text


async def test_what_somebody_says_is_a_request_gets_its_category_and_place(stage: Stage) -> None:
    await stage.li.says("/report 1单元厕所堵了")
    request = await stage.request()
    assert request.category == "water"
    assert request.place["unit"] == "1"


async def test_what_is_split_off_is_read_for_itself(stage: Stage) -> None:
    await stage.li.says("电梯里有人被困住了")
    await stage.feng.writes("/split 1 门禁也坏了")
    child = await stage.request(2)
    assert child.urgency != "emergency"
    assert child.category != "lift"


async def test_danger_told_in_private_by_a_stranger_gets_help_at_once(stage: Stage) -> None:
    await stage.does(
        "@tom", "tom", "message", text="there is a gas leak in my kitchen", language="en"
    )
    said = [each.text for each in stage.rooms.from_bot("@tom")]
    assert len(said) == 2, "what to do at once, and what is asked for"
    assert "gas" in said[0]


async def test_linking_says_what_it_hears_as_the_platform_tells_it_now(stage: Stage) -> None:
    await stage.joins_group("new", hears_all=False)
    stage.rooms.facts["new"] = ChatFacts(reachable=True, hears_all=True, administrator=True)
    await stage.feng.says("/link 4栋", "new")
    assert "都能看到" in stage.last("new").text
