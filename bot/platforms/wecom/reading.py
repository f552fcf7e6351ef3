"""What a callback of WeCom's says, in our words; everything that does not concern us is nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from bot.platforms.wecom.identity import Identity
from bot.platforms.wecom.quotes import Quotes
from handlers.chat.incoming import (
    ChatKind,
    ChatRef,
    Incoming,
    Media,
    MediaKind,
    Message,
    Press,
    Quote,
    Sender,
    Standing,
)
from handlers.chat.platform import RawUpdate

Json = Mapping[str, Any]

#: Our tables keep ids of so many characters.
LONGEST_ID = 80
#: The key of the button below a list to choose from: what was chosen stands elsewhere.
CHOSEN = "choose"
#: A command in front of what is quoted.
COMMAND = re.compile(r"^\s*/\S+\s*")
#: Letters of an opaque id that tell two people apart.
TAIL = 4
MEDIA = {"image": MediaKind.PHOTO, "file": MediaKind.FILE, "video": MediaKind.VIDEO}


def raw_update(frame: Json, me: Identity, now: datetime) -> RawUpdate:
    """A callback as it is kept: with what its answer needs, and when it came."""
    body = _object(frame.get("body"))
    call = str(_object(frame.get("headers")).get("req_id", ""))
    kept = {"call": call, "came": int(now.timestamp()), "body": dict(body)}
    return RawUpdate(f"{me.bot_id}:{body.get('msgid') or call}", chat_of(body), kept)


def chat_of(body: Json) -> str:
    """The chat of a callback: the group, else the person."""
    return str(body.get("chatid") or _object(body.get("from")).get("userid") or "?")


def message_id_of(body: Json) -> str:
    """The id of a message, short enough to be kept."""
    told = str(body["msgid"])
    return told if len(told) <= LONGEST_ID else hashlib.sha256(told.encode()).hexdigest()


def read_callback(update: Json, me: Identity, quotes: Quotes, unnamed: str) -> Sequence[Incoming]:
    """All that a kept callback says; `unnamed`: what people are called, of whom only ids are told.

    Raises ValueError for one that cannot be understood.
    """
    try:
        body = cast("Json", update["body"])
        return tuple(_read(body, update, me, quotes, unnamed))
    except (KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise ValueError(f"this update is not as expected: {error!r}") from error


def _read(
    body: Json, update: Json, me: Identity, quotes: Quotes, unnamed: str
) -> Iterator[Incoming]:
    chat, at = _chat(body, me), _time(body, update)
    sender = _sender(body, unnamed)
    if body["msgtype"] == "event":
        yield from _event(body, update, (chat, sender, at))
        return
    if chat.kind is ChatKind.GROUP:
        # WeCom tells of no group that the robot is in it: whoever hears something there is.
        yield Standing(chat, None, at, present=True)
    text, reply_to, quote = _words(body, me, quotes, chat)
    media = tuple(_media(body))
    message_id = message_id_of(body)
    quotes.said(chat.id, text, message_id)
    yield Message(chat, sender, at, message_id, text, reply_to, media, to_bot=True, quote=quote)


def _chat(body: Json, me: Identity) -> ChatRef:
    if body["chattype"] == "group":
        return ChatRef(me.platform, str(body["chatid"]), ChatKind.GROUP)
    return ChatRef(me.platform, str(body["from"]["userid"]), ChatKind.PRIVATE)


def _sender(body: Json, unnamed: str) -> Sender:
    """Who spoke. Ids may be opaque, and no names are told: short ids are names to colleagues."""
    told = str(body["from"]["userid"])
    name = told if len(told) <= 12 else f"{unnamed} {told[-TAIL:]}"
    return Sender(told, name)


def _time(body: Json, update: Json) -> datetime:
    return datetime.fromtimestamp(int(body.get("create_time") or update["came"]), UTC)


def _words(
    body: Json, me: Identity, quotes: Quotes, chat: ChatRef
) -> tuple[str, str | None, Quote | None]:
    """What is said, which message of ours it quotes, and the words where that is not known.

    Of a neighbour's message WeCom tells the words and not which one it was: who quotes it says
    them, so that "@邻里 报事" under "电梯坏了" reports it. What the neighbour
    commanded stays theirs.
    """
    own = _own_words(body)
    if chat.kind is ChatKind.GROUP:
        own = me.without_name(own)
    quoted = _own_words(_object(body.get("quote"))).strip()
    if not quoted:
        return own.strip(), None, None
    ours = quotes.ours(chat.id, quoted)
    if ours is not None:
        return own.strip(), ours, None
    words = me.without_name(quoted)
    said = COMMAND.sub("", words)
    return f"{own.strip()} {said}".strip(), None, Quote(words, own.strip())


def _own_words(body: Json) -> str:
    """Text, a voice as WeCom wrote it down, or the words among pictures."""
    kind = body.get("msgtype")
    if kind == "mixed":
        return "\n".join(_own_words(each) for each in _items(body) if each["msgtype"] == "text")
    if kind in ("text", "voice"):
        return str(body[kind].get("content", ""))
    return ""


def _media(body: Json) -> Iterator[Media]:
    kind = str(body["msgtype"])
    if kind == "mixed":
        for each in _items(body):
            yield from _media(each)
    elif kind in MEDIA:
        told = body[kind]
        ref = f"{told['url']} {told.get('aeskey', '')}".strip()
        yield Media(kind=MEDIA[kind], ref=ref, name=str(told.get("filename", "")))


def _items(body: Json) -> Sequence[Json]:
    return cast("Sequence[Json]", body["mixed"]["msg_item"])


def _event(body: Json, update: Json, where: tuple[ChatRef, Sender, datetime]) -> Iterator[Incoming]:
    chat, sender, at = where
    event = body["event"]
    if event["eventtype"] == "enter_chat":
        # Who opens the robot's chat (for the first time that day) is welcomed as by /start.
        yield Message(chat, sender, at, message_id_of(body), "/start", to_bot=True)
    elif event["eventtype"] == "template_card_event":
        card = _card(event)
        data = _pressed(card)
        press_id = f"{update['call']} {sender.id}"
        if data:
            yield Press(chat, sender, at, str(card["task_id"]), data, press_id)


def _card(event: Json) -> Json:
    """The press of a card: in a body of its own, or flat, as older clients send it."""
    return cast("Json", event.get("template_card_event") or event)


def _pressed(card: Json) -> str:
    """The data of the button, or of what was chosen in a list."""
    if card.get("event_key") != CHOSEN:
        return str(card.get("event_key") or "")
    items: Any = card.get("selected_items") or []
    if isinstance(items, Mapping):
        items = cast("Json", items).get("selected_item") or []
    chosen: Any = items[0].get("option_ids") if items else []
    if isinstance(chosen, Mapping):
        chosen = cast("Json", chosen).get("option_id") or []
    return str(chosen[0]) if chosen else ""


def event_of(body: Json) -> str | None:
    """Which event a callback tells of; None: it is a message."""
    told = _object(body.get("event")).get("eventtype")
    return str(told) if told else None


def clicked(body: Json) -> str | None:
    """The card that was pressed; None: this is no press."""
    event = _object(body.get("event"))
    if event.get("eventtype") != "template_card_event":
        return None
    told = _card(event).get("task_id")
    return str(told) if told else None


def _object(value: object) -> Json:
    return cast("Json", value) if isinstance(value, Mapping) else {}
