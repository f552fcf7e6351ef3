"""Who serves a turn: changes and leave put in; one answer, and nobody who is away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from handlers.duty.manning import Absence, Changes, man
from handlers.duty.turns import Rule, Turn, on_at, turns

START = datetime(2026, 3, 2, 14, tzinfo=UTC)
TURN = Turn(START, START + timedelta(hours=9), (1, 2))


def away(person: int, deputy: int | None, *, late: bool = False) -> Absence:
    begin = START + timedelta(hours=1 if late else -10)
    return Absence(person, begin, START + timedelta(days=1), deputy)


def test_by_the_rule_it_is_theirs() -> None:
    assert man(TURN, {}, []).people == (1, 2)


def test_a_change_holds_for_its_turn_and_its_person_alone() -> None:
    changes: Changes = {(START, 1): (7, "swap"), (START + timedelta(days=1), 2): (8, "swap")}
    manned = man(TURN, changes, [])
    assert manned.people == (7, 2)
    assert [place.how for place in manned.places] == ["swap", "rota"]


def test_who_is_away_is_stood_in_for_by_turns() -> None:
    assert man(TURN, {}, [away(1, 5)]).people == (5, 2)
    assert man(TURN, {}, [away(1, 5), away(5, 6)]).people == (6, 2)
    assert man(TURN, {}, [away(1, None)]).people == (2,)
    assert man(TURN, {}, [away(1, 5), away(5, 1)]).people == (2,), "they point at one another"
    assert man(TURN, {}, [away(1, 2)]).people == (2,), "each once"


def test_leave_that_begins_later_ends_no_turn() -> None:
    assert man(TURN, {}, [away(1, 5, late=True)]).people == (1, 2)


def test_who_took_it_over_and_is_away_is_stood_in_for() -> None:
    assert man(TURN, {(START, 1): (7, "swap")}, [away(7, 9)]).people == (9, 2)


people = st.integers(1, 6)
absences = st.lists(
    st.builds(away, people, st.one_of(st.none(), people), late=st.booleans()), max_size=8
)
changed = st.dictionaries(
    st.tuples(st.just(START), people), st.tuples(people, st.just("swap")), max_size=4
)


@given(changed, absences)
def test_nobody_serves_who_is_away_when_it_begins(
    changes: Changes, absences: list[Absence]
) -> None:
    gone = {each.person for each in absences if each.starts <= START < each.ends}
    manned = man(TURN, changes, absences)
    assert not gone & set(manned.people)
    assert manned == man(TURN, changes, absences)
    assert len(set(manned.people)) == len(manned.people) <= len(TURN.crew)


moments = st.integers(0, 20 * 24 * 60).map(lambda each: START + timedelta(minutes=each))
rules = st.builds(
    Rule,
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin"]),
    st.sampled_from(
        [
            (("09:00", "17:00"),),
            (("22:00", "31:00"),),
            (("08:00", "20:00"), ("20:00", "32:00")),
        ]
    ),
    st.just("2026-03-02"),
    st.sampled_from(["slot", "day", "week"]),
)
teams = st.lists(st.tuples(people) | st.tuples(people, people), min_size=1, max_size=4)


def gone(person: int, begin: datetime, days: int, deputy: int | None) -> Absence:
    return Absence(person, begin, begin + timedelta(days=days), deputy)


leaves = st.lists(
    st.builds(gone, people, moments, st.integers(1, 5), st.none() | people), max_size=6
)


@given(rules, teams, leaves, moments, st.integers(1, 9), st.data())
def test_a_moment_has_one_answer_whatever_was_changed_and_from_wherever_one_looks(
    rule: Rule,
    crews: list[tuple[int, ...]],
    absences: list[Absence],
    moment: datetime,
    back: int,
    data: st.DataObject,
) -> None:
    """A rota never has two different answers for one moment: with swaps, stand-ins and leave."""
    ahead = list(turns(rule, crews, START, START + timedelta(days=20)))
    swapped = data.draw(st.lists(st.sampled_from(ahead), max_size=4)) if ahead else []
    changes: Changes = {
        (turn.start, person): (data.draw(people), "swap")
        for turn in swapped
        for person in turn.crew
    }
    window = timedelta(days=back)
    near = [
        man(each, changes, absences)
        for each in turns(rule, crews, moment - window, moment + window)
    ]
    covering = [each for each in near if each.turn.covers(moment)]
    on = on_at(rule, crews, moment)
    assert covering == ([man(on, changes, absences)] if on else [])
