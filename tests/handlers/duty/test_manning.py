"""Who serves a turn: changes and leave put in; one answer, and nobody who is away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from handlers.duty.manning import Absence, Changes, man
from handlers.duty.turns import Turn

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
