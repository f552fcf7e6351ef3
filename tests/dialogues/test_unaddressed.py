"""Who is asked answers without a reply, in the group or in private ("收到，马上去")."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.harness import GROUP, Stage, staged

LIFT = "电梯又坏了"
LAMP = "3栋1单元楼道的灯不亮了，黑咕隆咚的"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with staged(tmp_path) as made:
        yield made


async def states(stage: Stage) -> list[str]:
    return [each.state for each in await stage.requests()]


async def both(stage: Stage) -> None:
    """The lift, of which Wang is asked, and then a lamp in another unit, of which Zhou is."""
    await stage.li.says(LIFT)
    await stage.passes(minutes=3)
    await stage.sun.says(LAMP)


@pytest.mark.parametrize("words", ["接单", "我来", "收到，马上去", "好的 我处理", "on it"])
async def test_who_is_asked_takes_it_with_a_word(stage: Stage, words: str) -> None:
    await stage.li.says(LIFT)
    before = len(stage.said(GROUP))
    await stage.wang.says(words)
    assert await states(stage) == ["taken"]
    assert len(stage.said(GROUP)) == before, "the card shows it"


@pytest.mark.parametrize("words", ["我来", "收到，马上去", "我去看看"])
async def test_it_is_theirs_and_not_what_others_are_asked(stage: Stage, words: str) -> None:
    await both(stage)
    await stage.wang.says(words)
    assert await states(stage) == ["taken", "open"]


async def test_of_several_it_is_the_one_that_was_spoken_of_last(stage: Stage) -> None:
    await stage.li.says(LIFT)
    await stage.passes(minutes=3)
    await stage.zhao.says("二单元楼道灯也不亮了")
    await stage.wang.says("我去看看")
    assert await states(stage) == ["open", "taken"]


async def test_what_it_names_must_be_what_it_is_about(stage: Stage) -> None:
    await both(stage)
    await stage.wang.says("水管的事我来")
    assert await states(stage) == ["open", "open"]


@pytest.mark.parametrize("words", ["我来", "算我一个，我来"])
async def test_neighbours_and_who_answers_other_talk_take_nothing(stage: Stage, words: str) -> None:
    await stage.li.says(LIFT)
    await stage.zhao.says(words)
    await stage.zhao.says("谁明天有空一起打牌")
    await stage.wang.says(words)
    assert await states(stage) == ["open"]


async def test_how_it_stands_is_said_without_a_reply_too(stage: Stage) -> None:
    await both(stage)
    await stage.wang.says("/take 1")
    await stage.sun.says("楼道灯今天能修吗")
    await stage.wang.says("办好了")
    assert await states(stage) == ["done", "open"]


@pytest.mark.parametrize("words", ["接单", "我来", "收到，马上去", "on my way"])
async def test_in_private_as_well(stage: Stage, words: str) -> None:
    await both(stage)
    await stage.wang.writes(words)
    assert await states(stage) == ["taken", "open"]
    assert "#1" in stage.wang.last.text


async def test_in_private_it_is_told_that_it_is_done(stage: Stage) -> None:
    await stage.li.says(LIFT)
    await stage.wang.writes("/take 1")
    await stage.wang.writes("修好了，换了个继电器")
    assert await states(stage) == ["done"]
    assert "正在问大家" in stage.wang.last.text


@pytest.mark.parametrize("words", ["收到", "好的", "ok"])
async def test_a_mere_yes_in_private_is_asked_about(stage: Stage, words: str) -> None:
    """It may be for whatever the bot told lately."""
    await stage.li.says(LIFT)
    await stage.wang.writes(words)
    assert await states(stage) == ["open"]
    asked = stage.wang.last
    await stage.wang.presses(asked, "#1")
    assert await states(stage) == ["taken"]


async def test_in_private_it_is_asked_which_of_several(stage: Stage) -> None:
    await stage.li.says(LIFT)
    await stage.zhao.says("二单元楼道灯也不亮了")
    await stage.wang.writes("我去看看")
    assert await states(stage) == ["open", "open"]
    assert "哪一件" in stage.wang.last.text


async def test_a_command_without_a_number_means_the_only_one(stage: Stage) -> None:
    await both(stage)
    await stage.wang.writes("/take")
    assert await states(stage) == ["taken", "open"]


@pytest.mark.parametrize("room", [GROUP, "@wang"])
async def test_who_takes_once_more_what_they_have_is_still_on_it(stage: Stage, room: str) -> None:
    await stage.li.says(LIFT)
    await stage.wang.says("/take", room)
    await stage.wang.says("/take", room)
    assert await stage.events(1) == ["open", "take", "update"]
    assert await states(stage) == ["taken"]


async def test_where_another_could_be_taken_what_they_have_is_offered_beside_it(
    stage: Stage,
) -> None:
    await both(stage)
    await stage.wang.says("/take")
    await stage.wang.says("/take")
    asked = stage.last()
    assert [each.split()[0] for each in asked.labels if "#" in each] == ["#2", "#1"]
    await stage.wang.presses(asked, next(each for each in asked.labels if "#1" in each))
    assert await stage.events(1) == ["open", "take", "update"]
    assert await states(stage) == ["taken", "open"]


async def test_what_is_asked_of_them_comes_before_what_they_have(stage: Stage) -> None:
    await stage.li.says(LIFT)
    await stage.wang.writes("/take")
    await stage.passes(minutes=3)
    await stage.zhao.says("二单元楼道灯也不亮了")
    await stage.wang.writes("/take")
    assert await states(stage) == ["taken", "taken"]


async def test_what_is_sent_on_is_nobody_s_answer(stage: Stage) -> None:
    await stage.li.says(LIFT)
    await stage.wang.says("收到，马上去", forwarded=True)
    assert await states(stage) == ["open"]


@pytest.mark.parametrize("private", [True, False])
async def test_the_number_tells_which_is_meant(stage: Stage, private: bool) -> None:
    await stage.li.says(LIFT)
    await stage.passes(minutes=3)
    await stage.zhao.says("二单元楼道灯也不亮了")
    await stage.wang.says("#1 我来", stage.wang.private if private else GROUP)
    assert await states(stage) == ["taken", "open"]


async def test_a_number_that_is_none_takes_nothing(stage: Stage) -> None:
    await stage.li.says(LIFT)
    await stage.wang.says("#9 我来")
    await stage.wang.writes("#9 我来")
    assert await states(stage) == ["open"]
    assert "#9" in stage.wang.last.text


async def test_by_its_number_those_affected_say_how_it_is(stage: Stage) -> None:
    await stage.li.says(LIFT)
    await stage.sun.says("#1 我家也是")
    assert await stage.events(1) == ["open", "join"]
    await stage.wang.writes("/done 1 换了")
    await stage.sun.writes("#1 还没好")
    assert await states(stage) == ["open"]


@pytest.mark.parametrize("words", ["#1 我来", "#1 修好了", "#1 转给周叔", "#1 去不了"])
async def test_a_number_lends_no_rights(stage: Stage, words: str) -> None:
    await stage.li.says(LIFT)
    await stage.sun.says(words)
    await stage.sun.writes(words)
    assert await states(stage) == ["open"]
    assert await stage.events(1) == ["open"]


async def test_who_has_it_and_says_so_once_more_is_still_on_it(stage: Stage) -> None:
    await stage.li.says(LIFT)
    await stage.wang.writes("/take 1")
    await stage.wang.writes("#1 我来")
    assert await stage.events(1) == ["open", "take", "update"]
    assert "#1" in stage.wang.last.text


async def test_what_waits_is_asked_until_when_and_nothing_is_told_before(stage: Stage) -> None:
    await stage.li.says(LIFT)
    before = len(stage.wang.heard)
    await stage.wang.writes("等配件")
    assert len(stage.wang.heard) == before + 1
    await stage.wang.writes("周五")
    assert await states(stage) == ["waiting"]


@pytest.mark.parametrize(("words", "state"), [("楼道灯修好了", "taken"), ("电梯修好了", "done")])
async def test_what_was_mended_must_be_what_they_have(stage: Stage, words: str, state: str) -> None:
    await stage.li.says(LIFT)
    await stage.wang.writes("/take 1")
    await stage.wang.writes(words)
    assert await states(stage) == [state]
