"""The stream: kept as it comes, asked for again and again, and honest about what was missed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.clock import VirtualClock
from bot.platforms.wechat.intake import Pace
from bot.platforms.wechat.platform import WechatPlatform
from bot.platforms.wechat.wire import EventKind
from handlers.chat.incoming import Message, Missed, Standing
from handlers.chat.platform import RawUpdate
from tests.bot.platforms.running import running
from tests.bot.platforms.wechat.conftest import FAST, Kept, read
from tests.fakes.puppet import ME, FakePuppet
from tests.harness import MONDAY
from tests.patience import PATIENCE


@asynccontextmanager
async def listening(
    puppet: FakePuppet, clock: VirtualClock, kept: Kept, pace: Pace = FAST
) -> AsyncGenerator[WechatPlatform]:
    """A platform that is connected and logged in, by a clock that stands still."""
    platform = WechatPlatform(puppet.endpoint, clock, pace=pace)
    async with running(platform, kept):
        await kept.until(lambda: kept.contacts)
        yield platform


async def test_what_is_said_in_a_row_is_kept_in_that_order(
    puppet: FakePuppet, clock: VirtualClock
) -> None:
    kept = Kept()
    async with listening(puppet, clock, kept):
        for number in range(30):
            puppet.says("li", str(number))
        await puppet.until_read()
    assert kept.texts == [str(number) for number in range(30)]
    assert {each.lane for each in kept.of("message")} == {"bldg3@chatroom"}


@pytest.mark.fault("wechat")
async def test_an_event_that_comes_twice_has_one_key(
    puppet: FakePuppet, clock: VirtualClock
) -> None:
    kept = Kept()
    async with listening(puppet, clock, kept):
        said = puppet.says("li", "电梯坏了")
        puppet.tells_again(said)
        await puppet.until_read()
    assert [each.key for each in kept.of("message")] == [said]


@pytest.mark.fault("wechat")
async def test_what_cannot_be_kept_is_held_until_it_can(
    puppet: FakePuppet, clock: VirtualClock
) -> None:
    """The gateway gives nothing twice."""
    kept = Kept()
    async with listening(puppet, clock, kept):
        kept.failures = 3
        puppet.says("li", "电梯坏了")
        puppet.says("wang", "我看看")
        await puppet.until_read()
        assert kept.texts == ["电梯坏了", "我看看"]


@pytest.mark.fault("wechat")
async def test_an_account_whose_name_the_puppet_does_not_know_yet_is_there_all_the_same(
    puppet: FakePuppet, clock: VirtualClock
) -> None:
    del puppet.people[ME]
    kept = Kept()
    async with listening(puppet, clock, kept) as platform:
        puppet.says("li", "电梯坏了")
        await puppet.until_read()
        assert (platform.me.logged_in, platform.me.name) == (True, "")
    assert kept.texts == ["电梯坏了"]


async def test_the_puppet_is_never_stopped_and_started_once_at_most(
    puppet: FakePuppet, clock: VirtualClock
) -> None:
    """A stop and a start would be a new login: only the stream is asked for again."""
    puppet.logged_in = False
    kept = Kept()
    platform = WechatPlatform(puppet.endpoint, clock, pace=replace(FAST, look=0.01, start=0))
    async with running(platform, kept):
        await puppet.until(lambda: "Start" in puppet.calls)
        for _ in range(3):
            await puppet.stop()
            await puppet.start()
            await puppet.until(lambda: puppet.listened_to)
    assert puppet.calls.count("Start") == 1
    assert not any(each.startswith("Stop") for each in puppet.calls)


@pytest.mark.fault("wechat")
async def test_a_gap_is_told_from_the_last_sign_to_the_return(
    puppet: FakePuppet, clock: VirtualClock
) -> None:
    kept = Kept()
    async with listening(puppet, clock, kept) as platform:
        clock.turn(timedelta(minutes=3))
        puppet.says("li", "电梯坏了")
        await puppet.until_read()
        last = clock.now()
        await puppet.stop()
        puppet.says("li", "这句没人听")
        clock.turn(timedelta(minutes=7))
        await puppet.start()
        await kept.until(lambda: kept.of("missed"))
        (gap,) = [each for each in read(platform, kept) if isinstance(each, Missed)]
    assert (gap.since, gap.at) == (last, last + timedelta(minutes=7))
    assert kept.texts == ["电梯坏了"]


@pytest.mark.fault("wechat")
async def test_a_short_absence_is_written_into_the_log_alone(
    puppet: FakePuppet, clock: VirtualClock
) -> None:
    kept = Kept()
    with capture_logs() as logs:
        async with listening(puppet, clock, kept, replace(FAST, untold=5)):
            await puppet.stop()
            clock.turn(timedelta(seconds=3))
            await puppet.start()
            await puppet.until(lambda: puppet.listened_to)
            puppet.says("li", "电梯坏了")
            await kept.until(lambda: kept.texts)
    assert not kept.of("missed")
    assert any(each["event"] == "wechat.gap" for each in logs)


@pytest.mark.fault("wechat")
@pytest.mark.parametrize(("pause", "told"), [(10, True), (50, False)], ids=["often", "rarely"])
async def test_short_absences_that_add_up_are_told_as_one(
    puppet: FakePuppet, clock: VirtualClock, pause: int, told: bool
) -> None:
    kept, began = Kept(), clock.now()
    async with listening(puppet, clock, kept, replace(FAST, untold=5)) as platform:
        for number in range(3):
            platform.listening.refused.clear()
            await puppet.stop()
            await platform.listening.refused.wait()
            clock.turn(timedelta(seconds=2))
            await puppet.start()
            await puppet.until(lambda: puppet.listened_to)
            puppet.says("li", f"电梯坏了{number}")
            await kept.until(lambda number=number: len(kept.texts) > number)
            clock.turn(timedelta(minutes=pause))
        gaps = [each for each in read(platform, kept) if isinstance(each, Missed)]
    assert [each.since for each in gaps] == ([began] if told else [])


@pytest.mark.fault("wechat")
async def test_what_was_missed_while_the_program_was_down_is_told_after_its_start(
    puppet: FakePuppet, clock: VirtualClock
) -> None:
    kept = Kept()

    async def last() -> object:
        return MONDAY - timedelta(hours=2)

    platform = WechatPlatform(
        puppet.endpoint,
        clock,
        last=last,  # pyright: ignore[reportArgumentType] - a moment, as the store gives it
        pace=FAST,
    )
    async with running(platform, kept):
        await kept.until(lambda: kept.of("missed"))
    (gap,) = [each for each in read(platform, kept) if isinstance(each, Missed)]
    assert (gap.since, gap.at) == (MONDAY - timedelta(hours=2), MONDAY)


async def test_the_first_start_of_all_has_no_gap(puppet: FakePuppet, clock: VirtualClock) -> None:
    kept = Kept()
    async with listening(puppet, clock, kept):
        await puppet.until_read()
    assert not kept.of("missed")


async def test_signs_of_life_bound_the_gap_of_a_quiet_night(
    puppet: FakePuppet, clock: VirtualClock
) -> None:
    kept = Kept()
    async with listening(puppet, clock, kept, replace(FAST, look=0.005)):
        assert len(kept.of("sign")) == 1
        clock.turn(timedelta(seconds=FAST.sign))
        await kept.until(lambda: len(kept.of("sign")) == 2)


@pytest.mark.fault("wechat")
async def test_out_of_wechat_there_is_no_contact_though_the_gateway_answers(
    puppet: FakePuppet, clock: VirtualClock
) -> None:
    kept = Kept()
    with capture_logs() as logs:
        async with listening(puppet, clock, kept, replace(FAST, look=0.005)) as platform:
            puppet.logs_out()
            await puppet.until_read()
            assert not platform.me.logged_in
            before, asked = kept.contacts, puppet.calls.count("Version")
            await puppet.until(lambda: puppet.calls.count("Version") > asked + 2)
            assert kept.contacts == before
            puppet.logs_in()
            await kept.until(lambda: kept.contacts > before)
    told = [each for each in logs if each["event"] == "wechat.logged_out"]
    assert "scan" in told[0]["remedy"]


async def test_another_process_has_the_turn(puppet: FakePuppet, clock: VirtualClock) -> None:
    kept = Kept()
    kept.ours = False
    platform = WechatPlatform(puppet.endpoint, clock, pace=FAST)
    async with running(platform, kept):
        await asyncio.sleep(0.02)
        assert not puppet.calls
        kept.ours = True
        await kept.until(lambda: kept.contacts)


@pytest.mark.fault("wechat")
async def test_a_gateway_that_does_not_answer_is_let_go_of_and_asked_anew(
    puppet: FakePuppet, clock: VirtualClock
) -> None:
    """Half a connection: the stream stands, and nothing comes of it any more."""
    kept = Kept()
    async with listening(puppet, clock, kept, replace(FAST, look=0.005)) as platform:
        right = puppet.token
        puppet.token = "another-token-than-it-was"
        await asyncio.wait_for(platform.listening.refused.wait(), PATIENCE)
        puppet.token = right
        contacts = kept.contacts
        await kept.until(lambda: kept.contacts > contacts)
        puppet.says("li", "电梯坏了")
        await kept.until(lambda: kept.texts)


@pytest.mark.fault("wechat")
async def test_a_message_that_the_puppet_cannot_show_is_told_and_passed_over(
    puppet: FakePuppet, clock: VirtualClock
) -> None:
    kept = Kept()
    with capture_logs() as logs:
        async with listening(puppet, clock, kept):
            puppet.tells_again("unknown")
            puppet.says("li", "电梯坏了")
            await puppet.until_read()
    assert kept.texts == ["电梯坏了"]
    assert any(each["event"] == "wechat.message_not_shown" for each in logs)


@pytest.mark.fault("wechat")
async def test_the_bot_put_out_and_let_in_again(puppet: FakePuppet, clock: VirtualClock) -> None:
    kept = Kept()
    async with listening(puppet, clock, kept) as platform:
        puppet.leaves("bot")
        puppet.joins("bot")
        await puppet.until_read()
        told = [each for each in read(platform, kept) if isinstance(each, Standing)]
    assert [(each.present, each.hears_all) for each in told] == [(False, False), (True, True)]
    assert [each.sender.id for each in told if each.sender] == ["wang", "wang"]


async def test_somebody_sends_what_is_no_message_of_ours(
    puppet: FakePuppet, clock: VirtualClock
) -> None:
    """Red envelopes, cards, links and the group's own notes are nobody's report."""
    from bot.platforms.wechat.wire import MessageKind

    kept = Kept()
    async with listening(puppet, clock, kept) as platform:
        for kind in (MessageKind.RED_ENVELOPE, MessageKind.LINK, MessageKind.NOTE):
            puppet.says("li", "<xml/>", kind=kind)
        puppet.says("li", "", kind=MessageKind.VOICE)
        await puppet.until_read()
        (heard,) = [each for each in read(platform, kept) if isinstance(each, Message)]
    assert [each.kind.value for each in heard.media] == ["voice"]


@pytest.mark.fault("wechat")
@pytest.mark.parametrize("number", [99, 16])
async def test_a_kind_of_a_newer_puppet_is_nothing(
    puppet: FakePuppet, clock: VirtualClock, number: int
) -> None:
    kept = Kept()
    async with listening(puppet, clock, kept) as platform:
        puppet.says("li", "新玩意", kind=number)
        await puppet.until_read()
        assert not read(platform, kept)


@pytest.mark.fault("wechat")
@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (EventKind.JOINED, {}),
        (EventKind.TITLE, {"roomId": "bldg3@chatroom"}),
        (EventKind.LEFT, {"roomId": "bldg3@chatroom", "timestamp": "yesterday"}),
        (EventKind.JOINED, {"roomId": "bldg3@chatroom", "inviteeIdList": [1]}),
        (EventKind.ERROR, None),
    ],
)
async def test_what_a_puppet_garbles_ends_nothing(
    puppet: FakePuppet, clock: VirtualClock, kind: EventKind, told: dict[str, Any] | None
) -> None:
    kept = Kept()
    async with listening(puppet, clock, kept):
        puppet.tells(kind, "{no json" if told is None else json.dumps(told))
        puppet.says("li", "电梯坏了")
        await puppet.until_read()
    assert kept.texts == ["电梯坏了"]


class Holding(Kept):
    """The database is away; a sign of contact needs none."""

    async def receive(self, platform: str, updates: Sequence[RawUpdate]) -> None:
        if self.held.is_set() and any(each.body["kind"] == "message" for each in updates):
            await asyncio.Event().wait()
        await super().receive(platform, updates)

    def __init__(self) -> None:
        super().__init__()
        self.held = asyncio.Event()


@pytest.mark.fault("wechat")
async def test_what_was_held_when_the_gateway_went_is_within_the_gap(
    puppet: FakePuppet, clock: VirtualClock
) -> None:
    kept = Holding()
    async with listening(puppet, clock, kept, replace(FAST, look=0.01)) as platform:
        before = clock.now()
        kept.held.set()
        said = puppet.says("li", "电梯坏了")
        await puppet.until(lambda: f"MessagePayload {said}" in puppet.calls)
        clock.turn(timedelta(minutes=5))
        contacts = kept.contacts
        await kept.until(lambda: kept.contacts > contacts + 2)  # it is looked after meanwhile
        await puppet.stop()
        await platform.listening.refused.wait()
        clock.turn(timedelta(minutes=1))
        await puppet.start()
        await kept.until(lambda: kept.of("missed"))
        (gap,) = [each for each in read(platform, kept) if isinstance(each, Missed)]
    assert gap.since <= before
