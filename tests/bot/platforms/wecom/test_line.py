"""The line against every fault: back within five seconds, and nothing lost that was handed over."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import connect

from bot.platforms.wecom.line import State
from handlers.chat.platform import PassingError
from tests.bot.platforms.wecom.going import QUICK, Going, PatientClock, going
from tests.bot.platforms.wecom.words import say
from tests.fakes.wecom import BOT, SECRET, FakeWeCom

GROUP, LI = "wrGROUP3", "woLINA0000000000000000"

Fault = Callable[[Going], Awaitable[None]]


def closes(code: int) -> Fault:
    async def fault(bot: Going) -> None:
        await bot.wecom.closes(code)

    return fault


async def drops(bot: Going) -> None:
    bot.wecom.drops()


async def mutes_pings(bot: Going) -> None:
    bot.wecom.faults.mute_pings = True
    await bot.until(lambda: not bot.line.is_on)
    bot.wecom.faults.mute_pings = False


async def sends_nonsense(bot: Going) -> None:
    assert bot.wecom.line is not None
    await bot.wecom.line.send("[]")  # the SDK stops listening at it, and says nothing


async def forgets_the_robot(bot: Going) -> None:
    bot.wecom.faults.forgetful = True
    with pytest.raises(PassingError):
        await bot.platform.deliver(say(GROUP, "在"), None)
    bot.wecom.faults.forgetful = False


async def host_goes_and_comes(bot: Going) -> None:
    await bot.wecom.goes()
    await bot.wecom.comes()


FAULTS = {
    "close 1000": closes(1000),
    "close 1001": closes(1001),
    "close 1011": closes(1011),
    "TCP drop": drops,
    "pings unanswered": mutes_pings,
    "nonsense": sends_nonsense,
    "not subscribed": forgets_the_robot,
    "server restarted": host_goes_and_comes,
}


@pytest.mark.fault("wecom")
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("lived", [0, 60], ids=["just begun", "a minute old"])
async def test_it_is_back_within_five_seconds_and_nothing_is_lost(fault: str, lived: int) -> None:
    async with going(pace=QUICK) as bot:
        bot.clock.turn(timedelta(seconds=lived))
        await bot.wecom.says(LI, "电梯坏了", GROUP)
        before = bot.line.connections
        await FAULTS[fault](bot)
        assert await bot.comes_back(before) < 5
        await bot.wecom.says(LI, "还没修好", GROUP)
        assert await bot.texts(least=2) == ["电梯坏了", "还没修好"]


@pytest.mark.fault("wecom")
async def test_it_comes_back_again_and_again(bot: Going) -> None:
    for _ in range(4):
        before = bot.line.connections
        bot.wecom.drops()
        assert await bot.comes_back(before) < 5
    bot.clock.turn(timedelta(seconds=30))


@pytest.mark.fault("wecom")
async def test_a_server_that_is_away_at_the_start_is_awaited() -> None:
    clock = PatientClock()
    async with FakeWeCom(clock.now) as wecom:
        await wecom.goes()
        bot = Going(wecom, clock)
        bot.begins()
        await bot.waits_until(lambda: bot.line.connections > 8)
        assert (await bot.platform.examine(None)).note == "platform_down"
        await wecom.comes()
        assert await bot.waits_until(lambda: bot.line.is_on) < 60
        await bot.ends()


async def test_the_log_says_why_there_is_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address without TLS, a certificate, a host that is none: the SDK tells, and so do we."""
    monkeypatch.setattr("aibot.ws._SSL_CONTEXT", ssl.create_default_context())
    clock = PatientClock()
    with capture_logs() as logs:
        async with FakeWeCom(clock.now) as wecom:
            bot = Going(wecom, clock)
            bot.begins()
            await bot.until(lambda: any(each["event"] == "wecom.line_lost" for each in logs))
            await bot.ends()
    told = [each for each in logs if each["event"] == "wecom.line_lost"]
    assert "ws://" in told[0]["error"]
    assert SECRET not in str(logs)


@pytest.mark.fault("wecom")
async def test_while_it_is_away_nothing_is_said_and_nothing_is_uncertain(bot: Going) -> None:
    await bot.wecom.goes()
    await bot.until(lambda: not bot.line.is_on)
    with pytest.raises(PassingError) as told:
        await bot.platform.deliver(say(GROUP, "在"), None)
    assert not told.value.uncertain
    assert told.value.retry_after is not None
    await bot.wecom.comes()


@pytest.mark.fault("wecom")
async def test_a_wrong_secret_stops_it_and_says_what_to_do() -> None:
    clock = PatientClock()
    async with FakeWeCom(clock.now) as wecom:
        bot = Going(wecom, clock, secret="of-yesterday")
        with capture_logs() as logs:
            bot.begins()
            await bot.until(lambda: bot.line.state is State.REFUSED)
        told = [each for each in logs if each["event"] == "wecom.secret_refused"]
        assert "secret" in told[0]["remedy"]
        assert "of-yesterday" not in str(logs)
        clock.turn(timedelta(hours=2))
        await asyncio.sleep(0.01)
        assert (bot.line.connections, wecom.subscribed) == (1, 0), "it does not knock on for ever"
        facts = await bot.platform.examine(None)
        assert (facts.reachable, facts.note) == (False, "secret_bad")
        await bot.ends()


