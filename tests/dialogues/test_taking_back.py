"""A correction is taken back: the request stands where it stood, and is never nobody's."""

from __future__ import annotations

from tests.dialogues.steps import opened, taken
from tests.harness import Actor, Shown, Stage


def undo_of(actor: Actor) -> Shown:
    """The answer to a correction, with its button."""
    return next(each for each in reversed(actor.heard) if "撤销" in each.labels)


async def undone(stage: Stage) -> str:
    """The coordinator takes the last correction back; gives the toast."""
    return await stage.feng.presses(undo_of(stage.feng), "撤销")


def pages(actor: Actor, number: int = 1) -> list[Shown]:
    """What somebody can do about a request now."""
    return [each for each in actor.heard if f"#{number}" in each.title and each.labels]


async def test_an_assignment_is_taken_back_while_nobody_took_it(stage: Stage) -> None:
    await opened(stage)
    await stage.feng.writes("/assign 1 @zheng")
    assert not pages(stage.wang)
    await undone(stage)
    assert (await stage.request(1)).state == "open"
    assert "王姨（单元长）" in stage.card(1).text
    assert not pages(stage.zheng)
    assert "我来" in pages(stage.wang)[-1].labels
    assert (await stage.events(1))[-2:] == ["assign", "undo"]


async def test_an_assignment_is_taken_back_after_a_take(stage: Stage) -> None:
    await taken(stage)
    await stage.feng.writes("/assign 1 @zheng")
    await stage.zheng.writes("/take 1")
    await undone(stage)
    request = await stage.request(1)
    assert request.state == "taken"
    assert "王姨在办" in stage.card(1).text
    assert "修好了" in pages(stage.wang)[-1].labels
    assert not pages(stage.zheng)
    assert "不用您办了" in stage.zheng.last.text
    await stage.wang.presses(pages(stage.wang)[-1], "修好了")
    assert (await stage.request(1)).state == "done"


async def test_an_open_one_is_open_again_after_a_take(stage: Stage) -> None:
    await opened(stage)
    await stage.feng.writes("/assign 1 @zheng")
    await stage.zheng.writes("/take 1")
    await undone(stage)
    request = await stage.request(1)
    assert (request.state, request.holder_id) == ("open", None)
    await stage.wang.presses(pages(stage.wang)[-1], "我来")
    assert "王姨在办" in stage.card(1).text


async def test_what_others_have_decided_since_is_not_taken_back(stage: Stage) -> None:
    await opened(stage)
    await stage.feng.writes("/assign 1 @zheng")
    await stage.zheng.writes("/take 1")
    await stage.zheng.writes("/cannot 1 没有备件")
    await undone(stage)
    toast = stage.rooms.toasts[-1].text
    assert "郑网格" in toast
    assert "撤不回来" in toast
    assert "/history 1" in toast
    assert (await stage.request(1)).ending == "cannot"


async def test_a_merge_taken_back_keeps_holder_and_voices_and_is_told(stage: Stage) -> None:
    """R6"""
    await taken(stage)
    await stage.zhao.presses(stage.card(1), "我家也是")
    await stage.sun.writes("/report 3栋电梯按钮不亮")
    await stage.feng.writes("/merge 1 2")
    assert "3 户" in stage.card(2, "@sun").text
    await undone(stage)
    request = await stage.request(1)
    assert (request.state, request.ending, request.merged_into) == ("taken", None, None)
    assert "王姨在办" in stage.card(1).text
    assert "2 户" in stage.card(1).text
    assert "户" not in stage.card(2, "@sun").text
    assert "进展看 #1" in stage.li.last.text
    assert "进展看 #2" in stage.sun.last.text
    assert "修好了" in pages(stage.wang)[-1].labels


async def test_a_closing_taken_back_keeps_the_holder(stage: Stage) -> None:
    await taken(stage)
    await stage.feng.writes("/close 1 不需要了")
    assert (await stage.request(1)).state == "closed"
    await undone(stage)
    request = await stage.request(1)
    assert (request.state, request.ending, request.ended_at) == ("taken", None, None)
    assert "王姨在办" in stage.card(1).text
    assert "修好了" in pages(stage.wang)[-1].labels


