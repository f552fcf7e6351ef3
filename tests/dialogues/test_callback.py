"""After "done": proof, the question and its reminder, reopening, ends in words, ageing."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from handlers.chat.platform import Capabilities
from tests.dialogues.policies import governed, local
from tests.harness import GROUP, Stage

LAMP = "楼道的灯坏了"
PHOTO = '[categories]\nelectricity = { ladder = "technical", evidence = ["photo"] }\n'


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with governed(tmp_path) as made:
        yield made


async def finished(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.writes("/done 1 换了灯泡")


# The question and its reminder ---------------------------------------------------------------


async def test_who_does_not_answer_is_asked_once_more_then_it_is_unknown(stage: Stage) -> None:
    """R47"""
    await finished(stage)
    first = stage.li.last
    assert local((await stage.request(1)).callback_due) == "03-04 09:00"
    await stage.passes(days=1, minutes=1)
    assert "再问一次" in stage.li.last.text
    assert not first.labels, "there is one place to answer, not two"
    assert (await stage.events(1)).count("remind") == 1
    await stage.passes(days=1)
    request = await stage.request(1)
    assert (request.state, request.ending) == ("closed", "unknown")
    assert "没有收到提的人回音" in stage.card(1).text
    assert not stage.li.last.labels
    assert (await stage.events(1)).count("remind") == 1


async def test_the_reminder_can_be_answered(stage: Stage) -> None:
    await finished(stage)
    await stage.passes(days=1, minutes=1)
    await stage.li.presses(stage.li.last, "解决了")
    assert (await stage.request(1)).ending == "solved"
    assert "谢谢" in stage.li.last.text


async def test_who_answered_is_not_reminded(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.sun.says("我家也是")
    await stage.wang.writes("/done 1 换了灯泡")
    await stage.li.presses(stage.li.last, "解决了")
    before = len(stage.li.heard)
    await stage.passes(days=1, minutes=1)
    assert len(stage.li.heard) == before
    assert "再问一次" in stage.sun.last.text
    await stage.passes(days=1)
    assert (await stage.request(1)).ending == "solved", "one said so, nobody says no"


async def test_the_reminder_does_not_come_at_night(tmp_path: Path) -> None:
    own = "[callback]\nhours = 48\nremind_hours = 14\n"
    async with governed(tmp_path, own) as stage:
        await finished(stage)
        await stage.passes(hours=20)
        assert "再问一次" not in stage.li.last.text
        await stage.passes(hours=3)
        assert "再问一次" in stage.li.last.text


async def test_who_has_no_private_chat_is_reminded_in_the_group(tmp_path: Path) -> None:
    """R47: a second channel"""
    async with governed(tmp_path, capabilities=Capabilities(speaks_first=False)) as stage:
        await stage.does("@li", "li", "standing", present=False)
        await finished(stage)
        assert not stage.li.heard
        await stage.passes(days=1, minutes=1)
        assert "@li" in stage.last(GROUP).text
        await stage.li.presses(stage.card(1), "解决了")
        assert (await stage.request(1)).ending == "solved"


async def test_the_times_of_asking_are_policy(tmp_path: Path) -> None:
    own = "[callback]\nhours = 6\nremind_hours = 2\n"
    async with governed(tmp_path, own) as stage:
        await finished(stage)
        await stage.passes(hours=2, minutes=1)
        assert "再问一次" in stage.li.last.text
        await stage.passes(hours=4)
        assert (await stage.request(1)).ending == "unknown"


async def test_a_restart_between_the_two_questions(stage: Stage) -> None:
    await finished(stage)
    await stage.passes(hours=20)
    await stage.sleeps(hours=10)
    assert (await stage.events(1)).count("remind") == 1
    await stage.passes(days=1)
    assert (await stage.request(1)).ending == "unknown"


async def test_both_moments_missed_ends_it_without_a_late_reminder(stage: Stage) -> None:
    """R56"""
    await finished(stage)
    before = len(stage.li.heard)
    await stage.sleeps(days=5)
    assert (await stage.request(1)).ending == "unknown"
    assert len(stage.li.heard) == before


# Proof --------------------------------------------------------------------------------------


async def test_where_a_photo_is_wanted_it_is_asked_for(tmp_path: Path) -> None:
    """R34"""
    async with governed(tmp_path, PHOTO) as stage:
        await finished(stage)
        assert (await stage.request(1)).state == "taken"
        assert "照片" in stage.wang.last.text
        await stage.wang.sends_photo("", stage.wang.private)
        request = await stage.request(1)
        assert request.state == "done"
        assert request.reason == "换了灯泡", "the words said before are kept"


async def test_a_photo_sent_before_is_proof(tmp_path: Path) -> None:
    async with governed(tmp_path, PHOTO) as stage:
        await stage.li.says(LAMP)
        await stage.wang.presses(stage.page(stage.wang), "我来")
        await stage.wang.sends_photo("换好的样子", reply_to=stage.card(1))
        await stage.wang.writes("/done 1 换了灯泡")
        assert (await stage.request(1)).state == "done"


async def test_a_photo_with_the_word_done_is_proof(tmp_path: Path) -> None:
    async with governed(tmp_path, PHOTO) as stage:
        await stage.li.says(LAMP)
        await stage.wang.presses(stage.page(stage.wang), "我来")
        await stage.wang.sends_photo("/done 1 换了灯泡", stage.wang.private)
        assert (await stage.request(1)).state == "done"


async def test_the_reporter_s_own_photo_is_no_proof(tmp_path: Path) -> None:
    async with governed(tmp_path, PHOTO) as stage:
        await stage.li.sends_photo(LAMP)
        await stage.wang.presses(stage.page(stage.wang), "我来")
        await stage.wang.presses(stage.page(stage.wang), "修好了")
        assert (await stage.request(1)).state == "taken"


async def test_proof_is_asked_after_a_code_by_button_too(tmp_path: Path) -> None:
    async with governed(tmp_path, PHOTO) as stage:
        await stage.li.says(LAMP)
        await stage.wang.presses(stage.page(stage.wang), "我来")
        await stage.wang.presses(stage.page(stage.wang), "换新的了")
        await stage.wang.sends_photo("", stage.wang.private)
        request = await stage.request(1)
        assert (request.state, request.reason_code) == ("done", "replaced")


async def test_done_said_in_the_group_without_proof_is_answered_in_private(tmp_path: Path) -> None:
    async with governed(tmp_path, PHOTO) as stage:
        await stage.li.says(LAMP)
        await stage.wang.presses(stage.page(stage.wang), "我来")
        await stage.wang.says("修好了", reply_to=stage.card(1))
        assert (await stage.request(1)).state == "taken"


async def test_words_or_a_code_may_be_wanted(tmp_path: Path) -> None:
    own = """
