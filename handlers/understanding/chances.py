"""Chances of outcomes, and how what rules say of a message moves them."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.understanding.linking import Fit
from handlers.understanding.looking import Looked
from handlers.understanding.meaning import LINKS, Heard, Outcome


def apart(chances: Mapping[str, float], share: float, *, to: str = "open") -> dict[str, float]:
    """Of what spoke for a link only a `share` stays; the rest speaks for opening (or for `to`)."""
    moved = {each.value: chances.get(each, 0) * (1 - share) for each in LINKS}
    apart = {name: chance - moved.get(name, 0.0) for name, chance in chances.items()}
    return {**apart, to: chances.get(to, 0) + sum(moved.values())}


def together(chances: Mapping[str, float], heard: Heard, fit: Fit) -> dict[str, float]:
    """The same thing reported once more is the same request: what spoke for opening a second one
    speaks for joining the first (R3, R4)."""
    opens = chances.get("open", 0.0)
    own = heard.sender == fit.request.sender
    link = (Outcome.DETAIL if own else Outcome.JOIN).value
    return {**chances, "open": 0.0, link: chances.get(link, 0.0) + opens}


def linking(chances: Mapping[str, float]) -> float:
    """How likely it belongs to some open request."""
    joins, details = chances.get(Outcome.JOIN, 0.0), chances.get(Outcome.DETAIL, 0.0)
    return joins + details + chances.get(Outcome.UPDATE, 0.0)


def linked(chances: Mapping[str, float]) -> dict[str, float]:
    """What spoke for talk speaks for the likeliest link."""
    link = max(LINKS, key=lambda each: chances.get(each, 0.0)).value
    return {**chances, "talk": 0.0, link: chances.get(link, 0.0) + chances.get("talk", 0.0)}


def by_rule(
    chances: Mapping[str, float], heard: Heard, looked: Looked, ruled: Fit
) -> dict[str, float]:
    """What the rule says of the request that it names: that it is over, or that it is meant; who
    says nothing but the fact once more means it whatever the heads say."""
    if ruled.why == "asked":
        return over(chances)
    same = together(chances, heard, ruled)
    again = looked.bare_fact and not ruled.request.ended
    return linked(same) if again else same


def over(chances: Mapping[str, float]) -> dict[str, float]:
    """What spoke for talk or any link speaks for an update: who is asked says that it is over."""
    moved = chances.get("talk", 0.0) + linking(chances)
    none = dict.fromkeys(("talk", *(each.value for each in LINKS)), 0.0)
    return {**chances, **none, Outcome.UPDATE.value: moved}


def best(chances: Mapping[str, float]) -> str:
    """The likeliest answer; of equals the first by name."""
    return max(sorted(chances), key=lambda answer: chances[answer])
