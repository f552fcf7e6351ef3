"""Cues: the words of each language's own file that name a category, a danger or a sign."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from handlers.understanding.normal import HAN

FOLDER = Path(__file__).parents[2] / "config" / "cues"
WORD = re.compile(r"[a-z']+|\d+|[^\sa-z\d]")
CLAUSE = re.compile(
    r"[,.!?;:，。！？；：…~]+|(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])|\b(?:but|and then|btw)\b"
)
LATIN = re.compile(r"[a-z]")
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


@dataclass(frozen=True, slots=True)
class Found:
    """One cue in a text: its group (category, danger, sign), its name, the words, the clause."""

    group: str
    name: str
    word: str
    clause: int = 0


Entry = tuple[str, str]  #: group, name
Hit = tuple[int, int, str, list[Entry]]  #: where it starts and ends, the cue, what it names


class Cues:
    """All cues. Of signs the longest cue at one spot counts; things and dangers do not hide each
    other, but idioms ("手机没电") and names ("香樟路") hide both."""

    def __init__(
        self,
        tables: Mapping[str, Mapping[str, Sequence[str]]],
        phrases: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
    ) -> None:
        self.tables = tables
        self._phrases = {
            group: {name: Anyhow.of(words) for name, words in names.items()}
            for group, names in (phrases or {}).items()
        }
        self._han: dict[str, list[Entry]] = {}
        self._latin: dict[str, list[Entry]] = {}
        #: lengths that cues with this first sign or word have, longest first
        self._sizes: dict[str, tuple[int, ...]] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}
        self._heads: set[str] = set()
        for group, names in tables.items():
            for name, words in names.items():
                for word in words:
                    self._add(group, name, word.strip().casefold())

        for word in self._han:
            self._sizes[word[0]] = _with(self._sizes.get(word[0], ()), len(word))
        for word in self._latin:
            first, count = word.split(" ")[0], word.count(" ") + 1
            self._heads.add(first[:2])
            if count > 1:
                self._lengths[first] = _with(self._lengths.get(first, ()), count)

    def _add(self, group: str, name: str, word: str) -> None:
        if word.isascii() and word[:1].isalpha():
            word = " ".join(WORD.findall(word))
            table = self._latin
        else:
            table = self._han
        table.setdefault(word, []).append((group, name))

    def said(self, group: str, text: str) -> frozenset[str]:
        """Whose phrases of a group (outage, alarm, scope) stand anywhere in a plain text."""
        han, latin = HAN.search(text) is not None, LATIN.search(text) is not None
        names = self._phrases.get(group, {})
        return frozenset(
            name for name, words in names.items() if words.stand_in(text, han=han, latin=latin)
        )

    def find(self, text: str) -> tuple[Found, ...]:
        """Every cue of a plain text."""
        hits = [*self._han_hits(text), *self._latin_hits(text)]
        if not hits:
            return ()
        ends = [found.start() for found in CLAUSE.finditer(text)]
        # Topics are hints: they hide nothing.
        named = [hit for hit in hits if any(each[0] != "topic" for each in hit[3])]
        chosen = dict.fromkeys(each for each in _longest(named) if each[2] != "topic")
        for group in ALONE:
            some = [hit for hit in hits if any(_counts(each, group) for each in hit[3])]
            chosen.update((each, None) for each in _longest(some) if each[2] == group)
        return tuple(Found(group, name, word, bisect(ends, at)) for at, word, group, name in chosen)

    def _han_hits(self, text: str) -> Iterator[Hit]:
        table, sizes, length = self._han, self._sizes, len(text)
        for start, sign in enumerate(text):
            for size in sizes.get(sign, ()):
                end = start + size
                if end > length or not (entries := table.get(text[start:end])):
                    continue
                if not (sign.isdigit() and _in_number(text, start, end)):
                    yield start, end, text[start:end], entries

    def _latin_hits(self, text: str) -> Iterator[Hit]:
        spans = list(WORD.finditer(text))
        words = [span[0] for span in spans]
        for start, first in enumerate(words):
            if first[:2] not in self._heads:
                continue
            for size in (*self._lengths.get(first, ()), 1):
                if start + size > len(words):
                    continue
                if (hit := self._latin_at(words, start, size)) is not None:
                    yield spans[start].start(), spans[start + size - 1].end(), *hit

    def _latin_at(
        self, words: Sequence[str], start: int, size: int
    ) -> tuple[str, list[Entry]] | None:
        last = words[start + size - 1]
        head = " ".join(words[start : start + size - 1])
        head = f"{head} " if head else ""
        for cut in range(len(last), min(2, len(last) - 1), -1):
            if last[cut:] not in ENDINGS and cut < LONG:
                continue
            word = head + last[:cut]
            if (entries := self._latin.get(word)) is not None:
                return word, entries
        return None


def _in_number(text: str, start: int, end: int) -> bool:
    """Whether digits are a part of a longer number or count something: "1203", "120元"."""
    after = text[end : end + 1]
    return text[start - 1 : start].isdigit() or (
        text[end - 1].isdigit() and (after.isdigit() or after in MEASURES)
    )


def _counts(entry: Entry, group: str) -> bool:
    return entry[0] == group or entry[1] in HIDING


def _longest(hits: Sequence[Hit]) -> Iterator[tuple[int, str, str, str]]:
    """Where hits overlap the longest counts; one of three signs may reach beyond another."""
    reach = done = -1
    for start, end, word, entries in hits:
        if start == done or not (start >= reach or (end - start > 2 and end > reach)):
            continue
        reach, done = end, start
        for group, name in entries:
            yield start, word, group, name


def _with(sizes: tuple[int, ...], size: int) -> tuple[int, ...]:
    return tuple(sorted({*sizes, size}, reverse=True))


@dataclass(frozen=True, slots=True)
class Anyhow:
    """Phrases of one name, which are patterns: Latin ones of whole words."""

    han: re.Pattern[str] | None
    latin: re.Pattern[str] | None

    @classmethod
    def of(cls, words: Sequence[str]) -> Anyhow:
        """The phrases of both scripts, each sought only where its script is written."""
        han = "|".join(word for word in words if not word.isascii())
        latin = "|".join(word for word in words if word.isascii())
        return cls(
            re.compile(han) if han else None, re.compile(rf"\b(?:{latin})\b") if latin else None
        )

    def stand_in(self, text: str, *, han: bool, latin: bool) -> bool:
        """Whether any of them stands in a text that has signs of these scripts."""
        if han and self.han is not None and self.han.search(text):
            return True
        return latin and self.latin is not None and self.latin.search(text) is not None


TABLES = {"category": "categories", "danger": "danger", "sign": "signs", "topic": "topics"}
#: Found anywhere in a line, whatever else counts there.
PHRASES = {
    "outage": "outages",
    "alarm": "alarms",
    "wrong": "wrongs",
    "ask": "asks",
    "scope": "scopes",
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
