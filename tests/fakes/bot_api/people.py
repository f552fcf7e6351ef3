"""People as tests see them: they speak, press, react, edit, send pictures, block the bot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes.bot_api.chats import Chat, Topic
from tests.fakes.bot_api.files import described
from tests.fakes.bot_api.groups import Group
from tests.fakes.bot_api.records import Json, Member, Message, Press
from tests.fakes.bot_api.world import GROUP_ANONYMOUS, World, entities_of

#: Where somebody speaks: a group, one of its topics, or their private chat with the bot.
Place = Group | Topic | Chat

PICTURE = b"\xff\xd8\xff\xe0 a picture"


@dataclass(eq=False, slots=True)
class Person:
    """Somebody with a Telegram account."""

    world: World
    user: Json
    private: Chat  #: with the bot

    @property
    def id(self) -> int:
        """The user's id."""
        return self.user["id"]

    @property
    def name(self) -> str:
        """What others see."""
        return self.user["first_name"]

    @property
    def messages(self) -> list[Message]:
        """What stands in the private chat with the bot."""
        return self.private.messages

    async def says(
        self,
        place: Place,
        text: str,
        *,
        reply_to: Message | None = None,
        anonymous: bool = False,
        **body: Any,
    ) -> Message:
        """Say something; `anonymous` as an administrator who hides behind the group.

        `body` adds fields of the Bot API's Message (forward_origin, entities ...).
        """
        return self._speak(place, {"text": text, **body}, reply_to, anonymous=anonymous)

    async def starts(self, payload: str = "") -> Message:
        """Press Start in the private chat, perhaps through a link with a payload."""
        return await self.says(self.private, f"/start {payload}".strip())

    async def sends_photo(
        self, place: Place, caption: str = "", *, picture: bytes = PICTURE, **more: Any
    ) -> Message:
        """Send a picture with or without words."""
        return self._send(place, "photo", picture, caption, **more)

    async def sends_album(
        self, place: Place, pictures: int | Sequence[bytes] = 2, caption: str = ""
    ) -> list[Message]:
        """Send pictures together: one message each, the words under the first."""
        album = {"media_group_id": f"1{next(self.world.numbers):016d}"}
        bodies = [PICTURE] * pictures if isinstance(pictures, int) else pictures
        return [
            self._send(place, "photo", each, "" if number else caption, **album)
            for number, each in enumerate(bodies)
        ]

    async def sends(
        self, place: Place, kind: str, caption: str = "", *, content: bytes = b"x", name: str = ""
    ) -> Message:
        """Send a voice, video, video_note, document, audio, animation or sticker."""
        return self._send(place, kind, content, caption, name=name)

    async def sends_location(self, place: Place, latitude: float, longitude: float) -> Message:
        """Send a place on the map, in degrees."""
        return self._speak(place, {"location": {"latitude": latitude, "longitude": longitude}})

    async def edits(self, message: Message, text: str) -> None:
        """Change what was said."""
        chat = self._own(message)
        key = "caption" if "caption" in message.body else "text"
        message.edits.append(message.text)
        message.body |= {key: text, "entities" if key == "text" else "caption_entities": []}
        if found := entities_of(text):
            message.body["entities" if key == "text" else "caption_entities"] = found
        message.edited_at = self.world.now()
        self.world.tell(chat, message, "edited_message")

    async def deletes(self, message: Message) -> None:
        """Take a message back: a bot is never told."""
        self._own(message)
        message.deleted = True
        self.world.changes.happened()

    async def presses(self, message: Message, wanted: str) -> Press:
        """Press the button with this text or data; raises LookupError if there is none."""
        data = message.button(wanted).data
        if not data:
            raise LookupError(f"{wanted!r} is a link, not a button to press")
        return self._press(message, data)

    async def presses_old(self, message: Message, data: str) -> Press:
        """Press a button that stood there before an edit, on a screen that did not see the edit."""
        return self._press(message, data)

    def _press(self, message: Message, data: str) -> Press:
        press = Press(str(10_000 + next(self.world.numbers)), message, data, self.world.now())
        self.world.presses[press.id] = press
        self.world.updates.push(
            "callback_query",
            {
                "id": press.id,
                "from": self.user,
                "message": message.json(),
                "chat_instance": str(message.chat["id"]),
                "data": data,
            },
        )
        return press

    async def reacts(self, message: Message, emoji: str | None, *, anonymous: bool = False) -> None:
        """Put a reaction on a message, or (None) take one's own away."""
        chat = self.world.chats[message.chat["id"]]
        old = message.marks.get(self.id, [])
        new = [emoji] if emoji else []
        message.marks[self.id] = new
        self.world.changes.happened()
        if chat.is_group and not chat.member(self.world.bot["id"]).leads:
            return
        self.world.updates.push(
            "message_reaction",
            {
                "chat": chat.json(),
                "message_id": message.id,
                "date": int(self.world.now().timestamp()),
                "old_reaction": [{"type": "emoji", "emoji": each} for each in old],
                "new_reaction": [{"type": "emoji", "emoji": each} for each in new],
                **({"actor_chat": chat.json()} if anonymous else {"user": self.user}),
            },
        )

    async def forwards(self, message: Message, place: Place) -> Message:
        """Forward somebody's message."""
        origin = {
            "type": "user",
            "date": int(message.at.timestamp()),
            "sender_user": message.sender,
        }
        body = {
            key: message.body[key] for key in ("text", "photo", "caption") if key in message.body
        }
        return self._speak(place, {**body, "forward_origin": origin})

    async def blocks_bot(self) -> None:
        """Block the bot: it cannot write here any more."""
        self.private.blocked = True
        self.world.change_member(self.private, self.world.bot, Member("kicked"), self.user)

    async def unblocks_bot(self) -> None:
        """Let it write again."""
        self.private.blocked = False
        self.world.change_member(self.private, self.world.bot, Member("member"), self.user)

    def _send(self, place: Place, kind: str, content: bytes, caption: str, **more: Any) -> Message:
        name, reply_to = more.pop("name", ""), more.pop("reply_to", None)
        file = self.world.keep_file(content, name)
        body = {**described(self.world, kind, file), **more}
        if caption:
            found = entities_of(caption)
            body |= {"caption": caption, **({"caption_entities": found} if found else {})}
        return self._speak(place, body, reply_to, files=[file])

    def _speak(
        self,
        place: Place,
        body: Json,
        reply_to: Message | None = None,
        *,
        anonymous: bool = False,
        **more: Any,
    ) -> Message:
        chat, body = _place(place, body)
        if chat is self.private:
            chat.started = True
        elif not chat.member(self.id).inside:
            chat.members[self.id] = Member()
        if reply_to is None and "message_thread_id" in body:
            reply_to = chat.history[body["message_thread_id"]]  # as Telegram does in forums
        if anonymous:
            body = {**body, "sender_chat": chat.json()}
        sender = GROUP_ANONYMOUS if anonymous else self.user
        return self.world.speak(chat, sender, body, reply_to=reply_to, **more)

    def _own(self, message: Message) -> Chat:
        if message.sender["id"] not in {self.id, GROUP_ANONYMOUS["id"]}:
            raise LookupError(f"{self.name} did not send {message.text!r}")
        return self.world.chats[message.chat["id"]]


def _place(place: Place, body: Json) -> tuple[Chat, Json]:
    if isinstance(place, Topic):
        return place.chat, {**body, "message_thread_id": place.id, "is_topic_message": True}
    return (place.chat if isinstance(place, Group) else place), body
