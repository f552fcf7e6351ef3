"""Calls made again with less, when something beside the words keeps them from arriving."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from telegram.error import BadRequest

from bot.platforms.telegram import errors
from bot.platforms.telegram.errors import says
from bot.platforms.telegram.escaping import Shown

log = structlog.get_logger("linli.telegram")

Given = dict[str, Any]
Call = Callable[..., Awaitable[Any]]


async def leniently(call: Call, given: Given, text: Shown | None = None) -> Any:
    """Make a call; a closed topic, a lost reply, unreadable markup are left out and it is repeated.

    Raises TelegramError for everything that has nothing to do with these.
    """
    while True:
        try:
            return await call(**given)
        except BadRequest as error:
            less = _with_less(error, given, text)
            if less is None:
                raise
            log.warning("telegram.sent_with_less", error=str(error))
            given = less


def _with_less(error: BadRequest, given: Given, text: Shown | None) -> Given | None:
    if text and says(error, errors.UNPARSABLE) and "parse_mode" in given:
        key = "text" if "text" in given else "caption"
        return {**_without(given, "parse_mode"), key: text.plain}
    if says(error, errors.NO_TOPIC) and "message_thread_id" in given:
        return _without(given, "message_thread_id")
    if says(error, errors.NO_SUCH_REPLY) and "reply_parameters" in given:
        return _without(given, "reply_parameters")
    return None


def _without(given: Given, key: str) -> Given:
    return {name: value for name, value in given.items() if name != key}
