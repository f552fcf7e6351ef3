"""Where the bot asks first: what answers its question, and neighbours who say the same."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.tables import Supporter
from tests.fakes.rooms import Shown
from tests.harness import GROUP, Stage, staged

LIFT, WATER = "咱们楼电梯又坏了", "停水了"
YES = [
    "要",
    "要的",
    "是",
    "登记",
    "好的",
    "yes",
    "yes please",
    "要，请登记",
    "要，請登記",
    "要的，谢谢",
]
NO = ["不用", "不用了", "no", "不用，随口说说", "算了", "no thanks"]
NEITHER = ["要不要啊", "谁要", "不知道", "哈哈"]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    async with staged(tmp_path) as made:
        await made.feng.says("/settings mode suggest")
        yield made


async def asked(stage: Stage, words: str = LIFT) -> Shown:
    """Li says something and is asked whether it is a request."""
    await stage.li.says(words)
    question = stage.last()
    assert "要我登记" in question.text
    return question


async def voices(stage: Stage) -> int:
    async with stage.app.store.read() as store:
        return len((await store.scalars(select(Supporter))).all())


def shown(stage: Stage, question: Shown) -> Shown:
    """The question as it stands now."""
    return next(each for each in stage.said() if each.id == question.id)


@pytest.mark.parametrize("words", YES)
async def test_a_typed_yes_opens_it(stage: Stage, words: str) -> None:
    question = await asked(stage)
    await stage.li.says(words, reply_to=question)
    assert (await stage.request(1)).category == "lift"
    assert not shown(stage, question).labels


@pytest.mark.parametrize("words", NO)
async def test_a_typed_no_does_not_and_the_question_is_over(stage: Stage, words: str) -> None:
    question = await asked(stage)
    await stage.li.says(words, reply_to=question)
    assert not await stage.requests()
    assert "不登记" in shown(stage, question).text


@pytest.mark.parametrize(("words", "opens"), [("要", 1), ("好的", 1), ("yes", 1), ("不用了", 0)])
async def test_said_at_once_it_needs_no_reply(stage: Stage, words: str, opens: int) -> None:
    question = await asked(stage)
    await stage.li.says(words)
    assert len(await stage.requests()) == opens
    assert not shown(stage, question).labels


@pytest.mark.parametrize("words", ["要", "好的", "不用了"])
async def test_after_somebody_else_or_long_after_it_may_be_said_to_them(
    stage: Stage, words: str
) -> None:
    question = await asked(stage)
    await stage.zhao.says("晚上一起打牌吗")
    await stage.li.says(words)
    assert shown(stage, question).labels
    other = await asked(stage, "3栋2单元501厨房水管漏水了")
    await stage.passes(hours=2)
    await stage.li.says(words)
    assert shown(stage, other).labels
    assert not await stage.requests()


@pytest.mark.parametrize("words", NEITHER)
async def test_what_is_neither_leaves_the_question_open(stage: Stage, words: str) -> None:
    question = await asked(stage)
    await stage.li.says(words)
    await stage.li.says(words, reply_to=question)
    assert shown(stage, question).labels
    assert not await stage.requests()


async def test_a_neighbour_s_yes_is_no_answer(stage: Stage) -> None:
    question = await asked(stage)
    await stage.zhao.says("要", reply_to=question)
    assert shown(stage, question).labels


@pytest.mark.parametrize("words", ["没水了", "我家也停水了", "怎么又停水", "我家也是", "+1"])
async def test_a_neighbour_who_says_the_same_opens_it_with_both_voices(
    stage: Stage, words: str
) -> None:
    question = await asked(stage, WATER)
    before = len(stage.said())
    await stage.sun.says(words)
    request = await stage.request(1)
    assert request.words == WATER
    assert await voices(stage) == 2
    assert not shown(stage, question).labels
    assert len(stage.said()) == before + 1, "the card, and no second question"


@pytest.mark.parametrize("words", ["我家也是", "me too", "1", "我们这边也没水"])
async def test_in_reply_to_the_question_as_well(stage: Stage, words: str) -> None:
    question = await asked(stage, WATER)
    await stage.zhao.says("晚上一起打牌吗")
    await stage.sun.says(words, reply_to=question)
    assert (await stage.request(1)).words == WATER
    assert await voices(stage) == 2


async def test_five_households_are_one_request(stage: Stage) -> None:
    await asked(stage, "家里没水了")
    told = ((stage.zhao, "我家也没水"), (stage.sun, "停水了？"), (stage.wang, "1单元也没水"))
    for who, words in (*told, (stage.zhou, "没水+1")):
        await stage.passes(seconds=20)
        await who.says(words)
    assert len(await stage.requests()) == 1
    assert not [each for each in stage.said() if each.labels and "要我登记" in each.text]


@pytest.mark.parametrize(
    "words", ["哈哈", "早上好", "楼道灯不亮了", "是不是水费没交", "谁知道几点来水", "太太也这么说"]
)
async def test_what_is_not_the_same_seconds_nothing(stage: Stage, words: str) -> None:
    question = await asked(stage, WATER)
    await stage.sun.says(words)
    await stage.sun.says(words, reply_to=question)
    assert not await stage.requests()
    assert shown(stage, question).labels


async def test_what_was_declined_is_asked_about_anew(stage: Stage) -> None:
    question = await asked(stage, WATER)
    await stage.li.presses(question, "不用")
    await stage.sun.says("没水了")
    assert not await stage.requests()
    assert "要我登记" in stage.last().text


@pytest.mark.parametrize("how", ["words", "button"])
@pytest.mark.parametrize("words", ["收到", "我来"])
async def test_who_is_asked_then_takes_it_with_a_word(stage: Stage, how: str, words: str) -> None:
    question = await asked(stage, "电梯坏了")
    await (stage.li.says("要") if how == "words" else stage.li.presses(question, "登记"))
    await stage.wang.says(words)
    assert (await stage.request(1)).state == "taken"


async def test_words_changed_while_it_is_asked_are_the_ones_that_count(stage: Stage) -> None:
    said = await stage.li.says("楼道灯不亮了")
    await stage.li.edits(said, "3栋1单元楼道灯不亮了")
    await stage.li.says("要")
    request = await stage.request(1)
    assert request.words == "3栋1单元楼道灯不亮了"
    assert request.place == {"building": "3", "unit": "1"}
    assert len(await stage.requests()) == 1
    assert not [each for each in stage.said() if "要我登记" in each.text]


async def test_the_same_words_once_more_are_not_asked_about_anew(stage: Stage) -> None:
    said = await stage.li.says(LIFT)
    before = len(stage.said())
    await stage.li.edits(said, LIFT)
    assert len(stage.said()) == before
    assert stage.last().labels
    await stage.li.says("要")
    assert (await stage.request(1)).words == LIFT


async def test_a_neighbour_bears_out_the_words_as_they_were_changed(stage: Stage) -> None:
    said = await stage.li.says("停水了")
    await stage.li.edits(said, "家里停水了，一滴都没有")
    await stage.zhao.says("我家也是")
    assert (await stage.request(1)).words == "家里停水了，一滴都没有"
    assert await voices(stage) == 2


@pytest.mark.parametrize("how", ["edited", "recalled"])
async def test_what_was_taken_back_is_no_request_whoever_says_the_same(
    stage: Stage, how: str
) -> None:
    said = await stage.li.says(LIFT)
    question = stage.last()
    await (stage.li.recalls(said) if how == "recalled" else stage.li.edits(said, "发错群了"))
    assert shown(stage, question).text == "好的，不登记。"
    await stage.zhao.says("我家也是")
    await stage.li.says("要")
    assert not await stage.requests()


async def test_who_asked_says_it_once_more_is_no_second_household(stage: Stage) -> None:
    await asked(stage, WATER)
    await stage.li.says("没水了")
    assert not await stage.requests()


async def test_when_it_was_opened_it_is_not_opened_again(stage: Stage) -> None:
    question = await asked(stage, WATER)
    await stage.sun.says("没水了")
    await stage.li.says("要", reply_to=question)
    assert len(await stage.requests()) == 1


async def test_after_a_restart_nothing_is_remembered_and_it_is_asked_anew(stage: Stage) -> None:
    await asked(stage, WATER)
    await stage.restarts()
    await stage.sun.says("没水了")
    assert not await stage.requests()
    assert len(stage.said(GROUP)) == 3
