"""What a report is about: its category, kind, urgency and place, and the reasons for them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from handlers.understanding import alarms, placing
from handlers.understanding.chances import best
from handlers.understanding.features import Whole
from handlers.understanding.looking import Looked
from handlers.understanding.meaning import Kind, Meaning, Outcome, Place, Urgency
from handlers.understanding.normal import in_script
from handlers.understanding.place_features import place_features, together_features
from handlers.understanding.reasons import reasons
from handlers.understanding.seen import Read
from handlers.understanding.sources import PARTS, Sources, sources
from handlers.understanding.wording import Wording

#: How much it counts, for an emergency, whether a word of danger is meant; the rest is how urgent
#: the report is, which tells more of one that is opened (docs/understanding.md).
MEANT = 0.15
#: A lift that does not go at all keeps those in who cannot climb stairs, however calmly it is told.
STANDS_STILL = re.compile(
    r"电梯(?:又|也|都|还是|全)?(?:坏了|坏掉|停了|停运|停摆|不动|不走|罢工|趴窝|瘫)"
    r"|\b(?:lift|elevator)s?(?: is| are|'s| has| have)?(?: all| still| again)?"
    r" (?:dead|broken|down|out of (?:order|service)|not working|stopped|stuck)\b"
)


def reported(wording: Wording, outcome: Outcome, sure: float, spoken: Whole) -> Meaning:
    """What it is about, where and how urgent, and why. `sure`: that it is a request (0 to 1)."""
    meaning = told(wording, outcome, sure, spoken)
    return replace(meaning, reasons=reasons(wording.model, wording.looked, meaning))


def told(wording: Wording, outcome: Outcome, sure: float, spoken: Whole | None = None) -> Meaning:
    """The same without the reasons, which take as long as all else."""
    heard, scene, looked = wording.heard, wording.scene, wording.looked
    category, urgency = _named_in(looked, wording.chances("category")), None
    if alarms.beyond_doubt(heard, looked, scene):
        category, urgency = looked.alarm_category or category, Urgency.EMERGENCY
    found = sources(heard, scene)
    around_place = place_features(heard, scene, category, found)
    place, clash = _place(wording, found, around_place)
    lift = category == "lift"
    whole = spoken if spoken is not None and spoken.heard is heard else None
    return Meaning(
        outcome,
        min(1.0, sure),
        category,
        Kind(best(wording.chances("kind"))),
        urgency or _urgency(wording),
        placing.in_own_stairwell(place, heard.home) if lift else place,
        asset="lift" if lift else None,
        clash=clash,
        leaning=sure if outcome is Outcome.ASK else 0.0,
        read=Read(heard, category, found, whole, wording.features, around_place),
    )


def _urgency(wording: Wording) -> Urgency:
    """Missing an emergency is worse than a page too many: a word of danger needs less.

    Many tell of danger in none of the words that are known for it ("她脸都歪了", "the man in 12 is
    talking funny"): there the report as a whole has to be sure enough.
    """
    looked, limits = wording.looked, wording.model.thresholds
    chances = wording.chances("urgency")
    danger = chances.get("emergency", 0.0)
    if not looked.dangers:
        if danger >= limits["page_unnamed"]:
            return Urgency.EMERGENCY
        if looked.plainly_faulty and STANDS_STILL.search(looked.text):
            return Urgency.URGENT
        return Urgency(best({each: chances[each] for each in chances if each != "emergency"}))
    sure = wording.chances("emergency").get("yes", 0.0) ** MEANT * danger ** (1 - MEANT)
    if sure >= limits[in_script("page", looked.text)]:
        return Urgency.EMERGENCY
    return Urgency(best(chances))


def _place(wording: Wording, found: Sources, features: Sequence[str]) -> tuple[Place, bool]:
    model, heard = wording.model, wording.heard
    seen = model.see("place", features)
    chances = {part: model.chances(part, seen) for part in PARTS}
    together = model.see("together", together_features(features))
    chances["together"] = model.chances("together", together)
    place = placing.choose(heard, wording.scene, found, chances)
    return placing.checked(place, found.said, heard, wording.scene)


def _named_in(looked: Looked, chances: Mapping[str, float]) -> str:
    """The likeliest category; who plainly tells a fault means one that the own words name."""
    own = looked.categories | looked.topics | looked.wrongs | looked.outages
    named = {each: chance for each, chance in chances.items() if each in own}
    return best(named if named and looked.plainly_faulty else chances)
