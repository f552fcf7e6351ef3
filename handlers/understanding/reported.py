"""What a report is about: its category, kind, urgency and place, and the reasons for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from handlers.understanding import alarms, placing
from handlers.understanding.chances import best
from handlers.understanding.features import Whole, words_only
from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import (
    Heard,
    Kind,
    Meaning,
    Outcome,
    Place,
    Scene,
    Urgency,
)
from handlers.understanding.model import Model, Seen
from handlers.understanding.normal import in_script
from handlers.understanding.place_features import place_features, together_features
from handlers.understanding.reasons import reasons
from handlers.understanding.seen import Read
from handlers.understanding.sources import PARTS, Sources, sources

#: How much it counts, for an emergency, whether a word of danger is meant; the rest is how urgent
#: the report is, which tells more of one that is opened (docs/understanding.md).
MEANT = 0.15


def reported(
    model: Model, heard: Heard, scene: Scene, outcome: Outcome, sure: float, spoken: Whole
) -> Meaning:
    """What it is about, where and how urgent, and why. `sure`: that it is a request (0 to 1)."""
    meaning = told(model, heard, scene, outcome, sure)
    read = meaning.read
    if isinstance(read, Read) and spoken.heard is heard:
        read = replace(read, whole=spoken.names())
    return replace(meaning, reasons=reasons(model, look(heard.text), meaning), read=read)


def told(model: Model, heard: Heard, scene: Scene, outcome: Outcome, sure: float) -> Meaning:
    """The same without the reasons, which take as long as all else."""
    features = words_only(heard, scene)
    seen, looked = model.see("words", features), look(heard.text)
    category, urgency = _named_in(looked, model.chances("category", seen)), None
    if alarms.beyond_doubt(heard, looked, scene):
        category, urgency = looked.alarm_category or category, Urgency.EMERGENCY
    found = sources(heard, scene)
    around_place = place_features(heard, scene, category, found)
    place, clash = _place(model, heard, scene, found, around_place)
    lift = category == "lift"
    return Meaning(
        outcome,
        min(1.0, sure),
        category,
        Kind(best(model.chances("kind", seen))),
        urgency or _urgency(model, looked, seen),
        placing.in_own_stairwell(place, heard.home) if lift else place,
        asset="lift" if lift else None,
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
    limits = model.thresholds
    sure = meant**MEANT * danger ** (1 - MEANT)
    if looked.dangers and sure >= limits[in_script("page", looked.text)]:
        return Urgency.EMERGENCY
    if not looked.dangers and danger >= limits["page_unnamed"]:
        return Urgency.EMERGENCY
    if not looked.dangers:
        chances.pop("emergency", None)
    return Urgency(best(chances))


def _place(
    model: Model, heard: Heard, scene: Scene, found: Sources, features: Sequence[str]
) -> tuple[Place, bool]:
    seen = model.see("place", features)
    chances = {part: model.chances(part, seen) for part in PARTS}
    together = model.see("together", together_features(features))
    chances["together"] = model.chances("together", together)
    return placing.checked(placing.choose(heard, found, chances), found.said, scene)


def _named_in(looked: Looked, chances: Mapping[str, float]) -> str:
    """The likeliest category; who plainly tells a fault means one that the own words name."""
    own = looked.categories | looked.topics | looked.wrongs | looked.outages
    named = {each: chance for each, chance in chances.items() if each in own}
    return best(named if named and looked.plainly_faulty else chances)
