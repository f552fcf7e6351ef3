"""A venue: one platform with a group and two people in it, alike to the tests of all platforms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from handlers.chat.incoming import Incoming, MediaKind
from handlers.chat.outgoing import Say, SendFile, Show
from handlers.chat.platform import Capabilities, Delivered, PassingError, Platform, RawUpdate

Kind = TypeVar("Kind")

TITLE = "和平里3栋邻里群"
LI, WANG = "李娜", "王姨"


@dataclass(slots=True)
class Inbox:
    """Keeps what it is given and, like the program's own, ignores a key that it knows."""

    updates: list[RawUpdate] = field(default_factory=list[RawUpdate])
    received: int = 0  #: repeats included

    async def our_turn(self, platform: str) -> bool:
        return True

    async def receive(self, platform: str, updates: Sequence[RawUpdate]) -> None:
        self.received += len(updates)
        known = {each.key for each in self.updates}
        self.updates += [each for each in updates if each.key not in known]


@dataclass(frozen=True, slots=True)
class Stood:
    """A message of the bot as people see it."""

    id: str
    text: str  #: with the title before it
    labels: tuple[str, ...] = ()
    reply_to: str | None = None
    pictures: int = 0
    file: bytes | None = None


def as_read(stood: Iterable[Stood]) -> list[Stood]:
    """A file or picture and the words behind it are one thing to whoever reads them."""
    found: list[Stood] = []
    pictures, file = 0, None
    for each in stood:
        if (each.pictures or each.file is not None) and not each.text:
            pictures, file = pictures + each.pictures, each.file or file
            continue
        more = replace(each, pictures=each.pictures + pictures, file=each.file or file)
        found.append(more)
        pictures, file = 0, None
    return found


class Venue(Protocol):
    """What every platform's venue can do. 李娜 speaks and presses unless told otherwise."""

    can: Capabilities  #: what the platform must declare
    inbox: Inbox
    group: str
    private: str  #: of 李娜, who opened it
    nowhere: str  #: an id of no chat at all
    title: str  #: what the platform tells of the group's title
    li: str  #: and of 李娜's name

    @property
    def platform(self) -> Platform:
        """The platform under test."""
        ...

    async def says(self, text: str, *, reply_to: str | None = None, private: bool = False) -> str:
        """Somebody says something; gives the message's id."""
        ...

    async def sends_photo(self, text: str) -> str:
        """Somebody sends a picture with words."""
        ...

    async def hands_over(self, kind: MediaKind, name: str, body: bytes) -> str:
        """Somebody sends a voice, video or file, where such things are heard."""
        ...

    async def edits(self, message_id: str, text: str) -> None:
        """Somebody changes what they said."""
        ...

    async def presses(self, message_id: str, data: str) -> None:
        """Somebody presses a button in the group."""
        ...

    async def reacts(self, message_id: str, emoji: str) -> None:
        """Somebody puts an emoji on a message of the group."""
        ...

    async def renames(self, title: str) -> None:
        """The group gets a new title."""
        ...

    async def throws_out(self) -> None:
        """The bot is put out of the group."""
        ...

    async def blocks(self) -> None:
        """李娜 blocks the bot."""
        ...

    async def repeats(self) -> None:
        """What came last comes once more, as after a crash before it was confirmed."""
        ...

    async def stands(self, *, private: bool = False) -> list[Stood]:
        """What the bot said and still stands, oldest first."""
        ...

    async def marks(self, message_id: str) -> int:
        """How many marks of the bot stand on a message of the group."""
        ...

    async def notices(self) -> list[str]:
        """What pressers were told."""
        ...

    async def settles(self) -> None:
        """All that was done has reached the inbox."""
        ...


async def heard(venue: Venue) -> list[Incoming]:
    """All that the platform read in what came."""
    await venue.settles()
    return [each for raw in venue.inbox.updates for each in venue.platform.read(raw.body)]


async def only(venue: Venue, kind: type[Kind]) -> Kind:
    """The one thing of this kind that was read."""
    (found,) = [each for each in await heard(venue) if isinstance(each, kind)]
    return found


async def deliver(
    venue: Venue, out: Any, message_id: str | None = None, patience: int = 5
) -> Delivered:
    """Deliver as the outbox does: what must wait for its turn is tried again."""
    for _ in range(patience):
        try:
            return await venue.platform.deliver(out, message_id)
        except PassingError as error:
            if error.retry_after is None:
                raise
    raise AssertionError("it never arrived")


def say(venue: Venue, content: Any, *, private: bool = False, **more: Any) -> Say:
    """A message of its own."""
    chat = venue.private if private else venue.group
    return Say(platform=venue.platform.name, chat=chat, group=not private, content=content, **more)


def show(venue: Venue, content: Any, **more: Any) -> Show:
    """A standing message of the group."""
    return Show(platform=venue.platform.name, chat=venue.group, slot="r1", content=content, **more)


def send_file(venue: Venue, **given: Any) -> SendFile:
    """A file for the group."""
    return SendFile(platform=venue.platform.name, chat=venue.group, **given)
