"""The platform as the house sees it: links, what it can do where, menus, settings."""

from __future__ import annotations

import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.platforms.telegram import menus
from bot.platforms.telegram.identity import Identity
from bot.platforms.telegram.platform import TelegramPlatform
from config.settings import Settings, SettingsError, load_settings
from config.words import catalogue
from handlers.chat.platform import ChatFacts
from handlers.commands import Command
from handlers.subjects import SUBJECTS
from tests.bot.platforms.running import running
from tests.bot.platforms.telegram.conftest import Kept
from tests.fakes.bot_api import FakeTelegram, Group, Person

COMMANDS = [command for subject in SUBJECTS for command in subject.commands]


def settings(**given: Any) -> Settings:
    return Settings(web_chat=False, **given)


@pytest.fixture
def whole(tg: FakeTelegram) -> TelegramPlatform:
    """As the program builds it."""
    return TelegramPlatform.from_settings(
        settings(telegram_token=tg.token, telegram_base_url=tg.base_url)
    )


def menu_of(tg: FakeTelegram, scope: str, language: str = "") -> dict[str, str]:
    key = json.dumps([{"type": scope}, language], sort_keys=True)
    return {each["command"]: each["description"] for each in tg.world.commands.get(key, ())}


@pytest.mark.parametrize(
    "scope", ["all_private_chats", "all_group_chats", "all_chat_administrators"]
)
async def test_menus_are_set_for_every_scope_in_every_language(
    scope: str, tg: FakeTelegram, whole: TelegramPlatform, kept: Kept
) -> None:
    async with running(whole, kept):
        await tg.until_called("setMyCommands", 9)
    zh, en, other = (menu_of(tg, scope, each) for each in ("zh", "en", ""))
    assert zh.keys() == en.keys() == other.keys()
    assert other == zh, "the community's own language is for everybody else"
    assert zh["help"] == catalogue().say("zh", "help.help")
    assert en["help"] == catalogue().say("en", "help.help")


async def test_residents_are_offered_no_office_commands(
    tg: FakeTelegram, whole: TelegramPlatform, kept: Kept
) -> None:
    async with running(whole, kept):
        await tg.until_called("setMyCommands", 9)
    residents, leaders = menu_of(tg, "all_group_chats"), menu_of(tg, "all_chat_administrators")
    assert "report" in residents
    assert "assign" not in residents
    assert "assign" in leaders


async def test_menus_that_cannot_be_set_stop_nothing(
    tg: FakeTelegram, whole: TelegramPlatform, kept: Kept, group: Group, wang: Person
) -> None:
    tg.fail("setMyCommands", 400, description="Bad Request: BOT_COMMAND_INVALID", times=20)
    with capture_logs() as lines:
        async with running(whole, kept):
            await tg.until_called("setMyCommands")
            await wang.says(group, "电梯坏了")
            await tg.until(lambda: kept.texts)
    assert any(line["event"] == "telegram.menus_not_set" for line in lines)


def test_every_offered_command_is_one_that_telegram_takes() -> None:
    named = [each for each in COMMANDS if menus.NAME.fullmatch(each.name)]
    assert len(named) > 20
    assert all(catalogue().has(f"help.{each.name}") or each.hidden for each in named)
    assert isinstance(named[0], Command)


async def test_links_carry_a_payload_once_the_name_is_known(platform: TelegramPlatform) -> None:
    assert platform.link("abc") is None
    await platform.examine(None)
    assert platform.link("a-Z_9") == "https://t.me/linli_test_bot?start=a-Z_9"
    group = platform.link("abc", group=True)
    assert group == "https://t.me/linli_test_bot?startgroup=abc&admin=pin_messages"


@pytest.mark.parametrize("payload", ["", "a b", "3栋", "x" * 65, "a&admin=all"])
async def test_a_payload_that_telegram_would_cut_makes_no_link(
    payload: str, platform: TelegramPlatform
) -> None:
    await platform.examine(None)
    assert platform.link(payload) is None


async def test_the_account_is_examined(tg: FakeTelegram, platform: TelegramPlatform) -> None:
    assert (await platform.examine(None)).note == "privacy_on"
    tg.world.privacy = False
    assert await platform.examine(None) == ChatFacts(reachable=True)
    tg.fail("getMe", 502)
    assert (await platform.examine(None)).note == "platform_down"
    tg.revoke_token()
    assert (await platform.examine(None)).note == "token_bad"


@pytest.mark.parametrize(
    ("status", "rights", "reachable", "hears_all", "administrator", "can_speak"),
    [
        ("administrator", {"can_pin_messages": True}, True, True, True, True),
        ("member", {}, True, False, False, True),
        ("restricted", {"can_send_messages": False}, True, False, False, False),
    ],
)
async def test_a_group_is_examined(
    status: Any,
    rights: dict[str, bool],
    reachable: bool,
    hears_all: bool,
    administrator: bool,
    can_speak: bool,
    platform: TelegramPlatform,
    group: Group,
) -> None:
    await group.bot_becomes(status, None, **rights)
    facts = await platform.examine(str(group.id))
    told = (facts.reachable, facts.hears_all, facts.administrator, facts.can_speak)
    assert told == (reachable, hears_all, administrator, can_speak)
    assert {name for name, has in rights.items() if has} <= facts.rights


async def test_a_group_that_is_gone_is_named(
    tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    await group.bot_becomes("kicked")
    assert (await platform.examine(str(group.id))).note == "group_gone"
    assert (await platform.examine("-100999")).note == "group_gone"


async def test_what_is_not_known_of_a_group_is_not_held_against_it(
    tg: FakeTelegram, platform: TelegramPlatform, group: Group
) -> None:
    tg.fail("getChatMember", 502)
    assert await platform.examine(str(group.id)) == ChatFacts(reachable=True, known=False)


async def test_a_private_chat_is_examined(platform: TelegramPlatform, wang: Person) -> None:
    assert not (await platform.examine(str(wang.id))).reachable
    await wang.starts()
    assert (await platform.examine(str(wang.id))).reachable


@pytest.mark.parametrize("token", ["nonsense", "abc:def", "123456:"])
def test_something_that_is_no_token_is_told_in_words(token: str) -> None:
    with pytest.raises(SettingsError, match="looks like 123456:ABC"):
        load_settings(telegram_token=token)
    with pytest.raises(ValueError, match="looks like 123456:ABC"):
        Identity.of_token(token)


def test_no_token_is_told_in_words() -> None:
    with pytest.raises(SettingsError, match="LINLI_TELEGRAM_TOKEN"):
        TelegramPlatform.from_settings(settings(telegram_token=None))
