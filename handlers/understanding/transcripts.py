"""Annotated conversations: read from JSON Lines, and walked through as a reader meets them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from handlers.understanding import belated
from handlers.understanding.meaning import (
    Heard,
    Kind,
    KnownRequest,
    Outcome,
    Place,
    Said,
    Scene,
    Urgency,
    opened_by,
)
from handlers.understanding.place import group_place

RECENT = 40
#: The conversations that the weights are fitted on.
EXAMPLES = Path(__file__).parent / "examples"


class TranscriptError(ValueError):
    """A line of a transcript is wrong; the message names file and line."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


def _code(value: object) -> object:
    return None if value in ("", "-", ".") else value


#: A part of a place; some hands write a dash or a dot for what is not known.
Code = Annotated[str | None, BeforeValidator(_code)]


class GoldPlace(_Row):
    """Where, as annotated."""

    building: Code = None
    unit: Code = None
    floor: Code = None
    room: Code = None
    spot: Code = None


class Gold(_Row):
    """What should become of a message, as annotated."""

    outcome: Outcome
    category: str | None = None
    urgency: Literal["emergency", "urgent", "normal"] | None = None
    kind: Literal["repair", "complaint", "help", "suggestion", "question"] | None = None
    place: GoldPlace | None = None
    of: int | None = None


class _Chat(_Row):
    area: str = ""
    title: str = ""


class _Home(_Row):
    building: Code = None
    unit: Code = None
    room: Code = None


def _in_utc(at: datetime) -> datetime:
    """The moment as platforms tell it to the live bot: all in one zone, so that two are compared
    without asking each for its distance from the other's."""
    return at.astimezone(UTC) if at.tzinfo else at


class Line(_Row):
    """One annotated message."""

    conv: str
    chat: _Chat
    n: int = Field(ge=1)
    at: datetime
    sender: str
    sender_home: _Home | None = None
    role: str = "resident"
    text: str = ""
    reply_to: int | None = None
    media: str | None = None
    gold: Gold

    def heard(self) -> Heard:
        """The message as understanding hears it."""
        home = self.sender_home
        return Heard(
            key=str(self.n),
            at=_in_utc(self.at),
            sender=self.sender,
            text=self.text,
            name=self.sender,
            role=self.role,
            home=Place(home.building, home.unit, None, home.room) if home else None,
            reply_to=str(self.reply_to) if self.reply_to else None,
            media=self.media,
        )


Conversation = Sequence[Line]


