"""How it ended is told to those whom it concerns, once, with the reason."""

from __future__ import annotations

from pathlib import Path

from handlers.chat.platform import Capabilities
from tests.dialogues.steps import opened, taken
from tests.dialogues.test_taking_back import undone
from tests.harness import GROUP, Actor, Stage, staged


def told(actor: Actor, *words: str) -> int:
    """How many messages say all of this."""
    return sum(1 for each in actor.heard if all(word in each.whole for word in words))


async def joined(stage: Stage) -> None:
    await taken(stage)
    await stage.zhao.presses(stage.card(1), "我家也是")


async def test_what_cannot_be_solved_is_told_to_all_with_why(stage: Stage) -> None:
    """R34, R42"""
    await joined(stage)
    await stage.wang.writes("/cannot 1 厂家倒闭了")
    for actor in (stage.li, stage.zhao):
        assert told(actor, "#1", "厂家倒闭了") == 1
        assert "/没解决 1" in actor.last.text
    assert len(stage.said(GROUP)) == 1, "the group has the card"


async def test_what_the_coordinator_closes_is_told(stage: Stage) -> None:
    await joined(stage)
    await stage.feng.writes("/close 1 电梯下周整体更换")
    for actor in (stage.li, stage.zhao):
        assert told(actor, "#1", "不需要办了", "整体更换") == 1
        assert "/没解决" not in actor.last.text, "this end is final"


async def test_what_a_captain_cancels_in_words_is_told_to_the_reporter(stage: Stage) -> None:
    await opened(stage)
    await stage.wang.writes("搞错了", reply_to=stage.page(stage.wang))
    assert (await stage.request(1)).ending == "cancelled"
    assert told(stage.li, "#1", "已取消") == 1


async def test_who_cancels_it_is_not_told_of_it(stage: Stage) -> None:
    await opened(stage)
    await stage.li.says("取消", reply_to=stage.card(1))
    assert (await stage.request(1)).state == "closed"
    assert not stage.li.heard


async def test_at_night_the_word_waits_for_the_morning(stage: Stage) -> None:
    """R37"""
    await joined(stage)
    await stage.passes(hours=14)
    await stage.wang.writes("/cannot 1 厂家倒闭了")
    assert not told(stage.li, "厂家倒闭了")
    await stage.passes(hours=10)
    assert told(stage.li, "厂家倒闭了") == 1


async def test_who_cannot_be_written_to_is_named_once_in_the_group(tmp_path: Path) -> None:
    """R24, R59"""
    async with staged(tmp_path, capabilities=Capabilities(speaks_first=False)) as stage:
        for key in ("li", "zhao"):
            await stage.does(f"@{key}", key, "standing", present=False)
        await joined(stage)
        before = len(stage.said(GROUP))
        await stage.wang.writes("/cannot 1 厂家倒闭了")
        assert len(stage.said(GROUP)) == before + 1
        for word in ("@li", "@zhao", "#1", "厂家倒闭了"):
            assert word in stage.last(GROUP).text


async def test_a_closing_taken_back_is_told_to_those_who_were_told(stage: Stage) -> None:
    await joined(stage)
    await stage.feng.writes("/close 1 不需要了")
    await undone(stage)
    for actor in (stage.li, stage.zhao):
        assert "继续办" in actor.last.text
