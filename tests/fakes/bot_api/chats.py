"""Chats as the fake keeps them: who is in them, what was said, what the bot may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from tests.fakes.bot_api.records import Json, Member, Message

Kind = Literal["private", "group", "supergroup", "channel"]


@dataclass(slots=True)
class Topic:
    """A topic of a forum; its id is the id of the message that made it."""

    chat: Chat
    id: int
    name: str
    closed: bool = False


@dataclass(eq=False, slots=True)
class Chat:
    """A private chat with the bot, a group or a supergroup."""

    id: int
    kind: Kind
    title: str
    next_id: Callable[[], int]
    is_forum: bool = False
    user: Json | None = None  #: the person of a private chat
    started: bool = True  #: whether the bot may write to this person
    blocked: bool = False
    gone: bool = False  #: the person deleted their account
    migrated_to: int | None = None
    allowed_reactions: frozenset[str] | None = None  #: None: all
    members: dict[int, Member] = field(default_factory=dict[int, Member])
    topics: dict[int, Topic] = field(default_factory=dict[int, Topic])
    pinned: list[int] = field(default_factory=list[int])
    ephemeral: list[Message] = field(default_factory=list[Message])  #: shown to one member
    history: dict[int, Message] = field(default_factory=dict[int, Message])

    @property
    def is_group(self) -> bool:
        """Whether several people are in it."""
        return self.kind != "private"

    @property
    def messages(self) -> list[Message]:
        """All that stands in it, oldest first; the deleted are gone."""
        return [each for each in self.history.values() if not each.deleted]

    @property
    def said(self) -> list[Message]:
        """What the bot said and still stands."""
        return [each for each in self.messages if each.by_bot]

    @property
    def texts(self) -> list[str]:
        """The texts of what the bot said."""
        return [each.text for each in self.said]

    @property
    def last(self) -> Message:
        """The last thing the bot said; raises LookupError if it said nothing."""
        if not self.said:
            raise LookupError(f"the bot said nothing in {self.title}")
        return self.said[-1]

    def message(self, number: int) -> Message | None:
        """A message that stands."""
        found = self.history.get(number)
        return None if found is None or found.deleted else found

    def member(self, user_id: int) -> Member:
        """What somebody is here."""
        return self.members.get(user_id) or Member("left")

    def json(self) -> Json:
        """As a Chat."""
        if self.user is not None:
            names = {key: self.user[key] for key in NAMES if key in self.user}
            return {"id": self.id, "type": "private", **names}
        forum = {"is_forum": True} if self.is_forum else {}
        return {"id": self.id, "type": self.kind, "title": self.title, **forum}

    def full(self) -> Json:
        """As a ChatFullInfo."""
        return {
            **self.json(),
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(GIFTS, True),
        }


NAMES = ("first_name", "last_name", "username")
GIFTS = (
    "unlimited_gifts",
    "limited_gifts",
    "unique_gifts",
    "premium_subscription",
    "gifts_from_channels",
)