def read_transcripts(path: Path) -> list[Conversation]:
    """The conversations of a file, in order. Raises TranscriptError or OSError."""
    found: dict[str, dict[int, Line]] = {}
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as stream:
            for number, raw in enumerate(stream, 1):
                if raw.strip():
                    _add(found, raw, f"{path}:{number}")
    except (UnicodeDecodeError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise TranscriptError(f"{path}: {error}") from None
    if not found:
        raise TranscriptError(f"{path}: no messages")
    return [list(each.values()) for each in found.values()]


def _add(found: dict[str, dict[int, Line]], raw: str, where: str) -> None:
    """Add the message of a line of a file to its conversation."""
    try:
        line = Line.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "line"
        raise TranscriptError(f"{where}: {field}: {first['msg']}") from None
    before = found.setdefault(line.conv, {})
    if line.n in before:
        raise TranscriptError(f"{where}: n: {line.n} stands twice in {line.conv}")
    if line.gold.of is not None and line.gold.of not in before:
        raise TranscriptError(f"{where}: gold.of: no message {line.gold.of} before it")
    before[line.n] = line


@dataclass(slots=True)
class Walk:
    """What a reader remembers on its way through a conversation."""

    area: Place
    title: str
    recent: list[Said] = field(default_factory=list[Said])
    requests: dict[str, KnownRequest] = field(default_factory=dict[str, KnownRequest])

    @classmethod
    def of(cls, conversation: Conversation) -> Walk:
        """At the beginning of a conversation."""
        chat = conversation[0].chat
        homes = (line.sender_home.building for line in conversation if line.sender_home)
        return cls(group_place(chat.area, homes), chat.title)

    def scene(self) -> Scene:
        """What is known now."""
        return Scene(
            area=self.area,
            title=self.title,
            recent=tuple(self.recent[-RECENT:]),
            requests=tuple(self.requests.values()),
        )

    def opens(self, heard: Heard, category: str, urgency: Urgency, kind: Kind, place: Place) -> str:
        """A message opened a request; gives its key."""
        self.recent.append(Said(heard, Outcome.OPEN, heard.key))
        return self._know(opened_by(heard, category, urgency, kind, place))

    def bears_out(
        self, heard: Heard, key: str, category: str, urgency: Urgency, kind: Kind, place: Place
    ) -> None:
        """A message bore out an earlier one, which is opened; it joins that."""
        first = next(said.heard for said in self.recent if said.heard.key == key)
        request = opened_by(first, category, urgency, kind, place)
        self._know(replace(request, opened_at=heard.at))
        belated.settle(self.recent, heard, key, key)
        self._belongs(heard, self.recent[-1].outcome, key)

    def hears(
        self,
        heard: Heard,
        outcome: Outcome,
        of: str | None,
        leaning: float = 0.0,
        leans: tuple[str, float] | None = None,
    ) -> None:
        """A message that opened nothing; what it says of an earlier one (`Meaning.leans`)."""
        if leans is not None:
            belated.lean(self.recent, *leans)
        self.recent.append(Said(heard, outcome, of, leaning))
        self._belongs(heard, outcome, of)

    def _know(self, request: KnownRequest) -> str:
        self.requests[request.key] = request
        return request.key

    def _belongs(self, heard: Heard, outcome: Outcome, of: str | None) -> None:
        request = self.requests.get(of or "")
        if request is None:
            return
        joined = {heard.sender} if outcome is Outcome.JOIN else set[str]()
        values = {name: getattr(request, name) for name in KnownRequest.__slots__}
        values["last_at"] = heard.at
        values["messages"] = request.messages | {heard.key}
        values["supporters"] = request.supporters | joined
        self.requests[request.key] = KnownRequest(**values)


def walk_gold(conversation: Conversation) -> Iterator[tuple[Heard, Scene, Gold]]:
    """Each message with its scene as annotated, and its annotation."""
    walk = Walk.of(conversation)
    for line in conversation:
        heard, gold = line.heard(), line.gold
        yield heard, walk.scene(), gold
        if gold.outcome is Outcome.OPEN:
            _open(walk, heard, gold)
        else:
            walk.hears(heard, gold.outcome, str(gold.of) if gold.of else None)


#: How often a reader errs in a rough walk.
MISSED, FALSELY, UNLINKED, LATER = 0.25, 0.02, 0.3, 0.6
#: Gives a number from 0 to 1, each time another one.
Dice = Callable[[], float]


def walk_roughly(conversation: Conversation, dice: Dice) -> Iterator[tuple[Heard, Scene, Gold]]:
    """Each message in a scene as a reader that sometimes errs would have made it."""
    walk = Walk.of(conversation)
    golds = {line.n: line.gold for line in conversation}
    for line in conversation:
        heard, gold = line.heard(), line.gold
        yield heard, walk.scene(), gold
        opener = golds.get(gold.of or 0, gold)
        if _opens(walk, gold, dice):
            _open(walk, heard, opener if opener.outcome is Outcome.OPEN else gold)
        elif str(gold.of) in walk.requests and dice() > UNLINKED:
            walk.hears(heard, gold.outcome, str(gold.of))
        else:
            outcome = gold.outcome if gold.outcome is Outcome.ANSWER else Outcome.TALK
            walk.hears(heard, outcome, None)


def _opens(walk: Walk, gold: Gold, dice: Dice) -> bool:
    if gold.outcome is Outcome.OPEN:
        return dice() > (MISSED / 2 if gold.urgency == "emergency" else MISSED)
    if gold.outcome in (Outcome.JOIN, Outcome.DETAIL) and str(gold.of) not in walk.requests:
        return dice() < LATER
    return dice() < FALSELY


def _open(walk: Walk, heard: Heard, gold: Gold) -> None:
    place = Place(**(gold.place or GoldPlace()).model_dump())
    walk.opens(
        heard,
        gold.category or "other",
        Urgency(gold.urgency or "normal"),
        Kind(gold.kind or "repair"),
        place,
    )
