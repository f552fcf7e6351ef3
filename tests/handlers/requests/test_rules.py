"""The table of moves: nothing leaves it, everything can be reached, nobody goes round it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from config.words import catalogue
from handlers.requests.effects import EFFECTS
from handlers.requests.rules import (
    ALIVE,
    CODES,
    DONE_CODES,
    ENDING_OF_CODE,
    MOVES,
    OTHER_DONE_CODES,
    REOPENABLE,
    Ending,
    Move,
    State,
    Who,
    ending_of,
    may,
    rule_of,
)

states = st.sampled_from([None, *State])
moves = st.sampled_from(list(Move))
whos = st.frozensets(st.sampled_from(list(Who)))
codes = st.sampled_from([None, "nonsense", *ENDING_OF_CODE])
attempts = st.lists(st.tuples(moves, whos), max_size=60)


@given(attempts)
def test_no_sequence_of_moves_leaves_the_table(tries: list[tuple[Move, frozenset[Who]]]) -> None:
    state: State | None = None
    for move, who in tries:
        rule = rule_of(state, move)
        if rule is None or not may(state, move, who):
            continue
        before, state = state, rule.to
        assert isinstance(state, State)
        assert before is not State.CLOSED or move is Move.NOT_SOLVED, "only that opens it again"
        assert (before is None) == (move is Move.OPEN)


@given(states, moves, whos)
def test_who_has_no_part_in_a_move_never_gets_through(
    state: State | None, move: Move, who: frozenset[Who]
) -> None:
    rule = rule_of(state, move)
    assert may(state, move, who) == (rule is not None and bool(rule.who & who))
    assert not may(state, move, frozenset())


@given(moves, codes)
def test_a_move_that_closes_says_how_it_ended(move: Move, code: str | None) -> None:
    closing = [state for state in State if (r := rule_of(state, move)) and r.to is State.CLOSED]
    ending = ending_of(move, code)
    assert ending is None or isinstance(ending, Ending)
    if closing:
        assert ending is not None


def reachable(start: State | None) -> set[State]:
    """All states that some moves lead to."""
    found: set[State] = set()
    waiting: list[State | None] = [start]
    while waiting:
        state = waiting.pop()
        for (begin, _), rule in MOVES.items():
            if begin is state and rule.to not in found:
                found.add(rule.to)
                waiting.append(rule.to)
    return found


def test_every_state_can_be_reached_and_left_for_the_end() -> None:
    assert reachable(None) == set(State)
    for state in State:
        assert State.CLOSED in reachable(state)


def test_what_is_closed_opens_only_by_those_it_concerns_who_say_it_is_not_solved() -> None:
    """R43"""
    out = {move: rule for (state, move), rule in MOVES.items() if state is State.CLOSED}
    assert list(out) == [Move.NOT_SOLVED, Move.UNDO], "or its closing is taken back"
    assert out[Move.NOT_SOLVED].who == {Who.REPORTER, Who.SUPPORTER}
    assert not REOPENABLE & {Ending.MERGED, Ending.CANCELLED, Ending.NOT_NEEDED}


def test_the_clock_only_climbs_resumes_expires_reminds_and_tells_what_is_late() -> None:
    by_clock = {move for (state, move), rule in MOVES.items() if state and Who.CLOCK in rule.who}
    assert by_clock == {
        Move.CLIMB,
        Move.RESUME,
        Move.EXPIRE,
        Move.LATE,
        Move.REMIND,
        Move.AGE,
        Move.GROW,  # nobody's doing: as many as say so together
    }


def test_nobody_confirms_for_those_it_concerns() -> None:
    """R47"""
    rule = rule_of(State.DONE, Move.CONFIRM)
    assert rule is not None
    assert rule.who == {Who.REPORTER, Who.SUPPORTER}


def test_whoever_only_lives_there_may_take_nothing_pass_nothing_on_and_assign_nothing() -> None:
    for state in State:
        for move in (Move.TAKE, Move.HAND_ON, Move.ASSIGN, Move.WAIT, Move.CANNOT, Move.MERGE):
            assert not may(state, move, {Who.REPORTER, Who.SUPPORTER})


def test_what_lives_can_always_be_given_to_somebody_and_ended_by_a_manager() -> None:
    for state in ALIVE:
        assert may(state, Move.ASSIGN, {Who.ASSIGNER})
        assert may(state, Move.CLOSE, {Who.MANAGER})


def test_every_move_of_the_table_has_its_effect_and_its_words() -> None:
    words = catalogue()
    for move in {move for _, move in MOVES} - {Move.OPEN}:
        assert move in EFFECTS
        for language in ("zh", "en"):
            assert words.say(language, f"request.event.{move}")


def test_every_code_and_every_end_has_its_words() -> None:
    words = catalogue()
    offered = [*CODES.values(), *DONE_CODES.values(), OTHER_DONE_CODES]
    for language in ("zh", "en"):
        for code in {code for each in offered for code in each}:
            assert words.say(language, f"request.code.{code}")
        for ending in Ending:
            assert words.has(f"request.ending.{ending}")
