"""How something is said, and what lies in the tray until the commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from handlers.chat.outgoing import Content, Sendable
from storage.tables import Chat


@dataclass(frozen=True, slots=True)
class Unasked:
    """A post in a group that answers nobody there: it counts against the group's budget (R59).

    The parts of a long one share it, and count once.
    """

    chat: Chat
    low: bool  #: of so little weight that it may wait


@dataclass(frozen=True, slots=True)
class Outbound:
    """One thing to be said, when, and for which occasion (said once per occasion, R57)."""

    out: Sendable
    not_before: datetime
    occasion: str | None = None
    unasked: Unasked | None = None
    first: bool = False  #: nothing can have stood there before


class _Given(TypedDict):
    platform: str
    chat: str
    group: bool
    topic: str | None
    content: Content
    about: int | None
    reply_to: str | None
    urgent: bool
    silent: bool


@dataclass(frozen=True, slots=True)
class Manner:
    """How something is said."""

    about: int | None = None  #: id of the request
    reply_to: str | None = None
    urgent: bool = False
    silent: bool = False
    delay: timedelta | None = None  #: the rest of the quiet hours, say
    occasion: str | None = None  #: said once for it (R57)
    instead: str = ""  #: said where its media cannot be had
    first: bool = False  #: of a standing message: nothing can have stood there before
    low: bool = False  #: may be told later, with others, where a group was told much (R59)


#: At once, as a message among others.
PLAINLY = Manner()


def given(chat: Chat, content: Content, manner: Manner) -> _Given:
    """What every message to a chat says of itself."""
    return {
        "platform": chat.platform,
        "chat": chat.external_id,
        "group": chat.kind == "group",
        "topic": topic_of(chat),
        "content": content,
        "about": manner.about,
        "reply_to": manner.reply_to,
        "urgent": manner.urgent,
        "silent": manner.silent,
    }


def topic_of(chat: Chat) -> str | None:
    """The forum topic in which the bot speaks of requests, if the community set one (R17)."""
    topic = chat.settings.get("topic")
    return str(topic) if topic else None
