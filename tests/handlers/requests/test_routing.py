"""Whom to ask: never nobody while anybody on the ladder can be reached; deputies."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from config.ladders import Step
from config.policy import default_policy
from handlers.requests.routing import Asked, Cast, Matter, choose, ladder_of
from storage.queries.areas import AreaFacts
from storage.queries.requests import Rung
from storage.tables import Person
from tests.harness import MONDAY

POLICY = default_policy()
ROLES = sorted(POLICY.roles)

asks = st.lists(st.sampled_from(ROLES), min_size=1, max_size=3, unique=True).map(tuple)
ladders = st.lists(st.builds(Step, ask=asks, every=st.booleans()), min_size=1, max_size=5).map(
    tuple
)
Ladder = tuple[Step, ...]
ids = st.integers(1, 8)
sets_of_ids = st.frozensets(ids)


def person(number: int) -> Person:
    return Person(id=number, name=f"p{number}", skills=[], created_at=MONDAY)


PEOPLE = {number: person(number) for number in range(1, 9)}


def _rung(who: int, role: str, depth: int, away: bool, deputy: int | None) -> Rung:
    return Rung(PEOPLE[who], role, depth, away, deputy)


def _nearest_first(found: list[Rung]) -> list[Rung]:
    return sorted(found, key=lambda rung: -rung.depth)


def _cast(
    holders: list[Rung], at_work: frozenset[int], reachable: frozenset[int], without: frozenset[int]
) -> Cast:
    return Cast(holders, {number: PEOPLE[number] for number in at_work}, reachable, without)


roles = st.sampled_from(ROLES)
holdings = st.builds(_rung, ids, roles, st.integers(0, 6), st.booleans(), st.none() | ids)
rungs = st.lists(holdings, max_size=12).map(_nearest_first)
casts = st.builds(_cast, rungs, sets_of_ids, sets_of_ids, sets_of_ids)
matters = st.builds(
    Matter,
    st.sampled_from([*POLICY.categories, "unheard_of"]),
    st.sampled_from(["normal", "urgent", "emergency"]),
    st.builds(
        AreaFacts,
        st.just(1),
        st.just("/1/"),
        st.just("x"),
        st.just(1),
        st.sampled_from(["self", "baseline"]),
    ),
)


def can_be_asked(cast: Cast, holder: Rung) -> int | None:
    """Who would be asked for this holder, by the words of the rule."""
    number = holder.person.id if not holder.away else holder.deputy_id
    if number is None or (holder.away and number not in cast.deputies):
        return None
    return number if number in cast.reachable and number not in cast.without else None


def askable(cast: Cast, roles: tuple[str, ...]) -> set[int]:
    """Everybody who could be asked on a rung."""
    found = (can_be_asked(cast, each) for each in cast.holders if each.role in roles)
    return {number for number in found if number is not None}


def asked_ids(asked: Asked) -> set[int]:
    return {person.id for person, _ in asked.people}


@given(ladders, casts, st.integers(0, 7))
def test_never_nobody_while_somebody_from_there_on_can_be_asked(
    ladder: Ladder, cast: Cast, start: int
) -> None:
    asked = choose(ladder, cast, None, start)
    begin = min(start, len(ladder) - 1)
    open_rungs = [n for n in range(begin, len(ladder)) if askable(cast, ladder[n].ask)]
    assert asked.nobody_reachable == (not open_rungs)
    assert bool(asked.people) == bool(open_rungs)
    if open_rungs:
        assert asked.rung == open_rungs[0], "the first rung that finds somebody"


@given(ladders, casts, st.integers(0, 7))
def test_who_is_asked_is_there_reachable_and_not_left_out(
    ladder: Ladder, cast: Cast, start: int
) -> None:
    asked = choose(ladder, cast, None, start)
    assert asked_ids(asked) <= askable(cast, ladder[asked.rung].ask)
    assert not asked_ids(asked) & set(cast.without)
    assert asked_ids(asked) <= set(cast.reachable)
    assert len(asked.people) == len(asked_ids(asked)), "nobody is asked twice"
    assert {role for _, role in asked.people} <= set(ladder[asked.rung].ask)


@given(ladders, casts)
def test_on_each_rung_the_nearest_is_asked(ladder: Ladder, cast: Cast) -> None:
    asked = choose(tuple(step.model_copy(update={"every": False}) for step in ladder), cast, None)
    for somebody, role in asked.people:
        able = [each for each in cast.holders if each.role == role and can_be_asked(cast, each)]
        assert can_be_asked(cast, able[0]) == somebody.id
        assert able[0].depth == max(each.depth for each in able)


@given(ladders, casts)
def test_climbing_never_goes_down_and_comes_to_an_end(ladder: Ladder, cast: Cast) -> None:
    rung = -1
    for _ in range(len(ladder) + 2):
        asked = choose(ladder, cast, None, rung + 1)
        assert asked.rung >= min(rung + 1, len(ladder) - 1)
        assert asked.rung >= rung
        rung = asked.rung
    assert rung == len(ladder) - 1
    assert choose(ladder, cast, None, rung + 1).last


@given(ladders, casts)
def test_everybody_passed_over_is_named_with_the_reason(ladder: Ladder, cast: Cast) -> None:
    asked = choose(ladder, cast, "12345")
    assert {each.why for each in asked.skipped} <= {"nobody", "away", "no_account", "self"}
    assert asked.hotline == "12345"
    if asked.nobody_reachable:
        wanted = {(n, role) for n, step in enumerate(ladder) for role in step.ask}
        assert {(each.rung, each.role) for each in asked.skipped} == wanted


@given(matters)
def test_whoever_may_manage_stands_at_the_end_of_every_ladder(matter: Matter) -> None:
    ladder = ladder_of(POLICY, matter)
    assert ladder
    assert any("manage" in POLICY.rights(role) for role in ladder[-1].roles)
    assert all(role in POLICY.roles for step in ladder for role in step.roles)


@given(matters)
def test_in_danger_all_are_asked_at_once(matter: Matter) -> None:
    ladder = ladder_of(POLICY, replace(matter, urgency="emergency"))
    assert set(ladder[0].ask) >= set(POLICY.emergency.roles)


@given(matters, casts)
def test_a_coordinator_who_can_be_reached_is_never_passed_over_for_nobody(
    matter: Matter, cast: Cast
) -> None:
    boss = Rung(person(99), "coordinator", 1, away=False, deputy_id=None)
    cast = replace(cast, holders=[*cast.holders, boss], reachable={*cast.reachable, 99})
    asked = choose(ladder_of(POLICY, matter), cast, None)
    assert asked.people
    assert not asked.nobody_reachable


@given(ladders, casts)
def test_of_a_team_everybody_who_can_be_asked_is_asked(ladder: Ladder, cast: Cast) -> None:
    asked = choose(tuple(step.model_copy(update={"every": True}) for step in ladder), cast, None)
    if asked.people:
        assert asked_ids(asked) == askable(cast, ladder[asked.rung].ask)


@given(casts, st.frozensets(ids, max_size=3), ids)
def test_a_rung_may_name_people_and_whoever_is_on_duty(
    cast: Cast, on_duty: frozenset[int], named: int
) -> None:
    cast = replace(
        cast,
        named={"@wang": PEOPLE[named]},
        on_duty={"duty:night": [PEOPLE[number] for number in sorted(on_duty)]},
    )
    asked = choose((Step(ask=("@wang", "duty:night")),), cast, None)
    able = {each for each in {named, *on_duty} if each in cast.reachable - cast.without}
    assert asked_ids(asked) == able
    assert asked.nobody_reachable == (not able)


@given(ladders, casts, st.integers(1, 4))
def test_no_more_must_take_it_than_are_asked(ladder: Ladder, cast: Cast, answers: int) -> None:
    """R32"""
    wanting = tuple(step.model_copy(update={"answers": answers}) for step in ladder)
    asked = choose(wanting, cast, None)
    assert 1 <= asked.wanted <= max(1, len(asked.people))
    assert asked.wanted == min(answers, max(1, len(asked.people)))
