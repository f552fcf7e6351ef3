"""The names by which settings and their values may be typed: short ones, and those shown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from config.words import LANGUAGES, Catalogue
from handlers.requests import lists
from handlers.understanding.normal import plain

CHINESE = {
    "语言": "language",
    "方式": "mode",
    "立案": "open_above",
    "询问": "ask_above",
    "安静": "quiet",
    "休息日": "days_off",
    "话题": "topic",
    "小结": "digest",
    "周报": "digest",
    "条数": "noise",
}
#: What is shown behind a name to explain it.
EXPLAINED = re.compile(r"\s*\([^)]*\)$")
LANGUAGE_NAMES = {"chinese": "zh", "英文": "en", "英语": "en"}


def named(words: Catalogue, fields: Iterable[str], text: str) -> tuple[str | None, str]:
    """The setting whose name a text begins with, and what stands behind it."""
    names = CHINESE | {field: field for field in fields}
    for field in fields:
        names |= {_typed(each): field for each in words.every(f"settings.name_{field}")}
    said = plain(text)
    found = lists.any_of(names).match(said)
    rest = said[found.end() :] if found else said
    if found is None or (rest and rest[0] not in " :"):
        return None, said
    return names[found[0]], rest.lstrip(" :")


def _typed(shown: str) -> str:
    return EXPLAINED.sub("", plain(shown))


def value_named(words: Catalogue, field: str, values: Iterable[str], text: str) -> str | None:
    """The value that is shown so, in any language, or is called so itself."""
    said = plain(text)
    for value in values:
        if said in (value, *(plain(each) for each in words.every(f"settings.{field}_{value}"))):
            return value
    return None


def language_named(words: Catalogue, text: str) -> str | None:
    """The language that is called so."""
    found = value_named(words, "language", LANGUAGES, text)
    return found or LANGUAGE_NAMES.get(plain(text))
