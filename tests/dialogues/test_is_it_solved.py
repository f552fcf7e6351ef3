"""What people type where the card or the bot asks "is it solved?", and what only sounds like it."""

from __future__ import annotations

import pytest

from tests.dialogues.steps import opened, taken
from tests.harness import Stage

YES = ["yes", "Yep", "yes, thanks a lot", "it works", "all good now", "是的", "嗯", "解决了，谢谢"]
NO = ["no", "nope, still dead", "no it isn't", "not yet", "still broken", "没有，还在响", "还不行"]
NEITHER = ["no idea", "no problem", "yes but it makes a noise", "is it?", "好的", "hope it works"]


async def done(stage: Stage) -> None:
    """Wang says that it is done, and Li is asked."""
    await taken(stage)
    await stage.wang.writes("/done 1 换了")


@pytest.mark.parametrize("words", YES)
async def test_yes_in_reply_to_the_card(stage: Stage, words: str) -> None:
    await done(stage)
    await stage.li.says(words, reply_to=stage.card(1))
    assert (await stage.request()).ending == "solved"


@pytest.mark.parametrize("words", NO)
async def test_no_in_reply_to_the_card_opens_it_again(stage: Stage, words: str) -> None:
    await done(stage)
    await stage.li.says(words, reply_to=stage.card(1))
    assert "not_solved" in await stage.events()


@pytest.mark.parametrize("words", NEITHER)
async def test_what_is_neither_leaves_the_question_open(stage: Stage, words: str) -> None:
    await done(stage)
    await stage.li.says(words, reply_to=stage.card(1))
    assert (await stage.request()).state == "done"


@pytest.mark.parametrize(("words", "state"), [("no", "open"), ("yes", "closed")])
async def test_in_private_without_a_reply(stage: Stage, words: str, state: str) -> None:
    await done(stage)
    await stage.li.writes(words)
    assert (await stage.request()).state == state


@pytest.mark.parametrize("words", ["yes", "no", "没有"])
async def test_where_it_is_not_asked_a_yes_says_nothing(stage: Stage, words: str) -> None:
    await taken(stage)
    await stage.li.says(words, reply_to=stage.card(1))
    assert (await stage.request()).state == "taken"


@pytest.mark.parametrize("words", ["yes", "no", "没有"])
async def test_a_neighbour_s_mere_yes_or_no_answers_nothing(stage: Stage, words: str) -> None:
    await done(stage)
    await stage.zhao.says(words, reply_to=stage.card(1))
    assert (await stage.request()).state == "done"


@pytest.mark.parametrize(
    "words", ["all good now", "it works", "solved", "解决了", "up and running"]
)
async def test_who_has_it_says_that_it_is_done(stage: Stage, words: str) -> None:
    await taken(stage)
    await stage.wang.says(words, reply_to=stage.card(1))
    assert (await stage.request()).state == "done"


async def test_a_neighbour_who_says_that_it_is_fine_is_no_further_household(stage: Stage) -> None:
    await taken(stage)
    await stage.zhao.says("all good now", reply_to=stage.card(1))
    assert "join" not in await stage.events()


@pytest.mark.parametrize("words", ["mine too", "ours as well", "1", "+1"])
async def test_a_neighbour_s_too_in_reply_to_the_card_joins(stage: Stage, words: str) -> None:
    await opened(stage)
    await stage.zhao.says(words, reply_to=stage.card(1))
    assert await stage.events() == ["open", "join"]


async def test_mine_in_reply_to_the_card_takes_it(stage: Stage) -> None:
    await opened(stage)
    await stage.zhao.says("mine", reply_to=stage.card(1))
    assert (await stage.request()).state == "open"
    await stage.wang.says("mine", reply_to=stage.card(1))
    assert (await stage.request()).state == "taken"


async def test_still_broken_is_no_sign_of_life(stage: Stage) -> None:
    await taken(stage)
    await stage.li.says("still broken", reply_to=stage.card(1))
    assert await stage.events() == ["open", "take", "detail"]


async def test_commands_in_reply_to_the_card_are_commands(stage: Stage) -> None:
    await opened(stage)
    await stage.wang.says("done replaced the relay", reply_to=stage.card(1))
    assert (await stage.request()).state == "done"
    await stage.li.writes("mine")
    assert "我的" in stage.li.last.whole
