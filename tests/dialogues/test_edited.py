"""A report whose words its sender changes is read anew: what, where, how urgent, who is asked."""

from __future__ import annotations

import pytest

from tests.dialogues.test_where_it_is import answers, question
from tests.harness import Stage

LIFT = "电梯又坏了"


def title(stage: Stage) -> str:
    return stage.card(1).title.partition("#1 ")[2]


def title_alone(stage: Stage) -> str:
    return stage.card(1, stage.li.private).title


@pytest.mark.parametrize(
    ("before", "now", "becomes"),
    [
        (LIFT, "1单元电梯又坏了", "电梯\u30003栋1单元"),
        ("1单元没水", "2单元没水", "用水\u30003栋2单元"),
        ("我们单元电梯坏了", "我们单元水管漏水了", "用水\u30003栋2单元"),
        ("着火了！！", "着火了！！3楼302", "消防安全\u30003栋2单元302室"),
        ("3栋电梯坏了", "4栋电梯坏了", "电梯\u30004栋"),
    ],
)
async def test_what_the_new_words_say_otherwise_holds(
    stage: Stage, before: str, now: str, becomes: str
) -> None:
    said = await stage.li.says(before)
    await stage.li.edits(said, now)
    assert title(stage) == becomes
    assert len(await stage.requests()) == 1
    assert await stage.events() == ["open", "edit"]


async def test_others_are_asked_where_it_is_theirs(stage: Stage) -> None:
    said = await stage.li.says(LIFT)
    await stage.li.edits(said, "1单元电梯又坏了")
    assert stage.page(stage.zhou)
    assert "周叔" in stage.card(1).text
    assert "王姨" not in stage.card(1).text


async def test_the_history_and_why_tell_it(stage: Stage) -> None:
    said = await stage.li.says(LIFT)
    await stage.li.edits(said, "1单元电梯又坏了")
    await stage.li.says("/history 1")
    assert "李娜改了原话（1单元） → 周叔（楼长）" in stage.last().text
    await stage.li.says("/why 1")
    assert "李娜" in stage.last().text
    assert "改了原话" in stage.last().text


async def test_danger_in_the_new_words_calls_all(stage: Stage) -> None:
    said = await stage.li.says("楼道灯坏了")
    await stage.li.edits(said, "楼道灯冒火花着火了！！")
    assert (await stage.request(1)).urgency == "emergency"
    for each in (stage.wang, stage.zhou, stage.wu, stage.zheng, stage.feng):
        assert any("🚨" in shown.title for shown in each.heard)


async def test_danger_for_which_people_were_called_is_not_made_less(stage: Stage) -> None:
    said = await stage.li.says("电梯坏了，困人了！")
    await stage.li.edits(said, "电梯坏了")
    assert (await stage.request(1)).urgency == "emergency"


async def test_nobody_who_was_called_in_danger_is_called_twice(stage: Stage) -> None:
    said = await stage.li.says("着火了！！")
    called = len(stage.zhou.heard)
    await stage.li.edits(said, "着火了！！3楼302")
    assert len(stage.zhou.heard) == called
    assert stage.page(stage.wang)


@pytest.mark.parametrize("now", ["电梯又坏了！", "电梯又坏了，谢谢", "又坏了"])
async def test_what_is_said_as_before_stays_and_no_promise_moves(stage: Stage, now: str) -> None:
    said = await stage.li.says(LIFT)
    before = await stage.request(1)
    await stage.passes(minutes=20)
    await stage.li.edits(said, now)
    after = await stage.request(1)
    assert title(stage) == "电梯\u30003栋2单元"
    assert (after.answer_due, after.solve_due) == (before.answer_due, before.solve_due)


async def test_a_floor_that_is_added_moves_no_promise(stage: Stage) -> None:
    said = await stage.li.says("2单元楼道灯坏了")
    before = await stage.request(1)
    await stage.passes(minutes=20)
    await stage.li.edits(said, "2单元3楼楼道灯坏了")
    after = await stage.request(1)
    assert title(stage).endswith("3栋2单元3楼")
    assert (after.answer_due, after.solve_due) == (before.answer_due, before.solve_due)


async def test_who_has_taken_it_keeps_it_and_is_told(stage: Stage) -> None:
    said = await stage.li.says(LIFT)
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.li.edits(said, "1单元电梯又坏了")
    assert title(stage) == "电梯\u30003栋2单元"
    assert stage.wang.last.text == "#1 报的人改了原话：“1单元电梯又坏了”。"


async def test_who_has_taken_it_is_not_told_of_a_comma(stage: Stage) -> None:
    said = await stage.li.says(LIFT)
    await stage.wang.presses(stage.page(stage.wang), "我来")
    heard = len(stage.wang.heard)
    await stage.li.edits(said, "电梯，又坏了")
    assert len(stage.wang.heard) == heard


async def test_danger_is_called_even_where_somebody_has_taken_it(stage: Stage) -> None:
    said = await stage.li.says("楼道灯坏了")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.li.edits(said, "楼道灯冒火花着火了！！")
    request = await stage.request(1)
    assert (request.urgency, request.state) == ("emergency", "taken")
    assert stage.page(stage.wu)
    assert "改了原话" in stage.wang.last.text


async def test_danger_in_what_somebody_holds_is_named_as_what_it_is(stage: Stage) -> None:
    said = await stage.li.says("3栋2单元停水了")
    await stage.wang.says("收到")
    await stage.li.edits(said, "3栋2单元着火了")
    assert title(stage) == "消防安全\u30003栋2单元"
    assert "119" in stage.card(1).text
    assert "总阀" not in stage.card(1).text


