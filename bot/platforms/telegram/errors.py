"""Telegram's refusals, told apart: try again, go elsewhere, show anew, or give up."""

from __future__ import annotations

from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.platforms.telegram.request import NotSentError
from handlers.chat.platform import (
    DeliveryError,
    GoneError,
    MovedError,
    PassingError,
    PermanentError,
)

#: A wrong token is a matter for the operator: letters wait until it is put right.
UNTIL_TOKEN_IS_RIGHT = timedelta(minutes=5)

# The library changes the case of the first letter, so texts are compared in small letters.
NOT_MODIFIED = ("message is not modified",)
UNPARSABLE = ("can't parse entities", "can't find end", "unsupported start tag")
NO_TOPIC = ("message thread not found", "topic_closed", "topic_deleted", "topic_id_invalid")
NO_SUCH_REPLY = ("message to be replied not found", "replied message not found")
NO_TEXT_THERE = ("there is no text in the message",)
BAD_FILE = (
    "wrong file identifier",
    "wrong remote file identifier",
    "file reference",
    "failed to get http url content",
    "wrong type of the web page content",
    "type of file mismatch",
    "media_empty",
    "photo_invalid_dimensions",
)
TOO_LATE = ("query is too old", "query_id_invalid", "query id is invalid")
GONE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message identifier is not specified",
)
UNREACHABLE = (
    "chat not found",
    "chat_write_forbidden",
    "chat_restricted",
    "group chat was deactivated",
    "have no rights to send",
    "need administrator rights",
    "not enough rights to send",
    "peer_id_invalid",
    "user not found",
    "user_is_blocked",
    "input_user_deactivated",
)


def says(error: BaseException, texts: tuple[str, ...]) -> bool:
    """Whether a 400 is one of these."""
    told = str(error).lower()
    return isinstance(error, BadRequest) and any(each in told for each in texts)


def delivery_error(error: TelegramError) -> DeliveryError:
    """What an error means for the letter that met it."""
    told = str(error)
    if isinstance(error, ChatMigrated):
        return MovedError(str(error.new_chat_id))
    if isinstance(error, BadRequest):
        if says(error, GONE):
            return GoneError(told)
        return PermanentError(told, unreachable=says(error, UNREACHABLE))
    if isinstance(error, Forbidden):
        return PermanentError(told, unreachable=True)
    return _passing(error, told)


def _passing(error: TelegramError, told: str) -> DeliveryError:
    if isinstance(error, RetryAfter):
        pause = error.retry_after
        seconds = pause if isinstance(pause, timedelta) else timedelta(seconds=pause)
        return PassingError(told, seconds)
    if isinstance(error, InvalidToken):
        return PassingError("the token is refused", UNTIL_TOKEN_IS_RIGHT)
    # A lost answer says nothing about whether the call was applied (R23).
    lost = isinstance(error, NetworkError) and not isinstance(error, NotSentError)
    return PassingError(told, uncertain=lost or not isinstance(error, NetworkError))
