"""How well messages are understood: predictions against annotations, in the figures we publish.

Definitions. A *report* is a message annotated `open`. A predicted `open` finds the report if it is
that message, or an annotated `join` or `detail` of the same report; a second one for the same
report is false; one on an annotated `ask` counts for nothing. A link (`join`, `detail`, `update`)
is right when message and request belong to the same report; `linked_exact` asks for the same of
the three words as well. A false alarm is an `open`, `ask` or `answer` on annotated `talk`.
Category and place are judged on reports found: building, unit, floor and room must all be right,
but the floor may be left out where it follows from the room. An emergency is found when its report
was opened as an emergency; a false one is an emergency opened for anything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Protocol

from handlers.understanding.meaning import (
    LINKS,
    Heard,
    Kind,
    Meaning,
    Outcome,
    Place,
    Scene,
    Urgency,
)
from handlers.understanding.transcripts import Conversation, Gold, GoldPlace, Line, Walk

LOUD = (Outcome.OPEN, Outcome.ASK, Outcome.ANSWER)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What became of one message; `of` is the number of the message that opened the request."""

    outcome: Outcome
    of: int | None = None
    category: str | None = None
    urgency: str | None = None
    kind: str | None = None
    place: Place = field(default_factory=Place)


@dataclass(slots=True)
class Tally:
    """Counts; they add up over conversations."""

    messages: int = 0
    reports: int = 0
    found: int = 0
    opened_falsely: int = 0
    links: int = 0
    links_said: int = 0
    links_right: int = 0
    links_exact: int = 0
    talk: int = 0
    alarms: int = 0
    category_right: int = 0
    place_right: int = 0
    kind_right: int = 0
    urgency_right: int = 0
    emergencies: int = 0
    emergencies_found: int = 0
    emergencies_falsely: int = 0

    def add(self, other: Tally) -> None:
        """Add another tally to this one."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    def figures(self) -> dict[str, float]:
        """The published figures, as shares; `emergency_false` is per 1,000 messages."""
        precision = _share(self.found, self.found + self.opened_falsely)
        recall = _share(self.found, self.reports)
        said, links = self.links_said, self.links
        return {
            "opened_precision": precision,
            "opened_recall": recall,
            "opened_f1": _f1(precision, recall),
            "linked_f1": _share(2 * self.links_right, said + links),
            "linked_exact_f1": _share(2 * self.links_exact, said + links),
            "false_alarms": _share(self.alarms, self.talk),
            "category": _share(self.category_right, self.found),
            "place": _share(self.place_right, self.found),
            "kind": _share(self.kind_right, self.found),
            "urgency": _share(self.urgency_right, self.found),
            "emergency_recall": _share(self.emergencies_found, self.emergencies),
            "emergency_false": 1000 * _share(self.emergencies_falsely, self.messages),
        }


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _f1(precision: float, recall: float) -> float:
    return _share(2 * precision * recall, precision + recall)


def score(predictions: Mapping[int, Prediction], golds: Mapping[int, Gold]) -> Tally:
    """The tally of one conversation: predictions and annotations by message number.

    A message without a prediction counts as talk.
    """
    tally = Tally(messages=len(golds))
    found: dict[int, Prediction] = {}
    for n in sorted(golds):
        gold, said = golds[n], predictions.get(n, Prediction(Outcome.TALK))
        _count_gold(tally, gold, said)
        if said.outcome is Outcome.OPEN:
            _count_open(tally, n, gold, said, found)
        elif said.outcome in LINKS:
            _count_link(tally, gold, said, golds)
    for n, said in found.items():
        _count_report(tally, golds[n], said)
    _count_emergencies(tally, predictions, golds)
    return tally


def _count_gold(tally: Tally, gold: Gold, said: Prediction) -> None:
    tally.reports += gold.outcome is Outcome.OPEN
    tally.links += gold.outcome in LINKS
    if gold.outcome is Outcome.TALK:
        tally.talk += 1
        tally.alarms += said.outcome in LOUD


def _count_open(
    tally: Tally, n: int, gold: Gold, said: Prediction, found: dict[int, Prediction]
) -> None:
    if gold.outcome is Outcome.ASK:
        return
    report = report_of(n, gold)
    if report is None or report in found:
        tally.opened_falsely += 1
        return
    tally.found += 1
    found[report] = said


def report_of(n: int, gold: Gold) -> int | None:
    """The report that a message may open; None when it should open nothing."""
    if gold.outcome is Outcome.OPEN:
        return n
    return gold.of if gold.outcome in (Outcome.JOIN, Outcome.DETAIL) else None


def _count_link(tally: Tally, gold: Gold, said: Prediction, golds: Mapping[int, Gold]) -> None:
    tally.links_said += 1
    opener = golds.get(said.of or 0)
    if gold.outcome not in LINKS or gold.of is None or opener is None:
        return
    if report_of(said.of or 0, opener) == gold.of:
        tally.links_right += 1
        tally.links_exact += said.outcome is gold.outcome


def _count_report(tally: Tally, gold: Gold, said: Prediction) -> None:
    tally.category_right += said.category == gold.category
    tally.kind_right += said.kind == gold.kind
    tally.urgency_right += said.urgency == gold.urgency
    tally.place_right += same_place(said.place, gold.place or GoldPlace())


def _count_emergencies(
    tally: Tally, predictions: Mapping[int, Prediction], golds: Mapping[int, Gold]
) -> None:
    right = {n for n, gold in golds.items() if gold.urgency == "emergency"}
    tally.emergencies += len(right)
    found: set[int] = set()
    for n, said in predictions.items():
        if said.outcome is Outcome.OPEN and said.urgency == "emergency":
            report = report_of(n, golds[n])
            if report in right:
                found.add(report)
            elif golds[n].outcome is not Outcome.ASK:
                tally.emergencies_falsely += 1
    tally.emergencies_found += len(found)


def same_place(said: Place, gold: GoldPlace) -> bool:
    """Whether building, unit, floor and room agree."""
    parts = ("building", "unit", "room")
    if any(_code(getattr(said, part)) != _code(getattr(gold, part)) for part in parts):
        return False
    floors = {_code(said.floor), _code(gold.floor)}
    if len(floors) == 1:
        return True
    return None in floors and (floors - {None}).pop() == floor_of(gold.room)


def floor_of(room: str | None) -> str | None:
    """The floor that a room number tells: 501 -> 5, #12-08 -> 12, E-114 -> 1; None for none."""
    if not room:
        return None
    if "-" in room:
        head, _, rest = room.partition("-")
        return floor_of(rest) if head.isalpha() else head.strip("#").lstrip("0") or None
    digits = "".join(sign for sign in room if sign.isdigit())
    if len(digits) >= 3:
        return digits[:-2].lstrip("0") or None
    return digits or None


