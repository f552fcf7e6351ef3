"""What says that something is so as well ("too"), or that it is still as it was."""

from __future__ import annotations

import re

from handlers.understanding.looking import Looked, look

STILL = re.compile(r"还是|仍|依然|照样|照旧|\bstill\b")
TOO = re.compile(r"也|\b(?:too|also|same|as well)\b")


def says_too(looked: Looked) -> bool:
    """Whether a text says "me too", or "also" of anything."""
    return "metoo" in looked.signs or TOO.search(looked.text) is not None


def tells_a_fact_too(looked: Looked) -> bool:
    """Whether a text tells nothing but a fact beside its "too": "the gate is broken too"."""
    return says_too(looked) and look(TOO.sub("", looked.text)).bare_fact


def goes_on(text: str) -> bool:
    """Whether a text says that something is as it was ("门还是关不上"): of what was spoken of."""
    return STILL.search(look(text).text) is not None
