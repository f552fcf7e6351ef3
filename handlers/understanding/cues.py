"""Cues: the words of each language's own file that name a category, a danger or a sign."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import tomli

from handlers.understanding.normal import WORD, pairs_of
from handlers.understanding.phrases import LATIN, Phrases

FOLDER = Path(__file__).parents[2] / "config" / "cues"
POINTS = ",.!?;:，。！？；：…~"
#: Points, a space between Chinese signs, "but", "and then", "btw". What any of these begins with
#: comes first: so most signs of a text are passed over without a closer look.
CLAUSE = re.compile(
    rf"[{POINTS} ab](?:(?<=[{POINTS}])[{POINTS}]*|(?<=[\u3400-\u9fff] )(?=[\u3400-\u9fff])"
    r"|(?<=\bb)(?:ut|tw)\b|(?<=\ba)nd then\b)"
)
MOST_WORDS = 4096  #: Latin words of which it is remembered which cue they are
#: What follows a number that is no number to call.
MEASURES = frozenset("元块平米栋幢号室斤天户瓦%")
#: Groups that are also looked for by themselves.
ALONE = ("category", "danger", "topic")
#: Signs that hide what is in them: of which groups.
HIDING = {"idiom": ALONE, "name": ALONE, "safe": ("danger",), "device": ("danger",)}
#: Endings a Latin cue may carry in the text: "leak" is found in "leaking".
ENDINGS = frozenset(
    ("", "s", "es", "ed", "d", "ing", "er", "ers", "y", "ity", "ical", "ician", "'s")
)
LONG = 6  #: from this length on a Latin cue may carry any ending


class Found(NamedTuple):
    """One cue in a text: its group (category, danger, sign), its name, the words, the clause."""

    group: str
    name: str
    word: str
    clause: int = 0


Entry = tuple[str, str]  #: group, name


class Names:
    """What cues name, sorted once: each text asks for it."""

    __slots__ = ("sorts",)

    def __init__(self, entries: Sequence[Entry]) -> None:
        #: by number: what it names of each sort in which it hides shorter cues, if anything
        self.sorts: list[tuple[int, tuple[Entry, ...]]] = []
        # What it names besides topics, which are hints and hide nothing; then each group alone.
        if named := tuple(each for each in entries if each[0] != "topic"):
            self.sorts.append((0, named))
        for number, group in enumerate(ALONE, 1):
            if any(each[0] == group or group in HIDING.get(each[1], ()) for each in entries):
                self.sorts.append((number, tuple(e for e in entries if e[0] == group)))


@cache
def named(entries: tuple[Entry, ...]) -> Names:
    """Thousands of cues name the same few things."""
    return Names(entries)


Cue = tuple[str, Names]  #: a cue and what it names
Hit = tuple[int, int, str, Names]  #: where it starts and ends, and these


class Branch:
    """Latin cues that begin with the same words: those that the next ends, and longer ones."""

    __slots__ = ("_ends", "_first", "_most", "longer")

    def __init__(self) -> None:
        self._ends: dict[str, Cue] = {}
        self._first = ""  #: what these last words begin with
        self._most = 0  #: letters of the longest of them
        self.longer: dict[str, Branch] = {}

    def add(self, word: str, cue: Cue) -> None:
        """A cue that ends with a word."""
        self._ends[word] = cue
        self._most = max(self._most, len(word))
        if word[0] not in self._first:
            self._first += word[0]

    def end(self, word: str) -> Cue | None:
        """The cue that ends with a word, which may carry an ending itself."""
        if word[0] not in self._first:
            return None
        ends = self._ends
        for cut in range(min(len(word), self._most), min(2, len(word) - 1), -1):
            if (cue := ends.get(word[:cut])) and (cut >= LONG or word[cut:] in ENDINGS):
                return cue
        return None

    def begun(self, word: str) -> tuple[Cue | None, Branch | None]:
        """What a word may be: a cue, and the beginning of others."""
        return self.end(word), self.longer.get(word)

    def found(self, words: Sequence[str], at: int) -> Iterator[tuple[int, Cue]]:
        """Which cues go on with the words from a place on: where they end, the longest first."""
        found: list[tuple[int, Cue]] = []
        branch: Branch | None = self
        while branch is not None and at < len(words):
            if (cue := branch.end(words[at])) is not None:
                found.append((at, cue))
            branch = branch.longer.get(words[at])
            at += 1
        return reversed(found)


def _branched(latin: Mapping[str, Sequence[Entry]]) -> Branch:
    """Latin cues by their words."""
    root = Branch()
    for cue, entries in latin.items():
        *before, last = cue.split(" ")
        branch = root
        for word in before:
            branch = branch.longer.setdefault(word, Branch())
        branch.add(last, (cue, named(tuple(entries))))
    return root


class Cues:
    """All cues. Of signs the longest cue at one spot counts; things and dangers do not hide each
    other, but idioms ("手机没电") and names ("香樟路") hide both; what denies a danger ("no smoke")
    and what only bears its name ("smoke alarm") hide it."""

    def __init__(
        self,
        tables: Mapping[str, Mapping[str, Sequence[str]]],
        phrases: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
        places: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.tables = tables
        self.phrases = Phrases(
            (group, name, words)
            for group, names in (phrases or {}).items()
            for name, words in names.items()
        )
        self._places = places or {}
        han: dict[str, list[Entry]] = {}
        latin: dict[str, list[Entry]] = {}
        for group, names in tables.items():
            for name, words in names.items():
                for word in words:
                    _add(word.strip().casefold(), (group, name), han, latin)
        self._han = {word: named(tuple(entries)) for word, entries in han.items()}
        self._singles = frozenset(word for word in han if len(word) == 1)
        #: lengths that cues with these first two signs have, longest first
        self._sizes: dict[str, tuple[int, ...]] = {}
        for word in han:
            if len(word) > 1:
                self._sizes[word[:2]] = _with(self._sizes.get(word[:2], ()), len(word))
        #: first signs of those that can stand in a text of ASCII alone: numbers, mostly
        self._ascii = frozenset(word[0] for word in han if len(word) > 1 and word.isascii())
        self._latin = _branched(latin)
        self._begun = lru_cache(MOST_WORDS)(self._latin.begun)

    @cached_property
    def whereabouts(self) -> Phrases:
        """What is sought in a report alone, as it tells nothing but whose place is meant: made when
        there is the first."""
        return Phrases((PLACE, name, words) for name, words in self._places.items())

    def find(self, text: str) -> tuple[Found, ...]:
        """Every cue of a plain text."""
        hits = self._han_hits(text)
        hits += self._latin_hits(text)
        if not hits:
            return ()
        hits.sort(key=itemgetter(0))  # "?" stands behind the words that ask
        chosen = dict.fromkeys(chain.from_iterable(_longest(hits)))
        ends = [found.start() for found in CLAUSE.finditer(text)]
        return tuple([Found(*each, word, bisect(ends, at)) for at, word, each in chosen])

    def _han_hits(self, text: str) -> list[Hit]:
        hits: list[Hit] = []
        if not text.isascii() or not self._ascii.isdisjoint(text):
            sizes = self._sizes
            begun = [(at, sizes[p]) for at, p in enumerate(pairs_of(text)) if p in sizes]
            for start, some in begun:
                for size in some:
                    self._add_hit(text, start, size, hits)
        if not self._singles.isdisjoint(text):  # behind longer ones that begin at the same place
            singles = self._singles
            for start in [at for at, sign in enumerate(text) if sign in singles]:
                self._add_hit(text, start, 1, hits)
        return hits

    def _add_hit(self, text: str, start: int, size: int, hits: list[Hit]) -> None:
        word = text[start : start + size]
        names = self._han.get(word)
        if names is None or len(word) < size:
            return
        if not (word[0].isdigit() and _in_number(text, start, start + size)):
            hits.append((start, start + size, word, names))

    def _latin_hits(self, text: str) -> Iterator[Hit]:
        if not LATIN.search(text):
            return
        spans = list(WORD.finditer(text))
        words = [span[0] for span in spans]
        for at, first in enumerate(words):
            alone, longer = self._begun(first)
            if longer is not None:
                for last, cue in longer.found(words, at + 1):
                    yield spans[at].start(), spans[last].end(), *cue
            if alone is not None:
                yield spans[at].start(), spans[at].end(), *alone


def _add(
    word: str, entry: Entry, han: dict[str, list[Entry]], latin: dict[str, list[Entry]]
) -> None:
    if word.isascii() and word[:1].isalpha():
        latin.setdefault(" ".join(WORD.findall(word)), []).append(entry)
    else:
        han.setdefault(word, []).append(entry)


def _in_number(text: str, start: int, end: int) -> bool:
    """Whether digits are a part of a longer number or count something: "1203", "120元"."""
    after = text[end : end + 1]
    return text[start - 1 : start].isdigit() or (
        text[end - 1].isdigit() and (after.isdigit() or after in MEASURES)
    )


def _longest(hits: Sequence[Hit]) -> list[list[tuple[int, str, Entry]]]:
    """What is named, by sort. Where hits of one sort overlap the longest counts; one of three signs
    may reach beyond another."""
    found: list[list[tuple[int, str, Entry]]] = [[], *([] for _ in ALONE)]
    reach, done = [-1] * len(found), [-1] * len(found)
    for start, end, word, names in hits:
        for sort, entries in names.sorts:
            if start == done[sort] or (
                start < reach[sort] and (end - start <= 2 or end <= reach[sort])
            ):
                continue
            reach[sort], done[sort] = end, start
            for each in entries:
                found[sort].append((start, word, each))
    return found


def _with(sizes: tuple[int, ...], size: int) -> tuple[int, ...]:
    return tuple(sorted({*sizes, size}, reverse=True))


TABLES = {"category": "categories", "danger": "danger", "sign": "signs", "topic": "topics"}
#: Found anywhere in a line, whatever else counts there.
PHRASES = {
    "outage": "outages",
    "alarm": "alarms",
    "wrong": "wrongs",
    "ask": "asks",
    "scope": "scopes",
    "thing": "things",
}


PLACE = "whereabouts"


@cache
def load_cues() -> Cues:
    """The cues of all languages together: residents mix them in one line."""
    sections = {**TABLES, **PHRASES, PLACE: PLACE}
    tables: dict[str, dict[str, tuple[str, ...]]] = {each: {} for each in sections}
    for file in sorted(FOLDER.glob("*.toml")):
        data = tomli.loads(file.read_text(encoding="utf-8"))
        for group, section in sections.items():
            for name, words in data[section].items():
                table = tables[group]
                table[name] = (*table.get(name, ()), *words)
    phrases = {group: tables.pop(group) for group in PHRASES}
    return Cues(tables, phrases, tables.pop(PLACE))
