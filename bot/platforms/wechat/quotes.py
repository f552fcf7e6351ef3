"""Quoted messages: WeChat repeats their words and tells no id, so they are known by their words.

Of what was said lately only digests are kept, in memory: talk is not (invariant 9). What is older
and about a request is found by `handlers/quoting.py`.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass

#: 「王姨：电梯坏了」, a line of dashes, and what was said about it.
QUOTE = re.compile(
    r"「(?P<who>[^\n]{1,60}?)[：:]\s?(?P<what>.*)」\n[- —]{3,}\n(?P<own>.*)", re.DOTALL
)
#: WeChat cuts a long quote.
COMPARED = 30
MOST_REMEMBERED = 500


@dataclass(frozen=True, slots=True)
class Quote:
    """A message about another one."""

    who: str  #: as the quoted one is called
    what: str
    own: str  #: what was said about it


def quote_of(text: str) -> Quote | None:
    """A text that quotes; None: it does not."""
    found = QUOTE.fullmatch(text)
    return Quote(found["who"], found["what"], found["own"].strip()) if found else None


class Memory:
    """Which message said what, lately."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], str] = OrderedDict()

    def keep(self, chat: str, text: str, message_id: str) -> None:
        """A message was said."""
        key = (chat, _digest(text))
        self._known[key] = message_id
        self._known.move_to_end(key)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)

    def find(self, chat: str, quoted: str) -> str | None:
        """The id of the message whose words these are; the last one of several."""
        return self._known.get((chat, _digest(quoted)))


def _digest(text: str) -> str:
    bare = re.sub(r"[\s…]+|\.\.\.$", "", text)[:COMPARED]
    return hashlib.sha256(bare.encode()).hexdigest()[:24]
