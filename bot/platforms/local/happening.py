"""What somebody did in the web chat: as the inbox keeps it, and as handlers are told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from handlers.chat.incoming import (
    ChatKind,
    ChatRef,
    Incoming,
    Media,
    MemberChange,
    Message,
    Press,
    Reaction,
    Recalled,
    Renamed,
    Sender,
    Standing,
)

Kind = Literal["message", "press", "reaction", "recalled", "standing", "renamed", "member"]


class Happening(BaseModel):
    """The body of a raw update of ours. Raises ValidationError (a ValueError) for anything else."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    room: str
    room_kind: ChatKind
    title: str
    sender: str
    name: str
    at: AwareDatetime
    language: str | None = None
    message_id: int = 0
    text: str = ""
    reply_to: int | None = None
    media: tuple[Media, ...] = ()
    album: str | None = None
    forwarded: bool = False
    to_bot: bool = False
    edited: bool = False
    data: str = ""
    press_id: str = ""
    emoji: str = ""
    removed: bool = False
    present: bool = True  #: the bot, or the member, is there now

    def incoming(self) -> Incoming:
        """What handlers are told."""
        return READERS[self.kind](self)

    def chat(self) -> ChatRef:
        """Where it was; a private chat is named after its person, so it has no title."""
        title = self.title if self.room_kind is ChatKind.GROUP else ""
        return ChatRef("local", self.room, self.room_kind, title)

    def who(self) -> Sender:
        """Who did it; keys serve as user names, so that "@wang" finds Wang."""
        return Sender(self.sender, self.name, self.sender, self.language)


def _message(did: Happening) -> Message:
    return Message(
        chat=did.chat(),
        sender=did.who(),
        at=did.at,
        message_id=str(did.message_id),
        text=did.text,
        reply_to=str(did.reply_to) if did.reply_to else None,
        media=did.media,
        album=did.album,
        forwarded=did.forwarded,
        to_bot=did.to_bot,
        edited=did.edited,
    )


def _press(did: Happening) -> Press:
    return Press(did.chat(), did.who(), did.at, str(did.message_id), did.data, did.press_id)


def _reaction(did: Happening) -> Reaction:
    return Reaction(did.chat(), did.who(), did.at, str(did.message_id), did.emoji, did.removed)


def _recalled(did: Happening) -> Recalled:
    return Recalled(did.chat(), did.who(), did.at, str(did.message_id))


def _standing(did: Happening) -> Standing:
    return Standing(
        did.chat(),
        did.who(),
        did.at,
        present=did.present,
        administrator=did.present,
        hears_all=did.present,
        can_speak=did.present,
    )


def _renamed(did: Happening) -> Renamed:
    return Renamed(did.chat(), did.at, did.title, did.who())


def _member(did: Happening) -> MemberChange:
    return MemberChange(did.chat(), did.who(), did.at, did.present)


READERS: Mapping[Kind, Callable[[Happening], Incoming]] = {
    "message": _message,
    "press": _press,
    "reaction": _reaction,
    "recalled": _recalled,
    "standing": _standing,
    "renamed": _renamed,
    "member": _member,
}
