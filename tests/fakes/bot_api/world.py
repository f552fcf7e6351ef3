"""The fake's world: people, chats, files, presses, commands, and what of it the bot is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from tests.fakes.bot_api.changes import Changes
from tests.fakes.bot_api.chats import Chat
from tests.fakes.bot_api.formatting import units
from tests.fakes.bot_api.records import Json, Member, Message, Press, StoredFile
from tests.fakes.bot_api.spec import Spec
from tests.fakes.bot_api.updates import Updates
from tests.fakes.bot_api.webhook import Webhook

#: Telegram's own users behind whom a group or a channel speaks.
GROUP_ANONYMOUS = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
COMMAND = re.compile(r"^/[A-Za-z0-9_]{1,32}(@\w+)?")
MENTION = re.compile(r"(?<![A-Za-z0-9_])@[A-Za-z][A-Za-z0-9_]{3,31}")


@dataclass(eq=False, slots=True)
class World:
    """All state of one bot's Telegram."""

    bot: Json
    privacy: bool
    spec: Spec
    now: Callable[[], datetime]
    changes: Changes
    updates: Updates
    webhook: Webhook
    chats: dict[int, Chat] = field(default_factory=dict[int, Chat])
    users: dict[int, Json] = field(default_factory=dict[int, Json])
    files: dict[str, StoredFile] = field(default_factory=dict[str, StoredFile])
    presses: dict[str, Press] = field(default_factory=dict[str, Press])
    commands: dict[str, list[Json]] = field(default_factory=dict[str, list[Json]])
    texts: dict[str, str] = field(default_factory=dict[str, str])
    numbers: count[int] = field(default_factory=lambda: count(1))
    _small_ids: count[int] = field(default_factory=lambda: count(1))

    def open_chat(self, chat_id: int, **values: Any) -> Chat:
        """A new chat; ids of messages count per chat only in supergroups."""
        own = count(1) if values["kind"] in {"supergroup", "channel"} else self._small_ids
        chat = Chat(id=chat_id, next_id=lambda: next(own), **values)
        self.chats[chat_id] = chat
        return chat

    def keep_file(self, body: bytes, name: str = "") -> StoredFile:
        """A file on the server from now on."""
        file_id = f"AgAC{next(self.numbers):06d}"
        self.files[file_id] = StoredFile(file_id, name, body)
        return self.files[file_id]

    def add(
        self,
        chat: Chat,
        sender: Json,
        body: Json,
        *,
        reply_to: Message | None = None,
        files: Sequence[StoredFile] = (),
    ) -> Message:
        """A message stands in a chat; nobody is told yet."""
        message = Message(
            id=chat.next_id(),
            chat=chat.json(),
            sender=sender,
            at=self.now(),
            body=body,
            by_bot=sender["id"] == self.bot["id"],
            reply_to=reply_to,
            files=list(files),
        )
        _thread(chat, message)
        chat.history[message.id] = message
        self.changes.happened()
        return message

    def speak(self, chat: Chat, sender: Json, body: Json, **more: Any) -> Message:
        """Somebody says something, and the bot is told of it if it may hear it."""
        if text := body.get("text", ""):
            body = {**body, **_marked("entities", text)}
        message = self.add(chat, sender, body, **more)
        self.tell(chat, message)
        return message

    def tell(self, chat: Chat, message: Message, kind: str = "message") -> bool:
        """Tell the bot of a message, if it may hear it; whether it did."""
        if not self.hears(chat, message):
            return False
        return self.updates.push(kind, message.json())

    def hears(self, chat: Chat, message: Message) -> bool:
        """Privacy mode: a plain member hears commands, mentions, replies to it, and services."""
        if chat.kind == "private":
            return not chat.blocked
        me = chat.member(self.bot["id"])
        if not me.inside:
            return False
        if me.leads or not self.privacy or _is_service(message):
            return True
        return self._is_addressed(message)

    def change_member(self, chat: Chat, user: Json, new: Member, by: Json, **extra: Any) -> None:
        """Somebody is something else in a chat from now on; the bot is told what it may know."""
        old = chat.member(user["id"])
        chat.members[user["id"]] = new
        mine = user["id"] == self.bot["id"]
        self.changes.happened()
        if not mine and not chat.member(self.bot["id"]).leads:
            return
        self.updates.push(
            "my_chat_member" if mine else "chat_member",
            {
                "chat": chat.json(),
                "from": by,
                "date": int(self.now().timestamp()),
                "old_chat_member": old.json(user),
                "new_chat_member": new.json(user),
                **extra,
            },
        )

    def _is_addressed(self, message: Message) -> bool:
        reply, name = message.reply_to, f"@{self.bot['username']}".lower()
        if reply is not None and reply.by_bot:
            return True
        command = COMMAND.match(message.text)
        if command:
            return command[1] is None or command[1].lower() == name
        return name in message.text.lower()


def entities_of(text: str) -> list[Json]:
    """The commands and mentions in what people write, as Telegram marks them."""
    command = COMMAND.match(text)
    found = [_entity("bot_command", text, command)] if command else []
    inside = command.end() if command else 0  # the name in "/open@our_bot" is no mention
    return found + [_entity("mention", text, each) for each in MENTION.finditer(text, inside)]


def _entity(kind: str, text: str, found: re.Match[str]) -> Json:
    return {"type": kind, "offset": units(text[: found.start()]), "length": units(found[0])}


def _marked(key: str, text: str) -> Json:
    found = entities_of(text)
    return {key: found} if found else {}


def _thread(chat: Chat, message: Message) -> None:
    """Replies in supergroups carry the id of the first message, in forums that of the topic."""
    if chat.kind != "supergroup" or "message_thread_id" in message.body:
        return
    reply = message.reply_to
    if reply is not None and reply.topic is not None:
        message.body |= {"message_thread_id": reply.topic, "is_topic_message": True}
    elif reply is not None and not chat.is_forum:
        message.body["message_thread_id"] = reply.body.get("message_thread_id", reply.id)


SERVICES = frozenset(
    {
        "new_chat_members",
        "left_chat_member",
        "new_chat_title",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "pinned_message",
        "group_chat_created",
        "supergroup_chat_created",
        "forum_topic_created",
        "forum_topic_closed",
    }
)


def _is_service(message: Message) -> bool:
    return bool(SERVICES & message.body.keys())
