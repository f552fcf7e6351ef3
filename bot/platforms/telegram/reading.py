"""What a raw update says, in our words; everything that does not concern us is nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from bot.platforms.telegram.content import media_of
from bot.platforms.telegram.identity import Identity, named_in_command
from handlers.chat.incoming import (
    ChatKind,
    ChatRef,
    Incoming,
    Media,
    MemberChange,
    Message,
    Moved,
    Press,
    Reaction,
    Renamed,
    Sender,
    Standing,
)

Json = Mapping[str, Any]

#: What is asked for by name; Telegram leaves reactions and members out otherwise.
ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "message_reaction",
    "my_chat_member",
    "chat_member",
)


def lane_of(update: Json) -> str:
    """The chat of an update: what comes from one chat stays in order."""
    body = _object(next((each for name, each in update.items() if name != "update_id"), None))
    said = _object(body.get("message"))
    for place in (body.get("chat"), said.get("chat"), body.get("from"), body.get("user")):
        if number := _object(place).get("id"):
            return str(number)
    return "?"


def _object(value: object) -> Json:
    return cast("Json", value) if isinstance(value, Mapping) else {}


def read_update(update: Json, me: Identity) -> Sequence[Incoming]:
    """All that an update says. Raises ValueError for one that cannot be understood."""
    try:
        for name, reader in READERS.items():
            if name in update:
                return reader(update[name], me)
    except (KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
        number = update.get("update_id")
        raise ValueError(f"update {number} is not as expected: {error!r}") from error
    return ()


def _message(body: Json, me: Identity) -> Sequence[Incoming]:
    chat = _chat(body, me)
    if chat is None:
        return ()
    if not SERVICES.keys().isdisjoint(body):
        name = next(each for each in SERVICES if each in body)
        return SERVICES[name](body, chat, me)
    sender = _sender(body)
    if sender.is_bot or _is_for_another_bot(body, me):
        return ()
    media = media_of(body)
    text, named = me.without_name(_words(body))
    if not text and not media and not named:
        return ()
    return (_said(body, chat, sender, Told(text, media, named), me),)


def _edited(body: Json, me: Identity) -> Sequence[Incoming]:
    return tuple(each for each in _message(body, me) if isinstance(each, Message))


class Told(NamedTuple):
    """What was said, and whether the bot's name was in it."""

    text: str
    media: tuple[Media, ...]
    named: bool


def _said(body: Json, chat: ChatRef, sender: Sender, told: Told, me: Identity) -> Message:
    reply = _reply(body)
    answers_me = reply is not None and reply.get("from", {}).get("id") == me.id
    return Message(
        chat=chat,
        sender=sender,
        at=_time(body.get("edit_date", body["date"])),
        message_id=str(body["message_id"]),
        text=told.text,
        reply_to=str(reply["message_id"]) if reply else None,
        media=told.media,
        album=body.get("media_group_id"),
        forwarded=not FORWARDED.isdisjoint(body),
        to_bot=told.named or answers_me,
        edited="edit_date" in body,
    )


FORWARDED = frozenset(("forward_origin", "forward_date", "is_automatic_forward"))


def _reply(body: Json) -> Json | None:
    """What is replied to. In forums the topic's first message stands there for no reply at all."""
    reply = body.get("reply_to_message")
    return None if reply is None or "forum_topic_created" in reply else reply


def _words(body: Json) -> str:
    return str(body.get("text") or body.get("caption") or "")


def _is_for_another_bot(body: Json, me: Identity) -> bool:
    name = named_in_command(_words(body))
    return name is not None and not me.is_named(name)


def _chat(body: Json, me: Identity) -> ChatRef | None:
    """Where something happened; None for channels, which are nobody's neighbourhood."""
    chat = body["chat"]
    if chat["type"] == "private":
        return ChatRef(me.platform, str(chat["id"]), ChatKind.PRIVATE, _name(chat))
    if chat["type"] not in {"group", "supergroup"}:
        return None
    topic = str(body["message_thread_id"]) if body.get("is_topic_message") else None
    return ChatRef(me.platform, str(chat["id"]), ChatKind.GROUP, chat.get("title", ""), topic)


def _sender(body: Json) -> Sender:
    """Who spoke; a group or a channel in whose name somebody spoke is nobody in particular.

    Telegram names one and the same user behind the administrators of all groups; the group tells
    them apart.
    """
    behind = body.get("sender_chat")
    if behind is not None:
        return Sender(str(behind["id"]), behind.get("title", ""), anonymous=True)
    return _user(body["from"])


def _user(user: Json) -> Sender:
    return Sender(
        str(user["id"]),
        _name(user),
        user.get("username"),
        user.get("language_code"),
        is_bot=bool(user.get("is_bot")),
    )


