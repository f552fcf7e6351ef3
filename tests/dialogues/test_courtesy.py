"""Small things between people: thanks, a list that is a list, a form in the middle of a fright."""

from __future__ import annotations

import pytest

from tests.harness import Stage


@pytest.mark.parametrize(
    "words",
    [
        "谢谢",
        "谢谢！",
        "好的，谢谢您啦🙏",
        "辛苦了",
        "收到，多谢多谢",
        "Thanks a lot!",
        "ok thank you",
    ],
)
async def test_thanks_in_private_get_a_friendly_word(stage: Stage, words: str) -> None:
    await stage.li.writes(words)
    assert "不客气" in stage.li.last.text
    assert len(stage.li.heard) == 1


async def test_thanks_of_a_stranger_are_not_met_with_a_form(stage: Stage) -> None:
    await stage.does("@tom", "tom", "message", text="thank you very much", language="en")
    (said,) = stage.rooms.from_bot("@tom")
    assert said.text == "You are welcome."


@pytest.mark.parametrize(
    "words", ["谢谢，电梯又坏了", "谢谢，还是不亮", "thanks but the lift is stuck"]
)
async def test_thanks_with_more_are_heard(stage: Stage, words: str) -> None:
    await stage.li.writes(words)
    assert all("不客气" not in each.text for each in stage.li.heard)


async def test_the_list_of_reminders_begins_as_a_list(stage: Stage) -> None:
    await stage.feng.writes("/remind")
    assert stage.feng.last.text.startswith("还没有提醒")
    assert "/remind 每周五" in stage.feng.last.text
    await stage.feng.writes("/remind 每周五 9:00 3栋 今晚可回收物投放")
    await stage.feng.presses(stage.feng.last, "对，保存")
    await stage.feng.writes("/remind")
    assert stage.feng.last.title == "提醒（共 1 条）"
    assert stage.feng.last.text.startswith("选一条")


async def test_all_reminders_are_reached_by_turning_pages(stage: Stage) -> None:
    for number in range(23):
        await stage.feng.writes(f"/remind 明天 9:{number:02} 3栋 第{number}条")
        await stage.feng.presses(stage.feng.last, "对，保存")
    await stage.feng.writes("/remind")
    asked = stage.feng.last
    await stage.feng.presses(asked, "下一页")
    await stage.feng.presses(asked, "第22条")
    assert "“第22条”" in asked.text


async def test_a_form_in_the_middle_of_an_emergency_is_kept_and_told(stage: Stage) -> None:
    await stage.li.writes("/report")
    await stage.li.presses(stage.li.last, "电梯")
    await stage.li.writes("着火了！！3栋2单元楼道全是烟")
    assert (await stage.request(1)).urgency == "emergency"
    told = stage.li.last
    assert "还在" in told.text
    await stage.li.writes("3栋2单元")
    assert "什么事" in stage.li.last.text
    toast = await stage.li.presses(told, "算了")
    assert toast == ""
    assert "取消了" in told.text
