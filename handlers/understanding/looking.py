"""A text looked at once: its plain form, its n-grams and its cues; the newest are remembered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from handlers.understanding.bare import is_bare
from handlers.understanding.cues import PHRASES, Cues, Found, load_cues
from handlers.understanding.grams import grams
from handlers.understanding.normal import HAN, plain
from handlers.understanding.own_home import says_mine

PLACES = frozenset(("indoor", "shared"))
MOST_REMEMBERED = 4096
MOST_COMPARED = 512
NOTHING = frozenset[str]()
NO_PHRASES = (NOTHING,) * len(PHRASES)
WORDY_HAN, WORDY_LATIN = 40, 110
GRAM_KINDS = ("w ", "v ")
ASKING = frozenset(("wonder",))
#: What shows that a question is no matter of an office here.
ASIDE = frozenset(("trade", "thanks", "denied"))
#: Which category a danger belongs to that is named beyond doubt; who helps follows from it.
ALARM_CATEGORY = {
    "gas": "gas",
    "fire": "fire_safety",
    "lift": "lift",
    "water": "water",
    "sparks": "electricity",
    "person": "elder_care",
    "violence": "security",
    "falling": "public_facilities",
    "height": "security",
}
LIFE = "life"  #: no danger by itself
SAFE = "safe"  #: what denies a danger: "没着火", "no smoke"
UNCUED = frozenset((LIFE, "height"))  #: dangers that only phrases tell
CLAUSES = re.compile(r"[,.!;，。！；、]| and | - ")
QUESTION = re.compile(r"[?？吗]")
#: How many are broken and for how long, in such a fact.
AMOUNT = re.compile(r"好?[几多两三四五六七八九十半\d]+[盏个部台处次天回晚年月周]|全部|好多|全都")
FAULTS = ("fault", "nuisance")
TROUBLE = frozenset((*FAULTS, "again", "help", "suggest"))
SOFT = frozenset(
    (
        "past",
        "elsewhere",
        "ifs",
        "joke",
        "idiom",
        "trade",
        "errand",
        "thanks",
        "resolved",
        "notice",
        "denied",
    )
)
#: Of these, what takes back even a wrong that one phrase tells as a whole.
TAKES_BACK = SOFT - {"errand", "idiom"}


@dataclass(frozen=True, slots=True)
class Looked:
    """What a text alone shows."""

    text: str
    grams: tuple[str, ...]
    cues: tuple[str, ...]  #: features of its cues
    plainly: tuple[str, ...]  #: those of single cues
    found: tuple[Found, ...]
    categories: frozenset[str]
    topics: frozenset[str]  #: categories that words go with which name nothing of them
    dangers: frozenset[str]
    signs: frozenset[str]
    outages: frozenset[str]  #: categories of what is said to be off: "停水", "no power"
    alarms: frozenset[str]  #: dangers that are named beyond doubt: "闻到煤气味"
    wrongs: frozenset[str]  #: categories of what is wrong by itself: "飞线充电", "not been emptied"
    asks: frozenset[str]  #: categories of what one asks an office: "怎么收费", "几点来水"
    scopes: frozenset[str]  #: how far its place reaches: own, stairwell, block, outside
    things: frozenset[str]  #: what it speaks of, finer than a category: lamp, tap, parcel
    mine: bool

    def __hash__(self) -> int:
        """All the rest follows from the text: what is made of it can be remembered by it."""
        return hash(self.text)

    @property
    def alarm_category(self) -> str | None:
        """The category of a danger that is named beyond doubt."""
        return next((name for each, name in ALARM_CATEGORY.items() if each in self.alarms), None)

    @property
    def named(self) -> bool:
        """Whether anything is named that a request could be about."""
        words = self.categories or self.topics or self.dangers
        return bool(words or self.outages or self.wrongs or self.asks)

    @property
    def wordy(self) -> bool:
        """So long that small weights add up: what it says is told by more than their sum."""
        return len(self.text) > (WORDY_HAN if HAN.search(self.text) else WORDY_LATIN)

    @property
    def rambles(self) -> bool:
        """So long, and tells of no trouble and asks for nothing."""
        told = self.dangers or self.outages or self.wrongs or self.asks
        return self.wordy and not (told or TROUBLE & self.signs)

    @property
    def plainly_faulty(self) -> bool:
        """A thing of the building and what is wrong with it, and nothing that takes it back."""
        return self._wrong(FAULTS) or self.plainly_wrong

    @property
    def plainly_wrong(self) -> bool:
        """What is wrong by itself, told in one phrase that nothing takes back."""
        return bool(self.wrongs) and not TAKES_BACK & self.signs

    @property
    def asks_office(self) -> bool:
        """A question that an office has to answer: papers, prices, when the water is back."""
        return bool(self.asks) and "wonder" in self.signs and not ASIDE & self.signs

    @property
    def plainly_twice(self) -> bool:
        """The same, told by a fault and by what it does to people: "overflowing and stinks"."""
        return self.plainly_faulty and self.signs.issuperset(FAULTS) and not ASKING & self.signs

    @property
    def begins_bare(self) -> bool:
        """Begins with such a fact and says more of it: "路灯坏了好几盏，6栋到8栋那段"."""
        if not self.plainly_faulty or QUESTION.search(self.text):
            return False
        first = CLAUSES.split(self.text, maxsplit=1)[0]
        return first != self.text and look(AMOUNT.sub("", first)).bare_fact

    @property
    def troubled(self) -> bool:
        """The same, also said only by "again" or "for days"."""
        return self._wrong((*FAULTS, "again"))

    @property
    def in_earnest(self) -> bool:
        """A thing of the building is named, and nothing takes back what is said of it."""
        return bool(self.categories or self.outages or self.wrongs) and not SOFT & self.signs

    @property
    def bare_fact(self) -> bool:
        """A thing, its fault and nothing else: "水管漏水", "lift dead again"."""
        return self._wrong(("fault",)) and is_bare(self.text, self.found)

    @property
    def alarming(self) -> bool:
        """Danger in plain words, and nothing that takes it back: no story, question or joke."""
        return bool(self.alarms - {LIFE}) and not (SOFT | ASKING) & self.signs

    @property
    def lives_by_power(self) -> bool:
        """Somebody here who needs a machine to breathe: in danger while the power is off."""
        return LIFE in self.alarms and not TAKES_BACK & self.signs

    def _wrong(self, signs: Iterable[str]) -> bool:
        if not (self.categories or self.outages) or SOFT & self.signs:
            return False
        if self.outages or not self.signs.isdisjoint(signs):
            return True
        # A cue may name the thing and its fault at once: "灯不亮".
        return any(each.group == "category" and _names_fault(each.word) for each in self.found)

    def words_of(self, feature: str) -> list[tuple[str, str]]:
        """(cue, words) of this text that a feature stands for; none for what is around it."""
        group, words = _stands_for(feature)
        if not group:
            return [("word", words)] if words else []
        return [(words, e.word) for e in self.found if (e.group[0], e.name) == (group, words)]


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


@lru_cache(MOST_REMEMBERED)
def _names_fault(word: str) -> bool:
    faults = load_cues().tables["sign"]["fault"]
    return any(fault in word for fault in faults if not fault.isascii())


@lru_cache(MOST_REMEMBERED)
def look(text: str) -> Looked:
    """Look at a text."""
    bare, cues = plain(text), load_cues()
    told = _told(cues.find(bare))
    outages, alarms, wrongs, asks, scopes, things = _phrases(cues, bare)
    asks = asks if ASKING & told.signs else NOTHING
    if SAFE in told.signs:
        alarms = frozenset(each for each in alarms if each in told.dangers or each in UNCUED)
    more = tuple(_phrase_features(wrongs, asks))
    return Looked(
        bare,
        tuple(grams(bare)),
        (*told.cues, *more) if more else told.cues,
        told.plainly,
        told.found,
        told.categories,
        told.topics,
        told.dangers,
        told.signs,
        outages,
        alarms,
        wrongs,
        asks,
        scopes,
        things,
        says_mine(bare),
    )


def _phrases(cues: Cues, bare: str) -> Sequence[frozenset[str]]:
    """What phrases of each group are said: in most texts none."""
    said = cues.phrases.said_in(bare) if bare else {}
    return [frozenset(said.get(each, ())) for each in PHRASES] if said else NO_PHRASES


class Told(NamedTuple):
    """What the cues of a text tell."""

    found: tuple[Found, ...]
    cues: tuple[str, ...]
    plainly: tuple[str, ...]
    categories: frozenset[str]
    topics: frozenset[str]
    dangers: frozenset[str]
    signs: frozenset[str]


@lru_cache(MOST_REMEMBERED)
def _told(found: tuple[Found, ...]) -> Told:
    """Many lines have the same cues: most have one or none."""
    groups: dict[str, set[str]] = {}
    for each in found:
        groups.setdefault(each.group, set()).add(each.name)
    categories, topics, dangers, signs = (
        frozenset(groups.get(each, ())) for each in ("category", "topic", "danger", "sign")
    )
    plainly = tuple({f"#{each.group[0]} {each.name}" for each in found})
    cues = tuple(_cue_features(found, categories, dangers, signs))
    return Told(found, cues, plainly, categories, topics, dangers, signs)


@lru_cache(MOST_COMPARED)
def grams_of(text: str) -> frozenset[str]:
    """The n-grams of a text with which others are compared: of a request's words."""
    return frozenset(look(text).grams)


