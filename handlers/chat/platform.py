"""What a chat platform must be able to do, and in what words it says what it cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol

from handlers.chat.incoming import Incoming
from handlers.chat.outgoing import Acknowledge, React, Say, SendFile, Show


class Hears(StrEnum):
    """What reaches the bot in a group by default (R20)."""

    EVERYTHING = "everything"
    MENTIONS = "mentions"
    FORWARDED = "forwarded"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a platform lets a bot say; kept ahead of time (R16). Zero: no limit."""

    chat_per_second: float = 0
    group_per_minute: int = 0
    overall_per_second: float = 0
    group_per_hour: int = 0


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do; handlers ask for these and never which platform it is."""

    buttons: bool = True
    edits: bool = True
    reactions: bool = True  #: the bot can put a mark on a message
    reactions_heard: bool = True
    private: bool = True  #: private messages exist
    speaks_first: bool = True  #: may write to a person who never wrote to it
    deep_links: bool = False  #: has links that open a private chat with a payload
    files: bool = True
    people: str = ""  #: accounts of platforms with the same word here are of the same people
    hears: Hears = Hears.EVERYTHING
    text_limit: int = 4096  #: characters
    limits: Limits = field(default_factory=Limits)
    #: so often at least it tells the intake that it is in contact; None: it cannot be cut off
    contact: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """The platform accepted it; `message_id` is empty where nothing stands in the chat."""

    message_id: str = ""


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

    async def examine(self, chat_id: str | None) -> ChatFacts:
        """What the bot can do in this chat (None: the account itself)."""
        ...

    def link(self, payload: str, *, group: bool = False) -> str | None:
        """A deep link that opens a private chat (or adds the bot to a group) with a payload."""
        ...

    async def close(self) -> None:
        """Close what was opened to talk to the platform; a later call may open it again."""
        ...