[categories]
electricity = { ladder = "technical", evidence = ["words"] }
lift = { ladder = "technical", evidence = ["code"] }
"""
    async with governed(tmp_path, own) as stage:
        await stage.li.says(LAMP)
        await stage.wang.presses(stage.page(stage.wang), "我来")
        await stage.wang.presses(stage.page(stage.wang), "修好了")
        assert (await stage.request(1)).state == "taken"
        await stage.wang.writes("换了灯泡和开关")
        request = await stage.request(1)
        assert (request.state, request.reason) == ("done", "换了灯泡和开关")
        await stage.li.says("电梯坏了")
        await stage.wang.writes("/take 2")
        await stage.wang.writes("/done 2 弄好了")
        assert (await stage.request(2)).state == "taken"
        await stage.wang.presses(stage.wang.last, "修好了")
        assert (await stage.request(2)).state == "done"


async def test_the_reporter_needs_no_proof(tmp_path: Path) -> None:
    async with governed(tmp_path, PHOTO) as stage:
        await stage.li.says(LAMP)
        await stage.li.writes("/done 1 自己好了")
        assert (await stage.request(1)).state == "closed"


# Reopening ----------------------------------------------------------------------------------


async def test_not_solved_opens_it_one_rung_up_and_asks_why(stage: Stage) -> None:
    """R43, R48"""
    await finished(stage)
    await stage.li.presses(stage.li.last, "没解决")
    request = await stage.request(1)
    assert (request.state, request.rung) == ("open", 1)
    assert local(request.answer_due) == "03-03 09:00", "a new promise"
    assert stage.page(stage.zhou)
    await stage.li.presses(stage.li.last, "又坏了")
    assert (await stage.request(1)).reason_code == "came_back"


async def test_a_household_that_never_joined_may_say_so(stage: Stage) -> None:
    """R43"""
    await finished(stage)
    await stage.li.presses(stage.li.last, "解决了")
    await stage.sun.presses(stage.card(1), "没解决")
    assert (await stage.request(1)).state == "open"


async def test_who_may_reopen_is_a_public_rule(tmp_path: Path) -> None:
    """R44"""
    own = '[reopening]\nby = ["reporter"]\n'
    async with governed(tmp_path, own) as stage:
        await finished(stage)
        await stage.li.presses(stage.li.last, "解决了")
        assert "报的人" in await stage.sun.presses(stage.card(1), "没解决")
        assert (await stage.request(1)).state == "closed"
        await stage.li.presses(stage.card(1), "没解决")
        assert (await stage.request(1)).state == "open"


async def test_how_often_it_may_be_reopened_is_a_public_rule(tmp_path: Path) -> None:
    """R44"""
    async with governed(tmp_path, "[reopening]\ntimes = 1\n") as stage:
        await finished(stage)
        await stage.li.presses(stage.card(1), "解决了")
        await stage.li.presses(stage.card(1), "没解决")
        await stage.zhou.writes("/done 1 又换了")
        await stage.li.presses(stage.card(1), "解决了")
        toast = await stage.li.presses(stage.card(1), "没解决")
        assert "重开过 1 次" in toast
        assert (await stage.request(1)).state == "closed"


async def test_how_long_it_may_be_reopened_is_a_public_rule(tmp_path: Path) -> None:
    async with governed(tmp_path, "[reopening]\ndays = 2\n") as stage:
        await finished(stage)
        await stage.li.presses(stage.li.last, "解决了")
        await stage.passes(days=3)
        assert "2 天" in await stage.li.presses(stage.card(1), "没解决")
        assert (await stage.request(1)).state == "closed"


# Ends in their own words ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/cannot 1 没有经费", "解决不了"),
        ("/refer 1 转给供电局了", "转给有关部门"),
    ],
)
async def test_other_ends_are_told_in_their_own_words(
    stage: Stage, command: str, words: str
) -> None:
    """R42"""
    await stage.li.says(LAMP)
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.writes(command)
    assert words in stage.li.last.text
    assert "解决了吗" not in stage.li.last.text
    assert words in stage.card(1).text
    assert "谢谢大家" not in stage.card(1).text, "nobody is glad of what is not solved"


async def test_what_is_not_needed_is_told_with_why(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.feng.writes("/close 1 整栋楼要重新布线")
    assert "整栋楼要重新布线" in stage.li.last.text


# Ageing --------------------------------------------------------------------------------------


async def test_what_is_not_solved_for_long_goes_to_the_next_meeting(tmp_path: Path) -> None:
    """R35"""
    async with governed(tmp_path, "[ageing]\ndays = 5\n") as stage:
        await stage.li.says(LAMP)
        await stage.passes(days=4)
        await stage.feng.writes("/ageing")
        assert "0 件" in stage.feng.last.title
        await stage.passes(days=2)
        request = await stage.request(1)
        assert request.state == "open", "never closed silently"
        assert (await stage.events(1)).count("age") == 1
        assert any("下次会议" in each.text for each in stage.feng.heard)
        await stage.feng.writes("/待议 3栋")
        assert "#1" in stage.feng.last.text


async def test_what_ended_is_not_on_the_list(tmp_path: Path) -> None:
    async with governed(tmp_path, "[ageing]\ndays = 2\n") as stage:
        await stage.li.says(LAMP)
        await stage.passes(days=3)
        await stage.feng.writes("/close 1 solved")
        await stage.feng.writes("/ageing")
        assert "0 件" in stage.feng.last.title


async def test_what_waits_for_a_meeting_is_on_its_list(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.wang.writes("/wait 1 等开会决定 3月20日")
    assert (await stage.request(1)).reason_code == "approval"
    await stage.feng.writes("/ageing")
    assert "#1" in stage.feng.last.text


async def test_a_manager_puts_one_on_the_list_by_hand(stage: Stage) -> None:
    await stage.li.says(LAMP)
    await stage.feng.writes("/ageing 1")
    assert "#1" in stage.feng.last.text
    assert (await stage.request(1)).tabled_at is not None
    await stage.zhou.writes("/ageing 1")
    assert "社区工作者" in stage.zhou.last.text, "not for captains"


async def test_a_wait_ages_too(tmp_path: Path) -> None:
    async with governed(tmp_path, "[ageing]\ndays = 3\n") as stage:
        await stage.li.says(LAMP)
        await stage.wang.writes("/wait 1 等配件 3月15日")
        await stage.passes(days=4)
        assert (await stage.request(1)).state == "waiting"
        assert (await stage.request(1)).tabled_at is not None
