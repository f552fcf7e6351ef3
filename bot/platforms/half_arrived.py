"""Letters that take several sends: how many of their parts arrived while the rest did not yet.

In memory only: what was cut by a restart is said again from its beginning.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from handlers.chat.outgoing import Sendable

MOST_REMEMBERED = 2000

#: Which letter, and what it says: two letters may say the same, and one may say something newer.
Key = tuple[int | None, str, bytes]


class HalfArrived:
    """The letters of one platform of which a part arrived."""

    def __init__(self) -> None:
        self._parts: OrderedDict[Key, int] = OrderedDict()

    def of(self, out: Sendable) -> int:
        """How many parts of it arrived."""
        return self._parts.get(_key(out), 0)

    def came(self, out: Sendable, parts: int) -> None:
        """So many did."""
        self._parts[_key(out)] = parts
        while len(self._parts) > MOST_REMEMBERED:
            self._parts.popitem(last=False)

    def over(self, out: Sendable) -> None:
        """The last one did."""
        self._parts.pop(_key(out), None)


def _key(out: Sendable) -> Key:
    said = out.model_dump_json(exclude={"platform", "letter"}).encode()
    return out.letter, out.chat, hashlib.blake2b(said, digest_size=16).digest()