def _code(value: str | None) -> str | None:
    return value.casefold() if value else None


class Reads(Protocol):
    """Anything that reads one message in its scene."""

    def read(self, heard: Heard, scene: Scene) -> Meaning:
        """What the message means."""
        ...


def predict(reader: Reads, conversation: Conversation) -> dict[int, Prediction]:
    """What a reader says of each message of a conversation."""
    return {line.n: _prediction(meaning) for line, _, meaning in walked(reader, conversation)}


def walked(reader: Reads, conversation: Conversation) -> Iterator[tuple[Line, Scene, Meaning]]:
    """Walk a conversation as the live bot does: what the reader said makes the next scene."""
    walk = Walk.of(conversation)
    for line in conversation:
        heard, scene = line.heard(), walk.scene()
        meaning = reader.read(heard, scene)
        yield line, scene, meaning
        if meaning.outcome is Outcome.OPEN:
            _opens(walk, heard, meaning)
        else:
            walk.hears(heard, meaning.outcome, meaning.of, meaning.leaning, meaning.leans)


def _opens(walk: Walk, heard: Heard, meaning: Meaning) -> None:
    report = (
        meaning.category or "other",
        meaning.urgency or Urgency.NORMAL,
        meaning.kind or Kind.REPAIR,
        meaning.place,
    )
    if meaning.bears_out is None:
        walk.opens(heard, *report)
    else:
        walk.bears_out(heard, meaning.bears_out, *report)


def _prediction(meaning: Meaning) -> Prediction:
    of = int(meaning.of) if meaning.of else None
    return Prediction(
        meaning.outcome, of, meaning.category, meaning.urgency, meaning.kind, meaning.place
    )


def golds_of(conversation: Conversation) -> dict[int, Gold]:
    """The annotations of a conversation by message number."""
    return {line.n: line.gold for line in conversation}
