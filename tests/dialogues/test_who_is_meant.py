"""What is said in few words may mean several: it is asked, never guessed."""

from __future__ import annotations

import pytest

from tests.dialogues.steps import hires
from tests.harness import Stage


async def test_a_surname_with_a_title_asks_which_of_several(stage: Stage) -> None:
    await hires(stage, "王建国", role="property_manager")
    await stage.li.says("咱们楼电梯又坏了")
    await stage.feng.writes("/assign 1 王师傅")
    asked = stage.feng.last
    assert "王师傅" in asked.text
    assert asked.labels == ["王姨（和平里小区3栋2单元单元长）", "王建国（和平里小区物业经理）"]
    await stage.feng.presses(asked, "王建国")
    assert "已派给王建国" in stage.feng.last.text


async def test_even_a_single_one_of_that_surname_is_not_taken_for_granted(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.wang.says("转给吴师傅", reply_to=stage.card(1))
    assert (await stage.request()).rung == 0
    asked = stage.last()
    assert asked.labels == ["吴工（和平里小区物业经理）"]
    await stage.wang.presses(asked, "吴工")
    assert "吴工" in stage.card(1).text


async def test_said_among_other_talk_it_is_asked_as_well(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.says("电梯这事我弄不了，转给吴师傅")
    assert stage.last().labels == ["吴工（和平里小区物业经理）"]
    await stage.wang.presses(stage.last(), "吴工")
    assert "吴工" in stage.card(1).text


async def test_two_of_the_same_name_are_told_apart_by_their_place(stage: Stage) -> None:
    await hires(stage, "王姨", role="red_steward", where="4")
    await stage.feng.writes("/invite 王姨")
    asked = stage.feng.last
    assert asked.labels[:2] == ["王姨（和平里小区3栋2单元单元长）", "王姨（和平里小区4栋红色管家）"]
    await stage.feng.presses(asked, "红色管家")
    assert "给王姨的邀请" in stage.feng.last.text


async def test_who_stands_in_is_asked_when_several_are_called_so(stage: Stage) -> None:
    await hires(stage, "周叔")
    await stage.wang.writes("/leave 03-04 03-06 周叔")
    await stage.wang.presses(stage.wang.last, "3栋楼长")
    assert "周叔代班" in stage.wang.last.text
    await stage.wang.writes("/leave")
    await stage.wang.presses(stage.wang.last, "1 天")
    await stage.wang.writes("周叔")
    await stage.wang.presses(stage.wang.last, "志愿者")
    assert "周叔代班" in stage.wang.last.text


async def test_help_is_asked_of_the_one_who_is_meant(stage: Stage) -> None:
    await hires(stage, "吴建国")
    await stage.li.says("咱们楼电梯又坏了")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.writes("/assist 1 吴师傅")
    await stage.wang.presses(stage.wang.last, "吴工")
    assert stage.page(stage.wu)


@pytest.mark.parametrize(
    "words", ["3栋 电梯", "电梯 3栋", "3栋电梯", "3 lift", "taken 3栋 电梯", "在办 电梯 3栋"]
)
async def test_the_list_is_of_a_place_and_a_category(stage: Stage, words: str) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.li.says("3栋2单元三楼楼道灯不亮了")
    await stage.chen.says("咱们楼电梯又坏了", "g4")
    await stage.feng.writes(f"/open {words}")
    assert "（1 件）" in stage.feng.last.title
    assert "#1" in stage.feng.last.text


async def test_words_that_are_neither_are_told(stage: Stage) -> None:
    await stage.feng.writes("/open 3栋 火星")
    assert "“火星”" in stage.feng.last.text


async def test_pages_of_a_list_keep_its_place_and_category(stage: Stage) -> None:
    for number in range(8):
        await stage.feng.writes(f"/new 3栋 电梯坏了，第{number}次")
    await stage.feng.writes("/recategorise 1 noise")
    await stage.feng.writes("/open 和平里小区3栋 电梯")
    first = stage.feng.last
    assert "（7 件）" in first.title
    await stage.feng.presses(first, "下一页")
    assert "（7 件）" in first.title
    assert "#" in first.text


async def test_only_roles_that_somebody_holds_are_offered_for_removal(stage: Stage) -> None:
    await stage.feng.writes("/staff add 王姨 红色管家 4栋")
    await stage.feng.writes("/staff remove 王姨")
    asked = stage.feng.last
    assert asked.labels == ["单元长 和平里小区3栋2单元", "红色管家 和平里小区4栋", "算了"]
    await stage.feng.presses(asked, "红色管家")
    assert "王姨不再是和平里小区4栋的红色管家" in stage.feng.last.text
    await stage.feng.writes("/staff remove 李娜")
    assert "没有担任职务" in stage.feng.last.text
