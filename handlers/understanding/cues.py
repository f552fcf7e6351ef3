"""Cues: the words of each language's own file that name a category, a danger or a sign."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from operator import add
from pathlib import Path
from typing import NamedTuple

from handlers.understanding.phrases import LATIN, Phrases

FOLDER = Path(__file__).parents[2] / "config" / "cues"
WORD = re.compile(r"[a-z']+|\d+|[^\sa-z\d]")
CLAUSE = re.compile(
    r"[,.!?;:，。！？；：…~]+|(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])|\b(?:but|and then|btw)\b"
)
MOST_WORDS = 4096  #: Latin words of which it is remembered which cue they are
#: What follows a number that is no number to call.
MEASURES = frozenset("元块平米栋幢号室斤天户瓦%")
#: Signs that hide the things and dangers in them.
HIDING = ("idiom", "name")
#: Groups that are also looked for by themselves.
ALONE = ("category", "danger", "topic")
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
    """What one cue names, sorted once: each text asks for it."""

    __slots__ = ("alone", "counts", "named")

    def __init__(self, entries: Sequence[Entry]) -> None:
        #: what it names besides topics, which are hints and hide nothing
        self.named = tuple(each for each in entries if each[0] != "topic")
        #: by group that is also looked for by itself: what it names of it, if anything
        alone = {group: tuple(e for e in entries if e[0] == group) for group in ALONE}
        self.alone = {group: some for group, some in alone.items() if some}
        #: the groups whose cues it hides where it is longer
        self.counts = frozenset(
            group
            for group in ALONE
            if any(each[0] == group or each[1] in HIDING for each in entries)
        )


Hit = tuple[int, int, str, Names]  #: where it starts and ends, the cue, what it names


class Cues:
    """All cues. Of signs the longest cue at one spot counts; things and dangers do not hide each
    other, but idioms ("手机没电") and names ("香樟路") hide both."""

    def __init__(
        self,
        tables: Mapping[str, Mapping[str, Sequence[str]]],
        phrases: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
    ) -> None:
        self.tables = tables
        self.phrases = Phrases(
            (group, name, words)
            for group, names in (phrases or {}).items()
            for name, words in names.items()
        )
        han: dict[str, list[Entry]] = {}
        latin: dict[str, list[Entry]] = {}
        for group, names in tables.items():
            for name, words in names.items():
                for word in words:
                    _add(word.strip().casefold(), (group, name), han, latin)
        self._han = {word: Names(entries) for word, entries in han.items()}
        self._latin = {word: Names(entries) for word, entries in latin.items()}
        self._singles = frozenset(word for word in han if len(word) == 1)
        #: lengths that cues with these first two signs, or this first word, have, longest first
        self._sizes: dict[str, tuple[int, ...]] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}
        for word in han:
            if len(word) > 1:
                self._sizes[word[:2]] = _with(self._sizes.get(word[:2], ()), len(word))
        for word in latin:
            first, count = word.split(" ")[0], word.count(" ") + 1
            if count > 1:
                self._lengths[first] = _with(self._lengths.get(first, ()), count)
        self._heads = frozenset(word.split(" ")[0][:2] for word in latin)
        self._latin_cue = lru_cache(MOST_WORDS)(self._find_latin_cue)

    def find(self, text: str) -> tuple[Found, ...]:
        """Every cue of a plain text."""
        hits = [*self._han_hits(text), *self._latin_hits(text)]
        if not hits:
            return ()
        chosen: dict[tuple[int, str, Entry], None] = {}
        for start, _, word, names in _longest([hit for hit in hits if hit[3].named]):
            for each in names.named:
                chosen[start, word, each] = None
        for group in ALONE:
            if not any(group in hit[3].alone for hit in hits):
                continue
            for start, _, word, names in _longest([hit for hit in hits if group in hit[3].counts]):
                for each in names.alone.get(group, ()):
                    chosen[start, word, each] = None
        ends = [found.start() for found in CLAUSE.finditer(text)]
        return tuple(Found(*each, word, bisect(ends, at)) for at, word, each in chosen)

    def _han_hits(self, text: str) -> Iterator[Hit]:
        pairs, singles, table, length = self._sizes, self._singles, self._han, len(text)
        starts = [at for at, pair in enumerate(map(add, text, text[1:])) if pair in pairs]
        if not singles.isdisjoint(text):
            starts = sorted({*starts, *(at for at, sign in enumerate(text) if sign in singles)})
        for start in starts:
            sign = text[start]
            sizes = pairs.get(text[start : start + 2], ())
            for size in (*sizes, 1) if sign in singles else sizes:
                end = start + size
                if end > length or (names := table.get(text[start:end])) is None:
                    continue
                if not (sign.isdigit() and _in_number(text, start, end)):
                    yield start, end, text[start:end], names

    def _latin_hits(self, text: str) -> Iterator[Hit]:
        if not LATIN.search(text):
            return
        spans = list(WORD.finditer(text))
        words = [span[0] for span in spans]
        for start, first in enumerate(words):
            if first[:2] not in self._heads:
                continue
            for size in (*self._lengths.get(first, ()), 1):
                end = start + size
                if end <= len(words) and (hit := self._latin_cue(" ".join(words[start:end]))):
                    yield spans[start].start(), spans[end - 1].end(), *hit

    def _find_latin_cue(self, words: str) -> tuple[str, Names] | None:
        """The cue that these words are, the last with an ending perhaps."""
        last = words.rpartition(" ")[2]
        before = len(words) - len(last)
        for cut in range(len(last), min(2, len(last) - 1), -1):
            if last[cut:] not in ENDINGS and cut < LONG:
                continue
            word = words[: before + cut]
            if (names := self._latin.get(word)) is not None:
                return word, names
        return None


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


def _longest(hits: Sequence[Hit]) -> Iterator[Hit]:
    """Where hits overlap the longest counts; one of three signs may reach beyond another."""
    reach = done = -1
    for hit in hits:
        start, end = hit[0], hit[1]
        if start == done or not (start >= reach or (end - start > 2 and end > reach)):
            continue
        reach, done = end, start
        yield hit


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


@cache
def load_cues() -> Cues:
    """The cues of all languages together: residents mix them in one line."""
    tables: dict[str, dict[str, tuple[str, ...]]] = {each: {} for each in (*TABLES, *PHRASES)}
    for file in sorted(FOLDER.glob("*.toml")):
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        for group, section in (*TABLES.items(), *PHRASES.items()):
            for name, words in data[section].items():
                table = tables[group]
                table[name] = (*table.get(name, ()), *words)
    phrases = {group: tables.pop(group) for group in PHRASES}
    return Cues(tables, phrases)
