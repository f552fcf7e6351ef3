"""What people put right is kept to learn from: cues alone, the words only of those who agree."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from handlers.chat.platform import Capabilities
from storage.tables import Correction
from tests.dialogues.steps import REPORT
from tests.fakes.rooms import Shown
from tests.harness import Actor, Stage, staged

TALK = "晚上一起吃火锅去不去呀"


async def kept(stage: Stage) -> list[Correction]:
    async with stage.app.store.read() as store:
        return list(await store.scalars(select(Correction).order_by(Correction.id)))


async def only(stage: Stage) -> Correction:
    (found,) = await kept(stage)
    return found


def question(actor: Actor) -> Shown:
    """Whether one's words may be kept."""
    (found,) = [each for each in actor.heard if "您的原话能留给我" in each.text]
    return found


def was_asked(actor: Actor) -> bool:
    return any("您的原话能留给我" in each.text for each in actor.heard)


async def test_no_request_is_kept_by_its_cues_alone(stage: Stage) -> None:
    await stage.li.says(REPORT)
    await stage.zhou.says("/cancel 1")
    found = await only(stage)
    assert (found.kind, found.right["outcome"], found.text) == ("not_request", "talk", None)
    assert "#c lift" in found.seen["tables"]["whole"]
    assert "电梯" not in str(found.seen)


async def test_the_sender_is_asked_once_and_no_answer_means_no(stage: Stage) -> None:
    await stage.li.says(REPORT)
    await stage.zhou.says("/cancel 1")
    assert "#1" in question(stage.li).text
    await stage.li.says("楼道灯不亮了，黑咕隆咚的")
    await stage.zhou.says("/cancel 2")
    question(stage.li)
    assert [each.text for each in await kept(stage)] == [None, None]


async def test_with_consent_the_words_are_kept_also_those_before(stage: Stage) -> None:
    await stage.li.says(REPORT)
    await stage.zhou.says("/cancel 1")
    await stage.li.presses(question(stage.li), "可以")
    assert (await only(stage)).text == REPORT
    await stage.li.says("楼道灯不亮了，黑咕隆咚的")
    await stage.zhou.says("/cancel 2")
    assert [each.text for each in await kept(stage)] == [REPORT, "楼道灯不亮了，黑咕隆咚的"]


async def test_who_says_no_is_asked_no_more(stage: Stage) -> None:
    await stage.li.says(REPORT)
    await stage.zhou.says("/cancel 1")
    await stage.li.presses(question(stage.li), "不用了")
    assert "不留" in question_answered(stage)
    assert (await only(stage)).text is None


def question_answered(stage: Stage) -> str:
    return next(each.text for each in stage.li.heard if "原话" in each.text)


async def test_consent_is_taken_back_and_the_words_are_gone(stage: Stage) -> None:
    await stage.li.writes("/原话 可以")
    await stage.li.says(REPORT)
    await stage.zhou.says("/cancel 1")
    assert (await only(stage)).text == REPORT
    assert not was_asked(stage.li), "she had said so already"
    await stage.li.writes("/consent off")
    assert "也删了" in stage.li.last.text
    assert (await only(stage)).text is None


async def test_the_command_alone_says_what_holds(stage: Stage) -> None:
    await stage.li.writes("/consent")
    assert "不留您的原话" in stage.li.last.text
    await stage.li.presses(stage.li.last, "可以")
    await stage.li.writes("/consent")
    assert "可以留下您的原话" in stage.li.last.text


async def test_what_is_not_understood_is_said_with_the_way(stage: Stage) -> None:
    await stage.li.writes("/consent perhaps")
    assert "/原话 可以" in stage.li.last.text


async def test_one_s_consent_is_nobody_else_s(stage: Stage) -> None:
    await stage.zhou.writes("/原话 可以")
    await stage.li.says(REPORT)
    await stage.zhou.says("/cancel 1")
    assert (await only(stage)).text is None, "Zhou corrected it, the words are Li's"


async def test_another_category_is_kept_with_what_it_was(stage: Stage) -> None:
    await stage.li.says(REPORT)
    await stage.zhou.says("/recategorise 1 噪音")
    found = await only(stage)
    assert (found.kind, found.was, found.right) == (
        "category",
        {"category": "lift"},
        {"category": "noise"},
    )


async def test_of_two_corrections_the_last_counts(stage: Stage) -> None:
    await stage.li.says(REPORT)
    await stage.zhou.says("/recategorise 1 噪音")
    await stage.zhou.says("/recategorise 1 用水")
    assert (await only(stage)).right == {"category": "water"}


async def test_a_correction_taken_back_teaches_nothing(stage: Stage) -> None:
    await stage.li.says(REPORT)
    await stage.feng.writes("/recategorise 1 噪音")
    await stage.feng.presses(stage.feng.last, "撤销")
    assert await kept(stage) == []


async def test_another_place_is_kept_by_where_it_could_be_known_from(stage: Stage) -> None:
    await stage.li.says("我家水管漏水了，漏了一地")
    await stage.zhou.says("/move 1 3栋")
    found = await only(stage)
    assert found.kind == "place"
    assert (found.right["unit"], found.right["tail"]) == ("none", "none")


