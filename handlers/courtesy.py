"""Thanks and the like, said to the bot alone: a short friendly word, and nothing is looked for."""

from __future__ import annotations

import re
from functools import cache

from config.words import Catalogue
from handlers.context import Context
from handlers.understanding.normal import plain

#: What may stand between and around the words: marks, and signs that are no letters.
MARKS = r"[\W_]"


def thanked(ctx: Context, text: str) -> bool:
    """Answer words that thank and say nothing besides; whether they were such."""
    if not is_thanks(ctx.desk.words, text):
        return False
    ctx.answer("directory.you_are_welcome")
    return True


def says_something(text: str) -> bool:
    """Whether it is more than a call ("在吗", "hello there")."""
    signs = len(re.findall(r"[\u3400-\u9fff]", text))
    return signs >= 4 or len(re.findall(r"[A-Za-z]+", text)) >= 3


def is_thanks(words: Catalogue, text: str) -> bool:
    """Whether a text thanks and says nothing besides."""
    whole, thanks = _patterns(words)
    said = plain(text)
    return whole.fullmatch(said) is not None and thanks.search(said) is not None


@cache
def _patterns(words: Catalogue) -> tuple[re.Pattern[str], re.Pattern[str]]:
    thanks = _any_of(words, "directory.thanks")
    around = _any_of(words, "directory.around_thanks")
    return re.compile(f"(?:{thanks}|{around}|{MARKS})+"), re.compile(thanks)


def _any_of(words: Catalogue, key: str) -> str:
    return "|".join(
        rf"\b{re.escape(line)}\b" if line.isascii() else re.escape(line)
        for line in sorted(words.lines(key), key=len, reverse=True)
    )
