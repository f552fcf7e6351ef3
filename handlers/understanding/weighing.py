"""What a message weighs in its scene: the sum of its features' weights, most of them of its words.

A text weighs the same wherever it stands: what is remembered of it is one number, in which its
weights in every situation lie side by side. Of what it weighs by itself is told how sure it is a
report, which weighs in turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from handlers.understanding import by_itself
from handlers.understanding.features import Whole, plainness
from handlers.understanding.looking import Looked
from handlers.understanding.model import LANE, Model, Seen

TABLE = "whole"
MOST_REMEMBERED = 1024  #: texts; those around a message are asked for again and again


def weigh(model: Model, features: Sequence[str]) -> Seen:
    """What the features of a message weigh, one by one, with what it says by itself."""
    alone = by_itself.said(model.chances(by_itself.HEAD, model.see(TABLE, by_itself.own(features))))
    more = by_itself.names(alone, by_itself.situation_of(features))
    return model.see(TABLE, [*features, *more])


class Weigher:
    """Weighs messages with the weights of a table that has families."""

    def __init__(self, model: Model) -> None:
        self._model, self._table = model, model.tables[TABLE]
        self._known: dict[str, int] = {}  #: by text what it weighs everywhere, and `raised`
        self._told: dict[tuple[int, int, str], int] = {}
        table = self._table
        self._places = {each: table.place(each) for each in (None, *table.families)}
        self._one = (1 << table.place(None) + LANE * table.answers) - 1
        self._level = table.level

    def see(self, whole: Whole) -> Seen:
        """The same as `weigh` of all its features."""
        text, one, places, level = self._text(whole.text), self._one, self._places, self._level
        total = self._table.rows.sum(whole.scene) + (text & one) - level
        # Of the scene only the role has weights in the head that hears a line by itself.
        alone = by_itself.said(self._model.chances(by_itself.HEAD, Seen(total)))
        total += self._by_itself(*alone, whole.situation)
        total += (text >> places[whole.situation] & one) - level
        for name, near in (("own", whole.own), ("before", whole.before)):
            if near is not None:
                total += (self._text(near) >> places[name] & one) - level
        return Seen(total)

    def _by_itself(self, report: int, link: int, situation: str) -> int:
        """What it weighs that a line is so surely something by itself; there are a few hundred."""
        key = (report, link, situation)
        found = self._told.get(key)
        if found is None:
            names = by_itself.names((report, link), situation)
            found = self._told[key] = self._table.rows.sum(names)
        return found

    def _text(self, looked: Looked) -> int:
        found = self._known.get(looked.text)
        if found is None:
            names = chain(looked.grams, looked.cues, plainness(looked))
            found = self._table.rows.wide_sum(names) + self._table.raised
            if len(self._known) >= MOST_REMEMBERED:
                del self._known[next(iter(self._known))]  # the first that came
            self._known[looked.text] = found
        return found
