"""What the fake does on demand: limits by a clock, errors, cut connections, nonsense."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from telegram import Bot
from telegram.error import NetworkError, RetryAfter, TelegramError

from tests.fakes.bot_api import FakeTelegram, Group, Person
from tests.fakes.clients import Bare


class Clock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


async def test_one_message_a_second_goes_into_a_chat() -> None:
    clock = Clock()
    async with FakeTelegram(now=clock, limits=True) as tg, Bare(tg) as bare:
        group = tg.group("群")
        assert (await bare("sendMessage", chat_id=group.id, text="一"))[0] == 200
        status, told = await bare("sendMessage", chat_id=group.id, text="二")
        assert (status, told) == (429, "Too Many Requests: retry after 1")
        clock.turn(1)
        assert (await bare("sendMessage", chat_id=group.id, text="二"))[0] == 200
        assert group.chat.texts == ["一", "二"]


async def test_twenty_messages_a_minute_go_into_a_group() -> None:
    clock = Clock()
    async with FakeTelegram(now=clock, limits=True) as tg, Bare(tg) as bare:
        group = tg.group("群")
        for number in range(20):
            assert (await bare("sendMessage", chat_id=group.id, text=str(number)))[0] == 200
            clock.turn(1)
        assert (await bare("sendMessage", chat_id=group.id, text="20"))[0] == 429
        clock.turn(40)
        assert (await bare("sendMessage", chat_id=group.id, text="20"))[0] == 200


async def test_thirty_messages_a_second_go_out_overall() -> None:
    clock = Clock()
    async with FakeTelegram(now=clock, limits=True) as tg, Bare(tg) as bare:
        people = [tg.person(str(number)) for number in range(31)]
        for person in people:
            await person.starts()
        answers = [await bare("sendMessage", chat_id=each.id, text="早") for each in people]
        assert [status for status, _ in answers] == [200] * 30 + [429]


async def test_an_error_strikes_as_often_as_told(tg: FakeTelegram, bot: Bot, group: Group) -> None:
    tg.fail("sendMessage", 429, retry_after=7)
    with pytest.raises(RetryAfter):
        await bot.send_message(group.id, "a")
    tg.fail("sendMessage", 502, times=2)
    for _ in range(2):
        with pytest.raises(NetworkError, match="Bad Gateway"):
            await bot.send_message(group.id, "a")
    await bot.send_message(group.id, "a")

    assert group.chat.texts == ["a"]
    assert tg.violations == []
    assert [each.status for each in tg.calls("sendMessage")] == [429, 502, 502, 200]


async def test_an_error_may_strike_one_chat_only(tg: FakeTelegram, bare: Bare) -> None:
    here, there = tg.group("这"), tg.group("那")
    tg.fail("sendMessage", 500, where=lambda params: params["chat_id"] == there.id)

    assert (await bare("sendMessage", chat_id=here.id, text="a"))[0] == 200
    assert (await bare("sendMessage", chat_id=there.id, text="a"))[0] == 500


async def test_a_connection_is_cut_before_or_after_the_call(
    tg: FakeTelegram, bot: Bot, group: Group
) -> None:
    tg.cut("sendMessage", "before")
    with pytest.raises(NetworkError):
        await bot.send_message(group.id, "没到")
    assert group.said == []
    tg.cut("sendMessage", "after")
    with pytest.raises(NetworkError):
        await bot.send_message(group.id, "到了")
    assert group.chat.texts == ["到了"]


async def test_an_answer_may_be_nonsense(tg: FakeTelegram, bot: Bot, group: Group) -> None:
    tg.garble("sendMessage")
    with pytest.raises(TelegramError):
        await bot.send_message(group.id, "a")


async def test_an_answer_is_held_until_it_is_released(
    tg: FakeTelegram, bot: Bot, group: Group
) -> None:
    hold = tg.hold("sendMessage")
    sending = asyncio.ensure_future(bot.send_message(group.id, "慢"))
    await hold.reached.wait()
    assert group.said == []
    hold.release()
    await sending
    assert group.chat.texts == ["慢"]


async def test_a_poisoned_update_lies_among_the_good(
    tg: FakeTelegram, bare: Bare, group: Group, wang: Person
) -> None:
    await wang.says(group, "一")
    tg.poison(group)
    await wang.says(group, "二")

    _, updates = await bare("getUpdates")
    assert ["date" in each["message"] for each in updates] == [True, False, True]


async def test_waiting_in_vain_is_an_error(tg: FakeTelegram, bare: Bare) -> None:
    await bare("getMe")
    with pytest.raises(AssertionError, match="getMe"):
        await tg.until(lambda: False, seconds=0.01, told="for nothing")
