"""The words the bot says: one folder a language, one file a subject, keys and texts inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast

import tomli

FOLDER = Path(__file__).parent / "words"
LANGUAGES = ("zh", "en")
#: A table of these alone is one text with forms chosen by its number.
FORMS = frozenset({"one", "other"})

Text = str | Mapping[str, str]


class Catalogue:
    """All texts of all languages. A key is "subject.name" or "subject.part.name"."""

    def __init__(self, texts: Mapping[str, Mapping[str, Text]]) -> None:
        self._texts = texts
        self._lines: dict[str, frozenset[str]] = {}

    @cached_property
    def whole(self) -> str:
        """All that the bot says, in all languages: whether something is one of its words."""
        texts = (text for known in self._texts.values() for text in known.values())
        return "\n".join(
            text if isinstance(text, str) else "\n".join(text.values()) for text in texts
        )

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there are."""
        return tuple(self._texts)

    def keys(self, language: str) -> frozenset[str]:
        """All keys of a language."""
        return frozenset(self._texts[language])

    def raw(self, language: str, key: str) -> Text:
        """The text as it stands in the file; raises KeyError for an unknown key."""
        return self._texts[language][key]

    def say(self, language: str, key: str, **values: object) -> str:
        """The text of `key` with its values put in.

        A text with forms {one, other} is chosen by the value `n`. Raises KeyError for an
        unknown key or a missing value: a test walks all keys, so it is our mistake.
        """
        text = self._texts.get(language, self._texts[LANGUAGES[0]])[key]
        if not isinstance(text, str):
            text = text["one"] if values.get("n") == 1 and "one" in text else text["other"]
        return text.format(**values) if values else text.replace("{{", "{").replace("}}", "}")

    def has(self, key: str) -> bool:
        """Whether there is such a key."""
        return key in self._texts[LANGUAGES[0]]

    def every(self, key: str) -> tuple[str, ...]:
        """The text of a key in all languages (to recognise what people type)."""
        return tuple(self.say(language, key) for language in self.languages)

    def lines(self, key: str) -> frozenset[str]:
        """The lines of such a text, each of which people may type: every message is compared."""
        found = self._lines.get(key)
        if found is None:
            lines = {line for text in self.every(key) for line in text.splitlines() if line}
            found = self._lines[key] = frozenset(lines)
        return found


def best_language(*wishes: str | None, default: str = "zh") -> str:
    """The first wish that we speak: person, else group, else community."""
    for wish in wishes:
        if wish and (short := wish.lower().split("-")[0]) in LANGUAGES:
            return short
    return default


@cache
def catalogue() -> Catalogue:
    """The shipped catalogue."""
    return Catalogue({language: _read(FOLDER / language) for language in LANGUAGES})


def _read(folder: Path) -> dict[str, Text]:
    texts: dict[str, Text] = {}
    for file in sorted(folder.glob("*.toml")):
        with file.open("rb") as stream:
            for key, text in _flat(tomli.load(stream), file.stem):
                texts[key] = text
    return texts


def _flat(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Text]]:
    for name, value in table.items():
        key = f"{prefix}.{name}"
        if isinstance(value, dict) and not FORMS.issuperset(cast("dict[str, Any]", value)):
            yield from _flat(cast("dict[str, Any]", value), key)
        else:
            yield key, value