async def test_danger_counts_though_somebody_put_it_right_before(stage: Stage) -> None:
    said = await stage.li.says(LIFT)
    await stage.zhou.says("/move 1 3栋1单元")
    await stage.li.edits(said, "着火了！！")
    assert title(stage) == "消防安全\u30003栋1单元"


async def test_danger_elsewhere_calls_those_who_are_there(stage: Stage) -> None:
    said = await stage.li.says("3栋2单元停水了")
    await stage.wang.says("收到")
    await stage.li.edits(said, "4栋1单元着火了")
    assert title(stage) == "消防安全\u30004栋1单元"
    assert "🚨" in stage.page(stage.chen).title
    assert "改了原话" in stage.wang.last.text


async def test_what_somebody_put_right_is_not_read_anew(stage: Stage) -> None:
    said = await stage.li.says(LIFT)
    await stage.zhou.says("/move 1 3栋1单元")
    await stage.li.edits(said, "3栋2单元电梯又坏了")
    assert title(stage) == "电梯\u30003栋1单元"


async def test_what_several_homes_share_stays_where_they_are(stage: Stage) -> None:
    said = await stage.li.says("501没水了")
    await stage.zhao.says("401也没水")
    await stage.li.edits(said, "501没水了，就501")
    assert title(stage) == "用水\u30003栋2单元"


async def test_what_a_neighbour_joined_stays_what_it_was(stage: Stage) -> None:
    said = await stage.li.says("停水了")
    await stage.sun.says("我家也停水了")
    await stage.li.edits(said, "停电了")
    assert title(stage).startswith("用水")


async def test_what_a_neighbour_joined_is_not_moved_by_another_matter(stage: Stage) -> None:
    said = await stage.li.says("停水了")
    await stage.sun.says("我家也停水了")
    await stage.li.edits(said, "4栋1单元楼道灯坏了")
    assert title(stage) == "用水\u30003栋"


async def test_danger_counts_though_a_neighbour_joined_it_before(stage: Stage) -> None:
    said = await stage.li.says("停水了")
    await stage.sun.says("我家也停水了")
    await stage.li.edits(said, "着火了！！")
    assert title(stage).startswith("消防安全")
    assert (await stage.request(1)).urgency == "emergency"


async def test_a_place_that_is_not_there_is_asked_about(stage: Stage) -> None:
    said = await stage.li.says(LIFT)
    await stage.li.edits(said, "9栋电梯又坏了")
    assert title(stage) == "电梯\u30003栋2单元"
    assert "您说的9栋，" in question(stage).text
    await answers(stage.li, "3栋")
    assert title(stage) == "电梯\u30003栋"


async def test_a_question_is_answered_by_changing_the_words(stage: Stage) -> None:
    said = await stage.li.says("9栋电梯坏了")
    await stage.li.edits(said, "3栋电梯坏了")
    assert title(stage) == "电梯\u30003栋2单元"
    assert stage.said()[0].text == "好的，这就登记。"


@pytest.mark.parametrize("how", ["edited", "recalled"])
async def test_what_was_taken_back_has_no_place(stage: Stage, how: str) -> None:
    said = await stage.li.says("9栋2单元停水了")
    await (stage.li.recalls(said) if how == "recalled" else stage.li.edits(said, "发错群了"))
    await stage.li.says("3栋2单元")
    assert not await stage.requests()
    assert stage.said()[0].text == "好的，不登记。"


async def test_a_place_said_in_the_changed_words_is_asked_about_no_more(stage: Stage) -> None:
    said = await stage.li.says("9栋2单元着火了！！")
    asked = next(each for each in stage.said() if "您说的" in each.text).id
    await stage.li.edits(said, "4栋1单元着火了！！")
    assert not next(each for each in stage.said() if each.id == asked).labels
    await stage.li.says("3栋2单元")
    assert title(stage) == "消防安全\u30004栋1单元"


async def test_where_a_cancelled_one_is_matters_no_more(stage: Stage) -> None:
    said = await stage.li.says("9栋2单元着火了！！")
    asked = next(each for each in stage.said() if "您说的" in each.text).id
    await stage.li.recalls(said)
    assert (await stage.request(1)).state == "closed"
    assert not next(each for each in stage.said() if each.id == asked).labels


async def test_in_private_what_is_asked_about_is_heard_anew(stage: Stage) -> None:
    said = await stage.li.writes("9栋2单元停水了")
    await stage.li.edits(said, "4栋1单元停水了", stage.li.private)
    assert (await stage.request(1)).words == "4栋1单元停水了"
    assert title_alone(stage).endswith("4栋1单元")
    assert len(await stage.requests()) == 1


async def test_another_place_that_is_not_there_is_asked_about_anew(stage: Stage) -> None:
    said = await stage.li.says("9栋2单元停水了")
    await stage.li.edits(said, "8栋2单元停水了")
    assert stage.said()[0].text == "好的，按您改过的来。"
    await answers(stage.li, "3栋")
    assert (await stage.request(1)).words == "8栋2单元停水了"


async def test_in_private_it_is_read_anew_as_well(stage: Stage) -> None:
    said = await stage.li.writes(LIFT)
    await stage.li.edits(said, "1单元电梯又坏了", stage.li.private)
    assert (await stage.request(1)).place == {"building": "3", "unit": "1"}