def _name(of: Json) -> str:
    return " ".join(each for each in (of.get("first_name"), of.get("last_name")) if each)


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _press(body: Json, me: Identity) -> Sequence[Incoming]:
    """A pressed button. Telegram tells no time of it: the time is the pressed message's."""
    message, data = body.get("message"), body.get("data")
    chat = _chat(message, me) if message else None
    if message is None or data is None or chat is None:
        return ()
    at = _time(message.get("edit_date") or message["date"])
    number = str(message["message_id"])
    return (Press(chat, _user(body["from"]), at, number, data, str(body["id"])),)


def _reaction(body: Json, me: Identity) -> Sequence[Incoming]:
    chat = _chat(body, me)
    if chat is None:
        return ()
    sender = (
        _user(body["user"])
        if "user" in body
        else _sender({**body, "sender_chat": body["actor_chat"]})
    )
    old, new = _emoji(body["old_reaction"]), _emoji(body["new_reaction"])
    at, number = _time(body["date"]), str(body["message_id"])
    gone = [
        Reaction(chat, sender, at, number, each, removed=True) for each in old if each not in new
    ]
    put = [Reaction(chat, sender, at, number, each) for each in new if each not in old]
    return (*gone, *put)


def _emoji(reactions: Sequence[Json]) -> list[str]:
    return [str(each["emoji"]) for each in reactions if each["type"] == "emoji"]


def _standing(body: Json, me: Identity) -> Sequence[Incoming]:
    """What the bot is in a chat now; in a private one, blocked or not."""
    chat, now = _chat(body, me), body["new_chat_member"]
    if chat is None:
        return ()
    present, leads = _is_inside(now), now["status"] in LEADERS
    return (
        Standing(
            chat,
            _user(body["from"]),
            _time(body["date"]),
            present=present,
            administrator=leads,
            hears_all=present and (leads or me.hears_all or chat.kind is ChatKind.PRIVATE),
            can_speak=present and bool(now.get("can_send_messages", True)),
            rights=rights_of(now),
        ),
    )


def rights_of(member: Json) -> frozenset[str]:
    """The rights of a member, as Telegram names them."""
    return frozenset(name for name, has in member.items() if name.startswith("can_") and has)


LEADERS = frozenset({"administrator", "creator"})


def _is_inside(member: Json) -> bool:
    return member["status"] not in {"left", "kicked"} and bool(member.get("is_member", True))


def _member(body: Json, me: Identity) -> Sequence[Incoming]:
    chat = _chat(body, me)
    before, now = _is_inside(body["old_chat_member"]), _is_inside(body["new_chat_member"])
    if chat is None or before == now:
        return ()
    sender = _user(body["new_chat_member"]["user"])
    return (MemberChange(chat, sender, _time(body["date"]), joined=now),)


def _joined(body: Json, chat: ChatRef, me: Identity) -> Sequence[Incoming]:
    """New members; administrators are told of them by chat_member as well."""
    at = _time(body["date"])
    others = [each for each in body["new_chat_members"] if each["id"] != me.id]
    return tuple(MemberChange(chat, _user(each), at, joined=True) for each in others)


def _left(body: Json, chat: ChatRef, me: Identity) -> Sequence[Incoming]:
    gone = body["left_chat_member"]
    if gone["id"] == me.id:
        return ()
    return (MemberChange(chat, _user(gone), _time(body["date"]), joined=False),)


def _renamed(body: Json, chat: ChatRef, me: Identity) -> Sequence[Incoming]:
    return (Renamed(chat, _time(body["date"]), str(body["new_chat_title"]), _sender(body)),)


def _moved_to(body: Json, chat: ChatRef, me: Identity) -> Sequence[Incoming]:
    return (Moved(chat, _time(body["date"]), str(body["migrate_to_chat_id"])),)


def _moved_from(body: Json, chat: ChatRef, me: Identity) -> Sequence[Incoming]:
    """The same, told in the new group; either may come first."""
    old = ChatRef(me.platform, str(body["migrate_from_chat_id"]), ChatKind.GROUP, chat.title)
    return (Moved(old, _time(body["date"]), chat.id),)


SERVICES: Mapping[str, Callable[[Json, ChatRef, Identity], Sequence[Incoming]]] = {
    "new_chat_members": _joined,
    "left_chat_member": _left,
    "new_chat_title": _renamed,
    "migrate_to_chat_id": _moved_to,
    "migrate_from_chat_id": _moved_from,
}
READERS: Mapping[str, Callable[[Json, Identity], Sequence[Incoming]]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _press,
    "message_reaction": _reaction,
    "my_chat_member": _standing,
    "chat_member": _member,
}
