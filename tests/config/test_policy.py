"""The policy: the shipped one is whole, a community's own goes over it, mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.policy import PolicyError, default_policy, load_policy
from config.spans import Span, hours


def test_the_shipped_policy_has_eighteen_categories_with_a_ladder_on_each_path() -> None:
    policy = default_policy()
    assert len(policy.categories) == 18 + 1 - ("other" in policy.categories)
    for category in policy.categories:
        for path in ("self", "baseline"):
            assert policy.ladder(category, path).steps[-1].ask == ("coordinator",)


def test_a_community_changes_only_what_differs(tmp_path: Path) -> None:
    own = tmp_path / "policy.toml"
    own.write_text("[deadlines]\nnormal = { answer = 8, solve = 72 }\n", encoding="utf-8")
    policy = load_policy(own)
    assert policy.deadlines.normal.answer == hours(8)
    assert policy.deadlines.urgent == default_policy().deadlines.urgent


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[deadlines]\nnormal = { answer = -1, solve = 1 }", "deadlines.normal.answer"),
        ("[categories]\nlift = { ladder = 'nowhere' }", "nowhere"),
        ("[ladders.self]\ndefault = [['king']]", "king"),
        ("nonsense = 1", "nonsense: there is no such setting"),
        ("[laders.self]", "laders: there is no such setting: did you mean 'ladders'"),
        ("[retention]\nrequest = 3", "retention.request: there is no such setting"),
        ("[[[", "TOML"),
    ],
)
def test_mistakes_are_named(text: str, word: str, tmp_path: Path) -> None:
    own = tmp_path / "policy.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=word):
        load_policy(own)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be read"):
        load_policy(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("category", "urgency", "governance", "clock", "span"),
    [
        ("fire", "emergency", "self", "solve", "2 hours"),
        ("water", "urgent", "self", "solve", "24 hours"),
        ("electricity", "urgent", "baseline", "solve", "24 hours"),
        ("cleaning", "normal", "self", "solve", "7 days"),
        ("neighbours", "normal", "self", "solve", "15 days"),
        ("illegal_building", "normal", "baseline", "solve", "15 days"),
        ("property_fee", "normal", "baseline", "solve", "5 working days"),
        ("lift", "emergency", "self", "progress", "30 minutes"),
        ("lift", "emergency", "baseline", "answer", "10 minutes"),
    ],
)
def test_the_shipped_deadlines_are_those_of_the_rules(
    category: str, urgency: str, governance: str, clock: str, span: str
) -> None:
    """LAW.md: danger 2 h, utilities 24 h, ordinary 7 days, complex 15 days; somebody with whoever
    is shut in a lift within 30 minutes. The sources stand beside them in the file."""
    deadline = default_policy().deadlines.for_(category, urgency, "building", governance)
    assert getattr(deadline, clock) == Span.model_validate(span)


@given(st.sampled_from(["emergency", "urgent", "normal"]), st.data())
def test_an_answer_is_due_long_before_the_solution(urgency: str, data: st.DataObject) -> None:
    policy = default_policy()
    category = data.draw(st.sampled_from(sorted(policy.categories)))
    for governance in ("self", "baseline"):
        deadline = policy.deadlines.for_(category, urgency, "building", governance)
        assert deadline.answer.calendar * 2 <= deadline.solve.calendar
