"""Messages by their words: WeCom tells what was quoted and not which message it was.

In memory only, a digest each. What is older and about a request is found by `handlers/quoting.py`;
after a restart a quote of anything else is words like any other.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict

MOST_REMEMBERED = 2000
#: A quote may be cut: so many letters are enough.
COMPARED = 40
#: Marks that come and go with markup.
NO_LETTERS = re.compile(r"[\W_]+")


class Quotes:
    """What was said lately, by digests of its first letters; only the robot's own count."""

    def __init__(self) -> None:
        self._ours: OrderedDict[tuple[str, bytes], str] = OrderedDict()

    def say(self, chat: str, text: str, message_id: str) -> None:
        """The robot says something there."""
        key = _key(chat, text)
        self._ours[key] = message_id
        self._ours.move_to_end(key)
        while len(self._ours) > MOST_REMEMBERED:
            self._ours.popitem(last=False)

    def said(self, chat: str, text: str, message_id: str) -> None:
        """Somebody says the same: a quote of it is no longer surely the robot's."""
        self._ours.pop(_key(chat, text), None)

    def ours(self, chat: str, text: str) -> str | None:
        """Which message of the robot's these words are."""
        return self._ours.get(_key(chat, text))


def _key(chat: str, text: str) -> tuple[str, bytes]:
    letters = NO_LETTERS.sub("", text)[:COMPARED]
    return chat, hashlib.blake2b(letters.encode(), digest_size=12).digest()
