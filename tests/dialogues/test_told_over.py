"""Somebody says plainly that it is over: kept, and whoever reported it is asked."""

from __future__ import annotations

import pytest

from tests.dialogues.steps import opened, taken
from tests.dialogues.test_how_it_stands import talked
from tests.harness import ALL, GROUP, Stage

TOLD = "有邻居说已经好了"


def asked(stage: Stage, key: str = "li") -> int:
    """How often somebody was asked whether it is over."""
    return sum(TOLD in each.text for each in stage.cast[key].heard)


@pytest.mark.parametrize(
    "text",
    ["电梯好了", "电梯现在能用了", "咱楼电梯修好了！", "the lift is working again", "lift's back"],
)
@pytest.mark.parametrize("later", [False, True])
async def test_a_neighbour_s_word_is_kept_and_the_reporter_asked(
    stage: Stage, text: str, later: bool
) -> None:
    await opened(stage)
    if later:
        await talked(stage)
    before = len(stage.said(GROUP))
    await stage.zhao.says(text)
    assert (await stage.events(1))[-1] == "update"
    assert (await stage.request(1)).state == "open"
    assert len(stage.said(GROUP)) == before
    assert asked(stage) == 1
    assert "#1" in stage.li.last.text


async def test_the_reporter_ends_it_in_reply(stage: Stage) -> None:
    await taken(stage)
    await stage.zhao.says("电梯好了")
    await stage.li.says("好了", stage.li.private, reply_to=stage.li.last)
    assert (await stage.request(1)).state == "closed"


async def test_however_many_say_so_it_is_asked_once(stage: Stage) -> None:
    await opened(stage)
    await stage.zhao.says("电梯好了")
    await stage.zhao.says("电梯能用了")
    await stage.zhao.says("电梯修好了")
    assert asked(stage) == 1
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.zhao.says("电梯能坐了")
    assert asked(stage) == 2


async def test_the_reporter_s_own_word_ends_it(stage: Stage) -> None:
    await opened(stage)
    await stage.passes(hours=2)
    await stage.li.says("电梯好了")
    assert (await stage.request(1)).state == "closed"
    assert not asked(stage)


async def test_said_to_the_bot_alone_it_ends_it_too(stage: Stage) -> None:
    await opened(stage)
    await stage.li.writes("电梯修好了")
    assert (await stage.request(1)).state == "closed"
    assert "谢谢" in stage.li.last.text


async def test_who_joined_is_one_of_several_and_ends_nothing(stage: Stage) -> None:
    await opened(stage)
    await stage.zhao.says("我家也是", reply_to=stage.card(1))
    await stage.zhao.says("电梯好了")
    assert (await stage.request(1)).state == "open"
    assert asked(stage) == 1


async def test_as_it_is_said_to_be_done_it_is_the_answer(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    await stage.li.says("电梯好了")
    assert (await stage.request(1)).state == "closed"


async def test_where_the_reporter_is_away_the_holder_is_told(stage: Stage) -> None:
    await stage.wu.writes("/report 3栋2单元电梯坏了")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.zhao.says("电梯好了")
    assert (await stage.request(1)).state == "taken"
    assert asked(stage, "wu") + asked(stage, "wang") == 1


@pytest.mark.parametrize(
    "text",
    [
        "电梯好像好了",
        "希望电梯快点好",
        "要是电梯好了就好了",
        "电梯好了吗",
        "等电梯好了我再搬",
        "饭好了",
        "我来了",
        "his back",
        "the lift is not working",
        "when the lift is fixed",
        "1单元电梯好了",
    ],
)
async def test_what_is_hoped_asked_or_about_something_else_asks_nobody(
    stage: Stage, text: str
) -> None:
    await opened(stage)
    await talked(stage)
    await stage.zhao.says(text)
    assert not asked(stage)
    assert (await stage.request(1)).state == "open"
    assert len(await stage.requests()) == 1


@pytest.mark.parametrize(
    ("report", "who", "text"),
    [
        ("停水了", "zhao", "我儿子感冒好了"),
        ("停水了", "zhao", "饭好了"),
        ("3栋停水了", "qian", "4栋来水了"),
        ("3栋停水了", "zhao", "4栋来水了"),
        ("the lift is broken", "sun", "my bike is fixed"),
    ],
)
async def test_other_good_news_is_no_voice_and_asks_nobody(
    stage: Stage, report: str, who: str, text: str
) -> None:
    await stage.li.says(report)
    await stage.cast[who].says(text)
    assert await stage.events(1) == ["open"]
    assert not asked(stage)


async def test_what_is_over_bears_out_nothing_that_was_told_before(stage: Stage) -> None:
    await stage.li.says("我家501停水了")
    await stage.sun.says("1单元来水了")
    assert not await stage.requests()


async def test_what_is_over_says_no_to_what_is_asked_about(stage: Stage) -> None:
    await stage.feng.says("/settings mode suggest")
    await stage.li.says("停水了")
    await stage.sun.says("来水了")
    assert not await stage.requests()


async def test_a_fault_that_ends_like_good_news_is_a_report(stage: Stage) -> None:
    await stage.li.says("单元门坏了外人都能进了")
    assert (await stage.request(1)).category == "security"


async def test_a_mere_yes_to_good_news_takes_nothing(stage: Stage) -> None:
    await opened(stage)
    await stage.zhao.says("电梯好了")
    await stage.wang.says("收到")
    assert (await stage.request(1)).state == "open"
    await stage.wang.says("我来")
    assert (await stage.request(1)).state == "taken"


GOES_ON = "记下了，继续办"


@pytest.mark.parametrize("words", ["没好", "没有", "还没", "not yet", "没有，3楼也是"])
@pytest.mark.parametrize("replies", [True, False])
async def test_the_reporter_s_no_is_noted_and_it_may_be_asked_again(
    stage: Stage, words: str, replies: bool
) -> None:
    await opened(stage)
    await stage.zhao.says("电梯好了")
    await stage.li.writes(words, reply_to=stage.li.last if replies else None)
    assert GOES_ON in stage.li.last.text
    assert (await stage.request(1)).state == "open"
    await stage.zhao.says("电梯能用了")
    assert asked(stage) == 2


async def test_who_said_no_and_more_is_read_by_who_works_on_it(stage: Stage) -> None:
    await opened(stage)
    await stage.zhao.says("电梯好了")
    await stage.li.writes("没有，3楼也是", reply_to=stage.li.last)
    assert "3楼也是" in stage.page(stage.wang).text


async def test_by_its_number_it_is_a_neighbour_s_word_too(stage: Stage) -> None:
    await opened(stage)
    await stage.zhao.says("#1 好了")
    assert (await stage.request(1)).state == "open"
    assert asked(stage) == 1


async def test_who_is_asked_to_see_to_it_says_that_it_is_done(stage: Stage) -> None:
    await opened(stage)
    await stage.wang.says("电梯好了")
    assert (await stage.request(1)).state == "done"


async def test_who_serves_and_is_not_asked_ends_nothing_and_the_reporter_is_asked(
    stage: Stage,
) -> None:
    await opened(stage)
    await stage.wu.says("电梯好了", room=ALL)
    assert (await stage.request(1)).state == "open"
    assert asked(stage) == 1


async def test_by_its_number_the_reporter_s_no_is_noted_once(stage: Stage) -> None:
    await opened(stage)
    before = len(stage.li.heard)
    await stage.li.writes("#1 没修好")
    assert [GOES_ON in each.text for each in stage.li.heard[before:]] == [True]
