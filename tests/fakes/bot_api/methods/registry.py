"""The table of methods that the fake answers, and what an answering function is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.bot_api.chats import Chat
from tests.fakes.bot_api.errors import forbidden, refused, wrong
from tests.fakes.bot_api.limits import Limits
from tests.fakes.bot_api.records import Json, Member, Message
from tests.fakes.bot_api.spec import Upload
from tests.fakes.bot_api.world import World


@dataclass(frozen=True, slots=True)
class Asked:
    """A checked call."""

    world: World
    name: str
    params: Json
    uploads: dict[str, Upload]
    limits: Limits | None

    @property
    def me(self) -> int:
        """The bot's id."""
        return self.world.bot["id"]

    def chat(self) -> Chat:
        """The chat it speaks of, if the bot may have to do with it."""
        chat = self.world.chats.get(self.params["chat_id"])
        if chat is None:
            raise refused("chat not found")
        if chat.migrated_to is not None:
            raise refused(
                "group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to
            )
        if chat.is_group:
            _check_inside(chat, chat.member(self.me))
        return chat

    def writable(self) -> Chat:
        """The chat, if the bot may write there now; counts against the limits."""
        chat = self.chat()
        if not chat.is_group:
            _check_private(chat)
        elif (me := chat.member(self.me)).status == "restricted" and not me.may(
            "can_send_messages"
        ):
            raise refused("not enough rights to send text messages to the chat")
        self._check_topic(chat)
        if self.limits is not None and (pause := self.limits.spend(chat.id)):
            raise TooMuchError(pause)
        return chat

    def message(self, chat: Chat, missing: str, key: str = "message_id") -> Message:
        """The message it speaks of; `missing` is what is told when it is not there."""
        if key not in self.params:
            raise wrong("message identifier is not specified")
        found = chat.message(self.params[key])
        if found is None:
            raise refused(missing)
        return found

    def need(self, chat: Chat, right: str, told: str) -> None:
        """The bot must hold a right in a group."""
        me = chat.member(self.me)
        if chat.is_group and not (me.leads and me.may(right)):
            raise refused(told)

    def _check_topic(self, chat: Chat) -> None:
        thread = self.params.get("message_thread_id")
        if thread is None:
            return
        topic = chat.topics.get(thread)
        if topic is None:
            raise refused("message thread not found")
        if topic.closed and not chat.member(self.me).may("can_manage_topics"):
            raise refused("TOPIC_CLOSED")


class TooMuchError(Exception):  # it becomes the 429 in server.py
    """The limits do not allow this call for so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(str(seconds))
        self.seconds = seconds


Answer = Callable[[Asked], Any | Awaitable[Any]]
#: Method name -> (function, type of the result).
METHODS: dict[str, tuple[Answer, str]] = {}


def method(*names: str, result: str = "Boolean") -> Callable[[Answer], Answer]:
    """Enter a function under these methods' names."""

    def enter(function: Answer) -> Answer:
        for name in names:
            METHODS[name] = (function, result)
        return function

    return enter


def _check_inside(chat: Chat, me: Member) -> None:
    if me.status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    if me.status == "left":
        raise forbidden(f"bot is not a member of the {chat.kind} chat")


def _check_private(chat: Chat) -> None:
    if chat.gone:
        raise forbidden("user is deactivated")
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    if not chat.started:
        raise forbidden("bot can't initiate conversation with a user")
