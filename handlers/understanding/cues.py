"""Cues: the words of each language's own file that name a category or a danger."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "config" / "cues"


@dataclass(frozen=True, slots=True)
class Cues:
    """Words by category and by kind of danger; plain (see normal.plain)."""

    categories: Mapping[str, Sequence[str]]
    danger: Mapping[str, Sequence[str]]

    def named(self, text: str) -> list[tuple[str, str]]:
        """(category, word) for every word of a category that a plain text holds."""
        return [
            (category, word)
            for category, words in self.categories.items()
            for word in words
            if word in text
        ]

    def dangers(self, text: str) -> list[tuple[str, str]]:
        """(danger, word) for every word of danger."""
        return [
            (danger, word)
            for danger, words in self.danger.items()
            for word in words
            if word in text
        ]

    def with_own(self, extra: Mapping[str, Sequence[str]]) -> Cues:
        """These cues with a community's own words for categories."""
        merged = {name: tuple(words) for name, words in self.categories.items()}
        for name, words in extra.items():
            merged[name] = (*merged.get(name, ()), *(word.casefold() for word in words))
        return Cues(merged, self.danger)


@cache
def load_cues() -> Cues:
    """The cues of all languages together: residents mix them in one line."""
    categories: dict[str, tuple[str, ...]] = {}
    danger: dict[str, tuple[str, ...]] = {}
    for file in sorted(FOLDER.glob("*.toml")):
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        for table, found in ((categories, data["categories"]), (danger, data["danger"])):
            for name, words in found.items():
                table[name] = (*table.get(name, ()), *words)
    return Cues(categories, danger)