def _cue_features(
    found: tuple[Found, ...],
    categories: frozenset[str],
    dangers: frozenset[str],
    signs: frozenset[str],
) -> set[str]:
    features = {f"#{each.group[0]} {each.name}" for each in found}
    longest: dict[str, int] = {}
    for each in found:
        if each.group == "category":
            longest[each.name] = max(longest.get(each.name, 0), len(each.word))
            features.add(f"#word {each.word}")
    features.update(f"#c {name} {min(4, size)}" for name, size in longest.items() if size > 1)
    features.update(_sets_features(categories, dangers, signs))
    features.update(_clause_features(found))
    features.update(_topic_features(found))
    return features


@lru_cache(MOST_REMEMBERED)
def _sets_features(
    categories: frozenset[str], dangers: frozenset[str], signs: frozenset[str]
) -> tuple[str, ...]:
    """What is named together, in whatever words: the same in many lines."""
    features = [f"#c {name} only" for name in categories if len(categories) == 1]
    features.append(f"#categories {min(3, len(categories))}")
    features.append(f"#dangers {min(2, len(dangers))}")
    thing = "thing" if categories else "nothing"
    features += [f"#{thing} {sign}" for sign in signs]
    features += [f"#c {name} {sign}" for name in categories for sign in FAULTS if sign in signs]
    features += [f"#danger {sign}" for sign in signs if dangers]
    features += [f"#d {name} {sign}" for name in dangers for sign in SOFT & signs]
    faulty = any(sign in signs for sign in FAULTS)
    features += [f"#faulty {faulty} {bool(categories)} {sign}" for sign in SOFT & signs]
    ordered = sorted(signs - PLACES)
    features += [f"#s {a}+{b}" for i, a in enumerate(ordered) for b in ordered[i + 1 :]]
    return tuple(features)


