"""What a report is about: its category, kind, urgency and place, and the reasons for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from handlers.understanding import linking, placing
from handlers.understanding.chances import best
from handlers.understanding.features import Whole, words_only
from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import (
    Heard,
    Kind,
    Meaning,
    Outcome,
    Place,
    Reason,
    Scene,
    Urgency,
)
from handlers.understanding.model import Model, Seen
from handlers.understanding.seen import Read

MOST_REASONS = 4
#: How much it counts, for an emergency, whether a word of danger is meant; the rest is how urgent
#: the report is, which tells more of one that is opened (docs/understanding.md).
MEANT = 0.15


def reported(
    model: Model, heard: Heard, scene: Scene, outcome: Outcome, sure: float, spoken: Whole
) -> Meaning:
    """What it is about, where and how urgent, and why. `sure`: that it is a request (0 to 1)."""
    looked, features, whole = look(heard.text), words_only(heard, scene), spoken.names()
    meaning = told(model, heard, scene, outcome, sure, features)
    words = model.rows("words", features)
    reasons = (
        *_reasons("request", model, "outcome", looked, model.rows("whole", whole), "open"),
        *_reasons("category", model, "category", looked, words, str(meaning.category)),
        *_reasons("urgency", model, "urgency", looked, words, str(meaning.urgency)),
    )
    read = meaning.read
    if isinstance(read, Read) and spoken.heard is heard:
        read = replace(read, whole=whole)
    return replace(meaning, reasons=reasons, read=read)


def told(
    model: Model,
    heard: Heard,
    scene: Scene,
    outcome: Outcome,
    sure: float,
    features: Sequence[str],
) -> Meaning:
    """The same without the reasons, which take as long as all else; `features`: of the words."""
    seen, looked = model.see("words", features), look(heard.text)
    category = _named_in(looked, model.chances("category", seen))
    urgency = _urgency(model, looked, seen)
    if linking.alarms(heard, looked, scene):
        urgency, category = Urgency.EMERGENCY, looked.alarm_category or category
    found = placing.sources(heard, scene)
    around_place = placing.place_features(heard, scene, category, found)
    place, clash = _place(model, heard, scene, found, around_place)
    if category == "lift":
        place = placing.in_own_stairwell(place, heard.home)
    return Meaning(
        outcome,
        min(1.0, sure),
        category,
        Kind(best(model.chances("kind", seen))),
        urgency,
        place,
        asset="lift" if category == "lift" else None,
        clash=clash,
        leaning=sure if outcome is Outcome.ASK else 0.0,
        read=Read(heard, category, found, None, features, around_place),
    )


def _urgency(model: Model, looked: Looked, seen: Seen) -> Urgency:
    """Missing an emergency is worse than a page too many: a word of danger needs less.

    Many tell of danger in none of the words that are known for it ("她脸都歪了", "the man in 12 is
    talking funny"): there the report as a whole has to be sure enough.
    """
    chances = model.chances("urgency", seen)
    meant = model.chances("emergency", seen).get("yes", 0.0)
    danger = chances.get("emergency", 0.0)
    if looked.dangers and meant**MEANT * danger ** (1 - MEANT) >= model.thresholds["page"]:
        return Urgency.EMERGENCY
    if not looked.dangers and danger >= model.thresholds["page_unnamed"]:
        return Urgency.EMERGENCY
    if not looked.dangers:
        chances.pop("emergency", None)
    return Urgency(best(chances))


def _place(
    model: Model, heard: Heard, scene: Scene, found: placing.Sources, features: Sequence[str]
) -> tuple[Place, bool]:
    seen = model.see("place", features)
    chances = {part: model.chances(part, seen) for part in placing.PARTS}
    together = model.see("together", placing.together_features(features))
    chances["together"] = model.chances("together", together)
    return placing.checked(placing.choose(heard, found, chances), found.said, scene)


def _named_in(looked: Looked, chances: Mapping[str, float]) -> str:
    """The likeliest category; who plainly tells a fault means one that the own words name."""
    own = looked.categories | looked.topics | looked.wrongs | looked.outages
    named = {each: chance for each, chance in chances.items() if each in own}
    return best(named if named and looked.plainly_faulty else chances)


def _reasons(
    about: str,
    model: Model,
    head: str,
    looked: Looked,
    rows: Sequence[tuple[int, str]],
    answer: str,
) -> list[Reason]:
    """The words of the message that spoke most for an answer."""
    found: dict[str, Reason] = {}
    for name, weight in model.strongest(head, rows, answer, most=60):
        if len(found) == MOST_REASONS:
            break  # the strongest come first
        for cue, words in looked.words_of(name):
            if words not in found and len(found) < MOST_REASONS:
                found[words] = Reason(about, cue, words, round(weight, 2))
    return list(found.values())
