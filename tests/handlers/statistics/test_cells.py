"""Sums of places and periods: what is put on and taken off again leaves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from handlers.statistics.cells import COLUMNS, Changes, Where, by_part, merged, together
from handlers.statistics.stories import Key

TREE = {4: (1, 2, 4), 5: (1, 2, 5), 6: (1, 3, 6), 2: (1, 2)}
Told = tuple[Key, tuple[str, ...]]

keys = st.builds(
    Key,
    st.dates(date(2026, 2, 26), date(2026, 3, 4)),
    st.sampled_from(sorted(TREE)),
    st.sampled_from(("lift", "odd name")),
    st.integers(0, 2),
)
marks = st.sampled_from((("n", "open"), ("n", "solved", "s03"), ("merged",)))
told = st.lists(st.tuples(keys, marks), max_size=12)


def added(some: Sequence[Told]) -> Changes:
    made = Changes()
    for key, each in some:
        made.add(key, each, TREE[key.area])
    return made


def summed(*changes: Changes) -> dict[Where, dict[str, dict[str, int]]]:
    """The sums after these changes, one after another."""
    found: dict[Where, dict[str, dict[str, int]]] = {}
    for change in changes:
        for where, cell in change.cells.items():
            made = merged(found.get(where), cell)
            found[where] = {column: dict(words) for column, words in made.items()}
    return {where: cell for where, cell in found.items() if any(cell.values())}


@given(told, told)
def test_what_is_taken_off_again_was_never_there(stays: list[Told], goes: list[Told]) -> None:
    off = Changes()
    for key, each in goes:
        off.add(key, each, TREE[key.area], -1)
    assert summed(added(stays), added(goes), off) == summed(added(stays))
    assert summed(off, added(goes), added(stays)) == summed(added(stays)), "in whatever order"


@given(told)
def test_a_place_is_what_it_has_itself_and_what_those_below_have(some: list[Told]) -> None:
    found = summed(added(some))
    for (area, period), cell in found.items():
        below = [
            other["own"]
            for (place, when), other in found.items()
            if when == period and area in TREE.get(place, ())
        ]
        assert cell["whole"] == together(below)
        for column in ("categories", "rungs"):
            assert together(list(by_part(cell[column]).values())) == cell["whole"]
        assert sum(cell["days"].values()) == cell["whole"].get("n", 0)


def test_a_week_over_the_end_of_a_month_has_days_of_both() -> None:
    some = [(Key(date(2026, day[0], day[1]), 4, "lift", 0), ("n",)) for day in ((2, 28), (3, 1))]
    found = summed(added(some))
    assert found[1, "w2026-02-23"]["days"] == {"2026-02-28": 1, "2026-03-01": 1}
    assert {period for area, period in found if area == 1} == {"2026-02", "2026-03", "w2026-02-23"}
    assert set(found[1, "2026-02"]) == set(COLUMNS)
