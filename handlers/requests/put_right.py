"""Whether somebody put right what was understood of a request, by its history. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from handlers.requests.rules import Move

#: Who does this says what it is, where, how urgent or whose: that is not understood anew.
CORRECTIONS = frozenset({Move.MOVE, Move.RECATEGORISE, Move.CORRECT, Move.ASSIGN})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of its history."""

    event: int
    move: str
    data: Mapping[str, Any]


def put_right(history: Iterable[Line], kinds: Collection[Move] = CORRECTIONS) -> bool:
    """Whether somebody did one of these. A detail that named the place, and what was taken back,
    do not count."""
    lines = list(history)
    undone = {each.data.get("undoes") for each in lines if each.move == Move.UNDO}
    return any(
        each.move in kinds and not each.data.get("told") and each.event not in undone
        for each in lines
    )
