"""What comes in from a chat: messages, presses, reactions, and what happens to a group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class ChatKind(StrEnum):
    """A group hears many people; a private chat is one person's."""

    GROUP = "group"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class ChatRef:
    """A chat as its platform names it. Never a building's key: groups migrate (R15)."""

    platform: str
    id: str
    kind: ChatKind = ChatKind.GROUP
    title: str = ""
    topic: str | None = None  #: forum topic in which something was said


@dataclass(frozen=True, slots=True)
class Sender:
    """Who spoke, as the platform names them; names and usernames change, ids do not."""

    id: str
    name: str = ""
    username: str | None = None
    language: str | None = None  #: IETF tag of the person's client, if told
    is_bot: bool = False
    anonymous: bool = False  #: speaks as the group or as a channel: nobody in particular


class MediaKind(StrEnum):
    """What was sent beside or instead of text."""

    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    STICKER = "sticker"
    LOCATION = "location"
    FILE = "file"


class Media(BaseModel):
    """A picture, voice, place ... by the platform's own reference."""

    model_config = ConfigDict(frozen=True)
    kind: MediaKind
    ref: str = ""  #: the platform's file id; empty for a location
    name: str = ""
    size: int | None = None  #: bytes
    latitude: float | None = None  #: degrees
    longitude: float | None = None
    of: str | None = None  #: the platform on which it was sent, where it is shown on another one


@dataclass(frozen=True, slots=True)
class Quote:
    """The words of another message, where the platform does not tell which one that is."""

    words: str
    own: str  #: what was said beside them


@dataclass(frozen=True, slots=True)
class Message:
    """Something was said, or (`edited`) changed."""

    chat: ChatRef
    sender: Sender
    at: datetime
    message_id: str
    text: str = ""  #: commands stand as "/name rest", without the bot's own name
    reply_to: str | None = None
    media: tuple[Media, ...] = ()
    album: str | None = None  #: messages with the same album are one
    forwarded: bool = False
    to_bot: bool = False  #: the bot was mentioned, or its message replied to
    edited: bool = False
    quote: Quote | None = None  #: which message it answers is to be found by these words

    @property
    def own(self) -> str:
        """What its sender said themselves, without the words that they quote."""
        return self.text if self.quote is None else self.quote.own


@dataclass(frozen=True, slots=True)
class Press:
    """A button was pressed; must be acknowledged at once with its `press_id`."""

    chat: ChatRef
    sender: Sender
    at: datetime
    message_id: str
    data: str
    press_id: str
    by_number: bool = False  #: chosen by a message that gave its number: `message_id` is that one


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji was put on a message, or taken away again."""

    chat: ChatRef
    sender: Sender
    at: datetime
    message_id: str
    emoji: str
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Recalled:
    """A message was taken back by its sender (R11)."""

    chat: ChatRef
    sender: Sender
    at: datetime
    message_id: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the bot is in this chat now: added, promoted, removed; in private: blocked or not."""

    chat: ChatRef
    sender: Sender | None  #: who did it
    at: datetime
    present: bool
    administrator: bool = False
    hears_all: bool = False
    can_speak: bool = True
    rights: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Moved:
    """The group lives on under another id (R15)."""

    chat: ChatRef
    at: datetime
    new_id: str
    sender: Sender | None = None


@dataclass(frozen=True, slots=True)
class Renamed:
    """The group has a new title."""

    chat: ChatRef
    at: datetime
    title: str
    sender: Sender | None = None


@dataclass(frozen=True, slots=True)
class MemberChange:
    """Somebody else joined or left."""

    chat: ChatRef
    sender: Sender
    at: datetime
    joined: bool


@dataclass(frozen=True, slots=True)
class Missed:
    """The platform was out of reach, and hands over nothing of what was said meanwhile (R72)."""

    chat: ChatRef  #: its id is empty: all chats of the platform
    since: datetime
    at: datetime  #: when it was there again
    sender: Sender | None = None


Incoming = (
    Message | Press | Reaction | Recalled | Standing | Moved | Renamed | MemberChange | Missed
)
