"""The place of what comes to several homes holds all households that say so, and no more."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.requests.spreading import holding, spreads, whose
from handlers.understanding.meaning import Place
from tests.handlers.understanding.saying import Listed

CODES = st.sampled_from([None, "1", "2", "A", "a"])
PLACES = st.builds(
    Place, CODES, CODES, st.sampled_from([None, "5"]), st.sampled_from([None, "501"])
)
HOMES = st.builds(Place, st.sampled_from("123"), st.sampled_from("12"), st.none(), st.just("501"))


def same(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one.casefold() == other.casefold()


@given(PLACES, PLACES)
def test_it_holds_both_and_names_nothing_new(place: Place, other: Place) -> None:
    wider = holding(place, other)
    assert wider.building in (None, place.building)
    assert wider.unit in (None, place.unit)
    assert (wider.room, wider.floor) == (None, None)
    assert same(wider.building, other.building)
    assert same(wider.unit, other.unit)


@given(PLACES, PLACES)
def test_a_unit_is_kept_only_with_its_building(place: Place, other: Place) -> None:
    wider = holding(place, other)
    if wider.building != place.building:
        assert wider == Place()


@given(PLACES, PLACES)
def test_who_says_so_again_changes_nothing(place: Place, other: Place) -> None:
    once = holding(place, other)
    assert holding(once, other) == once


@given(PLACES, st.lists(PLACES, min_size=1))
def test_it_only_grows(place: Place, others: list[Place]) -> None:
    steps = [holding(place, others[0])]
    for each in others[1:]:
        steps.append(holding(steps[-1], each))
    for before, after in pairwise(steps):
        assert after in (before, Place(before.building), Place())


@given(st.lists(HOMES, min_size=2), st.randoms())
def test_in_which_order_they_say_so_makes_no_difference(homes: list[Place], random: object) -> None:
    shuffled = sorted(homes, key=lambda each: (each.unit, each.building))
    assert reduce(holding, homes[1:], homes[0]) == reduce(holding, shuffled[1:], shuffled[0])


@given(st.lists(HOMES, min_size=2))
def test_it_is_the_smallest_that_holds_them(homes: list[Place]) -> None:
    wider = reduce(holding, homes[1:], homes[0])
    buildings = {each.building for each in homes}
    units = {(each.building, each.unit) for each in homes}
    assert (wider.building is None) == (len(buildings) > 1)
    assert (wider.unit is None) == (len(units) > 1)


@pytest.mark.parametrize(
    ("category", "words"),
    [
        ("water", "501没水了"),
        ("water", "停水了？"),
        ("water", "水压太小，洗不了澡"),
        ("water", "厨房下水道返水"),
        ("water", "sewage backing up in my bath"),
        ("water", "no water since 7"),
        ("electricity", "没电了"),
        ("gas", "没煤气了"),
        ("heating", "没暖气"),
        ("heating", "暖气片冰凉"),
    ],
)
def test_what_comes_by_one_pipe_or_wire_spreads(category: str, words: str) -> None:
    assert spreads(category, words)


@pytest.mark.parametrize(
    ("category", "words"),
    [
        ("water", "501漏水"),
        ("water", "我家马桶堵了"),
        ("water", "our tap drips"),
        ("noise", "楼上半夜吵"),
        ("lift", "电梯没电了"),
        ("electricity", "我家插座坏了"),
        ("electricity", "南门路灯没电了"),
        ("parking", "车位被占了"),
    ],
)
def test_what_belongs_to_one_flat_or_thing_does_not(category: str, words: str) -> None:
    assert not spreads(category, words)


HOME = Place("3", "2", None, "401")


@pytest.mark.parametrize(
    ("said", "home", "place"),
    [
        (Place(), HOME, HOME),
        (Place(room="301"), HOME, HOME),
        (Place(unit="1"), HOME, Place("3", "1")),
        (Place(unit="1"), None, Place(None, "1")),
        (Place("3"), None, Place("3")),
        (Place("9"), HOME, HOME),
        (Place("3", "7"), HOME, HOME),
        (Place(), None, Place()),
    ],
)
def test_a_household_is_where_it_says_if_that_is_there_else_at_home(
    said: Place, home: Place | None, place: Place
) -> None:
    assert whose(said, home, Listed()) == place


def test_where_no_houses_are_known_what_is_said_counts() -> None:
    assert whose(Place("9", "7"), HOME, None) == Place("9", "7")