async def test_a_closing_of_what_waits_taken_back_keeps_reason_and_date(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.writes("/wait 1 等配件 周五")
    await stage.feng.writes("/close 1 不需要了")
    await undone(stage)
    assert (await stage.request(1)).state == "waiting"
    assert "等配件" in stage.card(1).text
    assert "3月6日" in stage.card(1).text


async def test_a_closing_while_it_was_asked_taken_back_asks_again(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    await stage.feng.writes("/close 1 不需要了")
    await undone(stage)
    assert "王姨说办好了" in stage.card(1).text
    question = next(each for each in stage.li.heard if "解决了" in each.labels)
    await stage.li.presses(question, "解决了")
    assert (await stage.request(1)).ending == "solved"


async def test_a_closing_taken_back_puts_the_clocks_back(stage: Stage) -> None:
    """R38: what was promised holds again, and whoever has it is heard of or asked anew."""
    await taken(stage)
    before = await stage.request(1)
    await stage.feng.writes("/close 1 不需要了")
    assert (await stage.request(1)).progress_due is None
    await undone(stage)
    after = await stage.request(1)
    assert (after.solve_due, after.progress_due) == (before.solve_due, before.progress_due)
    assert after.due_at == before.due_at


async def test_an_assignment_taken_back_is_climbed_from_as_before(stage: Stage) -> None:
    await opened(stage)
    before = await stage.request(1)
    await stage.passes(minutes=5)
    await stage.feng.writes("/assign 1 @zheng")
    assert (await stage.request(1)).climb_at != before.climb_at
    await undone(stage)
    assert (await stage.request(1)).climb_at == before.climb_at


async def test_who_climbed_to_is_asked_again_with_those_below(stage: Stage) -> None:
    await opened(stage)
    await stage.passes(hours=3)
    await stage.feng.writes("/close 1 不需要了")
    await undone(stage)
    assert "周叔" in stage.card(1).text
    assert pages(stage.zhou)
    assert pages(stage.wang)
    assert (await stage.request(1)).rung == 1


async def test_who_does_not_work_here_any_more_is_passed_over(stage: Stage) -> None:
    await taken(stage)
    await stage.feng.writes("/close 1 不需要了")
    closed = undo_of(stage.feng)
    await stage.feng.writes("/staff remove 王姨 单元长 3栋2单元")
    await stage.feng.presses(closed, "撤销")
    request = await stage.request(1)
    assert (request.state, request.holder_id) == ("open", None)
    assert "周叔" in stage.card(1).text, "never nobody"


async def test_the_place_returns_with_who_was_asked(stage: Stage) -> None:
    await opened(stage)
    await stage.feng.writes("/move 1 4栋")
    assert pages(stage.chen)
    await undone(stage)
    assert "3栋2单元" in stage.card(1).title
    assert not pages(stage.chen)
    assert pages(stage.wang)


async def test_the_category_returns_and_who_took_it_keeps_it(stage: Stage) -> None:
    await taken(stage)
    await stage.feng.writes("/改类 1 噪音")
    await undone(stage)
    assert "电梯" in stage.card(1).title
    assert "王姨在办" in stage.card(1).text
    await stage.feng.writes("/history 1")
    assert "撤销了更正" in stage.feng.last.text


async def test_corrections_are_taken_back_one_after_the_other(stage: Stage) -> None:
    await opened(stage)
    await stage.feng.writes("/assign 1 @zheng")
    first = undo_of(stage.feng)
    await stage.feng.writes("/assign 1 @wu")
    second = undo_of(stage.feng)
    assert "撤不回来" in await stage.feng.presses(first, "撤销")
    await stage.feng.presses(second, "撤销")
    assert pages(stage.zheng)
    await stage.feng.presses(first, "撤销")
    assert "王姨" in stage.card(1).text


async def test_a_category_put_right_while_it_is_asked_leaves_the_question(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    await stage.feng.writes("/改类 1 噪音")
    await stage.li.presses(stage.li.last, "解决了")
    assert (await stage.request(1)).ending == "solved"
