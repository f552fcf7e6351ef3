"""What a chat platform must be able to do, and in what words it says what it cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol

from handlers.chat.incoming import Incoming, Media, MediaKind
from handlers.chat.outgoing import Acknowledge, React, Say, SendFile, Show


class Hears(StrEnum):
    """What reaches the bot in a group by default (R20)."""

    EVERYTHING = "everything"
    MENTIONS = "mentions"
    FORWARDED = "forwarded"
    NOTHING = "nothing"


class Edits(StrEnum):
    """Until when a message of the bot can be changed; afterwards a new one tells what changed."""

    ANY_TIME = "any_time"
    AFTER_PRESS = "after_press"  #: within seconds of a press of one of its buttons
    NEVER = "never"


class Speaks(StrEnum):
    """When the bot may speak in a group."""

    ANY_TIME = "any_time"
    ONCE_SPOKEN_TO = "once_spoken_to"  #: somebody there spoke to it at least once before
    ANSWERING = "answering"  #: only in answer to somebody; what is unasked waits until then


class Proof(StrEnum):
    """What the platform tells of a message that it took."""

    MESSAGE = "message"  #: the id under which it stands in the chat
    ACCEPTED = "accepted"  #: that it was accepted; where it stands nobody knows
    NONE = "none"


class Told(StrEnum):
    """What a platform tells of a group beside what is said in it."""

    EDITED = "edited"
    RECALLED = "recalled"
    RENAMED = "renamed"
    MEMBERS = "members"  #: who joined and left
    STANDING = "standing"  #: the bot was added, put out, blocked
    MOVED = "moved"


#: No message of ours has so many buttons.
MANY = 100
#: Bytes: nothing larger is carried from one app to another.
LARGEST_CARRIED = 12 * 1024 * 1024
#: What is carried.
CARRIED = frozenset({MediaKind.PHOTO, MediaKind.VIDEO, MediaKind.VOICE, MediaKind.FILE})
#: What we show of what somebody sent.
SHOWN = frozenset({MediaKind.PHOTO, MediaKind.VIDEO, MediaKind.VOICE, MediaKind.FILE})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a platform lets a bot say; kept ahead of time (R16). Zero: no limit."""

    chat_per_second: float = 0
    group_per_minute: int = 0
    overall_per_second: float = 0
    group_per_hour: int = 0
    chat_per_minute: int = 0  #: in any chat, private ones as well
    chat_per_hour: int = 0


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do; handlers ask for these and never which platform it is."""

    buttons: int = MANY  #: at most so many on one message; none: replies by number
    toasts: bool = True  #: a press is answered to who pressed, seen by nobody else
    edits: Edits = Edits.ANY_TIME
    edit_window: timedelta = timedelta(0)  #: with `Edits.AFTER_PRESS`: for so long
    reactions: bool = True  #: the bot can put a mark on a message
    reactions_heard: bool = True
    replies: bool = True  #: what the bot says can stand as a reply to a message
    replies_heard: bool = True  #: a reply names the message that it answers
    mentions: bool = True  #: the bot can call somebody by name
    private: bool = True  #: private messages exist
    speaks_first: bool = True  #: may write to a person who never wrote to it
    speaks: Speaks = Speaks.ANY_TIME
    deep_links: bool = False  #: has links that open a private chat with a payload
    files: bool = True  #: files for download can be sent
    media_in: frozenset[MediaKind] = frozenset(MediaKind)  #: heard in groups
    media_in_private: frozenset[MediaKind] = frozenset(MediaKind)
    media_out: frozenset[MediaKind] = frozenset(MediaKind)  #: shown to others when somebody sent it
    largest_video: int = LARGEST_CARRIED  #: bytes; a larger one is sent as a file
    lends: bool = True  #: what was sent there can be fetched, to be shown elsewhere
    tells: frozenset[Told] = frozenset(Told)
    people: str = ""  #: accounts of platforms with the same word here are of the same people
    hears: Hears = Hears.EVERYTHING
    may_hear_all: bool = True  #: a group can let it hear everything
    #: what it says goes through the one line on which it hears: only who has the line can speak
    one_line: bool = False
    called: str = ""  #: how people call it in a group, "@邻里"; empty: by its own name there
    text_limit: int = 4096  #: characters
    text_bytes: int = 0  #: bytes of UTF-8 as well; zero: only characters count
    limits: Limits = field(default_factory=Limits)
    proof: Proof = Proof.MESSAGE
    #: so often at least it tells the intake that it is in contact; None: it cannot be cut off
    contact: timedelta | None = None
    captions: bool = True  #: a picture comes with words of its own, in one message
    catches_up: bool = True  #: after it was away it hands over what was said meanwhile
    private_unasked: bool = True  #: may write privately to somebody who did not just write to it

    @property
    def edits_always(self) -> bool:
        """Whether a standing message can be kept true for as long as it stands."""
        return self.edits is Edits.ANY_TIME

    def shows(self, kind: MediaKind, size: int | None = None) -> MediaKind | None:
        """As what something of another app is shown here; None: not at all. `size`: if known."""
        if kind not in CARRIED or not self.files or (size or 0) > LARGEST_CARRIED:
            return None
        if kind is MediaKind.VIDEO and (
            kind not in self.media_out or (size or 0) > self.largest_video
        ):
            kind = MediaKind.FILE
        return kind if kind in self.media_out else None

    @property
    def needs_words(self) -> bool:
        """Whether something that others show by signs must be said in words here."""
        everything = self.toasts and self.reactions and self.edits_always
        sent = SHOWN & (self.media_in | self.media_in_private)  # there is nothing else to show
        return not (everything and self.buttons >= MANY and self.media_out >= sent)


@dataclass(frozen=True, slots=True)
class Delivered:
    """The platform accepted it; `message_id` is empty where nothing stands in the chat."""

    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Lent:
    """What was sent there, to be shown elsewhere."""

    body: bytes
    name: str = ""  #: as its sender called it, where that is told with the thing alone


class DeliveryError(Exception):
    """Something could not be sent."""


class PassingError(DeliveryError):
    """Try again, not before `retry_after`; `uncertain`: it may have been applied."""

    def __init__(
        self, reason: str, retry_after: timedelta | None = None, *, uncertain: bool = False
    ) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.uncertain = uncertain


class PermanentError(DeliveryError):
    """It will never be sent: blocked, kicked, forbidden, malformed."""

    def __init__(self, reason: str, *, unreachable: bool = False) -> None:
        super().__init__(reason)
        self.unreachable = unreachable  #: the chat as a whole cannot be written to


class MovedError(DeliveryError):
    """The group has a new id: send it there."""

    def __init__(self, new_id: str) -> None:
        super().__init__(f"moved to {new_id}")
        self.new_id = new_id


class GoneError(DeliveryError):
    """The message that should be edited is no longer there: show it anew."""


class EmptiedError(GoneError):
    """It is there, but no longer shows what can be done: that must follow, whatever is new."""


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """An update as the platform gave it, before anyone has read it."""

    key: str  #: unique per platform; a repeat is ignored
    lane: str  #: what must stay in order together: the chat
    body: Mapping[str, Any]


class Intake(Protocol):
    """Where a platform puts what it received; returns when it is durable."""

    async def receive(self, platform: str, updates: Sequence[RawUpdate]) -> None:
        """Keep the updates; the platform may say "received" only after this.

        None at all tells that the platform is in contact and has nothing new.
        """
        ...

    async def our_turn(self, platform: str) -> bool:
        """Whether this process is the one that fetches for it; another one may have the turn."""
        ...


@dataclass(frozen=True, slots=True)
class ChatFacts:
    """What a platform can tell of a chat when asked (for the doctor)."""

    reachable: bool
    hears_all: bool = True
    administrator: bool = False
    can_speak: bool = True
    note: str = ""  #: key of a finding, empty when all is well
    known: bool = True  #: False: the platform did not say, and nothing is held against it
    rights: frozenset[str] = frozenset()
    warns: tuple[str, ...] = ()  #: keys of findings that are told though all works
    #: of what the note speaks, where it is not the whole platform (which may be well)
    names: tuple[str, ...] = ()


class Platform(Protocol):
    """A chat platform: translates, classifies errors, decides nothing."""

    @property
    def name(self) -> str:
        """The key under which chats and accounts of this platform are stored."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    async def run(self, intake: Intake) -> None:
        """Receive until cancelled; start-up errors are raised at once in words."""
        ...

    def read(self, body: Mapping[str, Any]) -> Sequence[Incoming]:
        """What a raw update says; empty for what does not concern us.

        Raises ValueError (or a subclass) for an update that cannot be understood.
        """
        ...

    async def deliver(
        self, out: Say | Show | Acknowledge | React | SendFile, message_id: str | None
    ) -> Delivered:
        """Send; for a `Show` that stands already, edit `message_id`. Raises DeliveryError."""
        ...

    async def fetched(self, media: Media) -> Lent | None:
        """What was sent there; a picture without anything that was hidden in it (R50).

        None, or an OSError, where it cannot be had (any more), or is larger than is carried.
        """
        ...

    async def examine(self, chat_id: str | None) -> ChatFacts:
        """What the bot can do in this chat (None: the account itself)."""
        ...

    def link(self, payload: str, *, group: bool = False) -> str | None:
        """A deep link that opens a private chat (or adds the bot to a group) with a payload."""
        ...

    async def close(self) -> None:
        """Close what was opened to talk to the platform; a later call may open it again."""
        ...
