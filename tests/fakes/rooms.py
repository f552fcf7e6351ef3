"""A chat platform in memory: rooms, people, buttons, reactions, with capabilities to choose."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.clock import Clock
from handlers.chat.incoming import (
    ChatKind,
    ChatRef,
    Incoming,
    Media,
    MediaKind,
    MemberChange,
    Message,
    Moved,
    Press,
    Reaction,
    Recalled,
    Renamed,
    Sender,
    Standing,
)
from handlers.chat.outgoing import Acknowledge, Button, React, Say, Sendable, SendFile, Show
from handlers.chat.platform import (
    Capabilities,
    ChatFacts,
    Delivered,
    DeliveryError,
    Edits,
    GoneError,
    Intake,
    Lent,
    PermanentError,
    Proof,
    RawUpdate,
    Speaks,
)

#: What a button's data has room for, on the narrowest platform.
MOST_BYTES = 64


@dataclass(slots=True)
class Shown:
    """A message that stands in a room."""

    id: str
    room: str
    sender: str
    text: str
    title: str = ""
    buttons: list[list[Button]] = field(default_factory=list[list[Button]])
    media: tuple[Media, ...] = ()
    reply_to: str | None = None
    edits: int = 0
    marks: list[str] = field(default_factory=list[str])
    file: bytes | None = None

    @property
    def whole(self) -> str:
        """Title and text."""
        return f"{self.title}\n{self.text}" if self.title else self.text

    @property
    def labels(self) -> list[str]:
        """What stands on its buttons."""
        return [button.text for row in self.buttons for button in row]

    def button(self, label: str) -> Button:
        """The button whose label contains `label` (or whose data is that)."""
        for row in self.buttons:
            for button in row:
                if label in button.text or button.data == label:
                    return button
        raise AssertionError(f"no button {label!r} on {self.whole!r}: {self.labels}")


@dataclass(slots=True)
class Toast:
    """A short notice to who pressed."""

    text: str
    alert: bool


class Rooms:
    """The platform: keeps what is said in memory, and what people do becomes updates."""

    def __init__(
        self, clock: Clock, capabilities: Capabilities | None = None, name: str = "rooms"
    ) -> None:
        self._clock = clock
        self._capabilities = capabilities or Capabilities(deep_links=True)
        self._name = name
        self.intake: Intake | None = None
        self.messages: list[Shown] = []
        self.toasts: list[Toast] = []
        self.titles: dict[str, str] = {}
        self.faults: list[DeliveryError] = []
        self.blocked: set[str] = set()
        self.sent: list[Sendable] = []
        self.refuses: Callable[[Sendable], bool] = lambda _: False  #: for good, what it is like
        self.lost: set[str] = set()  #: what cannot be fetched any more
        self.large: dict[str, int] = {}  #: bytes of what was sent, by its reference
        self.facts: dict[str | None, ChatFacts] = {}
        self._count = 0
        self.too_long: list[Sendable] = []
        self.wrong: list[Sendable] = []  #: asked of it though it cannot do it
        self._pressed: dict[str, datetime] = {}

    @property
    def name(self) -> str:
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    async def run(self, intake: Intake) -> None:
        self.intake = intake
        await asyncio.Event().wait()

    def read(self, body: Mapping[str, Any]) -> Sequence[Incoming]:
        if body["kind"] == "poison":
            raise ValueError("an update that cannot be understood")
        return [READERS[body["kind"]](self, body)]

    async def deliver(self, out: Sendable, message_id: str | None) -> Delivered:
        if self.faults and not isinstance(out, Acknowledge | React):
            raise self.faults.pop(0)
        if out.chat in self.blocked:
            raise PermanentError("blocked", unreachable=True)
        if self.refuses(out):
            raise PermanentError("Bad Request: PHOTO_INVALID_DIMENSIONS")
        self.sent.append(out)
        self._check(out)
        if isinstance(out, Acknowledge):
            self.toasts.append(Toast(out.text, out.alert))
            return Delivered()
        if isinstance(out, React):
            if all(each.id != out.message_id for each in self.messages):
                raise PermanentError("message to react not found")
            self.message(out.message_id).marks = [out.mark.value] if out.mark else []
            return Delivered()
        if isinstance(out, Show) and message_id is not None:
            return self._edit(out, message_id)
        stood = self._stand(out)
        return Delivered(stood.id if self._capabilities.proof is Proof.MESSAGE else "")

    def _check(self, out: Sendable) -> None:
        """What the platform cannot do nobody may ask of it."""
        can = self._capabilities
        able = can.private or not out.chat.startswith("@")
        if isinstance(out, Acknowledge):
            able = can.toasts
        elif isinstance(out, React):
            able = can.reactions
        elif isinstance(out, SendFile):
            able = can.files
        else:
            able = able and self._can_show(out)
        if not able:
            self.wrong.append(out)

    def _can_show(self, out: Say | Show) -> bool:
        can, content = self._capabilities, out.content
        assert all(len(each.data.encode()) <= MOST_BYTES for each in _buttons(out)), out
        whole = f"{content.title}\n{content.text}" if content.title else content.text
        if len(whole) > can.text_limit or 0 < can.text_bytes < len(whole.encode()):
            self.too_long.append(out)
        spoken = any(each.room == out.chat for each in self.messages)
        return (
            len(_buttons(out)) <= can.buttons
            and all(each.kind in can.media_out for each in content.media)
            and (spoken or not out.group or can.speaks is not Speaks.ANSWERING)
        )

    async def fetched(self, media: Media) -> Lent | None:
        if media.ref in self.lost:
            raise OSError("no longer there")
        body = f"picture {media.ref}".encode()
        return Lent(body.ljust(self.large.get(media.ref, 0), b"."))

    async def examine(self, chat_id: str | None) -> ChatFacts:
        there = chat_id not in self.blocked
        return self.facts.get(chat_id, ChatFacts(reachable=there, administrator=there))

    def link(self, payload: str, *, group: bool = False) -> str | None:
        return f"https://rooms.example/{'group' if group else 'start'}?{payload}"

    async def close(self) -> None:
        """Nothing was opened."""

    def message(self, message_id: str) -> Shown:
        """A message by its id."""
        return next(each for each in self.messages if each.id == message_id)

    def room(self, room: str) -> list[Shown]:
        """What stands in a room, oldest first."""
        return [each for each in self.messages if each.room == room]

    def from_bot(self, room: str) -> list[Shown]:
        """What the bot said in a room."""
        return [each for each in self.room(room) if each.sender == "bot"]

    async def act(self, room: str, person: str, kind: str, **more: Any) -> str:
        """Somebody does something; returns the message's id, for what makes one."""
        assert self.intake is not None
        self._count += 1
        message_id = more.pop("message_id", None) or f"m{self._count}"
        body: dict[str, Any] = {
            "kind": kind,
            "room": room,
            "person": person,
            "at": self._clock.now().isoformat(),
            "message_id": message_id,
            **more,
        }
        if kind == "press":
            self._pressed[message_id] = self._clock.now()
        if kind == "message" and not more.get("edited"):
            media = tuple(Media(**each) for each in more.get("media", ()))
            said = Shown(message_id, room, person, more.get("text", ""), media=media)
            self.messages.append(said)
        await self.intake.receive(self.name, [RawUpdate(f"u{self._count}", room, body)])
        return message_id

    def _edit(self, out: Show, message_id: str) -> Delivered:
        edits, found = self._capabilities.edits, [e for e in self.messages if e.id == message_id]
        if edits is Edits.NEVER:
            self.wrong.append(out)
        pressed = self._pressed.get(message_id)
        if edits is Edits.AFTER_PRESS and (
            pressed is None or self._clock.now() - pressed > self._capabilities.edit_window
        ):
            raise GoneError("too late to change it")
        if not found:
            raise GoneError("message to edit not found")
        shown = found[0]
        shown.text, shown.title = out.content.text, out.content.title
        shown.buttons = [list(row) for row in out.content.buttons]
        shown.edits += 1
        return Delivered(message_id)

    def _stand(self, out: Say | Show | SendFile) -> Shown:
        self._count += 1
        shown = Shown(f"b{self._count}", out.chat, "bot", "")
        if isinstance(out, SendFile):
            shown.text, shown.title, shown.file = out.caption, out.name, out.body
        else:
            shown.text, shown.title = out.content.text, out.content.title
            shown.buttons = [list(row) for row in out.content.buttons]
            shown.media, shown.reply_to = out.content.media, out.reply_to
        self.messages.append(shown)
        return shown


