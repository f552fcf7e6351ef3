"""A plain question how something stands is answered like one that names it by its number."""

from __future__ import annotations

import pytest

from tests.dialogues.steps import opened, taken
from tests.harness import ALL, GROUP, Stage

TALK = ("今天菜市场豆角便宜", "几块钱一斤", "三块五", "晚上谁打牌", "我来")


async def answered(stage: Stage, who: str, text: str, room: str = GROUP) -> str:
    """What the bot says to it, if anything."""
    before = len(stage.said(room))
    await stage.cast[who].says(text, room)
    said = stage.said(room)[before:]
    assert len(said) <= 1, "one short answer"
    assert len(await stage.requests()) == 1
    return said[0].text if said else ""


async def talked(stage: Stage) -> None:
    """Neighbours speak of something else, a while after the report."""
    await stage.passes(minutes=50)
    for number, line in enumerate(TALK):
        await stage.cast["sun" if number % 2 else "zhao"].says(line)


@pytest.mark.parametrize(
    "text",
    [
        "电梯报了没",
        "有没有人报电梯",
        "电梯有人管吗",
        "电梯啥时候能修",
        "电梯修好了吗？",
        "咱们楼电梯怎么样了",
        "電梯修好了嗎",
        "Has the lift been reported?",
        "was the lift reported?",
        "any update on the lift?",
        "When will the lift be fixed?",
        "has anyone reported the lift?",
    ],
)
@pytest.mark.parametrize("who", ["li", "zhao"])
async def test_what_names_the_thing_is_answered_amid_talk(
    stage: Stage, who: str, text: str
) -> None:
    await opened(stage)
    await talked(stage)
    said = await answered(stage, who, text)
    assert "已请王姨（单元长）来看" in said
    assert "前回应" in said
    assert not {"detail", "update", "join"} & set(await stage.events(1))


@pytest.mark.parametrize("text", ["师傅什么时候来？", "修好了吗", "when is the engineer coming?"])
async def test_without_a_thing_the_mending_of_the_only_one_is_meant(
    stage: Stage, text: str
) -> None:
    await opened(stage)
    await talked(stage)
    assert "已请王姨" in await answered(stage, "zhao", text)


@pytest.mark.parametrize("text", ["怎么样了", "有消息吗", "any update?"])
async def test_how_it_is_means_what_was_spoken_of_just_before(stage: Stage, text: str) -> None:
    await opened(stage)
    assert "已请王姨" in await answered(stage, "zhao", text)
    await talked(stage)
    assert not await answered(stage, "sun", text)


@pytest.mark.parametrize(
    "text",
    [
        "这电梯还有没有人管！",
        "电梯到底什么时候修好！！",
        "张姐，电梯修好了吗",
        "电梯里那只猫怎么样了",
        "快递什么时候到",
        "孩子烧退了没，好了吗",
        "饭好了吗",
        "你来了吗",
        "师傅人真好",
        "is dinner ready?",
        "any news on the football?",
        "how's your mum getting on?",
    ],
)
async def test_what_asks_or_means_something_else_is_left(stage: Stage, text: str) -> None:
    await opened(stage)
    await talked(stage)
    assert not await answered(stage, "sun", text)


async def test_who_serves_is_not_answered_what_they_ask_the_neighbours(stage: Stage) -> None:
    await opened(stage)
    await talked(stage)
    assert not await answered(stage, "wu", "电梯现在好了吗")


async def test_of_two_lifts_it_is_that_of_the_asker_s_house(stage: Stage) -> None:
    await stage.li.says("3栋2单元电梯坏了", ALL)
    await stage.qian.says("4栋1单元电梯也坏了", ALL)
    assert len(await stage.requests()) == 2
    before = len(stage.said(ALL))
    await stage.qian.says("电梯修好了吗", ALL)
    (said,) = stage.said(ALL)[before:]
    assert "4栋1单元" in said.title


async def test_of_two_alike_nothing_is_guessed(stage: Stage) -> None:
    await stage.li.says("3栋2单元电梯坏了", ALL)
    await stage.qian.says("4栋1单元电梯也坏了", ALL)
    await stage.passes(hours=2)
    before = len(stage.said(ALL))
    await stage.feng.says("早上好", ALL)
    await stage.does(ALL, "newcomer", "message", text="电梯修好了吗", name="新来的")
    assert len(stage.said(ALL)) == before


@pytest.mark.parametrize(
    "text",
    ["我报的电梯怎么样了", "怎么样了", "电梯修得怎么样了", "was the lift reported?", "修好了吗"],
)
async def test_the_reporter_is_answered_privately(stage: Stage, text: str) -> None:
    await opened(stage)
    await stage.sun.says("3栋1单元的门禁坏了")
    await stage.li.writes(text)
    assert "#1" in stage.li.last.title
    assert "已请王姨" in stage.li.last.text


@pytest.mark.parametrize("text", ["修好了吗", "有消息吗", "any update?"])
async def test_of_several_of_theirs_all_are_told(stage: Stage, text: str) -> None:
    await opened(stage)
    await stage.li.says("楼道灯不亮了")
    await stage.sun.says("3栋1单元的门禁坏了")
    await stage.li.writes(text)
    assert "2 件" in stage.li.last.title
    assert "#1" in stage.li.last.text
    assert "#2" in stage.li.last.text
    assert "#3" not in stage.li.last.text


async def test_where_there_is_none_of_it_that_is_told(stage: Stage) -> None:
    await opened(stage)
    await stage.li.says("楼道灯不亮了")
    await stage.li.writes("门禁修好了吗")
    assert "没有找到" in stage.li.last.text


async def test_a_neighbour_is_answered_privately(stage: Stage) -> None:
    await opened(stage)
    await stage.zhao.writes("电梯报了没")
    assert "已请王姨" in stage.zhao.last.text


@pytest.mark.parametrize("text", ["电梯报了没", "怎么样了", "was the lift reported?"])
async def test_where_there_is_none_it_is_said_privately_alone(stage: Stage, text: str) -> None:
    await stage.li.writes(text)
    assert "没有找到" in stage.li.last.text
    await stage.li.says(text)
    assert not stage.said(GROUP)
    assert not await stage.requests()


async def test_what_is_private_to_another_house_is_not_told(stage: Stage) -> None:
    await opened(stage)
    await stage.qian.writes("电梯报了没")
    assert "没有找到" in stage.qian.last.text


async def test_done_and_waiting_for_a_yes_is_told_as_that_and_nothing_else(stage: Stage) -> None:
    await taken(stage)
    assert (await answered(stage, "zhao", "电梯怎么样了")).count("在办") == 1
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    said = await answered(stage, "zhao", "电梯修好了吗")
    assert "在办" not in said


async def test_what_ended_lately_is_told_as_that(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    await stage.li.presses(stage.li.last, "解决了")
    await stage.passes(hours=5)
    assert "解决" in await answered(stage, "zhao", "电梯修好了吗")
