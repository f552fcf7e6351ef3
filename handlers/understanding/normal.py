"""Text made plain before it is read: width, case, Traditional signs, hidden signs, length."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from operator import add
from pathlib import Path


def _twins(file: Path) -> dict[int, int]:
    """Lines of Traditional signs, each over the line of their Simplified twins."""
    lines = [each for each in file.read_text("utf-8").splitlines() if not each.startswith("#")]
    return str.maketrans("".join(lines[::2]), "".join(lines[1::2]))


#: Longer messages are notices or hostile; their beginning says what they are.
MOST_SIGNS = 400

#: What is read in place of each Traditional sign.
TWINS = _twins(Path(__file__).with_name("traditional.txt"))
ALL_TRADITIONAL = frozenset(map(chr, TWINS))
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad]")
HAN = re.compile(r"[\u3400-\u9fff]")
#: A Latin word, a number, or any other sign.
WORD = re.compile(r"[a-z']+|\d+|[^\sa-z\d]")


def plain(text: str) -> str:
    """The text as all reading sees it: at most 400 characters, one form of each sign."""
    text = text[: MOST_SIGNS * 2]
    if text.isascii():
        text = text.lower()
    else:
        text = unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).casefold()
        if not ALL_TRADITIONAL.isdisjoint(text):
            text = text.translate(TWINS)
    return " ".join(text.split())[:MOST_SIGNS]


@lru_cache(2)
def pairs_of(text: str) -> list[str]:
    """Each sign of a text with the one behind it. Cues, phrases and n-grams are all found by them,
    one after the other: so they are made once, and hashed once. Nobody changes them."""
    return list(map(add, text, text[1:]))


def in_script(name: str, text: str) -> str:
    """The name of a threshold in the script of a text: the languages are not equally plain."""
    return name if HAN.search(text) else f"{name} latin"


def is_chinese(text: str) -> bool:
    """Whether any of it is Chinese."""
    return HAN.search(text) is not None