def _buttons(out: Say | Show) -> list[Button]:
    return [button for row in out.content.buttons for button in row]


def _chat(rooms: Rooms, body: Mapping[str, Any]) -> ChatRef:
    room = str(body["room"])
    private = room.startswith("@")
    return ChatRef(
        rooms.name,
        room,
        ChatKind.PRIVATE if private else ChatKind.GROUP,
        rooms.titles.get(room, ""),
        body.get("topic"),
    )


def _sender(body: Mapping[str, Any]) -> Sender:
    person = str(body["person"])
    return Sender(
        person,
        str(body.get("name") or person),
        username=person,
        language=body.get("language"),
        anonymous=bool(body.get("anonymous")),
    )


def _at(body: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(body["at"])


def _message(rooms: Rooms, body: Mapping[str, Any]) -> Message:
    return Message(
        chat=_chat(rooms, body),
        sender=_sender(body),
        at=_at(body),
        message_id=body["message_id"],
        text=body.get("text", ""),
        reply_to=body.get("reply_to"),
        media=tuple(Media(**each) for each in body.get("media", ())),
        album=body.get("album"),
        forwarded=bool(body.get("forwarded")),
        to_bot=bool(body.get("to_bot")),
        edited=bool(body.get("edited")),
    )


def _press(rooms: Rooms, body: Mapping[str, Any]) -> Press:
    return Press(
        _chat(rooms, body), _sender(body), _at(body), body["message_id"], body["data"], "p"
    )


def _reaction(rooms: Rooms, body: Mapping[str, Any]) -> Reaction:
    return Reaction(
        _chat(rooms, body),
        _sender(body),
        _at(body),
        body["message_id"],
        body["emoji"],
        bool(body.get("removed")),
    )


def _recalled(rooms: Rooms, body: Mapping[str, Any]) -> Recalled:
    return Recalled(_chat(rooms, body), _sender(body), _at(body), body["message_id"])


def _standing(rooms: Rooms, body: Mapping[str, Any]) -> Standing:
    return Standing(
        _chat(rooms, body),
        _sender(body),
        _at(body),
        present=body.get("present", True),
        administrator=body.get("administrator", False),
        hears_all=body.get("hears_all", True),
        can_speak=body.get("can_speak", True),
    )


def _moved(rooms: Rooms, body: Mapping[str, Any]) -> Moved:
    return Moved(_chat(rooms, body), _at(body), body["new_id"])


def _renamed(rooms: Rooms, body: Mapping[str, Any]) -> Renamed:
    return Renamed(_chat(rooms, body), _at(body), body["title"])


def _member(rooms: Rooms, body: Mapping[str, Any]) -> MemberChange:
    return MemberChange(_chat(rooms, body), _sender(body), _at(body), bool(body["joined"]))


READERS = {
    "message": _message,
    "press": _press,
    "reaction": _reaction,
    "recalled": _recalled,
    "standing": _standing,
    "moved": _moved,
    "renamed": _renamed,
    "member": _member,
}


def photo(ref: str) -> dict[str, Any]:
    """A photo as a body carries it."""
    return {"kind": MediaKind.PHOTO.value, "ref": ref}
