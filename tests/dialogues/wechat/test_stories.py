"""A building on WeChat: what is heard, what is answered, and what is honestly missed."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.platforms.wechat.wire import MessageKind
from tests.dialogues.wechat.stage import ROOM, WechatStage, on_wechat

REPORT = "咱们楼电梯又坏了"


async def test_a_report_becomes_a_request_with_a_card(stage: WechatStage) -> None:
    await stage.says("li", REPORT)
    (request,) = await stage.requests()
    assert request.words == REPORT
    (card,) = stage.said()
    assert "#1" in card
    assert "电梯" in card


async def test_the_doctor_says_that_the_account_is_at_risk_and_what_is_safe(
    stage: WechatStage,
) -> None:
    await stage.says("feng", "/doctor", "")
    told = stage.whispered("feng")[-1]
    (line,) = [each for each in told.split("\n") if "非官方通道" in each]
    assert line.startswith("⚠️")
    for said in ("封掉", "专门的号", "把消息转给我", "linli replay"):
        assert said in line
    assert "LINLI_WECHAT_PROACTIVE" in told, "and that it only answers"
    await stage.says("li", "/doctor", "")
    assert "非官方" not in stage.whispered("li")[-1], "a resident can do nothing about it"


async def test_talk_nothing_and_no_text_is_kept(stage: WechatStage) -> None:
    await stage.says("zhao", "晚上一起吃火锅去不去呀")
    assert not stage.said()
    assert "火锅" not in await stage.kept_text()


async def test_the_bot_does_not_hear_itself(stage: WechatStage) -> None:
    """Its own card comes back as an event: it is nobody's second report."""
    await stage.says("li", REPORT)
    await stage.puppet.until_read()
    await stage.settles()
    assert len(await stage.requests()) == 1
    assert len(stage.said()) == 1


async def test_who_quotes_the_card_joins_the_request(stage: WechatStage) -> None:
    await stage.says("li", REPORT)
    card = stage.puppet.sent[-1]
    await stage.quotes("zhao", card, "我家也是")
    assert len(await stage.requests()) == 1
    assert await stage.supporters() == {"李娜", "赵强"}


async def test_a_captain_takes_it_by_quoting(stage: WechatStage) -> None:
    await stage.says("li", REPORT)
    await stage.quotes("wang", stage.puppet.sent[-1], "我来")
    (request,) = await stage.requests()
    assert request.state == "taken"


async def test_after_a_restart_the_card_and_the_report_are_known_by_what_they_say(
    stage: WechatStage,
) -> None:
    said = await stage.says("li", REPORT)
    report, card = stage.puppet.messages[said], stage.puppet.sent[-1]
    await stage.restarts()
    await stage.quotes("zhao", card, "我家也是")
    assert await stage.supporters() == {"李娜", "赵强"}
    await stage.quotes("wang", report, "我来")
    (request,) = await stage.requests()
    assert request.state == "taken"


async def test_a_command_with_a_call_of_the_bot(stage: WechatStage) -> None:
    await stage.says("li", "@邻里\u2005/report 楼道灯坏了", mentions=("bot",))
    (request,) = await stage.requests()
    assert "楼道灯" in request.words


async def test_what_is_taken_back_leaves_the_request(stage: WechatStage) -> None:
    """R11: the words go, the trace stays."""
    said = await stage.says("li", REPORT)
    stage.puppet.recalls("li", said)
    await stage.settles()
    (request,) = await stage.requests()
    assert REPORT not in (request.words or "")


async def test_a_picture_after_the_report_belongs_to_it(stage: WechatStage) -> None:
    """R7"""
    await stage.says("li", REPORT)
    stage.puppet.shows("li", b"\xff\xd8\xff a picture")
    await stage.settles()
    assert len(await stage.requests()) == 1


async def test_red_envelopes_and_notes_of_the_group_are_nothing(stage: WechatStage) -> None:
    for kind in (MessageKind.RED_ENVELOPE, MessageKind.NOTE, MessageKind.LINK):
        await stage.says("li", REPORT, kind=kind)
    assert not await stage.requests()


async def test_who_can_help_is_called_in_the_group_and_not_written_to(stage: WechatStage) -> None:
    """By default the bot only answers: whom it would ask privately is named in the card (R24)."""
    await stage.says("li", REPORT)
    assert "王姨" in stage.said()[0]
    assert not stage.whispered("wang")


