"""Each move by button, command, words and reaction, with the same effect; pictures and places."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.dialogues.steps import opened, taken
from tests.harness import GROUP, Actor, Stage

Way = Callable[[Stage, Actor], Awaitable[object]]


def button(*labels: str) -> Way:
    """Press one after the other; the first stands on the page, the others where it leads."""

    async def go(stage: Stage, actor: Actor) -> None:
        first, *more = labels
        await actor.presses(stage.page(actor), first)
        for label in more:
            await actor.presses(actor.last, label)

    return go


def command(line: str) -> Way:
    async def go(stage: Stage, actor: Actor) -> None:
        await actor.writes(line)

    return go


def words(text: str) -> Way:
    """In reply to the page."""

    async def go(stage: Stage, actor: Actor) -> None:
        await actor.writes(text, reply_to=stage.page(actor))

    return go


def group(text: str) -> Way:
    """In the group, in reply to the card."""

    async def go(stage: Stage, actor: Actor) -> None:
        await actor.says(text, reply_to=stage.card(1))

    return go


def reaction(emoji: str) -> Way:
    async def go(stage: Stage, actor: Actor) -> None:
        await actor.reacts(stage.card(1), emoji)

    return go


TAKING = [
    button("我来"),
    command("/take 1"),
    command("/接单 1"),
    command("接单 1"),
    words("收到，我去看看"),
    words("I'll take a look"),
    group("我来处理"),
    reaction("👀"),
]
PASSING = [
    button("转给别人", "周叔"),
    button("转给别人", "往上一级"),
    command("/pass 1 周叔"),
    command("/转交 1 周叔"),
    words("转给周叔"),
]
WAITING = [
    button(
        "要等等",
        "等配件",
        "3月3日",
    ),
    command("/wait 1 等配件 周五"),
    command("/等待 1 等配件 周五"),
    words("要等配件，周五到"),
]
FINISHING = [
    button("修好了"),
    command("/done 1 换了门机"),
    command("/办结 1 换了门机"),
    words("修好了"),
    group("已经修好了"),
]
FAILING = [
    button("办不了", "没有经费"),
    command("/cannot 1 厂家倒闭了"),
    command("/办不了 1 厂家倒闭了"),
    words("我们修不了，要换整机"),
]
HELPING = [
    button("请人帮忙"),
    command("/assist 1"),
    command("/求助 1"),
    words("我一个人弄不了，来个人帮忙"),
]


async def finished(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.writes("/done 1 换了门机")


@pytest.mark.parametrize("way", TAKING)
async def test_taking(stage: Stage, way: Way) -> None:
    await opened(stage)
    await way(stage, stage.wang)
    assert (await stage.request()).state == "taken"
    assert "王姨在办" in stage.card(1).text
    assert await stage.events() == ["open", "take"]


@pytest.mark.parametrize("way", PASSING)
async def test_passing_on(stage: Stage, way: Way) -> None:
    await opened(stage)
    await way(stage, stage.wang)
    assert "周叔" in stage.card(1).text
    assert stage.page(stage.zhou).labels
    assert not stage.page(stage.wang).labels, "it is no longer asked of her"


@pytest.mark.parametrize("way", WAITING)
async def test_waiting(stage: Stage, way: Way) -> None:
    await taken(stage)
    await way(stage, stage.wang)
    request = await stage.request()
    assert request.state == "waiting"
    assert request.reason_code == "parts"
    assert request.resume_at is not None


@pytest.mark.parametrize("way", FINISHING)
async def test_finishing(stage: Stage, way: Way) -> None:
    await taken(stage)
    await way(stage, stage.wang)
    assert (await stage.request()).state == "done"
    assert "解决了吗" in stage.li.last.text


@pytest.mark.parametrize("way", FAILING)
async def test_not_solvable(stage: Stage, way: Way) -> None:
    await taken(stage)
    await way(stage, stage.wang)
    assert (await stage.request()).ending == "cannot"


@pytest.mark.parametrize("way", HELPING)
async def test_asking_for_help(stage: Stage, way: Way) -> None:
    await taken(stage)
    await way(stage, stage.wang)
    assert (await stage.request()).holder_id is not None
    assert stage.page(stage.zhou), "the next rung is asked to come along"
    assert "周叔帮忙" in stage.card(1).text


@pytest.mark.parametrize(
    "way",
    [command("/solved 1"), command("/解决了 1"), group("解决了，谢谢"), reaction("👍")],
)
async def test_confirming(stage: Stage, way: Way) -> None:
    await finished(stage)
    await way(stage, stage.li)
    assert (await stage.request()).ending == "solved"


@pytest.mark.parametrize(
    "way",
    [command("/unsolved 1"), command("/没解决 1"), group("还是坏的"), reaction("👎")],
)
async def test_saying_that_it_is_not_solved(stage: Stage, way: Way) -> None:
    await finished(stage)
    await way(stage, stage.li)
    assert (await stage.request()).state == "open"
    assert stage.page(stage.zhou), "one rung up"


@pytest.mark.parametrize("way", [command("/cancel 1"), group("搞错了")])
async def test_saying_that_it_is_no_request(stage: Stage, way: Way) -> None:
    await opened(stage)
    await way(stage, stage.li)
    assert (await stage.request()).ending in ("cancelled", "not_needed")


@pytest.mark.parametrize(
    "way", [group("+1"), group("我家也是"), command("/metoo 1"), reaction("👍")]
)
async def test_joining(stage: Stage, way: Way) -> None:
    await opened(stage)
    await way(stage, stage.zhao)
    assert "2 户" in stage.card(1).text


async def test_the_wait_is_over_earlier(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.writes("/wait 1 等配件 周五")
    await stage.wang.writes("/resume 1")
    assert (await stage.request()).state == "taken"


async def test_when_the_stated_day_comes_the_holder_is_asked_again(stage: Stage) -> None:
    """R41"""
    await taken(stage)
    await stage.wang.writes("/wait 1 等配件 周五")
    await stage.passes(days=5)
    assert (await stage.request()).state in ("taken", "open")
    assert "resume" in await stage.events()


@pytest.mark.parametrize("kind", ["voice", "video", "photo", "file"])
async def test_what_is_sent_in_reply_to_the_card_reaches_who_is_asked(
    stage: Stage, kind: str
) -> None:
    await opened(stage)
    sent = [{"kind": kind, "ref": "x1"}]
    await stage.li.says("", media=sent, reply_to=stage.card(1))
    assert [each.ref for shown in stage.wang.heard for each in shown.media] == ["x1"]


async def test_a_location_in_reply_belongs_to_the_request(stage: Stage) -> None:
    await opened(stage)
    place = [{"kind": "location", "latitude": 43.83, "longitude": 126.55}]
    await stage.li.says("", media=place, reply_to=stage.card(1))
    assert [each.latitude for shown in stage.wang.heard for each in shown.media] == [43.83]


async def test_a_sticker_alone_is_talk(stage: Stage) -> None:
    await stage.li.says("", media=[{"kind": "sticker", "ref": "s1"}])
    assert not stage.said(GROUP)
    assert not await stage.requests()


async def test_words_in_reply_to_the_card_are_added_to_the_request(stage: Stage) -> None:
    """R7"""
    await opened(stage)
    await stage.zhao.says("卡在4楼和5楼中间了", reply_to=stage.card(1))
    assert len(await stage.requests()) == 1
    assert "卡在4楼和5楼中间了" in stage.page(stage.wang).text


async def test_a_late_reply_to_an_ended_request_opens_it_again(stage: Stage) -> None:
    """R7, R43"""
    await finished(stage)
    await stage.li.presses(stage.li.last, "解决了")
    await stage.passes(days=1)
    await stage.zhao.says("又坏了", reply_to=stage.card(1))
    assert (await stage.request()).state == "open"


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("我弄不了，转给周叔", "open"),
        ("这个不归我管，转给物业吧", "open"),
        ("can't fix it, pass to @zhou", "open"),
        ("can't fix it, ask the supplier", "closed"),
        ("这个修不了", "closed"),
    ],
)
async def test_whoever_cannot_and_passes_it_on_ends_nothing(
    stage: Stage, words: str, state: str
) -> None:
    await taken(stage)
    await stage.wang.says(words, reply_to=stage.card(1))
    assert (await stage.request()).state == state
