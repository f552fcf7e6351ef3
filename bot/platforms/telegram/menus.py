"""The commands menu: what a chat offers, per scope and language. A menu is no permission."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)
from telegram.error import TelegramError

from config.words import Catalogue
from handlers.commands import Command

log = structlog.get_logger("linli.telegram")

NAME = re.compile(r"[a-z0-9_]{1,32}")
DESCRIPTION_LIMIT = 256
MOST = 100

#: Residents are offered little; who leads a group also what captains and the office use.
SCOPES: Sequence[tuple[BotCommandScope, Callable[[Command], bool]]] = (
    (BotCommandScopeAllPrivateChats(), lambda each: each.where != "group" and not each.right),
    (BotCommandScopeAllGroupChats(), lambda each: each.where != "private" and not each.right),
    (BotCommandScopeAllChatAdministrators(), lambda each: each.where != "private"),
)


async def publish(bot: Bot, commands: Sequence[Command], words: Catalogue, default: str) -> None:
    """Set the menus in all languages; `default` is for people of any other.

    A failure is logged and no more: nothing depends on a menu.
    """
    try:
        for scope, wanted in SCOPES:
            chosen = [each for each in commands if wanted(each) and _is_shown(each, words)]
            await bot.set_my_commands(_menu(chosen, words, default), scope)
            for language in words.languages:
                await bot.set_my_commands(_menu(chosen, words, language), scope, language)
    except TelegramError as error:
        log.warning("telegram.menus_not_set", error=str(error))


def _is_shown(command: Command, words: Catalogue) -> bool:
    named = NAME.fullmatch(command.name) is not None
    return named and not command.hidden and words.has(f"help.{command.name}")


def _menu(commands: Sequence[Command], words: Catalogue, language: str) -> list[BotCommand]:
    return [
        BotCommand(each.name, words.say(language, f"help.{each.name}")[:DESCRIPTION_LIMIT])
        for each in commands[:MOST]
    ]
