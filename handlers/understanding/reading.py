"""The decisions that are fitted: for each, what it looks at and what the right answer is."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from handlers.understanding import by_itself, placing
from handlers.understanding.features import whole, words_only
from handlers.understanding.looking import look
from handlers.understanding.meaning import (
    Heard,
    Kind,
    KnownRequest,
    Outcome,
    Place,
    Said,
    Scene,
    Urgency,
)
from handlers.understanding.pairs import pair_features
from handlers.understanding.place_features import place_features, together_features
from handlers.understanding.rivals import rivals_of
from handlers.understanding.sources import sources
from handlers.understanding.thresholds import THRESHOLDS
from handlers.understanding.transcripts import Gold


@dataclass(frozen=True, slots=True)
class HeadSpec:
    """One decision."""

    features: Callable[[Heard, Scene, str | None], list[str]]
    answer: Callable[[Heard, Scene, Gold], str | None]
    penalty: float
    table: str  #: heads of one table look at the same features
    allowed: Callable[[Heard, Scene], frozenset[str]] | None = None
    dropped: float = 0.04  #: a feature whose weights are all smaller is left out


def _outcome(heard: Heard, scene: Scene, gold: Gold) -> str | None:
    """As annotated; what belongs to a report that nobody opened yet opens it."""
    known = any(each.key == str(gold.of) for each in scene.requests)
    if gold.of is None or known:
        return gold.outcome.value
    if gold.outcome in (Outcome.JOIN, Outcome.DETAIL):
        return Outcome.OPEN.value
    return Outcome.TALK.value if gold.outcome is Outcome.UPDATE else gold.outcome.value


def _emergency(heard: Heard, scene: Scene, gold: Gold) -> str | None:
    """Whether a word of danger is meant; where none is said, nobody asks."""
    if not look(heard.text).dangers or gold.outcome in (Outcome.JOIN, Outcome.DETAIL, Outcome.ASK):
        return None
    return "yes" if gold.outcome is Outcome.OPEN and gold.urgency == "emergency" else "no"


def _category(heard: Heard, scene: Scene, gold: Gold) -> str | None:
    """As annotated; what is told of an open request speaks of its category, if of anything."""
    if gold.outcome is Outcome.OPEN:
        return gold.category
    if gold.outcome not in (Outcome.JOIN, Outcome.DETAIL) or not look(heard.text).named:
        return None
    return next((each.category for each in scene.requests if each.key == str(gold.of)), None)


def _urgency(heard: Heard, scene: Scene, gold: Gold) -> str | None:
    return gold.urgency if gold.outcome is Outcome.OPEN else None


def _kind(heard: Heard, scene: Scene, gold: Gold) -> str | None:
    return gold.kind if gold.outcome is Outcome.OPEN else None


def _building(heard: Heard, scene: Scene, gold: Gold) -> str | None:
    if gold.outcome is not Outcome.OPEN or gold.place is None:
        return None
    names = sources(heard, scene).building
    return placing.source_of(names, gold.place.building)


def _unit(heard: Heard, scene: Scene, gold: Gold) -> str | None:
    if gold.outcome is not Outcome.OPEN or gold.place is None:
        return None
    names = sources(heard, scene).unit
    return placing.source_of(names, gold.place.unit)


def _tail(heard: Heard, scene: Scene, gold: Gold) -> str | None:
    place = gold.place
    if gold.outcome is not Outcome.OPEN or place is None:
        return None
    return placing.tail_of(sources(heard, scene), place.floor, place.room)


def _together(heard: Heard, scene: Scene, gold: Gold) -> str | None:
    building, unit = _building(heard, scene, gold), _unit(heard, scene, gold)
    tail = _tail(heard, scene, gold)
    if building is None or unit is None or tail is None:
        return None
    chosen = f"{building},{unit},{tail}"
    return chosen if chosen in _combinations(heard, scene) else None


def _combinations(heard: Heard, scene: Scene) -> frozenset[str]:
    return frozenset(placing.combinations(sources(heard, scene)))


def _place(heard: Heard, scene: Scene, category: str | None) -> list[str]:
    return place_features(heard, scene, category or "other")


def _places(heard: Heard, scene: Scene, category: str | None) -> list[str]:
    return together_features(_place(heard, scene, category))


def _whole(heard: Heard, scene: Scene, category: str | None) -> list[str]:
    return whole(heard, scene)


def _by_itself(heard: Heard, scene: Scene, category: str | None) -> list[str]:
    return by_itself.own(whole(heard, scene))


def _words(heard: Heard, scene: Scene, category: str | None) -> list[str]:
    return words_only(heard, scene)


def _sources_of(part: str) -> Callable[[Heard, Scene], frozenset[str]]:
    def names(heard: Heard, scene: Scene) -> frozenset[str]:
        return frozenset(getattr(sources(heard, scene), part))

    return names


HEADS: dict[str, HeadSpec] = {
    "outcome": HeadSpec(_whole, _outcome, 5.0, "whole", dropped=0.08),
    by_itself.HEAD: HeadSpec(_by_itself, by_itself.answer, 3.0, "whole", dropped=0.1),
    "emergency": HeadSpec(_words, _emergency, 3.0, "words"),
    "category": HeadSpec(_words, _category, 3.0, "words", dropped=0.06),
    "urgency": HeadSpec(_words, _urgency, 3.0, "words"),
    "kind": HeadSpec(_words, _kind, 3.0, "words", dropped=0.05),
    "building": HeadSpec(_place, _building, 9.0, "place", _sources_of("building")),
    "unit": HeadSpec(_place, _unit, 9.0, "place", _sources_of("unit")),
    "tail": HeadSpec(_place, _tail, 9.0, "place", _sources_of("tail")),
    "together": HeadSpec(_places, _together, 7.5, "together", _combinations),
}

SAMPLES = (
    "3栋2单元501的水管爆了，水漫到楼道！！",
    "我家也是 +1",
    "the lift in Tower B is stuck between 4 and 5, kids inside",
    "收到，师傅马上到 thanks 👍",
    "楼上热死了 this price is fire 😂",
)


def fingerprint() -> int:
    """A number that changes when any feature of a few sample messages does (cues included), or
    which decisions have thresholds.

    The weights carry the number they were fitted with, and a test compares: features and weights
    cannot drift apart unseen.
    """
    at = datetime(2026, 1, 1, tzinfo=UTC)
    home = Place("3", "2", None, "501")
    scene = Scene(area=Place(building="3"))
    seen = zlib.crc32("\n".join(sorted(THRESHOLDS)).encode())
    for n, text in enumerate(SAMPLES):
        heard = Heard(str(n), at + timedelta(minutes=n), f"s{n % 2}", text, home=home)
        for name in sorted(HEADS):
            seen = zlib.crc32(
                "\n".join(sorted(HEADS[name].features(heard, scene, "water"))).encode(), seen
            )
        scene = replace(
            scene,
            recent=(*scene.recent, Said(heard, Outcome.OPEN, str(n))),
            requests=(*scene.requests, _sample_request(heard)),
        )
        for request in scene.requests:
            pair = pair_features(heard, scene, request, rivals_of(heard, scene))
            seen = zlib.crc32("\n".join(pair).encode(), seen)
    return seen


def _sample_request(heard: Heard) -> KnownRequest:
    return KnownRequest(
        heard.key,
        "water",
        Urgency.URGENT,
        Kind.REPAIR,
        Place("3", "2", "5", "501"),
        heard.sender,
        heard.at,
        heard.at,
        heard.text,
        messages=frozenset((heard.key,)),
    )
