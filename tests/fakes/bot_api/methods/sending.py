"""Methods that put messages into chats."""

from __future__ import annotations

from typing import Any

from tests.fakes.bot_api.chats import Chat
from tests.fakes.bot_api.errors import forbidden, refused, wrong
from tests.fakes.bot_api.files import described
from tests.fakes.bot_api.methods.content import file_of, keyboard, replied, shown, threaded
from tests.fakes.bot_api.methods.registry import Asked, method
from tests.fakes.bot_api.records import Json, Message, StoredFile

#: Method -> the parameter that carries its file.
FILES = {
    "sendPhoto": "photo",
    "sendDocument": "document",
    "sendVideo": "video",
    "sendVoice": "voice",
    "sendAudio": "audio",
    "sendAnimation": "animation",
    "sendSticker": "sticker",
    "sendVideoNote": "video_note",
}
COPIED = ("text", "entities", "caption", "caption_entities", "photo", "document", "video", "voice")


@method("sendMessage", result="Message")
def send_message(asked: Asked) -> Json:
    """Say something."""
    body = shown(asked.params, "text") | keyboard(asked.params)
    return _post(asked, asked.writable(), body)


@method(*FILES, result="Message")
def send_file(asked: Asked) -> Json:
    """Send one file of any kind."""
    kind = FILES[asked.name]
    words = shown(asked.params, "caption") | keyboard(asked.params)
    file = file_of(asked, asked.params[kind])
    body = described(asked.world, kind, file) | words
    return _post(asked, asked.writable(), body, [file])


@method("sendLocation", "sendVenue", "sendContact", "sendPoll", result="Message")
def send_other(asked: Asked) -> Json:
    """Send a place, a contact, a poll."""
    given = asked.params
    body = OTHERS[asked.name](given) | keyboard(given)
    return _post(asked, asked.writable(), body)


@method("sendMediaGroup", result="Array of Message")
def send_album(asked: Asked) -> list[Json]:
    """Send an album: one message for each picture."""
    prepared = [_album_item(asked, each) for each in asked.params["media"]]
    chat, reply = asked.writable(), None
    reply = replied(asked, chat)
    album = {"media_group_id": f"2{next(asked.world.numbers):016d}", **threaded(asked.params)}
    return [
        asked.world.add(
            chat, asked.world.bot, {**body, **album}, reply_to=reply, files=[file]
        ).json()
        for body, file in prepared
    ]


@method("sendChatAction")
def send_action(asked: Asked) -> bool:
    """Show that something is being typed."""
    asked.chat()
    return True


@method("copyMessage", result="MessageId")
def copy_message(asked: Asked) -> Json:
    """Repeat a message without saying whose it was."""
    body, source = _source(asked, asked.params["message_id"])
    body |= shown(asked.params, "caption") | keyboard(asked.params)
    sent = _post(asked, asked.writable(), body, source.files)
    return {"message_id": sent["message_id"]}


@method("forwardMessage", result="Message")
def forward_message(asked: Asked) -> Json:
    """Repeat a message, saying whose it was."""
    body, source = _source(asked, asked.params["message_id"])
    origin = {
        "type": "user",
        "date": int(source.at.timestamp()),
        "sender_user": source.sender,
    }
    return _post(asked, asked.writable(), {**body, "forward_origin": origin}, source.files)


def _post(asked: Asked, chat: Chat, body: Json, files: list[StoredFile] | None = None) -> Json:
    receiver = _receiver(asked)
    if receiver is not None:
        return _ephemeral(asked, chat, body, receiver)
    reply = replied(asked, chat)
    body = {**body, **threaded(asked.params)}
    return asked.world.add(chat, asked.world.bot, body, reply_to=reply, files=files or []).json()


def _receiver(asked: Asked) -> int | None:
    given = asked.params.get("ephemeral_message_parameters") or asked.params
    return given.get("receiver_user_id")


def _ephemeral(asked: Asked, chat: Chat, body: Json, receiver: int) -> Json:
    """Shown to one member for a while: never part of the chat."""
    if not chat.is_group:
        raise refused("ephemeral messages can be sent only to groups and supergroups")
    if not chat.member(receiver).inside:
        raise forbidden("the receiver is not a member of the chat")
    number, world = len(chat.ephemeral) + 1, asked.world
    extra = {"ephemeral_message_id": number, "receiver_user": world.users[receiver]}
    message = Message(0, chat.json(), world.bot, world.now(), {**body, **extra}, by_bot=True)
    chat.ephemeral.append(message)
    world.changes.happened()
    return message.json()


def _album_item(asked: Asked, item: Json) -> tuple[Json, StoredFile]:
    file = file_of(asked, item["media"])
    return described(asked.world, item["type"], file) | shown(item, "caption"), file


def _source(asked: Asked, number: int) -> tuple[Json, Message]:
    chat = asked.world.chats.get(asked.params["from_chat_id"])
    source = chat.message(number) if chat else None
    if source is None:
        raise refused("message to copy not found")
    return {key: source.body[key] for key in COPIED if key in source.body}, source


def _location(given: Json) -> Json:
    return {"location": {"latitude": given["latitude"], "longitude": given["longitude"]}}


def _venue(given: Json) -> Json:
    place = {"title": given["title"], "address": given["address"]}
    return {"venue": {**_location(given), **place}, **_location(given)}


def _contact(given: Json) -> Json:
    return {"contact": {key: given[key] for key in ("phone_number", "first_name")}}


def _poll(given: Json) -> Json:
    options: list[Any] = given["options"]
    if not options:
        raise wrong("poll must have at least 1 option")
    return {
        "poll": {
            "id": given["question"],
            "question": given["question"],
            "options": [
                {"text": each["text"], "voter_count": 0, "persistent_id": str(number)}
                for number, each in enumerate(options)
            ],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": given.get("is_anonymous", True),
            "type": given.get("type", "regular"),
            "allows_multiple_answers": given.get("allows_multiple_answers", False),
            "allows_revoting": True,
            "members_only": False,
        }
    }


OTHERS = {
    "sendLocation": _location,
    "sendVenue": _venue,
    "sendContact": _contact,
    "sendPoll": _poll,
}
