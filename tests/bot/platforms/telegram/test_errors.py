"""Telegram's refusals, told apart: try again and when, go elsewhere, or give up."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.platforms.telegram.platform import TelegramPlatform
from handlers.chat.outgoing import Content, Say, Show
from handlers.chat.platform import DeliveryError, MovedError, PassingError, PermanentError
from tests.fakes.bot_api import FakeTelegram, Group, Person


def hello(chat: object) -> Say:
    return Say(platform="telegram", chat=str(chat), content=Content(text="您好"))


async def refusal(platform: TelegramPlatform, chat: object) -> DeliveryError:
    with pytest.raises(DeliveryError) as told:
        await platform.deliver(hello(chat), None)
    return told.value


def kicked(group: Group, wang: Person) -> object:
    group.chat.members[123456].status = "kicked"
    return group.id


def left(group: Group, wang: Person) -> object:
    group.chat.members[123456].status = "left"
    return group.id


def muted(group: Group, wang: Person) -> object:
    group.chat.members[123456].status = "restricted"
    return group.id


def never_started(group: Group, wang: Person) -> object:
    return wang.id


def blocked(group: Group, wang: Person) -> object:
    wang.private.started = wang.private.blocked = True
    return wang.id


def deleted_account(group: Group, wang: Person) -> object:
    wang.private.started = wang.private.gone = True
    return wang.id


def unknown(group: Group, wang: Person) -> object:
    return -100999


def no_number(group: Group, wang: Person) -> object:
    return "g3"


@pytest.mark.fault("telegram")
@pytest.mark.parametrize(
    "chat", [kicked, left, muted, never_started, blocked, deleted_account, unknown, no_number]
)
async def test_a_chat_that_cannot_be_written_to_is_given_up_as_a_whole(
    chat: Callable[[Group, Person], object],
    platform: TelegramPlatform,
    group: Group,
    wang: Person,
) -> None:
    error = await refusal(platform, chat(group, wang))
    assert isinstance(error, PermanentError)
    assert error.unreachable


@pytest.mark.parametrize(
    "told",
    [
        "chat not found",
        "CHAT_WRITE_FORBIDDEN",
        "Group chat was deactivated",
        "have no rights to send a message",
        "not enough rights to send text messages to the chat",
        "need administrator rights in the channel chat",
        "PEER_ID_INVALID",
    ],
)
async def test_the_many_words_for_it_are_known(
    told: str, tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    tg.fail("sendMessage", 400, description=f"Bad Request: {told}")
    error = await refusal(platform, group.id)
    assert isinstance(error, PermanentError)
    assert error.unreachable


@pytest.mark.fault("telegram")
@pytest.mark.parametrize(
    "told", ["message text is empty", "BUTTON_DATA_INVALID", "something of next year"]
)
async def test_a_letter_that_is_wrong_is_given_up_and_the_chat_stays(
    told: str, tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    tg.fail("sendMessage", 400, description=f"Bad Request: {told}")
    error = await refusal(platform, group.id)
    assert isinstance(error, PermanentError)
    assert not error.unreachable


@pytest.mark.fault("telegram")
async def test_a_group_that_moved_is_told_with_its_new_id(
    tg: FakeTelegram, platform: TelegramPlatform, wang: Person
) -> None:
    group = tg.group("3栋", [wang], kind="group")
    moved = await group.becomes_supergroup(())
    error = await refusal(platform, group.id)
    assert isinstance(error, MovedError)
    assert error.new_id == str(moved.id)


@pytest.mark.fault("telegram")
async def test_a_standing_message_of_a_group_that_moved_is_told_as_moved(
    tg: FakeTelegram, platform: TelegramPlatform, wang: Person
) -> None:
    group = tg.group("3栋", [wang], kind="group")
    out = Show(platform="telegram", chat=str(group.id), slot="r1", content=Content(text="一"))
    done = await platform.deliver(out, None)
    await group.becomes_supergroup(())
    with pytest.raises(MovedError):
        await platform.deliver(out, done.message_id)


@pytest.mark.fault("telegram")
@pytest.mark.parametrize("seconds", [1, 3, 10_072])
async def test_too_many_says_when_it_may_go_on(
    seconds: int, tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    """tdlib/td#1331 saw 10 072 seconds."""
    tg.fail("sendMessage", 429, retry_after=seconds)
    error = await refusal(platform, group.id)
    assert isinstance(error, PassingError)
    assert error.retry_after == timedelta(seconds=seconds)
    assert not error.uncertain, "it was refused, so it was not applied"


PASSING: dict[str, Callable[[FakeTelegram], None]] = {
    "internal error": lambda tg: tg.fail("sendMessage", 500),
    "bad gateway": lambda tg: tg.fail("sendMessage", 502),
    "gateway timeout": lambda tg: tg.fail("sendMessage", 504),
    "no JSON": lambda tg: tg.garble("sendMessage"),
    "cut before": lambda tg: tg.cut("sendMessage", "before"),
    "cut after": lambda tg: tg.cut("sendMessage", "after"),
}


@pytest.mark.fault("telegram")
@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
async def test_what_may_or_may_not_have_been_applied_is_tried_again_and_marked(
    fault: Callable[[FakeTelegram], None],
    tg: FakeTelegram,
    platform: TelegramPlatform,
    group: Group,
) -> None:
    """R23"""
    fault(tg)
    error = await refusal(platform, group.id)
    assert isinstance(error, PassingError)
    assert error.uncertain


@pytest.mark.fault("telegram")
async def test_a_server_that_was_never_reached_did_not_apply_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    platform = TelegramPlatform(
        "123456:AAF-nobody-listens-0123456789abc", f"http://127.0.0.1:{port}/bot"
    )
    error = await refusal(platform, 1)
    await platform.close()
    assert isinstance(error, PassingError)
    assert not error.uncertain


@pytest.mark.fault("telegram")
async def test_a_refused_token_waits_for_the_operator(
    tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    tg.revoke_token()
    error = await refusal(platform, group.id)
    assert isinstance(error, PassingError)
    assert error.retry_after
    assert "token" in str(error)


@pytest.mark.fault("telegram")
async def test_an_answer_of_a_newer_server_that_cannot_be_read_is_not_sent_twice(
    tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    tg.garble("sendMessage", body=b'{"ok": true, "result": {"message_id": 1}}')
    error = await refusal(platform, group.id)
    assert isinstance(error, PermanentError)
    assert not error.unreachable
