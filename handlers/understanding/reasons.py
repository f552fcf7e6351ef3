"""The words of a report that spoke most for what was decided of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from handlers.understanding import by_itself
from handlers.understanding.looking import Looked
from handlers.understanding.meaning import Meaning, Reason
from handlers.understanding.model import Model
from handlers.understanding.signs import TROUBLE

#: So many reasons are given, chosen among so many features.
MOST_REASONS, STRONGEST = 4, 20
MOST_REMEMBERED = 4096
GRAM_KINDS = ("w ", "v ")


def reasons(model: Model, looked: Looked, meaning: Meaning) -> tuple[Reason, ...]:
    """Why it is a request, of this category, so urgent."""
    shown = (*looked.grams, *looked.cues)  # what stands for words that can be told
    words, alone = model.rows("words", shown), model.rows("whole", shown)
    decided = (
        ("request", by_itself.HEAD, alone, by_itself.REPORT),
        ("category", "category", words, str(meaning.category)),
        ("urgency", "urgency", words, str(meaning.urgency)),
    )
    return tuple(
        reason
        for about, head, rows, answer in decided
        for reason in _spoke(about, looked, model.strongest(head, rows, answer, STRONGEST))
    )


def _spoke(about: str, looked: Looked, speaking: Iterable[tuple[str, float]]) -> list[Reason]:
    """The words of the message that spoke most for an answer, the strongest first: what is named;
    where nothing is, parts of the text, and scraps of it ("元电", "! !") only where no other is."""
    known = {e.word: e.name for e in looked.found if e.group != "sign" or e.name in TROUBLE}
    found: dict[str, tuple[str, float]] = {}
    for name, weight in speaking:
        for cue, words in _words_of(looked, name):
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


def _words_of(looked: Looked, feature: str) -> list[tuple[str, str]]:
    """(cue, words) of a text that a feature stands for; none for what is around it."""
    group, words = _stands_for(feature)
    if not group:
        return [("word", words)] if words else []
    return [(words, e.word) for e in looked.found if (e.group[0], e.name) == (group, words)]


@lru_cache(MOST_REMEMBERED)
def _stands_for(feature: str) -> tuple[str, str]:
    """A cue's group and its name, or no group and words; no words for what is around a text."""
    name = feature.split("|")[-1]
    if feature.startswith(("@", "own|", "before|", "near|")) or name.startswith("@"):
        return "", ""
    if name.startswith("#word "):
        return "", name[6:]
    if name.startswith("#"):
        group, _, cue = name[1:].partition(" ")
        return group or "#", cue.partition(" ")[0]  # "lift 3", "lift fault": of the lift
    if name.startswith("t "):
        return "", ""  # the beginning of a word, which the word itself tells better
    words = name.partition(" ")[2] if name[:2] in GRAM_KINDS else name
    bare = words.strip("^$<> ")
    if not bare.isascii():
        bare = bare.replace(" ", "")  # of Chinese each sign is a word
    return "", bare if len(bare) > 1 else ""