@pytest.mark.fault("wecom")
async def test_a_busy_server_is_no_wrong_secret() -> None:
    clock = PatientClock()
    async with FakeWeCom(clock.now) as wecom:
        wecom.faults.subscribe_code = -1
        bot = Going(wecom, clock)
        bot.begins()
        await bot.waits_until(lambda: bot.line.connections > 1)
        wecom.faults.subscribe_code = 0
        await bot.waits_until(lambda: bot.line.is_on)
        await bot.ends()


@pytest.mark.fault("wecom")
@pytest.mark.parametrize("code", [1000, 1008])
async def test_pushed_out_by_a_second_program_it_stops_and_says_so(bot: Going, code: int) -> None:
    bot.wecom.faults.kick_code = code
    with capture_logs() as logs:
        async with connect(bot.wecom.url) as other:
            await other.send(subscription())
            await bot.until(lambda: bot.line.state is State.TAKEN)
            bot.clock.turn(timedelta(hours=2))
            await asyncio.sleep(0.01)
            assert bot.wecom.subscribed == 2, "it does not fight"
            told = [each["remedy"] for each in logs if each["event"] == "wecom.taken_over"]
            assert "another program" in told[0]
            assert (await bot.platform.examine(None)).note == "taken_over"


@pytest.mark.fault("wecom")
async def test_pushed_out_by_another_process_of_ours_it_waits_for_its_turn(bot: Going) -> None:
    bot.inbox.turn = False
    async with connect(bot.wecom.url) as other:
        await other.send(subscription())
        await bot.until(lambda: bot.line.state is State.AWAY)
        await bot.waits_until(lambda: bot.clock.sleepers)
        assert bot.line.state is State.AWAY
    bot.inbox.turn = True
    await bot.waits_until(lambda: bot.line.is_on)


async def test_who_loses_the_turn_hangs_up(bot: Going) -> None:
    bot.inbox.turn = False
    await bot.waits_until(lambda: not bot.line.is_on)
    await bot.wecom.until(lambda: bot.wecom.line is None)


async def test_the_program_is_told_that_there_is_a_line(bot: Going) -> None:
    await bot.waits_until(lambda: bot.inbox.contacts >= 3)
    most = bot.platform.capabilities.contact
    assert most is not None
    assert most > timedelta(seconds=3 * 30), "two unanswered pings, and the third finds it dead"


@pytest.mark.fault("wecom")
async def test_what_comes_while_the_database_is_away_is_kept_later(bot: Going) -> None:
    bot.inbox.broken = True
    await bot.wecom.says(LI, "电梯坏了", GROUP)
    await bot.until(lambda: bot.inbox.refused)
    bot.inbox.broken = False
    await bot.waits_until(lambda: bot.inbox.updates)
    assert await bot.texts() == ["电梯坏了"]


@pytest.mark.fault("wecom")
async def test_what_came_in_the_last_moment_is_kept_before_the_end() -> None:
    async with going() as bot:
        bot.inbox.broken = True
        await bot.wecom.says(LI, "电梯坏了", GROUP)
        await bot.until(lambda: bot.inbox.refused)
        bot.inbox.broken = False
    assert len(bot.inbox.updates) == 1


async def test_beside_the_running_robot_the_doctor_does_not_push_it_out(bot: Going) -> None:
    doctor = Going(bot.wecom, bot.clock)
    assert (await doctor.platform.examine(None)).reachable
    assert bot.line.is_on
    assert bot.wecom.subscribed == 1


def subscription() -> str:
    body = {"bot_id": BOT, "secret": SECRET}
    return json.dumps(
        {"cmd": "aibot_subscribe", "headers": {"req_id": "aibot_subscribe_2"}, "body": body}
    )


async def test_neither_what_people_say_nor_the_secret_is_written_down(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)  # as LINLI_LOG_LEVEL=debug has it
    async with going(pace=QUICK) as bot:
        await bot.wecom.says(LI, "三楼的老陈又没交钱", GROUP)
        await bot.wecom.sends(LI, GROUP, msgtype="hologram", hologram={"words": "老陈"})
        assert bot.wecom.line is not None
        await bot.wecom.line.send('{"headers": {"req_id": "x"}, "body": {"words": "老陈"}}')
        await bot.heard(2)
        before = bot.line.connections
        bot.wecom.drops()
        await bot.comes_back(before)
    written = "".join(capfd.readouterr())
    assert "wecom.connected" in written, "it does write"
    # Frames are written down cut in their middle.
    for each in ("老陈", json.dumps("老陈").strip('"'), SECRET[-12:]):
        assert each not in written + caplog.text
