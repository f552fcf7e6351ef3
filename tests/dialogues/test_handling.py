"""To the right person, and back: routing, taking, passing on, waiting, done, confirmed."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.chat.platform import Capabilities
from tests.dialogues.steps import opened, taken
from tests.harness import GROUP, Stage, staged


async def finished(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.presses(stage.page(stage.wang), "修好了")


async def test_the_nearest_holder_of_the_first_rung_is_asked(stage: Stage) -> None:
    await opened(stage)
    assert stage.page(stage.wang)
    assert not stage.wu.heard


async def test_on_leave_the_deputy_is_asked(stage: Stage) -> None:
    await stage.wang.writes("/leave 03-01 03-08 孙姐")
    await opened(stage)
    assert stage.page(stage.sun)


async def test_where_nobody_holds_a_rung_the_next_is_asked(stage: Stage) -> None:
    await stage.sun.says("1单元的灯又不亮了")
    assert stage.page(stage.zhou)


async def test_with_nobody_at_all_the_card_shows_the_hotline(stage: Stage) -> None:
    for person, role, place in (
        ("王姨", "单元长", "3栋2单元"),
        ("周叔", "楼长", "3栋"),
        ("吴工", "物业经理", "和平里"),
        ("郑网格", "网格员", "3栋"),
        ("陈姐", "楼长", "4栋"),
    ):
        await stage.feng.writes(f"/staff remove {person} {role} {place}")
    await opened(stage)
    assert "冯书记" in stage.card(1).text, "the last rung is the coordinator"


async def test_why_explains(stage: Stage) -> None:
    await opened(stage)
    await stage.wang.writes("/why 1")
    assert "王姨" in stage.wang.last.text
    assert "电梯" in stage.wang.last.text


async def test_who_cannot_be_written_to_is_mentioned_in_the_group(tmp_path: Path) -> None:
    """R24"""
    async with staged(tmp_path, capabilities=Capabilities(speaks_first=False)) as stage:
        await stage.does("@wang", "wang", "standing", present=False)
        await opened(stage)
        assert not stage.wang.heard
        assert "@wang" in stage.card(1).text


async def test_a_page_that_cannot_arrive_falls_back_to_the_group(stage: Stage) -> None:
    """R24"""
    stage.rooms.blocked.add("@wang")
    await opened(stage)
    await stage.passes(minutes=1)
    assert "@wang" in stage.card(1).text


async def test_plain_words_in_reply_take_it(stage: Stage) -> None:
    """R33"""
    await opened(stage)
    await stage.wang.writes("收到，我去看看", reply_to=stage.page(stage.wang))
    assert (await stage.request(1)).state == "taken"


async def test_a_command_takes_it(stage: Stage) -> None:
    await opened(stage)
    await stage.wang.writes("/接单 1")
    assert (await stage.request(1)).state == "taken"


async def test_eyes_on_the_card_by_the_asked_person_take_it(stage: Stage) -> None:
    """R9"""
    await opened(stage)
    await stage.wang.reacts(stage.card(1), "👀")
    assert (await stage.request(1)).state == "taken"


async def test_a_resident_cannot_take_a_request(stage: Stage) -> None:
    await opened(stage)
    toast = await stage.zhao.presses(stage.card(1), "我来")
    assert "工作人员" in toast
    assert (await stage.request(1)).state == "open"


async def test_of_two_at_once_one_wins_and_the_other_is_told_who(stage: Stage) -> None:
    """R28"""
    await opened(stage)
    card = stage.card(1)
    data = card.button("我来").data
    await stage.wang.presses(card, "我来")
    toast = await stage.zhou.presses_data(card, data)
    assert "王姨" in toast
    assert (await stage.request(1)).state == "taken"


async def test_a_stale_button_changes_nothing_and_says_what_was_done_when(stage: Stage) -> None:
    """R28"""
    await finished(stage)
    toast = await stage.wang.presses_data(stage.page(stage.wang), "take:1")
    assert "办好了" in toast
    assert (await stage.request(1)).state == "done"


async def test_passing_on_asks_the_next_rung(stage: Stage) -> None:
    await opened(stage)
    await stage.wang.presses(stage.page(stage.wang), "转给别人")
    await stage.wang.presses(stage.wang.last, "往上一级")
    assert stage.page(stage.zhou)


async def test_waiting_has_a_reason_and_a_new_date_that_all_can_see(stage: Stage) -> None:
    """R41"""
    await taken(stage)
    await stage.wang.writes("/wait 1 等配件 周五")
    assert (await stage.request(1)).state == "waiting"
    assert "等配件" in stage.card(1).text
    assert "3月6日" in stage.card(1).text


async def test_done_needs_a_reason_and_asks_everybody(stage: Stage) -> None:
    await opened(stage)
    await stage.zhao.presses(stage.card(1), "我家也是")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    assert (await stage.request(1)).state == "done"
    for actor in (stage.li, stage.zhao):
        assert "解决了吗" in actor.last.text


async def test_confirmed_by_who_asked_it_ends_as_solved(stage: Stage) -> None:
    await finished(stage)
    await stage.li.presses(stage.li.last, "解决了")
    request = await stage.request(1)
    assert (request.state, request.ending) == ("closed", "solved")
    assert "确认解决" in stage.card(1).text


async def test_not_solved_opens_it_again_one_rung_up_and_asks_why(stage: Stage) -> None:
    """R43, R48"""
    await finished(stage)
    await stage.li.presses(stage.li.last, "没解决")
    assert (await stage.request(1)).state == "open"
    assert stage.page(stage.zhou)
    await stage.li.presses(stage.li.last, "没修好")
    await stage.li.writes("/history 1")
    assert "没修好" in stage.li.last.text


@pytest.mark.parametrize("who", ["li", "zhao"])
async def test_said_to_be_there_again_in_the_group_it_is_open_again(stage: Stage, who: str) -> None:
    """R43: never a silent detail of something that counts as done"""
    await finished(stage)
    await stage.passes(minutes=20)
    await getattr(stage, who).says("电梯又坏了")
    assert [each.state for each in await stage.requests()] == ["open"]


async def test_no_answer_is_unknown_and_never_satisfied(stage: Stage) -> None:
    """R47"""
    await finished(stage)
    await stage.passes(hours=60)
    assert (await stage.request(1)).ending == "unknown"
    assert "没有收到" in stage.card(1).text


async def test_a_neighbour_s_answer_in_words_counts(stage: Stage) -> None:
    await finished(stage)
    await stage.li.says("没修好", reply_to=stage.card(1))
    assert (await stage.request(1)).state == "open"


async def test_cannot_be_solved_is_an_end_of_its_own(stage: Stage) -> None:
    """R42"""
    await taken(stage)
    await stage.wang.writes("/cannot 1 厂家倒闭了")
    assert (await stage.request(1)).ending == "cannot"
    assert "厂家倒闭了" in stage.card(1).text


async def test_what_nobody_takes_climbs_by_itself(stage: Stage) -> None:
    """R25"""
    await opened(stage)
    await stage.passes(hours=3)
    assert stage.page(stage.zhou)
    assert "周叔" in stage.card(1).text


async def test_what_nobody_takes_at_all_stays_with_the_coordinator_and_is_no_noise(
    stage: Stage,
) -> None:
    """R25, R59: the last rung is the coordinator and the 24-hour number; asked ever more rarely."""
    await opened(stage)
    await stage.passes(days=1)
    assert "冯书记" in stage.card(1).text
    assert "0432-12345678" in stage.card(1).text
    before = len(stage.feng.heard)
    await stage.passes(days=7)
    assert 5 <= len(stage.feng.heard) - before <= 8, "once a day"
    assert len([each for each in stage.said(GROUP) if "小结" not in each.title]) == 1


async def test_history_is_a_dated_line_for_every_change(stage: Stage) -> None:
    """R45"""
    await finished(stage)
    await stage.li.writes("/history 1")
    for word in ("李娜", "登记", "王姨", "接了", "办好了", "03-02"):
        assert word in stage.li.last.text


async def test_open_lists_by_place_with_state_and_holder(stage: Stage) -> None:
    await taken(stage)
    await stage.sun.says("1单元的灯又不亮了")
    await stage.feng.writes("/open")
    assert "2 件" in stage.feng.last.title
    assert "王姨" in stage.feng.last.text


async def test_mine_lists_what_concerns_me(stage: Stage) -> None:
    await opened(stage)
    await stage.li.writes("/mine")
    assert "#1" in stage.li.last.text
    await stage.qian.writes("/我的")
    assert "没有" in stage.qian.last.text


async def test_find_looks_into_words_and_ended_ones(stage: Stage) -> None:
    await finished(stage)
    await stage.li.presses(stage.li.last, "解决了")
    await stage.feng.writes("/查找 电梯")
    assert "#1" in stage.feng.last.text


async def test_a_long_list_is_paged_in_place(stage: Stage) -> None:
    for i in range(8):
        await stage.feng.writes(f"/new 3栋 第{i}个灯不亮")
    await stage.feng.writes("/open")
    first = stage.feng.last
    assert "8 件" in first.title
    await stage.feng.presses(first, "下一页")
    assert "#8 " in stage.rooms.message(first.id).text


async def test_a_coordinator_assigns_and_takes_it_back(stage: Stage) -> None:
    await opened(stage)
    await stage.feng.writes("/分派 1 @wu")
    assert stage.page(stage.wu)
    await stage.feng.presses(stage.feng.last, "撤销")
    assert "王姨" in stage.card(1).text


async def test_assign_without_a_name_asks_by_buttons(stage: Stage) -> None:
    await opened(stage)
    await stage.feng.writes("/assign 1")
    await stage.feng.presses(stage.feng.last, "吴工")
    assert stage.page(stage.wu)


async def test_merging_keeps_both_links_and_all_voices(stage: Stage) -> None:
    """R6"""
    await opened(stage)
    await stage.sun.writes("/report 3栋电梯按钮不亮")
    await stage.feng.writes("/合并 1")
    await stage.feng.presses(stage.feng.last, "#2")
    request = await stage.request(1)
    assert (request.state, request.ending) == ("closed", "merged")
    assert "#2" in stage.card(1).text
    assert "进展看 #2" in stage.li.last.text
    assert "您报的 #2" in stage.sun.last.text


async def test_splitting_makes_a_second_request(stage: Stage) -> None:
    await opened(stage)
    await stage.feng.writes("/拆分 1 电梯里的灯也坏了")
    assert len(await stage.requests()) == 2
    assert (await stage.request(2)).words == "电梯里的灯也坏了"


async def test_moving_asks_the_right_people(stage: Stage) -> None:
    await opened(stage)
    await stage.feng.writes("/移动 1 4栋")
    assert stage.page(stage.chen)
    assert "4栋" in stage.card(1).title


async def test_the_category_is_put_right_by_buttons_and_back(stage: Stage) -> None:
    await opened(stage)
    await stage.feng.writes("/改类 1")
    await stage.feng.presses(stage.feng.last, "噪音")
    assert (await stage.request(1)).category == "noise"
    await stage.feng.writes("/undo")
    await stage.feng.presses(stage.feng.last, "改类别")
    assert (await stage.request(1)).category == "lift"


async def test_closing_needs_a_reason(stage: Stage) -> None:
    """R34"""
    await opened(stage)
    await stage.feng.writes("/关闭 1")
    assert (await stage.request(1)).state == "open"
    await stage.feng.presses(stage.feng.last, "不需要了")
    assert (await stage.request(1)).ending == "not_needed"


async def test_captains_of_another_building_cannot_touch_it(stage: Stage) -> None:
    await opened(stage)
    await stage.chen.writes("/take 1")
    assert (await stage.request(1)).state == "open"


async def test_a_number_that_is_none_is_told(stage: Stage) -> None:
    await stage.wang.writes("/take 99")
    assert "99" in stage.wang.last.text
    await stage.wang.writes("/take abc")
    assert "编号" in stage.wang.last.text


async def test_english_speakers_read_english(stage: Stage) -> None:
    await stage.wang.writes("/language en")
    await opened(stage)
    assert "I take it" in stage.page(stage.wang).labels
    assert "我来" in stage.card(1).labels, "the group reads its own language"


async def test_state_is_read_again_when_something_is_sent(stage: Stage) -> None:
    """R27: a page is told when somebody else took it."""
    await stage.li.says("着火了！！3栋2单元楼道全是烟")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    assert not stage.page(stage.zhou).labels
    assert "王姨" in stage.page(stage.zhou).text


async def test_the_group_hears_of_the_end_only_through_the_card(stage: Stage) -> None:
    """R59"""
    await finished(stage)
    await stage.li.presses(stage.li.last, "解决了")
    assert len(stage.said(GROUP)) == 1


async def test_who_answered_the_question_cannot_answer_twice(stage: Stage) -> None:
    await finished(stage)
    question = stage.li.last
    await stage.li.presses(question, "解决了")
    assert not question.labels
    assert "谢谢" in question.text


async def test_whoever_said_it_is_done_sees_what_was_answered(stage: Stage) -> None:
    await finished(stage)
    await stage.li.presses(stage.li.last, "没解决")
    page = stage.wang.heard[0]
    assert not page.labels
    assert "没解决" in page.text
    assert "周叔" in page.text


async def test_a_page_is_written_in_the_language_of_the_app(stage: Stage) -> None:
    await stage.does("@wang", "wang", "message", text="/help", language="en-GB", name="王姨")
    await opened(stage)
    assert "I take it" in stage.page(stage.wang).labels


async def test_an_open_emergency_is_not_merged_in_silence(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.li.says("着火了！！3栋2单元楼道全是烟")
    await stage.feng.writes("/merge 2 1")
    asked = stage.feng.last
    assert "不再按紧急催办" in asked.text
    assert "/merge 1 2" in asked.text
    assert (await stage.request(2)).state == "open"
    await stage.feng.presses(asked, "确定，并入 #1")
    assert (await stage.request(2)).ending == "merged"


async def test_an_open_emergency_is_merged_in_words_that_are_sure(stage: Stage) -> None:
    await stage.li.says("咱们楼电梯又坏了")
    await stage.li.says("着火了！！3栋2单元楼道全是烟")
    await stage.feng.writes("/merge 2 1 是")
    assert (await stage.request(2)).ending == "merged"
