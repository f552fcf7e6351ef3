"""The policy: the shipped one is whole, a community's own goes over it, mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.policy import PolicyError, default_policy, load_policy
from config.spans import hours


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
        ("nonsense = 1", "nonsense"),
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
