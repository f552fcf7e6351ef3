"""What a raw update says, in our words; everything that does not concern us is nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.platforms.wechat.quotes import quote_of
from bot.platforms.wechat.wire import MessageKind
from handlers.chat.incoming import (
    ChatKind,
    ChatRef,
    Incoming,
    Media,
    MediaKind,
    MemberChange,
    Message,
    Missed,
    Quote,
    Recalled,
    Renamed,
    Sender,
    Standing,
)

Json = Mapping[str, Any]

#: The sign that WeChat puts behind a called name.
BEHIND = "\u2005"
MEDIA: Mapping[int, MediaKind] = {
    MessageKind.PICTURE: MediaKind.PHOTO,
    MessageKind.VOICE: MediaKind.VOICE,
    MessageKind.VIDEO: MediaKind.VIDEO,
    MessageKind.STICKER: MediaKind.STICKER,
    MessageKind.FILE: MediaKind.FILE,
    MessageKind.PLACE: MediaKind.LOCATION,
}


def read_update(body: Json, platform: str) -> Sequence[Incoming]:
    """All that an update says. Raises ValueError for one that cannot be understood."""
    try:
        return READERS[body["kind"]](body, platform)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise ValueError(f"update {body.get('id', '')} is not as expected: {error!r}") from error


def _message(body: Json, platform: str) -> Sequence[Incoming]:
    kind = int(body["type"])
    if kind == MessageKind.RECALLED:
        gone = str(body["text"])
        return (Recalled(_chat(body, platform), _sender(body), _at(body), gone),) if gone else ()
    if kind != MessageKind.TEXT and kind not in MEDIA:
        return ()  # cards, links, money, notes of the group itself
    said = _said(body, platform)
    return (said,) if said.text or said.media or said.to_bot else ()


def _said(body: Json, platform: str) -> Message:
    called: Sequence[str] = body["called"]
    whole = str(body["text"]) if int(body["type"]) == MessageKind.TEXT else ""
    quote = quote_of(whole)
    text, named = without_call(quote.own if quote else whole, called)
    mine = quote is not None and quote.who in called
    return Message(
        chat=_chat(body, platform),
        sender=_sender(body),
        at=_at(body),
        message_id=str(body["id"]),
        text=text,
        reply_to=body.get("reply_to"),
        media=_media(body),
        to_bot=named or mine or body["me"] in body["mentions"],
        quote=Quote(quote.what, text) if quote and not body.get("reply_to") else None,
    )


def without_call(text: str, called: Sequence[str]) -> tuple[str, bool]:
    """A text without the calls of the bot, and whether it was called."""
    names = "|".join(re.escape(each) for each in sorted(called, key=len, reverse=True) if each)
    if not names:
        return text, False
    bare, count = re.subn(rf"@(?:{names})(?:[{BEHIND}\s]+|$)", "", text)
    return (bare.strip(), True) if count else (text, False)


def _media(body: Json) -> tuple[Media, ...]:
    kind = MEDIA.get(int(body["type"]))
    if kind is None:
        return ()
    return (Media(kind=kind, ref=str(body["id"]), name=str(body["file"])),)


def _joined(body: Json, platform: str) -> Sequence[Incoming]:
    return _moved(body, platform, inside=True)


def _left(body: Json, platform: str) -> Sequence[Incoming]:
    return _moved(body, platform, inside=False)


def _moved(body: Json, platform: str, *, inside: bool) -> Sequence[Incoming]:
    """Who came or went; of the bot itself it is its standing in the group."""
    chat, at = _chat(body, platform), _at(body)
    found: list[Incoming] = []
    for who, name in body["people"]:
        if who == body["me"]:
            by = Sender(str(body["by"])) if body["by"] else None
            found.append(Standing(chat, by, at, present=inside, hears_all=inside))
        else:
            found.append(MemberChange(chat, Sender(str(who), str(name)), at, joined=inside))
    return found


def _renamed(body: Json, platform: str) -> Sequence[Incoming]:
    by = Sender(str(body["by"])) if body["by"] else None
    return (Renamed(_chat(body, platform), _at(body), str(body["title"]), by),)


def _missed(body: Json, platform: str) -> Sequence[Incoming]:
    since = datetime.fromisoformat(body["since"])
    return (Missed(ChatRef(platform, ""), since, datetime.fromisoformat(body["until"])),)


def _sign(body: Json, platform: str) -> Sequence[Incoming]:
    """A sign of life: when it was kept is all that it says."""
    return ()


READERS: Mapping[str, Callable[[Json, str], Sequence[Incoming]]] = {
    "message": _message,
    "joined": _joined,
    "left": _left,
    "renamed": _renamed,
    "missed": _missed,
    "sign": _sign,
}


def _chat(body: Json, platform: str) -> ChatRef:
    if room := body["room"]:
        return ChatRef(platform, str(room), ChatKind.GROUP, str(body["title"]))
    return ChatRef(platform, str(body["talker"]), ChatKind.PRIVATE, str(body["name"]))


def _sender(body: Json) -> Sender:
    return Sender(str(body["talker"]), str(body["name"]))


def _at(body: Json) -> datetime:
    return datetime.fromtimestamp(float(body["at"]), UTC)