async def test_allowed_to_speak_first_it_asks_privately(tmp_path: Path) -> None:
    async with on_wechat(tmp_path, bold=True) as stage:
        await stage.says("li", REPORT)
        assert any("#1" in text for text in stage.whispered("wang"))


async def test_who_writes_privately_is_answered_there(stage: WechatStage) -> None:
    await stage.says("li", "/help", room="")
    assert stage.whispered("li")


async def test_it_speaks_slowly(stage: WechatStage) -> None:
    """R18: a burst in the group is answered over minutes, not at once."""
    begun = stage.clock.now()
    for who, what in (("li", "电梯坏了"), ("sun", "楼道灯不亮了"), ("zhao", "下水道堵了")):
        stage.puppet.says(who, what)
    await stage.settles()
    assert len(await stage.requests()) == 3
    sent = [each.at for each in stage.puppet.sent if each.room == ROOM]
    assert len(sent) >= 3
    assert all(b - a >= timedelta(seconds=4) for a, b in pairwise(sent))
    assert stage.clock.now() - begun >= timedelta(seconds=8)


@pytest.mark.fault("wechat")
async def test_the_gateway_dies_and_the_group_is_told_of_the_gap(tmp_path: Path) -> None:
    """R72: from when to when, in the group, to who manages it, and in the log."""
    async with on_wechat(tmp_path, bold=True) as stage:
        await stage.says("li", REPORT)
        said = len(stage.said())
        await stage.gateway_dies()
        stage.puppet.says("zhao", "楼道灯也坏了")  # nobody hears it
        stage.clock.turn(timedelta(minutes=6))
        await stage.gateway_returns()
        told = stage.said()[said:]
        assert any("09:00" in text and "09:06" in text and "没看到" in text for text in told)
        assert any("微信" in text and "补不回来" in text for text in stage.whispered("feng"))
        assert len(await stage.requests()) == 1
        await stage.says("zhao", "楼道灯也坏了")
        assert len(await stage.requests()) == 2


@pytest.mark.fault("wechat")
async def test_the_program_was_down_and_the_group_is_told_of_the_gap(tmp_path: Path) -> None:
    async with on_wechat(tmp_path, bold=True) as stage:
        await stage.says("li", REPORT)
        said = len(stage.said())
        await stage.restarts(minutes=20)
        assert any("没看到" in text for text in stage.said()[said:])
        assert len(await stage.requests()) == 1


@pytest.mark.fault("wechat")
async def test_what_was_kept_before_a_crash_is_handled_after_it(stage: WechatStage) -> None:
    stage.puppet.says("li", REPORT)
    await stage.puppet.until_read()  # kept, and not handled yet
    assert not await stage.requests()
    await stage.restarts(seconds=2)
    assert len(await stage.requests()) == 1
    assert sum("电梯" in text for text in stage.said()) == 1


async def test_a_platform_that_hands_over_nothing_does_not_promise_to_catch_up(
    tmp_path: Path,
) -> None:
    """The alarm's end tells of the gap; the coordinator reads it once."""
    async with on_wechat(tmp_path, bold=True) as stage:
        await stage.gateway_dies()
        await stage.passes(minutes=40)
        assert not stage.app.watch.in_touch("wechat")
        assert stage.whispered("feng") == [], "it would not arrive"
        await stage.gateway_returns()
        await stage.passes(minutes=1)
        (told,) = [text for text in stage.whispered("feng") if "微信" in text]
        assert "补不回来" in told
        assert "正在补看" not in told


@pytest.mark.parametrize("bold", [False, True])
async def test_the_risk_is_told_at_the_start(tmp_path: Path, bold: bool) -> None:
    with capture_logs() as logs:
        async with on_wechat(tmp_path, bold=bold):
            pass
    (told,) = [each for each in logs if each["event"] == "wechat.account_at_risk"]
    assert "linli replay" in told["remedy"]


async def test_what_nobody_asked_for_waits_until_there_is_something_to_answer(
    stage: WechatStage,
) -> None:
    """R18: by default even the gap is told only along with an answer."""
    await stage.says("li", REPORT)
    said = len(stage.said())
    await stage.gateway_dies()
    stage.clock.turn(timedelta(minutes=6))
    await stage.gateway_returns()
    await stage.says("sun", "大家早")
    assert len(stage.said()) == said, "nobody wanted anything"
    await stage.says("zhao", "楼道灯也坏了")
    assert any("没看到" in text for text in stage.said()[said:])