def _phrase_features(wrongs: frozenset[str], asks: frozenset[str]) -> Iterator[str]:
    """What whole phrases tell: what is wrong by itself, and what an office is asked."""
    yield from (f"#wrong {name}" for name in sorted(wrongs))
    yield from (f"#asks {name}" for name in sorted(asks))
    if wrongs:
        yield "#wrong"
    if asks:
        yield "#asks"


def _topic_features(found: tuple[Found, ...]) -> Iterator[str]:
    """How much is said that goes with each category."""
    words: dict[str, set[str]] = {}
    for each in found:
        if each.group == "topic":
            words.setdefault(each.name, set()).add(each.word)
    for name, some in words.items():
        yield f"#t {name} {min(3, len(some))}"
        yield f"#t {name} long {any(_says_much(word) for word in some)}"
    if len(words) == 1:
        yield f"#t {next(iter(words))} only"


def _says_much(word: str) -> bool:
    return len(word) > (6 if word.isascii() else 2)


def _clause_features(found: tuple[Found, ...]) -> Iterator[str]:
    """What stands together in one clause of a longer line."""
    clauses: dict[int, list[Found]] = {}
    for each in found:
        if each.group != "topic":
            clauses.setdefault(each.clause, []).append(each)
    clean = 0
    for some in clauses.values():
        things = {each.name for each in some if each.group == "category"}
        if not things:
            continue
        signs = {each.name for each in some if each.group == "sign"}
        wrong = not signs.isdisjoint(FAULTS) or any(
            each.group == "danger" or (each.group == "category" and _names_fault(each.word))
            for each in some
        )
        if not wrong:
            continue
        soft = sorted(SOFT & signs)
        clean += not soft
        yield f"#clause {'wrong' if not soft else soft[0]}"
        yield from (f"#clause wrong {name}" for name in things if not soft)
        if "wonder" in signs:
            yield "#clause wrong?"
    yield f"#clauses {min(2, clean)}"
