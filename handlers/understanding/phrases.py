"""Phrases of a line, which are patterns: sought only where the line has a beginning of theirs.

To seek all of them, forty of each script, took a fifth of the time that a new line costs. In most
lines none begins, or one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from handlers.understanding.beginnings import beginnings
from handlers.understanding.normal import HAN, pairs_of

LATIN = re.compile(r"[a-z]")
#: How much of a beginning is looked at: two Chinese signs tell as much as four letters.
SIGNS, LETTERS = 2, 4
WORD = re.compile(rf"\b(?=(\w.{{0,{LETTERS - 1}}}))", re.DOTALL)

#: What a beginning must begin with: Latin ones are sought where a word does.
WORDY = re.compile(r"\w")

Named = tuple[str, str, Sequence[str]]  #: group, name, its phrases


class Phrases:
    """Named phrases of both scripts; Latin ones are of whole words."""

    def __init__(self, named: Iterable[Named]) -> None:
        self._han, self._latin = _Script(SIGNS), _Script(LETTERS)
        for group, name, words in named:
            self._han.add(group, name, [each for each in words if not each.isascii()], "{}")
            latin = [each for each in words if each.isascii()]
            self._latin.add(group, name, latin, r"\b(?:{})\b")

    def said_in(self, text: str) -> dict[str, set[str]]:
        """By group the names whose phrases stand anywhere in a plain text."""
        found: dict[str, set[str]] = {}
        if HAN.search(text):
            self._han.seek(text, (*text, *pairs_of(text)), found)
        if LATIN.search(text):
            starts: list[str] = WORD.findall(text)
            parts = [each[:size] for size in self._latin.sizes for each in starts]
            self._latin.seek_words(text, parts, found)
        return found


class _Script:
    """The phrases of one script, each sought only where it is written."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._all: list[tuple[str, str, re.Pattern[str]]] = []
        self._begun: dict[str, list[int]] = {}  #: by beginning: which phrases it may be one of
        self._any: list[int] = []  #: those that may begin with anything
        self.sizes: tuple[int, ...] = ()  #: of the beginnings

    def add(self, group: str, name: str, words: Sequence[str], shape: str) -> None:
        if not words:
            return
        number = len(self._all)
        self._all.append((group, name, re.compile(shape.format("|".join(words)))))
        begun = {each for word in words for each in beginnings(word, self._most)}
        if not all(WORDY.match(each) for each in begun):
            self._any.append(number)
            return
        for each in begun:
            self._begun.setdefault(each, []).append(number)
        self.sizes = tuple(sorted({*self.sizes, *map(len, begun)}))

    def seek(self, text: str, parts: Iterable[str], found: dict[str, set[str]]) -> None:
        """Add what stands in a text that has these parts."""
        begun, likely = self._begun, set(self._any)
        for part in [each for each in parts if each in begun]:
            likely.update(begun[part])
        for number in likely:
            group, name, pattern = self._all[number]
            if pattern.search(text):
                found.setdefault(group, set()).add(name)

    def seek_words(self, text: str, parts: Iterable[str], found: dict[str, set[str]]) -> None:
        """The same for phrases of whole words: what begins with any of several words takes a
        search long to find, so each is tried only where its beginning stands."""
        begun = self._begun
        for part in {each for each in parts if each in begun}:
            for number in begun[part]:
                group, name, pattern = self._all[number]
                if _begins(pattern, text, part):
                    found.setdefault(group, set()).add(name)
        if self._any:
            self.seek(text, (), found)


def _begins(pattern: re.Pattern[str], text: str, part: str) -> bool:
    """Whether a pattern is found where a part of a text stands that it may begin with: nowhere else
    need it be tried."""
    at = text.find(part)
    while at >= 0:
        if pattern.match(text, at):
            return True
        at = text.find(part, at + 1)
    return False
