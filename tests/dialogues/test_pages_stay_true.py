"""What was sent in private stays true: each page shows what became of the request since (R27)."""

from __future__ import annotations

from tests.dialogues.steps import opened, taken
from tests.harness import Actor, Shown, Stage


def latest(actor: Actor) -> Shown:
    """The newest page of somebody about #1."""
    return next(each for each in reversed(actor.heard) if "#1" in each.title)


async def test_who_was_only_asked_sees_that_the_reporter_confirmed_it(stage: Stage) -> None:
    await opened(stage)
    await stage.li.writes("/done 1 works now")
    assert (await stage.request(1)).state == "closed"
    assert "确认解决" in latest(stage.wang).text
    assert not latest(stage.wang).labels
    assert "问大家" not in stage.li.last.text, "nobody is asked"
    assert "谢谢" in stage.li.last.text


async def test_a_page_asks_nobody_whether_it_is_solved(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    assert "请选一下" not in latest(stage.wang).text
    assert "在等提的人回答" in latest(stage.wang).text


async def test_after_reopening_no_page_says_it_is_done(stage: Stage) -> None:
    await opened(stage)
    await stage.passes(hours=3)  # Zhou is asked too
    await stage.wang.presses(latest(stage.wang), "我来")
    await stage.wang.presses(latest(stage.wang), "修好了")
    assert "说办好了" in latest(stage.zhou).text
    await stage.li.presses(stage.li.last, "没解决")
    for actor in (stage.wang, stage.zhou):
        assert "说办好了" not in latest(actor).text


async def test_who_was_asked_long_ago_sees_the_end(stage: Stage) -> None:
    await opened(stage)
    await stage.wang.presses(stage.page(stage.wang), "转给别人")
    await stage.wang.presses(stage.wang.last, "往上一级")
    await stage.zhou.presses(latest(stage.zhou), "我来")
    assert "周叔在办" in stage.page(stage.wang).text
    await stage.zhou.writes("/cannot 1 厂家倒闭了")
    assert "厂家倒闭了" in stage.page(stage.wang).text


async def test_of_two_pages_the_older_points_to_the_newer(stage: Stage) -> None:
    await taken(stage)
    await stage.feng.writes("/assign 1 @zheng")
    await stage.feng.writes("/assign 1 @wang")
    older, newer = (each for each in stage.wang.heard if "#1" in each.title)
    assert "请看后面那条" in older.text
    assert "我来" in newer.labels


async def test_who_was_never_told_is_not_told_of_the_end(stage: Stage) -> None:
    """R37: a page that waited for the morning and was not needed any more."""
    await stage.passes(hours=14)  # 23:00
    await opened(stage)
    await stage.li.writes("/done 1 好了")
    await stage.passes(hours=12)
    await stage.li.writes("/没解决 1")
    assert not [each for each in stage.wang.heard if "#1" in each.title]


async def test_the_question_is_named_as_the_request_is_now(stage: Stage) -> None:
    await taken(stage)
    await stage.wang.presses(stage.page(stage.wang), "修好了")
    await stage.feng.writes("/改类 1 噪音")
    assert "噪音" in stage.li.last.title
    assert "解决了" in stage.li.last.labels
