"""N-grams of a plain text: of its signs, its words, and the beginnings of its words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from operator import add

from handlers.understanding.normal import HAN, WORD, pairs_of

WRITTEN = re.compile(r"[!-~]")  #: a sign of ASCII that can be seen
FEW = 4  #: fewer words than these are looked at in pairs, whatever their script
DIGITS = re.compile(r"\d+")
ENDING = re.compile(r"(?:ing|ed|es|s|ly|'s)$")
MOST_REMEMBERED = 4096


def grams(text: str) -> set[str]:
    """Character and word n-grams of a plain text."""
    text = DIGITS.sub("0", text)
    if not WRITTEN.search(text) and len(words := text.replace(" ", "")) >= FEW:
        found = {f"v < {words[0]}", f"v {words[-1]} >"}  # each sign is a word, none has two
    else:
        found = _word_grams(WORD.findall(text))
    if HAN.search(text):
        inner = pairs_of(text)
        pairs = [f"^{text[0]}", *inner, f"{text[-1]}$"]
        # Threes are joined without a step of Python for each.
        found.update("^$", text, pairs, map(add, pairs, f"{text[1:]}$"))
    return found


def _word_grams(words: Sequence[str]) -> set[str]:
    bounded = ("<", *words, ">")
    few = len(words) < FEW
    found = {f"v {a} {b}" for a, b in pairwise(bounded) if few or a.isascii() or b.isascii()}
    found.update(*map(_grams_of_word, filter(str.isascii, words)))  # the others are single signs
    return found


@lru_cache(MOST_REMEMBERED)
def _grams_of_word(word: str) -> tuple[str, ...]:
    """A word, and its beginning without its ending; nothing of a sign but that it asks or calls."""
    if len(word) == 1:
        return (f"w {word}",) if word in "?!" else ()
    if len(word) > 3 and word.isascii():
        return f"w {word}", f"t {ENDING.sub('', word)[:6]}"
    return (f"w {word}",)
