"""Said to be done, not solved, said to be done again: each round has a question of its own."""

from __future__ import annotations

from tests.dialogues.steps import opened, taken
from tests.harness import ALL, Stage


async def asked_twice(stage: Stage) -> None:
    """Two households are asked, one says no, and it is said to be done once more."""
    await opened(stage)
    await stage.zhao.presses(stage.card(1), "我家也是")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    await stage.li.presses(stage.li.last, "没解决")
    await stage.zhou.writes("/done 1")


async def test_the_second_time_everybody_is_asked_by_a_new_message(stage: Stage) -> None:
    """R47"""
    await asked_twice(stage)
    for actor in (stage.li, stage.zhao):
        asked = [each for each in actor.heard if "解决了" in each.labels]
        assert asked == [actor.last], "the first question has no buttons any more"
        assert "周叔说办好了" in actor.last.text


async def test_an_answer_to_the_first_question_is_none_to_the_second(stage: Stage) -> None:
    """R28"""
    await opened(stage)
    await stage.zhao.presses(stage.card(1), "我家也是")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    first, card = stage.zhao.last, stage.card(1)
    old, old_no = first.button("解决了").data, card.button("没解决").data
    await stage.li.presses(stage.li.last, "没解决")
    assert not first.labels
    assert "重新办" in first.text
    await stage.zhou.writes("/done 1")
    assert "办好了" in await stage.zhao.presses_data(first, old)
    assert "办好了" in await stage.zhao.presses_data(card, old_no)
    assert "确认" not in stage.card(1).text
    assert (await stage.request(1)).state == "done"


async def test_the_second_question_is_answered_for_itself(stage: Stage) -> None:
    await asked_twice(stage)
    await stage.li.presses(stage.li.last, "解决了")
    assert (await stage.request(1)).state == "done", "the other household has not answered"
    await stage.zhao.presses(stage.zhao.last, "解决了")
    assert (await stage.request(1)).ending == "solved"


async def test_not_solved_brings_its_sender_one_new_message(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    before = len(stage.li.heard)
    await stage.li.presses(stage.li.last, "没解决")
    assert len(stage.li.heard) == before + 1
    assert "哪里没解决" in stage.li.last.text


async def test_not_solved_by_command_brings_one_message_too(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    before = len(stage.li.heard)
    await stage.li.writes("/没解决 1")
    assert len(stage.li.heard) == before + 1
    assert "哪里没解决" in stage.li.last.text


async def test_not_solved_on_the_card_leaves_the_card_a_card(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    await stage.li.presses(stage.card(1), "没解决")
    assert "周叔" in stage.card(1).text
    await stage.zhou.writes("/done 1")
    await stage.li.presses(stage.card(1), "解决了")
    assert "确认解决" in stage.card(1).text


async def test_every_not_solved_goes_one_rung_up(stage: Stage) -> None:
    """R43: unit captain, building captain, manager, grid worker, coordinator, and never nobody"""
    await taken(stage)
    await stage.wang.writes("/done 1 修好了")
    ladder = (stage.zhou, stage.wu, stage.zheng, stage.feng, stage.feng)
    for actor in ladder:
        await stage.li.writes("/没解决 1 还是坏的")
        assert actor.name in stage.card(1).text
        await actor.writes("/done 1 修好了")


async def test_who_was_asked_by_name_and_cannot_is_not_asked_again(stage: Stage) -> None:
    """R43: further up is above who had it, by whatever way it came to them."""
    await stage.feng.writes("/staff remove 周叔 楼长 3栋")
    await opened(stage)
    await stage.wang.writes("/pass 1 @wu")
    await stage.wu.writes("/cannot 1 没有备件")
    await stage.li.writes("/没解决 1 还是坏的")
    assert "郑网格" in stage.card(1).text
    assert "吴工" not in stage.card(1).text


async def test_a_deputy_is_not_asked_again_in_the_next_role(stage: Stage) -> None:
    await stage.wang.writes("/leave 03-01 03-08 周叔")
    await opened(stage)
    await stage.zhou.writes("/done 1 修好了")
    await stage.li.writes("/没解决 1 还是坏的")
    assert "吴工" in stage.card(1).text
    assert "周叔" not in stage.card(1).text


async def test_the_question_asked_once_more_ends_where_it_stands(stage: Stage) -> None:
    """R27, R47: one neighbour says no to the reminder; the other's reminder says so too."""
    await opened(stage)
    await stage.zhao.presses(stage.card(1), "我家也是")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    await stage.passes(hours=25)
    reminder = stage.zhao.last
    assert "再问一次" in reminder.text
    assert [each for each in stage.zhao.heard if "解决了" in each.labels] == [reminder]
    await stage.li.presses(stage.li.last, "没解决")
    assert not reminder.labels
    assert "重新办" in reminder.text


async def test_who_joined_already_says_so_elsewhere_after_a_merge(stage: Stage) -> None:
    """Who came along with the merge is asked with whoever says so next, in any group."""
    await taken(stage)
    await stage.sun.says("3栋1单元楼道灯不亮")
    await stage.wang.writes("/done 1")
    await stage.feng.writes("/merge 2 1")
    await stage.li.says("/metoo 1", ALL)
    assert "2 户" in stage.card(1, ALL).text
    assert "解决了" in stage.sun.last.labels
