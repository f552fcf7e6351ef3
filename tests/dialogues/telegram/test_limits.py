"""Telegram's limits, kept ahead of time: the fake answers 429 to whoever says too much (R16)."""

from __future__ import annotations

from datetime import timedelta

from tests.dialogues.telegram.stage import TelegramStage
from tests.fakes.bot_api import Group
from tests.harness import MONDAY

REPORT = "咱们楼电梯又坏了"


def answered_after(group: Group) -> float:
    """Seconds until the last answer in a group."""
    return max((each.at - MONDAY).total_seconds() for each in group.said)


async def test_a_burst_in_several_groups_is_answered_in_order_without_a_single_refusal(
    stage: TelegramStage,
) -> None:
    busy, *others = stage.groups.values()
    asked = [await stage.li.person.says(busy, f"/why {n}") for n in range(24)]
    for n in range(5):
        for group in others:
            await stage.zhao.person.says(group, f"/why {n}")
    await stage.settles()
    assert [each.reply_to for each in busy.said if each.reply_to] == asked
    assert all(len(group.said) == 5 for group in others)
    assert answered_after(busy) >= 60, "twenty a minute"
    assert max(map(answered_after, others)) <= 6, "one busy group holds up nobody else"
    assert not [each for each in stage.tg.calls() if each.status == 429]


async def test_thirty_a_second_over_all_chats(stage: TelegramStage) -> None:
    people = [stage.tg.person(f"邻居{n}") for n in range(40)]
    for person in people:
        await person.says(person.private, "/start")
    await stage.settles()
    assert all(len(person.private.said) == 1 for person in people)
    times = [each.private.last.at for each in people]
    for moment in set(times):
        inside = [each for each in times if moment <= each < moment + timedelta(seconds=0.9)]
        assert len(inside) <= 30


async def test_an_absurd_pause_is_obeyed_and_holds_up_no_other_chat(stage: TelegramStage) -> None:
    """tdlib/td#1331: retry_after 10 072 s, nearly three hours."""
    stage.throttled = 1
    group = str(stage.group.id)
    stage.tg.fail(
        "sendMessage", 429, retry_after=10_072, where=lambda given: given["chat_id"] == group
    )
    await stage.li.person.says(stage.group, REPORT)
    await stage.tg.until_read()
    await stage.app.settle()
    await stage.passes(seconds=10_071)
    assert not stage.group.said
    assert stage.page(stage.wang), "who is asked hears of it all the same"
    await stage.passes(seconds=2)
    assert stage.card(1)


async def test_presses_are_acknowledged_at_once_while_messages_wait(stage: TelegramStage) -> None:
    """A press is forgotten after 150 seconds."""
    await stage.li.says(REPORT)
    card = stage.card(1)
    for n in range(30):
        await stage.li.person.says(stage.group, f"/why {n}")
    press = await stage.zhao.person.presses(card, "我家也是")
    await stage.tg.until_read()
    await stage.app.settle()
    assert press.answered
    assert len(stage.group.said) < 25
    await stage.settles()
    assert "2 户" in card.text
