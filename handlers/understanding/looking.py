"""A text looked at once: its plain form, its n-grams and its cues; the newest are remembered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from handlers.understanding.bare import is_bare
from handlers.understanding.cue_features import phrase_features, told_by
from handlers.understanding.cues import PHRASES, Found, load_cues
from handlers.understanding.grams import grams
from handlers.understanding.normal import HAN, plain
from handlers.understanding.own_home import says_mine
from handlers.understanding.phones import without_contact
from handlers.understanding.signs import (
    ASIDE,
    ASKING,
    FAULTS,
    SAFE,
    SOFT,
    TAKES_BACK,
    TROUBLE,
    names_fault,
)

MOST_REMEMBERED = 4096
MOST_COMPARED = 512
NOTHING = frozenset[str]()
#: Longer texts are wordy.
WORDY_HAN, WORDY_LATIN = 40, 110
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
LIFE = "life"  #: an alarm that is no danger by itself
UNCUED = frozenset((LIFE, "height"))  #: alarms of dangers that no cue names
#: What parts the fact with which a line begins from the rest of it.
CLAUSES = re.compile(r"[,.!;，。！；、]| and | - ")
QUESTION = re.compile(r"[?？吗]")
#: How many are broken and for how long: with a fact so much may be told.
AMOUNT = re.compile(r"好?[几多两三四五六七八九十半\d]+[盏个部台处次天回晚年月周]|全部|好多|全都")


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
        return any(each.group == "category" and names_fault(each.word) for each in self.found)


class Phrased(NamedTuple):
    """What the phrases of a text tell: the names of each group, in the order of PHRASES."""

    outages: frozenset[str] = NOTHING
    alarms: frozenset[str] = NOTHING
    wrongs: frozenset[str] = NOTHING
    asks: frozenset[str] = NOTHING
    scopes: frozenset[str] = NOTHING
    things: frozenset[str] = NOTHING


UNPHRASED = Phrased()


@lru_cache(MOST_REMEMBERED)
def look(text: str) -> Looked:
    """Look at a text."""
    bare = without_contact(plain(text)).strip()
    told = told_by(load_cues().find(bare))
    phrased = _phrased(bare, told.dangers, told.signs)
    more = () if phrased is UNPHRASED else phrase_features(phrased.wrongs, phrased.asks)
    return Looked(
        text=bare,
        grams=tuple(grams(bare)),
        cues=(*told.cues, *more),
        plainly=told.plainly,
        found=told.found,
        categories=told.categories,
        topics=told.topics,
        dangers=told.dangers,
        signs=told.signs,
        outages=phrased.outages,
        alarms=phrased.alarms,
        wrongs=phrased.wrongs,
        asks=phrased.asks,
        scopes=phrased.scopes,
        things=phrased.things,
        mine=says_mine(bare),
    )


def _phrased(bare: str, dangers: frozenset[str], signs: frozenset[str]) -> Phrased:
    """What the phrases of a plain text tell, in most nothing; nobody asks an office who asks
    nothing, and a danger that is denied is no alarm."""
    said = load_cues().phrases.said_in(bare) if bare else {}
    if not said:
        return UNPHRASED
    outages, alarms, wrongs, asks, scopes, things = (
        frozenset(said.get(each, ())) for each in PHRASES
    )
    if SAFE in signs:
        alarms = frozenset(each for each in alarms if each in dangers or each in UNCUED)
    asks = asks if ASKING & signs else NOTHING
    return Phrased(outages, alarms, wrongs, asks, scopes, things)


@lru_cache(MOST_COMPARED)
def grams_of(text: str) -> frozenset[str]:
    """The n-grams of a text with which others are compared: of a request's words."""
    return frozenset(look(text).grams)
