"""Deadlines: every request that is open has both, people sleep at night, danger does not."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from config.policy import Deadline, QuietPolicy, default_policy
from handlers.requests.deadlines import awake, first_due, is_quiet, next_due
from handlers.requests.rules import State

zones = st.sampled_from(
    ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
).map(ZoneInfo)
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
quiets = st.one_of(st.just(QuietPolicy()), st.builds(QuietPolicy, start=clocks, end=clocks))
moments = st.integers(0, 3 * 365 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def _deadline(answer: float, more: float) -> Deadline:
    return Deadline(answer=answer, solve=answer + more)


deadlines = st.builds(_deadline, st.floats(0.1, 100), st.floats(0, 1000))
urgencies = st.sampled_from(["emergency", "urgent", "normal", "unheard_of"])


@given(moments, quiets, zones)
def test_people_are_disturbed_at_the_moment_or_at_the_end_of_the_quiet_hours(
    moment: datetime, quiet: QuietPolicy, zone: ZoneInfo
) -> None:
    """R37"""
    found = awake(moment, quiet, zone)
    assert moment <= found <= moment + timedelta(hours=25)
    assert found == moment or is_quiet(moment, quiet, zone)
    if is_quiet(moment, quiet, zone):
        assert found.astimezone(zone).time() >= quiet.end


@given(moments, zones)
def test_in_usual_quiet_hours_nobody_is_disturbed(moment: datetime, zone: ZoneInfo) -> None:
    """R37"""
    assert not is_quiet(awake(moment, QuietPolicy(), zone), QuietPolicy(), zone)


@given(deadlines, quiets, moments, zones)
def test_both_deadlines_come_and_in_their_order(
    deadline: Deadline, quiet: QuietPolicy, now: datetime, zone: ZoneInfo
) -> None:
    """R36, R40"""
    due = first_due(deadline, quiet, now, zone)
    assert now < due.answer <= due.solve
    assert due.answer >= now + deadline.to_answer


@given(deadlines, moments, zones)
def test_danger_runs_through_the_night(deadline: Deadline, now: datetime, zone: ZoneInfo) -> None:
    due = first_due(deadline, None, now, zone)
    assert (due.answer, due.solve) == (now + deadline.to_answer, now + deadline.to_solve)


@given(urgencies)
def test_every_urgency_has_deadlines_and_answers_come_first(urgency: str) -> None:
    deadline = default_policy().deadlines.of(urgency)
    assert timedelta(0) < deadline.to_answer <= deadline.to_solve


@given(st.sampled_from(list(State)), moments, moments, moments, moments)
def test_whatever_has_not_ended_has_a_moment_to_be_looked_at(
    state: State, answer: datetime, solve: datetime, resume: datetime, callback: datetime
) -> None:
    """R40"""
    found = next_due(state, answer=answer, solve=solve, resume=resume, callback=callback)
    assert (found is None) == (state is State.CLOSED)
