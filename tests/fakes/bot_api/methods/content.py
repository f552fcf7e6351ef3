"""What a call wants to be shown: texts with entities, keyboards, replies, uploaded files."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

from tests.fakes.bot_api.chats import Chat
from tests.fakes.bot_api.errors import refused, wrong
from tests.fakes.bot_api.formatting import parse
from tests.fakes.bot_api.methods.registry import Asked
from tests.fakes.bot_api.records import Json, Message, StoredFile
from tests.fakes.bot_api.spec import Upload

#: What a text field's entities are called, its greatest length, and what is told beyond it.
TEXTS = {
    "text": ("entities", 4096, "message is too long"),
    "caption": ("caption_entities", 1024, "message caption is too long"),
}
MOST_BUTTONS = 100
MOST_IN_A_ROW = 8


def shown(params: Json, key: str) -> Json:
    """A text or caption and its entities as they are seen; raises the 400 for a bad one."""
    if key not in params:
        return {}
    entities, most, told = TEXTS[key]
    text = parse(params[key], params.get("parse_mode"))
    if key == "text" and not text.text:
        raise wrong("message text is empty")
    if len(text.text) > most:
        raise wrong(told)
    marked = params.get(entities) or text.entities
    return {key: text.text} | ({entities: marked} if marked else {}) if text.text else {}


def keyboard(params: Json) -> Json:
    """The inline keyboard of a message; other keyboards belong to nobody's message."""
    markup = params.get("reply_markup")
    if markup is None or "inline_keyboard" not in markup:
        return {}
    rows = cast("list[list[Json]]", markup["inline_keyboard"])
    if sum(map(len, rows)) > MOST_BUTTONS or any(len(row) > MOST_IN_A_ROW for row in rows):
        raise wrong("reply markup is too long")
    for button in (each for row in rows for each in row):
        _check_button(button)
    return {"reply_markup": markup} if any(rows) else {}


def replied(asked: Asked, chat: Chat) -> Message | None:
    """The message that is replied to."""
    wanted: Json = asked.params.get("reply_parameters") or {}
    number = wanted.get("message_id")
    if number is None:
        return None
    found = chat.message(number)
    if found is None and not wanted.get("allow_sending_without_reply"):
        raise refused("message to be replied not found")
    return found


def threaded(params: Json) -> Json:
    """The topic of a message."""
    if "message_thread_id" not in params:
        return {}
    return {"message_thread_id": params["message_thread_id"], "is_topic_message": True}


def file_of(asked: Asked, value: Any) -> StoredFile:
    """The file that a parameter means: sent along, known by its id, or at an address."""
    if isinstance(value, str) and value.startswith("attach://"):
        value = asked.uploads.get(value.removeprefix("attach://"))
    if isinstance(value, Upload):
        if not value.body:
            raise wrong("file must be non-empty")
        return asked.world.keep_file(value.body, value.name)
    known = asked.world.files.get(str(value))
    if known is not None:
        return known
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return asked.world.keep_file(value.encode(), value.rsplit("/", 1)[-1])
    raise wrong("wrong file identifier/HTTP URL specified")


#: Of these a button has exactly one.
ACTIONS = frozenset(
    {
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
        "disabled",
    }
)


def _check_button(button: Json) -> None:
    if not str(button["text"]).strip():
        raise wrong("inline keyboard button text must be non-empty")
    if len(ACTIONS & button.keys()) != 1:
        raise wrong("Text buttons are unallowed in the inline keyboard")
    if "url" in button and not _is_address(button["url"]):
        raise wrong(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")


def _is_address(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "tg" or (
        parts.scheme in {"http", "https"} and "." in (parts.hostname or "")
    )
