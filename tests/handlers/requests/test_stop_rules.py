"""The stop rules: every pair of event and clock, in the words of docs/clocks.md (R38)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import handlers
from handlers.requests.deadlines import Moments, next_due
from handlers.requests.rules import ALIVE, Move, State, rule_of
from handlers.requests.stop_rules import (
    EVENTS,
    JOIN,
    PROGRESS,
    TABLE,
    TAKE_SHORT,
    UNANSWERED,
    Clock,
    Clocks,
    Effect,
    apply,
    event_of,
)
from tests.harness import MONDAY

DOCUMENT = Path(handlers.__path__[0]).parent / "docs" / "clocks.md"
#: How long each clock runs here.
SPANS = {
    Clock.ANSWER: timedelta(hours=2),
    Clock.LADDER: timedelta(hours=1),
    Clock.PROGRESS: timedelta(hours=12),
    Clock.SOLVE: timedelta(hours=24),
    Clock.CALLBACK: timedelta(hours=48),
}


@dataclass(frozen=True)
class Plain:
    """Terms without nights: what begins now ends after its span."""

    now: datetime

    def end(self, clock: Clock) -> datetime:
        return self.now + SPANS[clock]

    def moved(self, due: datetime, since: datetime) -> datetime:
        return due if due <= since else due + (self.now - since)


def written() -> dict[str, list[str]]:
    """The table of the document."""
    rows = re.findall(r"^\| ([a-z_]+) \|(.+)\|$", DOCUMENT.read_text(encoding="utf-8"), re.M)
    found = {name: [each.strip() for each in row.split("|")] for name, row in rows}
    return {name: cells for name, cells in found.items() if name in EVENTS}


def test_the_document_says_what_the_table_does() -> None:
    known = {
        str(event): [each.value.replace("_", " ") for each in row] for event, row in TABLE.items()
    }
    assert written() == known


def test_every_event_stands_in_the_table() -> None:
    assert set(EVENTS) == {str(event) for event in TABLE}
    assert {
        event_of(move, state, enough=enough)
        for move in Move
        for state in State
        for enough in (True, False)
    } | {PROGRESS, JOIN} == set(EVENTS)
    assert event_of(Move.TAKE, State.OPEN, enough=False) == TAKE_SHORT
    assert event_of(Move.EXPIRE, State.DONE, enough=True) == UNANSWERED


def moment_of(clocks: Clocks, clock: Clock) -> datetime | None:
    return getattr(clocks, clock.value)


RUNNING = Clocks(
    answer=MONDAY + timedelta(hours=9),
    ladder=MONDAY + timedelta(hours=9),
    progress=MONDAY + timedelta(hours=9),
    solve=MONDAY + timedelta(hours=9),
    callback=MONDAY + timedelta(hours=9),
)
STANDING = Clocks(
    answer=MONDAY + timedelta(hours=9),
    answered=MONDAY,
    solve=MONDAY + timedelta(hours=9),
    paused=MONDAY,
)
LATER = Plain(MONDAY + timedelta(hours=3))


@pytest.mark.parametrize("clock", list(Clock))
@pytest.mark.parametrize("event", EVENTS)
def test_every_event_and_every_clock_that_runs(event: str, clock: Clock) -> None:
    effect = Effect(written()[event][list(Clock).index(clock)].replace(" ", "_"))
    after = apply(event, RUNNING, LATER)
    before, found = moment_of(RUNNING, clock), moment_of(after, clock)
    if effect in (Effect.START, Effect.ANEW):
        assert (found, after.runs(clock)) == (LATER.end(clock), True)
    elif effect in (Effect.KEEP, Effect.ENSURE, Effect.GO_ON):
        assert (found, after.runs(clock)) == (before, True)
    else:
        assert not after.runs(clock)


@pytest.mark.parametrize("clock", list(Clock))
@pytest.mark.parametrize("event", EVENTS)
def test_every_event_and_every_clock_that_stands(event: str, clock: Clock) -> None:
    effect = Effect(written()[event][list(Clock).index(clock)].replace(" ", "_"))
    after = apply(event, STANDING, LATER)
    if clock is Clock.SOLVE:
        stays = effect in (Effect.KEEP, Effect.PAUSE, Effect.ANEW, Effect.START)
        assert after.runs(clock) == (effect in (Effect.ENSURE, Effect.GO_ON))
        assert (after.paused is not None) == stays
        if effect in (Effect.ENSURE, Effect.GO_ON):
            assert after.solve == MONDAY + timedelta(hours=12), "what was left is left"
    else:
        assert after.runs(clock) == (effect in (Effect.START, Effect.ENSURE))


def test_taking_and_closing_cancel_what_would_ask_others() -> None:
    """R27"""
    for event in ("take", "wait", "done", "cannot", "refer", "close", "cancel", "merge", "confirm"):
        assert not apply(event, RUNNING, LATER).runs(Clock.LADDER)
    for event in ("cannot", "refer", "close", "cancel", "merge", "confirm", UNANSWERED):
        after = apply(event, RUNNING, LATER)
        assert not any(after.runs(clock) for clock in Clock)


steps = st.lists(
    st.tuples(st.sampled_from(EVENTS), st.integers(0, 100), st.booleans()), max_size=40
)
#: Events that may put a promise earlier: it is another promise from then on.
MAY_SHORTEN = {Effect.START, Effect.ANEW}


def _step(state: State, event: str) -> State | None:
    """The state that an event leads to by the table of moves; None: it cannot happen there."""
    if event in (PROGRESS, JOIN):
        return state if event == JOIN or state is State.TAKEN else None
    move = {TAKE_SHORT: Move.TAKE, UNANSWERED: Move.EXPIRE}.get(event) or Move(event)
    if move is Move.OPEN or event_of(move, state, enough=event != TAKE_SHORT) != event:
        return None
    rule = rule_of(state, move)
    return rule.to if rule else None


@given(steps)
def test_deadlines_never_move_backwards_without_an_event_that_says_so(
    tries: list[tuple[str, int, bool]],
) -> None:
    now, state = MONDAY, State.OPEN
    clocks = apply(Move.OPEN, Clocks(), Plain(now))
    for event, hours, _ in tries:
        now += timedelta(hours=hours)
        after = _step(state, event)
        if after is None:
            continue
        solving = replace(clocks, solving=state in ALIVE)
        turned = apply(event, solving, Plain(now))
        for clock, effect in zip(
            (Clock.ANSWER, Clock.SOLVE), (TABLE[event][0], TABLE[event][3]), strict=True
        ):
            was, found = moment_of(clocks, clock), moment_of(turned, clock)
            if effect not in MAY_SHORTEN and was is not None and found is not None:
                assert found >= was
        clocks, state = turned, after
        _stands_right(clocks, state)


def _stands_right(clocks: Clocks, state: State) -> None:
    """In each state those clocks run that must, and there is a moment to look again (R40)."""
    assert clocks.answer is not None
    assert clocks.solve is not None
    assert clocks.runs(Clock.PROGRESS) == (state is State.TAKEN)
    assert clocks.runs(Clock.CALLBACK) == (state is State.DONE)
    assert (clocks.paused is not None) == (state is State.WAITING)
    if state is State.OPEN:
        assert clocks.runs(Clock.LADDER)
        assert clocks.runs(Clock.SOLVE)
    if state in (State.DONE, State.CLOSED, State.WAITING):
        assert not clocks.runs(Clock.LADDER)
    moments = Moments(
        climb=clocks.ladder,
        progress=clocks.progress,
        solve=clocks.solve,
        resume=MONDAY if state is State.WAITING else None,
        callback=clocks.callback,
    )
    assert (next_due(state, moments) is None) == (state is State.CLOSED)
