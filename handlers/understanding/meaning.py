"""What understanding takes and what it gives: plain values, no text of anyone kept behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class Outcome(StrEnum):
    """What should become of one message (the words of the transcripts)."""

    OPEN = "open"  #: a new request
    JOIN = "join"  #: "me too" to an open request
    DETAIL = "detail"  #: a fact added to an open request
    UPDATE = "update"  #: its progress or end, told by anyone
    ASK = "ask"  #: truly unclear: one question to the sender
    ANSWER = "answer"  #: a question that the bot can answer from what it knows
    TALK = "talk"  #: nothing: be silent and keep nothing


#: What makes something new, and what belongs to an open request.
NEW = (Outcome.OPEN, Outcome.ASK)
LINKS = (Outcome.JOIN, Outcome.DETAIL, Outcome.UPDATE)
#: The cue of what opens for being plain or dangerous; how likely it looked as a whole says nothing.
PLAINLY = "plainly"


class Kind(StrEnum):
    """What sort of request it is."""

    REPAIR = "repair"
    COMPLAINT = "complaint"
    HELP = "help"
    SUGGESTION = "suggestion"
    QUESTION = "question"


class Urgency(StrEnum):
    """How fast somebody must move."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True)
class Place:
    """Where: bare codes as people write them ("3", "2", "5", "501", "Tower B"); None is unknown."""

    building: str | None = None
    unit: str | None = None
    floor: str | None = None
    room: str | None = None
    spot: str | None = None


NOWHERE = Place()


class Places(Protocol):
    """Which places exist; what is named but does not exist is not believed."""

    def has_building(self, building: str) -> bool:
        """Whether this group's neighbourhood has such a building."""
        ...

    def has_unit(self, building: str, unit: str) -> bool:
        """Whether that building has such a unit (True where its units are not listed)."""
        ...

    def lists_units(self, building: str) -> bool:
        """Whether the units of that building are listed."""
        ...


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as it was heard in a group."""

    key: str  #: unique within the chat
    at: datetime  #: aware
    sender: str  #: a stable key of the sender
    text: str = ""
    name: str = ""  #: the name shown in the group ("501王姨")
    role: str = "resident"
    home: Place | None = None
    reply_to: str | None = None  #: key of the message it replies to
    media: str | None = None  #: photo, voice, video, sticker, location, file
    forwarded: bool = False
    to_bot: bool = False  #: the bot was mentioned or replied to


@dataclass(frozen=True, slots=True)
class KnownRequest:
    """A request that this group knows of: open, or ended not long ago."""

    key: str
    category: str
    urgency: Urgency
    kind: Kind
    place: Place
    sender: str
    opened_at: datetime
    last_at: datetime
    words: str = ""  #: what the reporter wrote (kept, because it is a request)
    asset: str | None = None  #: "lift", "riser", "gate" ... the thing itself
    state: str = "open"  #: open, taken, waiting, done, closed
    supporters: frozenset[str] = frozenset()
    messages: frozenset[str] = frozenset()  #: keys of the messages that belong to it

    @property
    def ended(self) -> bool:
        """Whether it is said to be over."""
        return self.state in ("done", "closed")


def opened_by(
    heard: Heard, category: str, urgency: Urgency, kind: Kind, place: Place
) -> KnownRequest:
    """The request that a message opened when it was said, and nobody joined yet."""
    return KnownRequest(
        heard.key,
        category,
        urgency,
        kind,
        place,
        heard.sender,
        heard.at,
        heard.at,
        heard.text,
        supporters=frozenset((heard.sender,)),
        messages=frozenset((heard.key,)),
    )


@dataclass(frozen=True, slots=True)
class Said:
    """A recent message with what became of it; held in memory only, for minutes."""

    heard: Heard
    outcome: Outcome
    of: str | None = None  #: key of the request
    #: of what was left as talk or asked about: how likely it was something new all the same
    leaning: float = 0.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What the bot knows where a message was heard."""

    area: Place = NOWHERE  #: what the group is bound to
    title: str = ""
    recent: Sequence[Said] = ()  #: oldest first
    requests: Sequence[KnownRequest] = ()
    places: Places | None = None
    language: str | None = None  #: the group's language as a hint


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: one cue that spoke for a decision, for /why."""

    about: str  #: request, category, place, urgency, link
    cue: str  #: its name in the language's cue file
    found: str = ""  #: the words that matched
    weight: float = 0.0

    def kept(self) -> dict[str, Any]:
        """As a row keeps it."""
        return {
            "about": self.about,
            "cue": self.cue,
            "found": self.found,
            "weight": self.weight,
        }


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one message means, how sure that is, and why."""

    outcome: Outcome
    confidence: float = 1.0
    category: str | None = None
    kind: Kind | None = None
    urgency: Urgency | None = None
    place: Place = NOWHERE
    of: str | None = None  #: key of the known request that it belongs to
    asset: str | None = None
    #: what is asked ("manager", "status" ...), alone or besides what is told (besides.py)
    question: str | None = None
    again: bool = False  #: what an ended request was about is there again
    over: bool = False  #: it tells the end of something plainly (told_over.py)
    clash: bool = False  #: the text contradicts the places that exist: ask, do not guess
    #: of what is left as talk or asked about: how likely it is something new all the same
    leaning: float = 0.0
    bears_out: str | None = (
        None  #: key of the earlier message that is opened: this one belongs to it
    )
    #: how likely an earlier message, by its key, is something new after this one
    leans: tuple[str, float] | None = None
    reasons: tuple[Reason, ...] = ()
    #: what was looked at for it (`seen.Read`), so that nobody who asks why looks again
    read: object = field(default=None, compare=False, repr=False)
