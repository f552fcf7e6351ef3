"""Commands: unknown ones, other bots' ones, and those that somebody may not use."""

from __future__ import annotations

import pytest

from tests.dialogues.steps import hires
from tests.harness import GROUP, Stage


async def test_an_unknown_command_in_private_gets_the_nearest_one(stage: Stage) -> None:
    await stage.li.writes("/opne")
    assert "/open" in stage.li.last.text
    assert "/help" in stage.li.last.text
    await stage.li.writes("/我在")
    assert "/我的" in stage.li.last.text
    await stage.li.writes("/xyzzy")
    assert "没有“/xyzzy”" in stage.li.last.text
    assert "是不是" not in stage.li.last.text


async def test_the_hint_names_only_what_this_person_may_use(stage: Stage) -> None:
    await stage.li.writes("/anounce")
    assert "announce" not in stage.li.last.text.replace("“/anounce”", "")
    await stage.feng.writes("/anounce")
    assert "/announce" in stage.feng.last.text


async def test_an_unknown_command_leaves_a_form_as_it_is(stage: Stage) -> None:
    await stage.feng.writes("/announce 3栋")
    await stage.feng.writes("/opne")
    await stage.feng.writes("今晚八点停水检修")
    assert "3栋的 1 个群" in stage.feng.last.text


async def test_in_a_group_a_command_that_is_not_ours_is_left_alone(stage: Stage) -> None:
    for words in ("/weather 3栋电梯坏了", "/opne", "/open@other_bot 3栋", "/link@other_bot 4栋"):
        await stage.feng.says(words)
    assert not stage.said(GROUP)
    assert not await stage.requests()


async def test_in_private_a_command_of_another_bot_is_never_ours(stage: Stage) -> None:
    await stage.li.writes("/language@other_bot en")
    await stage.li.writes("/help@other_bot")
    assert not stage.li.heard


async def test_an_unknown_command_said_to_the_bot_in_a_group_gets_the_hint(stage: Stage) -> None:
    await stage.li.says("/opne", to_bot=True)
    assert "/open" in stage.last().text


async def test_words_behind_a_slash_are_heard_as_words(stage: Stage) -> None:
    await stage.li.says("/咱们楼电梯又坏了")
    assert "电梯" in stage.card(1).title
    await stage.zhao.writes("/三楼楼道灯不亮了")
    assert len(await stage.requests()) == 2


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("/close 1", "社区工作者"),
        ("/close", "社区工作者"),
        ("/关闭 1", "社区工作者"),
        ("/assign 1", "网格员"),
        ("/merge 1", "社区工作者"),
        ("/split 1", "社区工作者"),
        ("/move 1", "单元长"),
        ("/recategorise 1", "单元长"),
        ("/announce", "社区工作者"),
        ("/staff add", "社区工作者"),
        ("/remind 每周五 9:00 3栋 倒垃圾", "楼长"),
        ("/new", "单元长"),
        ("/doctor", "社区工作者"),
        ("/export", "社区工作者"),
    ],
)
async def test_who_may_not_is_told_who_may_before_anything_is_asked(
    stage: Stage, line: str, who: str
) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.zhao.writes(line)
    assert who in stage.zhao.last.text
    assert not stage.zhao.last.buttons
    await stage.zhao.writes("没意思")
    assert (await stage.request()).state == "open"


async def test_the_refusal_names_somebody_to_turn_to(stage: Stage) -> None:
    await stage.zhao.writes("/close 1")
    assert "您可以找：冯书记。" in stage.zhao.last.text


async def test_who_may_elsewhere_is_refused_before_a_reason_is_asked(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.wang.writes("/move 1")
    assert "哪" in stage.wang.last.text
    for line in ("/wait 1", "/move 1", "/recategorise 1", "/cannot 1"):
        heard = len(stage.chen.heard)
        await stage.chen.writes(line)  # a captain of another building
        assert len(stage.chen.heard) == heard + 1
        assert not stage.chen.last.buttons, line


async def test_whom_a_request_concerns_may_still_do_what_the_table_says(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.zhao.writes("/done 1")
    assert "使用" in stage.zhao.last.text
    await stage.li.writes("/wait 1")
    assert "#1 这一步由" in stage.li.last.text
    await stage.li.writes("/done 1 自己修好了")
    assert (await stage.request()).state in ("done", "closed")


async def test_a_captain_may_take_back_what_a_captain_may_do(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.wang.writes("/recategorise 1 water")
    await stage.wang.writes("/undo")
    await stage.wang.presses(stage.wang.last, "改类别 #1")
    assert (await stage.request()).category == "lift"


async def test_words_that_wait_for_a_choice_are_not_taken_by_another_card(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.li.says("3栋2单元三楼楼道灯不亮了")
    await stage.wang.writes("/done 换了灯泡")
    asked = stage.wang.last
    await stage.wang.presses_data(stage.page(stage.wang, 1), f"done:{(await stage.request(1)).id}")
    assert "换了灯泡" not in stage.card(1).text
    await stage.wang.presses(asked, "#2")
    assert "换了灯泡" in stage.card(2).text


async def test_the_doctor_tells_like_findings_once_with_how_many(stage: Stage) -> None:
    await hires(stage, *(f"志愿者{number}" for number in range(60)), role="volunteer")
    await stage.feng.writes("/doctor")
    text = stage.feng.last.text
    assert "60 位志愿者还没绑定账号" in text
    assert len(text.splitlines()) < 16
    assert "数据库：" in text
    assert "，连得上" in text
    signs = [line[0] for line in text.splitlines()]
    assert signs == sorted(signs, key="❌⚠🗄".index)
