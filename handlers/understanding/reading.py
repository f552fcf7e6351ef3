"""The decisions that are fitted: for each, what it looks at and what the right answer is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from handlers.understanding.cues import load_cues
from handlers.understanding.features import message_features
from handlers.understanding.meaning import Heard, Outcome, Scene
from handlers.understanding.normal import plain
from handlers.understanding.place import says_mine
from handlers.understanding.transcripts import Gold


@dataclass(frozen=True, slots=True)
class HeadSpec:
    """One decision."""

    features: Callable[[Heard, Scene], list[str]]
    answer: Callable[[Heard, Scene, Gold], str | None]
    penalty: float


def all_of(heard: Heard, scene: Scene) -> list[str]:
    """Words, cues and scene."""
    cues, text = load_cues(), plain(heard.text)
    found = message_features(heard, scene)
    named = {category for category, _ in cues.named(text)}
    found += [f"cue {category}" for category in named]
    found += [f"danger {danger}" for danger, _ in cues.dangers(text)]
    found.append(f"cues {min(3, len(named))}")
    known = {request.category for request in scene.requests[-3:]}
    found.append(f"cue known {bool(named & known)} {bool(named)}")
    return found


def words_of(heard: Heard, scene: Scene) -> list[str]:
    """Words, cues and the lines before, without combinations."""
    cues, text = load_cues(), plain(heard.text)
    found = message_features(heard, scene, sharp=False)
    named = cues.named(text)
    found += [f"cue {category}" for category, _ in named]
    found += [f"cue {category} {len(word)}" for category, word in named]
    before = plain(" ".join(said.heard.text for said in scene.recent[-3:]))
    found += [f"near {category}" for category, _ in cues.named(before)]
    found += [f"danger {danger}" for danger, _ in cues.dangers(text)]
    found += [f"near danger {danger}" for danger, _ in cues.dangers(before)]
    found.append(f"mine {says_mine(text)}")
    return found


def _outcome(heard: Heard, scene: Scene, gold: Gold) -> str | None:
    return gold.outcome.value


def _category(heard: Heard, scene: Scene, gold: Gold) -> str | None:
    return gold.category if gold.outcome is Outcome.OPEN else None


def _urgency(heard: Heard, scene: Scene, gold: Gold) -> str | None:
    return gold.urgency if gold.outcome is Outcome.OPEN else None


def _kind(heard: Heard, scene: Scene, gold: Gold) -> str | None:
    return gold.kind if gold.outcome is Outcome.OPEN else None


def _level(heard: Heard, scene: Scene, gold: Gold) -> str | None:
    """How much of the sender's home the place of the report shares."""
    home, place = heard.home, gold.place
    if gold.outcome is not Outcome.OPEN or home is None or place is None:
        return None
    if home.room and place.room == home.room:
        return "room"
    if home.unit and place.unit == home.unit:
        return "unit"
    if home.building and place.building == home.building:
        return "building"
    return "none"


HEADS: dict[str, HeadSpec] = {
    "outcome": HeadSpec(all_of, _outcome, 2.0),
    "category": HeadSpec(words_of, _category, 1.0),
    "urgency": HeadSpec(words_of, _urgency, 1.0),
    "kind": HeadSpec(words_of, _kind, 1.0),
    "level": HeadSpec(words_of, _level, 1.0),
}
