"""What a message weighs in its scene: the sum of its features' weights, most of them of its words.

A text weighs the same wherever it stands: what is remembered of it is one number, in which its
weights in every situation lie side by side.
"""

from __future__ import annotations

from itertools import chain

from handlers.understanding.features import Whole, plainness
from handlers.understanding.looking import Looked
from handlers.understanding.model import Seen, Table

MOST_REMEMBERED = 1024  #: texts; those around a message are asked for again and again


class Weigher:
    """Weighs messages with the weights of a table that has families."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._known: dict[str, int] = {}

    def see(self, whole: Whole) -> Seen:
        """The same as the sum over all names of it."""
        part, text = self._table.part, self._text(whole.text)
        total = self._table.rows.sum(whole.scene) + part(text, None) + part(text, whole.situation)
        if whole.own is not None:
            total += part(self._text(whole.own), "own")
        if whole.before is not None:
            total += part(self._text(whole.before), "before")
        return Seen(total)

    def _text(self, looked: Looked) -> int:
        found = self._known.get(looked.text)
        if found is None:
            names = chain(looked.grams, looked.cues, plainness(looked))
            found = self._table.rows.wide_sum(names)
            if len(self._known) >= MOST_REMEMBERED:
                del self._known[next(iter(self._known))]  # the first that came
            self._known[looked.text] = found
        return found
