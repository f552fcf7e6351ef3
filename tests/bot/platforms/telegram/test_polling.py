"""Polling: an update is kept before Telegram is told that it came, whatever goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest
from structlog.testing import capture_logs

from bot.platforms.telegram.intake import Pace
from bot.platforms.telegram.platform import TelegramPlatform
from bot.platforms.telegram.reading import ALLOWED_UPDATES
from config.settings import SettingsError
from handlers.chat.incoming import Message
from handlers.chat.platform import RawUpdate
from tests.bot.platforms.running import running
from tests.bot.platforms.telegram.conftest import FAST, Kept
from tests.fakes.bot_api import FakeTelegram, Group, Person


class Slow(Kept):
    """An intake whose disk takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = asyncio.Event()
        self.durable = asyncio.Event()

    async def receive(self, platform: str, updates: Sequence[RawUpdate]) -> None:
        if updates:
            self.reached.set()
            await self.durable.wait()
        await super().receive(platform, updates)


class Dying(Slow):
    """An intake that keeps what came, and never comes to say so."""

    async def receive(self, platform: str, updates: Sequence[RawUpdate]) -> None:
        await Kept.receive(self, platform, updates)
        self.reached.set()
        await self.durable.wait()


class Second(Kept):
    """The intake of a process beside another one, which has the turn."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.ours = False

    async def our_turn(self, platform: str) -> bool:
        self.asked.set()
        return self.ours


async def until_polled(tg: FakeTelegram, times: int = 1) -> None:
    await tg.until(lambda: len(tg.calls("getUpdates")) >= times, told="for a poll")


async def test_it_asks_for_every_kind_by_name_at_every_poll(
    tg: FakeTelegram, platform: TelegramPlatform, kept: Kept, group: Group, wang: Person
) -> None:
    async with running(platform, kept):
        await until_polled(tg)
        await wang.says(group, "电梯坏了")
        await tg.until_read()
    asked = [call.params["allowed_updates"] for call in tg.calls("getUpdates")]
    assert len(asked) > 1
    assert all(each == list(ALLOWED_UPDATES) for each in asked)


async def test_nothing_is_confirmed_before_it_is_durable(
    tg: FakeTelegram, platform: TelegramPlatform, group: Group, wang: Person
) -> None:
    slow = Slow()
    async with running(platform, slow):
        await wang.says(group, "电梯坏了")
        await slow.reached.wait()
        assert len(tg.world.updates.queue) == 1, "Telegram still keeps it"
        slow.durable.set()
        await tg.until_read()
    assert slow.texts == ["电梯坏了"]


@pytest.mark.fault("telegram")
async def test_what_could_not_be_kept_comes_again(
    tg: FakeTelegram, platform: TelegramPlatform, kept: Kept, group: Group, wang: Person
) -> None:
    async with running(platform, kept):
        await until_polled(tg)
        kept.failures = 3
        await wang.says(group, "电梯坏了")
        await tg.until_read()
    assert kept.texts == ["电梯坏了"]


FAULTS: dict[str, Callable[[FakeTelegram], None]] = {
    "somebody else polls": lambda tg: tg.fail("getUpdates", 409, times=2),
    "a bad gateway": lambda tg: tg.fail("getUpdates", 502, times=3),
    "an internal error": lambda tg: tg.fail("getUpdates", 500, times=3),
    "cut before the answer": lambda tg: tg.cut("getUpdates", "before", times=3),
    "cut instead of the answer": lambda tg: tg.cut("getUpdates", "after", times=3),
    "no JSON": lambda tg: tg.garble("getUpdates", times=3),
    "JSON that is no list": lambda tg: tg.garble(
        "getUpdates", times=2, body=b'{"ok": true, "result": {"a": 1}}'
    ),
    "a list of nonsense": lambda tg: tg.garble(
        "getUpdates", times=2, body=b'{"ok": true, "result": [null, 7]}'
    ),
    "the token refused for a while": lambda tg: tg.fail("getUpdates", 401, times=2),
}


@pytest.mark.fault("telegram")
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_polling_goes_on_after(
    fault: Callable[[FakeTelegram], None],
    tg: FakeTelegram,
    platform: TelegramPlatform,
    kept: Kept,
    group: Group,
    wang: Person,
) -> None:
    fault(tg)
    async with running(platform, kept):
        await wang.says(group, "电梯坏了")
        await tg.until(lambda: kept.texts)
        await tg.until_read()
    assert kept.texts[0] == "电梯坏了"
    assert len({each.key for each in kept.updates}) == 1


@pytest.mark.fault("telegram")
async def test_a_second_poller_is_named_in_the_log(
    tg: FakeTelegram, platform: TelegramPlatform, kept: Kept
) -> None:
    tg.fail("getUpdates", 409)
    with capture_logs() as lines:
        async with running(platform, kept):
            await until_polled(tg, 2)
    told = [line["event"] for line in lines]
    assert "telegram.somebody_else_polls_with_this_token" in told


@pytest.mark.fault("telegram")
async def test_one_cut_connection_is_no_warning(
    tg: FakeTelegram, platform: TelegramPlatform, kept: Kept
) -> None:
    tg.cut("getUpdates", "before")
    with capture_logs() as lines:
        async with running(platform, kept):
            await until_polled(tg, 2)
    assert [line["log_level"] for line in lines if "poll" in line["event"]] == ["debug"]


@pytest.mark.fault("telegram")
async def test_a_token_revoked_while_running_is_named_and_waited_out(
    tg: FakeTelegram, platform: TelegramPlatform, kept: Kept, group: Group, wang: Person
) -> None:
    with capture_logs() as lines:
        async with running(platform, kept) as task:
            await until_polled(tg)
            tg.revoke_token()
            await wang.says(group, "电梯坏了")
            await tg.until(lambda: any(line["event"] == "telegram.token_refused" for line in lines))
            assert not task.done(), "the web chat goes on meanwhile"
            tg.restore_token()
            await tg.until(lambda: kept.texts)
    assert kept.texts == ["电梯坏了"]


@pytest.mark.fault("telegram")
async def test_a_refused_token_at_the_start_is_told_in_words(
    tg: FakeTelegram, platform: TelegramPlatform, kept: Kept
) -> None:
    tg.revoke_token()
    with pytest.raises(SettingsError, match=r"LINLI_TELEGRAM_TOKEN.*@BotFather"):
        await platform.run(kept)


@pytest.mark.fault("telegram")
async def test_a_network_that_is_down_at_the_start_is_waited_for(
    tg: FakeTelegram, platform: TelegramPlatform, kept: Kept, group: Group, wang: Person
) -> None:
    tg.fail("getMe", 502, times=2)
    tg.cut("getMe", "before")
    async with running(platform, kept):
        await wang.says(group, "电梯坏了")
        await tg.until(lambda: kept.texts)
    assert platform.me.username == "linli_test_bot"


@pytest.mark.fault("telegram")
async def test_a_poll_that_hangs_is_given_up(tg: FakeTelegram, kept: Kept, wang: Person) -> None:
    platform = TelegramPlatform(tg.token, tg.base_url, pace=Pace(0, 0.05, 0.001, 0.01))
    hold = tg.hold("getUpdates")
    async with running(platform, kept):
        await hold.reached.wait()
        await wang.starts()
        await tg.until(lambda: kept.texts)
    assert kept.texts[0] == "/start"


@pytest.mark.fault("telegram")
async def test_an_older_webhook_is_taken_away_and_what_waits_there_is_kept(
    tg: FakeTelegram, platform: TelegramPlatform, kept: Kept, group: Group, wang: Person
) -> None:
    tg.world.webhook.url = "https://old.example.org/updates"
    await wang.says(group, "电梯坏了")
    async with running(platform, kept):
        await tg.until(lambda: kept.texts)
    assert tg.calls("deleteWebhook")[0].params.get("drop_pending_updates") is not True
    assert kept.texts == ["电梯坏了"]


@pytest.mark.fault("telegram")
async def test_a_poison_update_is_kept_raw_and_the_others_with_it(
    tg: FakeTelegram, platform: TelegramPlatform, kept: Kept, group: Group, wang: Person
) -> None:
    await wang.says(group, "一")
    tg.poison(group)
    await wang.says(group, "二")
    async with running(platform, kept):
        await tg.until_read()
    assert kept.texts == ["一", "?", "二"]
    with pytest.raises(ValueError, match="not as expected"):
        platform.read(kept.updates[1].body)
    (read,) = platform.read(kept.updates[2].body)
    assert isinstance(read, Message)


async def test_the_order_of_a_chat_is_kept_in_its_lane(
    tg: FakeTelegram, platform: TelegramPlatform, kept: Kept, group: Group, wang: Person
) -> None:
    other = tg.group("4栋邻里群", [wang])
    for number in range(150):  # more than one poll brings
        await wang.says(group if number % 2 else other, str(number))
    async with running(platform, kept):
        await tg.until_read()
    for place, parity in ((group, 1), (other, 0)):
        texts = [
            each.body["message"]["text"] for each in kept.updates if each.lane == str(place.id)
        ]
        assert texts == [str(number) for number in range(150) if number % 2 == parity]


@pytest.mark.fault("telegram")
async def test_what_was_kept_and_not_confirmed_comes_again_under_the_same_key(
    tg: FakeTelegram, kept: Kept, group: Group, wang: Person
) -> None:
    """It died between the two: the inbox ignores a key that it knows."""
    dying = Dying()
    await wang.says(group, "电梯坏了")
    async with running(TelegramPlatform(tg.token, tg.base_url, pace=FAST), dying):
        await dying.reached.wait()
    async with running(TelegramPlatform(tg.token, tg.base_url, pace=FAST), kept):
        await tg.until_read()
    assert [each.key for each in kept.updates] == [each.key for each in dying.updates]


async def test_of_two_processes_with_one_token_one_polls(
    tg: FakeTelegram, platform: TelegramPlatform
) -> None:
    second = Second()
    async with running(platform, second):
        await second.asked.wait()
        assert not tg.calls("getUpdates")
        second.ours = True
        await until_polled(tg)
