"""How to reach somebody: shown to a helper with consent, for one request, each look told (R53)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from storage.tables import Look, Person
from tests.harness import GROUP, Actor, Shown, Stage

PHONE = "13912345678"


async def reported(stage: Stage) -> None:
    """Li left a number, reported the lift, and Wang took it."""
    await stage.li.writes(f"/我的电话 {PHONE}")
    await stage.li.says("电梯又坏了")
    await stage.wang.presses(stage.page(stage.wang), "我来")


def question(actor: Actor) -> Shown:
    """What somebody was asked in private."""
    found = [each for each in actor.heard if "可以吗" in each.text]
    assert found, [each.text for each in actor.heard]
    return found[-1]


async def looks(stage: Stage) -> list[Look]:
    async with stage.app.store.read() as store:
        return list((await store.scalars(select(Look).order_by(Look.id))).all())


async def test_a_helper_sees_a_number_and_a_home_after_a_yes_and_the_look_is_told(
    stage: Stage,
) -> None:
    await reported(stage)
    await stage.wang.presses(stage.page(stage.wang), "怎么联系")
    assert PHONE not in stage.wang.last.text
    assert "王姨" in question(stage.li).text
    assert not await looks(stage)
    await stage.li.presses(question(stage.li), "可以")
    assert "同意" in stage.wang.last.text
    await stage.wang.writes("/联系 1")
    assert PHONE in stage.wang.last.text
    assert "3栋2单元501" in stage.wang.last.text
    (look,) = await looks(stage)
    assert (look.what, look.at, look.role) == ("phone home", stage.clock.now(), "unit_captain")
    await stage.li.writes("/谁看过我")
    assert "单元长王姨看了您的电话和住址（#1）" in stage.li.last.text
    assert stage.said(GROUP)
    assert not any(PHONE in each.whole or "501" in each.whole for each in stage.said(GROUP))


async def test_no_means_no_for_the_whole_request_and_nobody_asks_again(stage: Stage) -> None:
    await reported(stage)
    await stage.wang.writes("/contact 1")
    await stage.li.presses(question(stage.li), "不用了")
    assert "不方便" in stage.wang.last.text
    asked = len(stage.li.heard)
    for _ in range(2):
        await stage.wang.writes("/contact 1")
        assert "不方便" in stage.wang.last.text
    await stage.wang.presses(stage.page(stage.wang), "转给别人")
    await stage.passes(minutes=1)
    assert PHONE not in "".join(each.whole for each in stage.wang.heard)
    assert len(stage.li.heard) == asked
    assert not await looks(stage)


async def test_silence_means_no_and_is_asked_once(stage: Stage) -> None:
    await reported(stage)
    await stage.wang.writes("/contact 1")
    asked = len(stage.li.heard)
    await stage.passes(days=1)
    await stage.wang.writes("/contact 1")
    assert "还没有回音" in stage.wang.last.text
    assert len([each for each in stage.li.heard[asked:] if "可以吗" in each.text]) == 0
    assert not await looks(stage)


async def test_a_yes_can_be_taken_back(stage: Stage) -> None:
    await reported(stage)
    await stage.wang.writes("/contact 1")
    await stage.li.presses(question(stage.li), "可以")
    changed = [each for each in stage.li.heard if "收回" in each.labels]
    await stage.li.presses(changed[-1], "收回")
    await stage.wang.writes("/contact 1")
    assert "不方便" in stage.wang.last.text
    assert PHONE not in stage.wang.last.text


async def test_who_does_not_work_on_it_sees_nothing_and_asks_nobody(stage: Stage) -> None:
    await reported(stage)
    heard = len(stage.li.heard)
    for somebody in (stage.zheng, stage.feng, stage.chen, stage.zhao):
        await somebody.writes("/contact 1")
        assert PHONE not in somebody.last.text
    assert len(stage.li.heard) == heard
    await stage.wang.writes("/contact 1")
    await stage.zhou.presses_data(question(stage.li), question(stage.li).button("可以").data or "")
    await stage.wang.writes("/contact 1")
    assert "还没有回音" in stage.wang.last.text, "nobody answers for somebody else"


async def test_after_the_end_nothing_is_shown_any_more(stage: Stage) -> None:
    await reported(stage)
    await stage.wang.writes("/contact 1")
    await stage.li.presses(question(stage.li), "可以")
    await stage.feng.writes("/close 1 已经处理")
    await stage.wang.writes("/contact 1")
    assert PHONE not in stage.wang.last.text
    assert "结束" in stage.wang.last.text


async def test_the_answer_is_given_in_private_by_the_one_who_was_asked(stage: Stage) -> None:
    await reported(stage)
    await stage.wang.writes("/contact 1")
    yes = question(stage.li).button("可以").data
    for actor, message in (
        (stage.li, stage.card(1)),
        (stage.wang, stage.wang.last),
        (stage.zhou, stage.card(1)),
    ):
        await actor.presses_data(message, yes)
        await stage.wang.writes("/contact 1")
        assert PHONE not in stage.wang.last.text, actor.name
    assert not any("可以看" in each.text for each in stage.said(GROUP))
    await stage.li.presses(question(stage.li), "可以")
    await stage.wang.writes("/contact 1")
    assert PHONE in stage.wang.last.text


async def test_in_a_group_it_is_refused(stage: Stage) -> None:
    await reported(stage)
    await stage.wang.says("/contact 1")
    assert "私聊" in stage.last().text


async def test_a_number_is_kept_sealed_told_masked_and_deleted(stage: Stage) -> None:
    await stage.li.writes("/phone")
    assert "没有您的电话" in stage.li.last.text
    await stage.li.writes("/phone hello")
    assert "不像电话号码" in stage.li.last.text
    await stage.li.writes(f"/phone {PHONE}")
    assert "139****5678" in stage.li.last.text
    async with stage.app.store.read() as store:
        kept = await store.scalar(select(Person.phone).where(Person.key == "li"))
    assert kept
    assert PHONE not in kept
    assert PHONE not in await stage.kept_text()
    await stage.li.writes("/phone")
    assert "139****5678" in stage.li.last.text
    await stage.li.writes("/phone 删除")
    await stage.li.writes("/phone")
    assert "没有您的电话" in stage.li.last.text


@pytest.mark.parametrize("said", ["电梯坏了，打我139 1234 5678", "电梯坏了，打我0432-6688123"])
async def test_a_number_in_what_somebody_says_is_not_repeated_in_the_group(
    stage: Stage, said: str
) -> None:
    await stage.li.says(said)
    await stage.sun.says("/open")
    shown = "".join(each.whole for each in stage.said(GROUP))
    assert "电梯" in shown
    assert "1234 5678" not in shown
    assert "6688123" not in shown
    assert "1234 5678" in stage.page(stage.wang).whole or "6688123" in stage.page(stage.wang).whole


async def test_who_has_nothing_to_show_is_not_asked(stage: Stage) -> None:
    await stage.does(GROUP, "new", "message", text="3栋2单元电梯又坏了", name="小新")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.writes("/contact 1")
    assert "没有留电话" in stage.wang.last.text
    await stage.wang.writes("/contact")
    assert "哪一件" in stage.wang.last.text
