"""Whether somebody put right what was understood of a request."""

from __future__ import annotations

import pytest

from handlers.requests.put_right import CORRECTIONS, Line, put_right
from handlers.requests.rules import Move

MOVED = Line(5, Move.MOVE, {})


@pytest.mark.parametrize("kind", sorted(CORRECTIONS))
def test_a_correction_puts_it_right(kind: Move) -> None:
    assert put_right([Line(1, Move.OPEN, {}), Line(5, kind, {})])


def test_of_other_kinds_nothing_is_said() -> None:
    assert not put_right([])
    assert not put_right([Line(5, Move.TAKE, {}), Line(6, "detail", {})])
    assert not put_right([Line(5, Move.CORRECT, {})], {Move.MOVE})


def test_a_detail_that_named_the_place_puts_nothing_right() -> None:
    assert not put_right([Line(5, Move.MOVE, {"told": True})])


def test_what_was_taken_back_does_not_count() -> None:
    assert not put_right([MOVED, Line(6, Move.UNDO, {"undoes": 5})])
    assert put_right([MOVED, Line(6, Move.UNDO, {"undoes": 4})])
