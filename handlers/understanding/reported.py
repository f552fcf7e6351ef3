"""What a report is about: its category, kind, urgency and place, and the reasons for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from handlers.understanding import by_itself, linking, placing
from handlers.understanding.chances import best
from handlers.understanding.features import Whole
from handlers.understanding.looking import TROUBLE, Looked
from handlers.understanding.meaning import Kind, Meaning, Outcome, Place, Reason, Urgency
from handlers.understanding.model import Model
from handlers.understanding.normal import in_script
from handlers.understanding.seen import Read
from handlers.understanding.wording import Wording

#: So many reasons are given, chosen among so many features.
MOST_REASONS, STRONGEST = 4, 20
#: How much it counts, for an emergency, whether a word of danger is meant; the rest is how urgent
#: the report is, which tells more of one that is opened (docs/understanding.md).
MEANT = 0.15


def reported(wording: Wording, outcome: Outcome, sure: float, spoken: Whole) -> Meaning:
    """What it is about, where and how urgent, and why. `sure`: that it is a request (0 to 1)."""
    model, looked = wording.model, wording.looked
    meaning = told(wording, outcome, sure, spoken)
    shown = (*looked.grams, *looked.cues)  # what stands for words that can be told
    words, alone = model.rows("words", shown), model.rows("whole", shown)
    reasons = (
        *_reasons("request", looked, _for(model, by_itself.HEAD, alone, by_itself.REPORT)),
        *_reasons("category", looked, _for(model, "category", words, str(meaning.category))),
        *_reasons("urgency", looked, _for(model, "urgency", words, str(meaning.urgency))),
    )
    return replace(meaning, reasons=reasons)


def told(wording: Wording, outcome: Outcome, sure: float, spoken: Whole | None = None) -> Meaning:
    """The same without the reasons, which take as long as all else."""
    heard, scene, looked = wording.heard, wording.scene, wording.looked
    category = _named_in(looked, wording.chances("category"))
    urgency = _urgency(wording)
    if linking.alarms(heard, looked, scene):
        urgency, category = Urgency.EMERGENCY, looked.alarm_category or category
    found = placing.sources(heard, scene)
    around_place = placing.place_features(heard, scene, category, found)
    place, clash = _place(wording, found, around_place)
    if category == "lift":
        place = placing.in_own_stairwell(place, heard.home)
    whole = spoken if spoken is not None and spoken.heard is heard else None
    return Meaning(
        outcome,
        min(1.0, sure),
        category,
        Kind(best(wording.chances("kind"))),
        urgency,
        place,
        asset="lift" if category == "lift" else None,
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
        return Urgency(best({each: chances[each] for each in chances if each != "emergency"}))
    sure = wording.chances("emergency").get("yes", 0.0) ** MEANT * danger ** (1 - MEANT)
    if sure >= limits[in_script("page", looked.text)]:
        return Urgency.EMERGENCY
    return Urgency(best(chances))


def _place(wording: Wording, found: placing.Sources, features: Sequence[str]) -> tuple[Place, bool]:
    model, heard = wording.model, wording.heard
    seen = model.see("place", features)
    chances = {part: model.chances(part, seen) for part in placing.PARTS}
    together = model.see("together", placing.together_features(features))
    chances["together"] = model.chances("together", together)
    chosen = placing.choose(heard, found, chances)
    return placing.checked(chosen, found.said, wording.scene)


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
    found: dict[str, tuple[str, float]] = {}
    for name, weight in speaking:
        for cue, words in looked.words_of(name):
            found.setdefault(words, (known.get(words, cue), weight))
    little = {words: _tells_little(words, cue) for words, (cue, _) in found.items()}
    least = min(little.values(), default=0)
    given = [(words, *found[words]) for words in found if little[words] == least][:MOST_REASONS]
    return [Reason(about, cue, words, round(weight, 2)) for words, cue, weight in given]


def _tells_little(words: str, cue: str) -> int:
    """How little a person learns from words: what is named, a part of the text, a scrap."""
    if cue != "word":
        return 0
    bare = words.replace(" ", "")
    return 1 if len(bare) > 1 and bare.isalpha() else 2
