"""Every fault of Telegram's at every kind of call: one request, nothing lost, a double only where
nobody can know (R23). The table of docs/reliability.md names these tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.platforms.telegram import request
from bot.platforms.telegram.intake import Pace
from bot.platforms.telegram.platform import TelegramPlatform
from bot.platforms.telegram.request import Timeouts
from tests.bot.platforms.running import running
from tests.bot.platforms.telegram.conftest import Kept
from tests.dialogues.telegram.going import until
from tests.dialogues.telegram.stage import Setting, TelegramStage, on_telegram
from tests.fakes.bot_api import FakeTelegram, Group

REPORT = "咱们楼电梯又坏了"
THROWN_OUT = "somebody_else_polls_with_this_token"


@dataclass(frozen=True)
class Fault:
    """What goes wrong with the next call of a method."""

    strikes: Callable[[FakeTelegram, str], object]
    may_double: bool = False  #: whether it may have been applied
    throttles: bool = False
    slow: bool = False  #: longer than Telegram remembers a press


FAULTS = {
    "429, 3 s": Fault(lambda tg, call: tg.fail(call, 429, retry_after=3), throttles=True),
    "429, 10 min": Fault(
        lambda tg, call: tg.fail(call, 429, retry_after=600), throttles=True, slow=True
    ),
    "500": Fault(lambda tg, call: tg.fail(call, 500)),
    "502 three times": Fault(lambda tg, call: tg.fail(call, 502, times=3)),
    "504": Fault(lambda tg, call: tg.fail(call, 504)),
    "cut before it was applied": Fault(lambda tg, call: tg.cut(call, "before")),
    "cut after it was applied": Fault(lambda tg, call: tg.cut(call, "after"), may_double=True),
    "invalid JSON": Fault(lambda tg, call: tg.garble(call), may_double=True),
    "half an answer": Fault(lambda tg, call: tg.garble(call, body=b'{"ok": tr'), may_double=True),
    "401 for a while": Fault(lambda tg, call: tg.fail(call, 401, times=2), slow=True),
}
CALLS = ("sendMessage", "editMessageText", "answerCallbackQuery", "setMessageReaction")


async def _joined_by_press_and_by_words(stage: TelegramStage) -> bool:
    """A card is sent, a press answered, the card edited, words acknowledged with a mark.

    Gives whether the press was answered.
    """
    await stage.li.says(REPORT)
    await stage.passes(minutes=15)
    press = await stage.after(stage.zhao.person.presses(stage.cards(1)[-1], "我家也是"))
    await stage.sun.says("我家也是", reply_to=stage.cards(1)[-1])
    await stage.passes(minutes=15)
    return press.answered


@pytest.mark.fault("telegram")
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_a_call_that_fails_leaves_one_request_and_one_card(
    stage: TelegramStage, fault: Fault, call: str
) -> None:
    stage.throttled = int(fault.throttles)
    fault.strikes(stage.tg, call)
    answered = await _joined_by_press_and_by_words(stage)
    assert answered or (fault.slow and call == "answerCallbackQuery")
    (found,) = await stage.requests()
    assert await stage.events() == ["open", "join", "join"]
    assert "3 户" in stage.cards(1)[-1].text
    assert len(stage.cards(1)) <= 1 + (fault.may_double and call == "sendMessage")
    assert stage.page(stage.wang), f"who is asked for {found.number} is asked"


@pytest.mark.fault("telegram")
async def test_a_call_without_an_answer_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And may be applied long after the program gave it up."""
    monkeypatch.setattr(request, "Timeouts", lambda: Timeouts(read=1.5))
    async with on_telegram(tmp_path) as stage:
        hold = stage.tg.hold("sendMessage")
        await stage.li.says(REPORT)
        await stage.passes(seconds=3)
        hold.release()
        await stage.tg.until(lambda: len(stage.tg.calls("sendMessage")) >= 3)
        assert len(await stage.requests()) == 1
        assert stage.cards(1)


async def _kicked_unnoticed(stage: TelegramStage) -> None:
    stage.group.chat.members[stage.tg.world.bot["id"]].status = "kicked"


async def _muted_unnoticed(stage: TelegramStage) -> None:
    member = stage.group.chat.members[stage.tg.world.bot["id"]]
    member.status, member.rights = "restricted", {"can_send_messages": False}


@pytest.mark.fault("telegram")
@pytest.mark.parametrize("happens", [_kicked_unnoticed, _muted_unnoticed])
async def test_a_group_in_which_it_may_not_speak_any_more_is_told_to_the_coordinator_once(
    stage: TelegramStage, happens: Callable[[TelegramStage], object]
) -> None:
    """Only the refusal tells. The request lives on with those who are asked in private."""
    await stage.li.says(REPORT)
    result = happens(stage)
    assert asyncio.iscoroutine(result)
    await result
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.passes(minutes=5)
    (found,) = await stage.requests()
    assert found.state == "taken"
    assert "在办" in stage.page(stage.wang).text
    assert len([each for each in stage.feng.heard if "3栋" in each.text]) == 1
    assert not (await stage.chat_of(stage.group)).can_speak


@pytest.mark.fault("telegram")
async def test_a_group_that_moves_while_a_card_is_on_its_way_gets_it_under_its_new_id(
    tmp_path: Path,
) -> None:
    """R15"""
    async with on_telegram(tmp_path, Setting(kind="group")) as stage:
        here = str(stage.group.id)
        hold = stage.tg.hold("sendMessage", lambda said: str(said["chat_id"]) == here)
        await stage.li.person.says(stage.group, REPORT)
        await stage.tg.until_read()
        settling = asyncio.ensure_future(stage.app.settle())
        await hold.reached.wait()
        moved: Group = await stage.group.becomes_supergroup(())
        hold.release()
        await settling
        await stage.settles()
        assert "电梯" in stage.card(1, moved).text
        assert await stage.area_of(moved) == "3栋"
        assert len(await stage.requests()) == 1


@pytest.mark.fault("telegram")
async def test_of_two_copies_that_poll_with_one_token_both_say_so_and_nothing_is_lost(
    tg: FakeTelegram,
) -> None:
    """Each throws the other out (409); what either keeps has the same key and is handled once."""
    pace, kept = Pace(20, 5, 0.001, 0.02, 0.05), Kept()
    wang = tg.person("王姨")
    group = tg.group("3栋邻里群", [wang])
    copies = [TelegramPlatform(tg.token, tg.base_url, pace=pace) for _ in range(2)]
    with capture_logs() as log:
        async with running(copies[0], kept), running(copies[1], kept):
            for number in range(10):
                await wang.says(group, str(number))
                await tg.until_read()
            await until(lambda: any(line["event"].endswith(THROWN_OUT) for line in log))
    assert set(kept.texts) == {str(number) for number in range(10)}
    assert len({each.key for each in kept.updates}) == 10