async def test_a_place_that_no_source_told_of_teaches_nothing(stage: Stage) -> None:
    await stage.li.says(REPORT)
    await stage.zhou.says("/move 1 4栋1单元")
    assert await kept(stage) == []


async def test_how_urgent_it_is_is_kept_as_well(stage: Stage) -> None:
    await stage.li.says(REPORT)
    was = (await stage.request()).urgency
    other = "紧急" if was == "normal" else "一般"
    await stage.zhou.says(f"/urgency 1 {'urgent' if was == 'normal' else 'normal'}")
    found = await only(stage)
    assert (found.kind, found.was) == ("urgency", {"urgency": was}), other


async def test_what_was_passed_over_is_kept_as_it_stood_when_it_was_said(stage: Stage) -> None:
    said = await stage.li.says(TALK)
    await stage.zhao.says("哈哈好呀")
    await stage.wang.says("/report", reply_to=said)
    found = await only(stage)
    assert (found.kind, found.right, found.text) == ("missed", {"outcome": "open"}, None)
    assert "@first" in found.seen["tables"]["whole"], "nothing had been said before"
    await stage.li.presses(question(stage.li), "可以")
    assert (await only(stage)).text == TALK


async def test_words_of_the_one_who_reports_are_not_the_sender_s(stage: Stage) -> None:
    said = await stage.li.says(TALK)
    await stage.li.writes("/原话 可以")
    await stage.wang.says("/report 天然气味道有点大", reply_to=said)
    assert (await only(stage)).text is None


async def test_what_a_neighbour_reports_in_one_s_stead_is_not_their_own(stage: Stage) -> None:
    said = await stage.li.says(TALK)
    await stage.zhao.writes("/原话 可以")
    await stage.zhao.says("/report", reply_to=said)
    found = await only(stage)
    assert (found.kind, found.sender_id, found.text) == ("missed", None, None)
    assert not was_asked(stage.li)


async def test_merged_or_split_tells_what_is_the_same(stage: Stage) -> None:
    await stage.li.says(REPORT)
    await stage.sun.says("1单元楼道灯不亮了，黑咕隆咚的")
    await stage.feng.says("/merge 2 1")
    await stage.feng.says("/split 1 三楼的垃圾没人收")
    merged, split = await kept(stage)
    assert (merged.kind, merged.right) == ("merged", {"link": "yes"})
    assert (split.kind, split.right) == ("split", {"link": "no"})
    assert "垃圾" not in str(split.seen)
    assert not was_asked(stage.sun), "of these nothing is kept that could be words"


async def test_answers_to_the_question_are_examples_too(stage: Stage) -> None:
    await stage.feng.says("/settings mode suggest")
    await stage.li.says(REPORT)
    await stage.li.presses(stage.last(), "要，请登记")
    await stage.li.says("楼道灯不亮了，黑咕隆咚的")
    await stage.li.presses(stage.last(), "不用，随口说说")
    assert [each.kind for each in await kept(stage)] == ["confirmed", "not_request"]
    assert not was_asked(stage.li), "who was asked already is left alone"


async def test_no_to_the_question_keeps_words_only_with_consent(stage: Stage) -> None:
    await stage.feng.says("/settings mode suggest")
    await stage.li.writes("/原话 可以")
    await stage.li.says(REPORT)
    await stage.li.presses(stage.last(), "不用，随口说说")
    assert (await only(stage)).text == REPORT


async def test_amid_danger_nobody_is_asked_for_their_words(stage: Stage) -> None:
    await stage.li.says("着火了！！3栋2单元楼道全是烟")
    await stage.zhou.says("/cancel 1")
    assert await kept(stage)
    assert not was_asked(stage.li)


async def test_while_it_is_asked_whether_it_is_solved_nothing_else_is_asked(stage: Stage) -> None:
    await stage.li.says(REPORT)
    await stage.wang.says("/done 1 修好了")
    await stage.zhou.says("/recategorise 1 噪音")
    assert await kept(stage)
    assert not was_asked(stage.li)


async def test_what_was_filed_by_buttons_was_not_read(stage: Stage) -> None:
    await stage.li.writes("/report 3栋2单元的电梯又坏了")
    await stage.zhou.says("/recategorise 1 噪音")
    assert await kept(stage) == []


async def test_who_cannot_be_written_to_is_not_asked(tmp_path: Path) -> None:
    deaf = Capabilities(private=False)
    async with staged(tmp_path, capabilities=deaf) as stage:
        await stage.li.says(REPORT)
        await stage.zhou.says("/cancel 1")
        assert await kept(stage)
        assert not was_asked(stage.li)


async def test_at_night_the_question_waits_for_the_morning(stage: Stage) -> None:
    await stage.passes(hours=14)  # 23:00
    await stage.li.says(REPORT)
    await stage.zhou.says("/cancel 1")
    assert not was_asked(stage.li)
    await stage.passes(hours=9)
    assert was_asked(stage.li)


@pytest.mark.parametrize("said", ["lend:maybe", "lend:", "lend:yes:1"])
async def test_a_press_of_another_shape_changes_nothing(stage: Stage, said: str) -> None:
    await stage.li.writes("/consent")
    await stage.li.presses_data(stage.li.last, said)
    await stage.li.writes("/consent")
    assert "不留您的原话" in stage.li.last.text
