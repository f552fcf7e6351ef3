"""A share of few cases counts for little, and one case does not turn a group to and fro."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from config.subjects import TrustPolicy
from handlers.learning.rules import Tally, acts

TALLIES = st.integers(0, 300).flatmap(
    lambda n: st.integers(0, n).map(lambda right: Tally(right, n))
)
BARS = TrustPolicy()


def test_the_bars_are_what_the_policy_file_says_of_them() -> None:
    assert acts(Tally(12, 12), BARS, acted=False)
    assert not acts(Tally(11, 11), BARS, acted=False), "too few"
    assert acts(Tally(26, 31), BARS, acted=False)
    assert not acts(Tally(25, 31), BARS, acted=False)
    assert acts(Tally(12, 15), BARS, acted=True)
    assert not acts(Tally(11, 15), BARS, acted=True)


def test_of_none_nothing_is_sure() -> None:
    assert Tally().sure == 0.0
    assert Tally().share == 0.0


@given(TALLIES)
def test_what_is_sure_is_never_more_than_what_was_seen(tally: Tally) -> None:
    assert 0.0 <= tally.sure <= tally.share <= 1.0


@given(TALLIES)
def test_one_more_that_was_right_makes_it_surer(tally: Tally) -> None:
    assert Tally(tally.right + 1, tally.cases + 1).sure > tally.sure
    assert Tally(tally.right, tally.cases + 1).sure <= tally.sure


@given(st.floats(0.05, 1.0), st.integers(1, 200))
def test_the_same_share_of_more_cases_is_surer(share: float, cases: int) -> None:
    few = Tally(round(share * cases), cases)
    assert Tally(3 * few.right, 3 * few.cases).sure >= few.sure


@given(TALLIES)
def test_a_group_that_passed_does_not_fall_by_the_same_cases(tally: Tally) -> None:
    if acts(tally, BARS, acted=False):
        assert acts(tally, BARS, acted=True)


@given(TALLIES, st.booleans())
def test_too_few_cases_change_nothing(tally: Tally, acted: bool) -> None:
    bars = TrustPolicy(least=301, newest=400)
    assert acts(tally, bars, acted=acted) is acted
