"""What a report is about: its category, kind, urgency and place, and the reasons for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from handlers.understanding import by_itself, linking, placing
from handlers.understanding.chances import best
from handlers.understanding.features import Whole, words_only
from handlers.understanding.looking import TROUBLE, Looked, look
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
from handlers.understanding.normal import in_script
from handlers.understanding.seen import Read
from handlers.understanding.sources import Sources, sources

#: So many reasons are given, chosen among so many features.
MOST_REASONS, STRONGEST = 4, 20
#: How much it counts, for an emergency, whether a word of danger is meant; the rest is how urgent
#: the report is, which tells more of one that is opened (docs/understanding.md).
MEANT = 0.15


def reported(
    model: Model, heard: Heard, scene: Scene, outcome: Outcome, sure: float, spoken: Whole
) -> Meaning:
    """What it is about, where and how urgent, and why. `sure`: that it is a request (0 to 1)."""
    looked = look(heard.text)
    meaning = told(model, heard, scene, outcome, sure, words_only(heard, scene))
    shown = (*looked.grams, *looked.cues)  # what stands for words that can be told
    words, alone = model.rows("words", shown), model.rows("whole", shown)
    reasons = (
        *_reasons("request", looked, _for(model, by_itself.HEAD, alone, by_itself.REPORT)),
        *_reasons("category", looked, _for(model, "category", words, str(meaning.category))),
        *_reasons("urgency", looked, _for(model, "urgency", words, str(meaning.urgency))),
    )
    read = meaning.read
    if isinstance(read, Read) and spoken.heard is heard:
        read = replace(read, whole=spoken.names())
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
    found = sources(heard, scene)
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
    chances = {part: model.chances(part, seen) for part in placing.PARTS}
    together = model.see("together", placing.together_features(features))
    chances["together"] = model.chances("together", together)
    return placing.checked(placing.choose(heard, found, chances), found.said, scene)


def _named_in(looked: Looked, chances: Mapping[str, float]) -> str:
    """The likeliest category; who plainly tells a fault means one that the own words name."""
    own = looked.categories | looked.topics | looked.wrongs | looked.outages
    named = {each: chance for each, chance in chances.items() if each in own}
    return best(named if named and looked.plainly_faulty else chances)


def _for(
    model: Model, head: str, rows: Sequence[tuple[int, str]], answer: str
) -> list[tuple[str, float]]:
    """The features that spoke most for an answer, the strongest first."""
    return model.strongest(head, rows, answer, most=STRONGEST)


def _reasons(about: str, looked: Looked, speaking: Iterable[tuple[str, float]]) -> list[Reason]:
    """The words of the message that spoke most for an answer, the strongest first: what is named;
    where nothing is, parts of the text, and scraps of it ("元电", "! !") only where no other is."""
    known = {e.word: e.name for e in looked.found if e.group != "sign" or e.name in TROUBLE}
    found: dict[str, Reason] = {}
    for name, weight in speaking:
        for cue, words in looked.words_of(name):
            reason = Reason(about, known.get(words, cue), words, round(weight, 2))
            found.setdefault(words, reason)
    little = min(map(_tells_little, found.values()), default=0)
    return [each for each in found.values() if _tells_little(each) == little][:MOST_REASONS]


def _tells_little(reason: Reason) -> int:
    """How little a person learns from the words: what is named, a part of the text, a scrap."""
    words = reason.found.replace(" ", "")
    return 0 if reason.cue != "word" else 1 if len(words) > 1 and words.isalpha() else 2
