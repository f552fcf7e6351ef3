"""Numbers for buttons: they run on, begin anew, and none is one that people call in danger."""

from __future__ import annotations

from storage.queries.choices import CALLED, FIRST, LAST, after


def test_they_run_on_and_begin_anew_without_those_that_are_called_in_danger() -> None:
    given = [after(0)]
    for _ in range(LAST):
        given.append(after(given[-1]))
    once = [each for each in range(FIRST, LAST + 1) if each not in CALLED]
    assert given[: len(once)] == once
    assert given[len(once)] == FIRST
    assert not {119, 110, 120, 999} & set(given)
