"""Who is asked and cannot come says so in words, as by the button; the next ones are asked."""

from __future__ import annotations

import pytest

from tests.dialogues.steps import opened, taken
from tests.harness import Stage

BUSY = [
    "去不了",
    "我没空",
    "抱歉，今天来不了",
    "我来不了",
    "can't come",
    "sorry, I'm busy",
    "走不开",
]
LATER = ["我现在没空，晚点去", "今天没空，明天去", "I'm busy, will come tomorrow", "我来不及吃饭了"]
NOT_ME = ["你去不了我去", "周叔没空", "他来不了吗？", "没空调", "the plumber can't come"]


@pytest.mark.parametrize("words", BUSY)
async def test_in_reply_to_the_card_somebody_else_is_asked(stage: Stage, words: str) -> None:
    await opened(stage)
    await stage.wang.says(words, reply_to=stage.card(1))
    assert "pass_on" in await stage.events()
    assert "周叔" in stage.card(1).text


@pytest.mark.parametrize("words", ["去不了", "我没空", "can't come"])
async def test_in_private_and_without_a_reply_as_well(stage: Stage, words: str) -> None:
    await opened(stage)
    await stage.wang.writes(words)
    assert "pass_on" in await stage.events()
    assert "转给别人" in stage.wang.last.text
    await stage.zhou.says(words)
    assert (await stage.events()).count("pass_on") == 2


@pytest.mark.parametrize("words", [*LATER, *NOT_ME])
async def test_who_comes_later_or_speaks_of_others_hands_nothing_on(
    stage: Stage, words: str
) -> None:
    await opened(stage)
    await stage.wang.says(words, reply_to=stage.card(1))
    assert "pass_on" not in await stage.events()


@pytest.mark.parametrize("words", ["我来不了", "我来不及"])
async def test_who_cannot_come_takes_nothing(stage: Stage, words: str) -> None:
    await opened(stage)
    await stage.wang.says(words, reply_to=stage.card(1))
    assert (await stage.request()).state == "open"


async def test_who_has_it_already_gives_nothing_up_by_that(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.says("我没空", reply_to=stage.card(1))
    assert (await stage.request()).state == "taken"


@pytest.mark.parametrize("words", ["去不了", "我没空"])
async def test_a_neighbour_who_is_not_asked_hands_nothing_on(stage: Stage, words: str) -> None:
    await opened(stage)
    await stage.zhao.says(words, reply_to=stage.card(1))
    assert "pass_on" not in await stage.events()


OFFERED = "请转给别人"


@pytest.mark.parametrize("where", ["group", "reply", "private"])
async def test_who_has_it_and_cannot_come_is_offered_to_pass_it_on(
    stage: Stage, where: str
) -> None:
    await taken(stage)
    due = (await stage.request()).progress_due
    await stage.passes(hours=1)
    if where == "private":
        await stage.wang.writes("我来不了")
    else:
        reply_to = stage.card(1) if where == "reply" else None
        await stage.wang.says("我去不了", reply_to=reply_to)
    assert OFFERED in stage.wang.last.text
    assert (await stage.request()).progress_due == due
    await stage.wang.presses(stage.wang.last, "转给别人")
    await stage.wang.presses(stage.wang.last, "往上一级")
    assert "pass_on" in await stage.events()


async def test_who_has_it_and_comes_later_is_still_on_it(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.says("我现在没空，晚点去", reply_to=stage.card(1))
    assert OFFERED not in stage.wang.last.text
