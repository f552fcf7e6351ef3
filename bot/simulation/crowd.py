"""A platform in memory: what the bot says is counted, and shown to whoever reacts to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.clock import Clock
from bot.platforms.inside import Inside
from handlers.chat.incoming import ChatKind, ChatRef, Incoming, Message, Press, Sender
from handlers.chat.outgoing import Button, Say, Sendable, Show
from handlers.chat.platform import Capabilities, Delivered, RawUpdate

NAME = "crowd"


@dataclass(slots=True)
class Shown:
    """A message of the bot, as it stands now."""

    id: str
    chat: str
    title: str
    text: str
    buttons: list[Button] = field(default_factory=list[Button])

    def button(self, verb: str, about: str = "") -> str | None:
        """What a button of this verb says when it is pressed; None: there is none."""
        wanted = f"{verb}:{about}"
        return next(
            (each.data for each in self.buttons if (each.data or "").startswith(wanted)), None
        )


class Crowd(Inside):
    """The platform."""

    name = NAME
    capabilities = Capabilities()

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._count = 0
        self.shown: dict[str, Shown] = {}
        self.fresh: list[Shown] = []  #: said since somebody looked
        self.posts: Counter[str] = Counter()  #: by chat
        self.heard = 0  #: messages and presses of people
        self.edits = 0
        self.doings = 0  #: changes with whatever the bot says or somebody presses

    def update(self, chat: str, person: str, **more: str) -> RawUpdate:
        """What somebody says or presses."""
        self._count += 1
        self.heard += 1
        at = self._clock.now().isoformat()
        body = {"chat": chat, "person": person, "at": at, "id": f"u{self._count}", **more}
        return RawUpdate(f"u{self._count}", chat, body)

    def read(self, body: Mapping[str, Any]) -> Sequence[Incoming]:
        """The same as the program sees it."""
        kind = ChatKind.PRIVATE if body["chat"].startswith("@") else ChatKind.GROUP
        chat = ChatRef(NAME, body["chat"], kind)
        sender, at = Sender(body["person"], body["person"]), datetime.fromisoformat(body["at"])
        if "data" in body:
            return [Press(chat, sender, at, body["on"], body["data"], body["id"])]
        return [Message(chat=chat, sender=sender, at=at, message_id=body["id"], text=body["text"])]

    async def deliver(self, out: Sendable, message_id: str | None) -> Delivered:
        """Keep what stands in a chat."""
        self.doings += 1
        if not isinstance(out, Say | Show):
            return Delivered(message_id or "")
        buttons = [each for row in out.content.buttons for each in row]
        if message_id is not None and message_id in self.shown:
            shown, self.edits = self.shown[message_id], self.edits + 1
            shown.title, shown.text, shown.buttons = out.content.title, out.content.text, buttons
            return Delivered(message_id)
        self._count += 1
        shown = Shown(f"b{self._count}", out.chat, out.content.title, out.content.text, buttons)
        self.shown[shown.id] = shown
        self.fresh.append(shown)
        self.posts[out.chat] += 1
        return Delivered(shown.id)
