"""Deadlines: every request that is open has both, people sleep at night, danger does not."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.deadlines import CalendarPolicy, Deadline
from config.policy import default_policy
from config.spans import Span, hours
from config.subjects import QuietPolicy
from handlers.requests.deadlines import (
    WATCHED,
    Hours,
    Moments,
    Terms,
    awake,
    due_move,
    is_quiet,
    next_due,
    told,
)
from handlers.requests.rules import MOVES, State
from handlers.requests.stop_rules import Clock
from handlers.requests.worktime import WorkCalendar

NAMES = [each.name for each in fields(Moments)]

zones = st.sampled_from(
    ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
).map(ZoneInfo)
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
quiets = st.one_of(st.just(QuietPolicy()), st.builds(QuietPolicy, start=clocks, end=clocks))
moments = st.integers(0, 3 * 365 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def _span(amount: float, unit: str, working: bool) -> Span:
    return Span.model_validate({"amount": amount, "unit": unit, "working": working})


def _deadline(answer: float, more: float) -> Deadline:
    return Deadline(answer=hours(answer), solve=hours(answer + more))


deadlines = st.builds(_deadline, st.floats(0.1, 100), st.floats(0, 1000))
urgencies = st.sampled_from(["emergency", "urgent", "normal", "unheard_of"])
spans = st.one_of(
    st.builds(_span, st.floats(0.1, 60), st.just("hour"), st.booleans()),
    st.builds(_span, st.integers(1, 12), st.just("day"), st.booleans()),
)


def calendar(zone: ZoneInfo, **policy: Any) -> WorkCalendar:
    return WorkCalendar(zone, CalendarPolicy(**policy))


def terms(deadline: Deadline, quiet: QuietPolicy | None, now: datetime, zone: ZoneInfo) -> Terms:
    return Terms(now, deadline, calendar(zone), quiet, wait=hours(1), callback=hours(48))


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
def test_deadlines_come_in_their_order(
    deadline: Deadline, quiet: QuietPolicy, now: datetime, zone: ZoneInfo
) -> None:
    """R36, R40"""
    ends = terms(deadline, quiet, now, zone)
    answer, solve = ends.end(Clock.ANSWER), ends.end(Clock.SOLVE)
    assert now < answer <= solve
    assert answer >= now + deadline.answer.calendar
    assert answer <= ends.end(Clock.PROGRESS) <= solve


@given(deadlines, moments, zones)
def test_danger_runs_through_the_night(deadline: Deadline, now: datetime, zone: ZoneInfo) -> None:
    ends = terms(deadline, None, now, zone)
    assert ends.end(Clock.ANSWER) == now + deadline.answer.calendar
    assert ends.end(Clock.SOLVE) == now + deadline.solve.calendar


@given(st.sampled_from([*default_policy().categories, "unheard_of"]), urgencies)
def test_every_matter_has_deadlines_and_answers_come_first(category: str, urgency: str) -> None:
    for place in ("household", "unit", "building", "neighbourhood", ""):
        for governance in ("self", "baseline"):
            found = default_policy().deadlines.for_(category, urgency, place, governance)
            assert found.answer.calendar <= found.solve.calendar
            assert found.to_progress.calendar <= found.solve.calendar


@given(spans, moments, zones)
def test_a_span_ends_later_and_working_time_ends_while_people_work(
    span: Span, start: datetime, zone: ZoneInfo
) -> None:
    """R39"""
    work = calendar(zone)
    end = work.add(start, span)
    assert end > start
    if span.working:
        local = end.astimezone(zone)
        assert work.is_working(local.date())
        assert time(9) <= local.time() <= time(18)
        assert abs(work.between(start, end) - span.of(work.day)) < timedelta(seconds=1)


@given(spans, moments, st.integers(0, 400), st.integers(0, 400), zones)
def test_a_pause_never_shortens_a_deadline(
    span: Span, start: datetime, until_pause: int, paused: int, zone: ZoneInfo
) -> None:
    """R41"""
    work = calendar(zone)
    due = work.add(start, span)
    since = start + timedelta(hours=until_pause)
    now = since + timedelta(hours=paused)
    moved = work.moved(due, since, now, span)
    assert moved >= due - timedelta(seconds=1)
    if due <= since:
        assert moved == due, "what was late stays late"
    elif not span.working:
        assert moved - now == due - since, "what was left is left"
    else:
        left = work.between(since, due) - work.between(now, moved)
        assert abs(left) < timedelta(seconds=1)


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-03-02T09:00", "2 working hours", "2026-03-02T11:00"),
        ("2026-03-02T17:00", "2 working hours", "2026-03-03T10:00"),
        ("2026-03-06T17:00", "2 working hours", "2026-03-09T10:00"),  # over a weekend
        ("2026-03-06T10:00", "5 working days", "2026-03-13T10:00"),
        ("2026-02-13T17:00", "2 working hours", "2026-02-14T10:00"),  # a Saturday made up for
        ("2026-02-14T17:30", "1 working hour", "2026-02-24T09:30"),  # over the Spring Festival
        ("2026-02-28T08:00", "1 working day", "2026-02-28T18:00"),  # another made-up Saturday
        ("2026-10-01T12:00", "1 working hour", "2026-10-08T10:00"),  # National Day
        ("2026-03-02T23:30", "1 working hour", "2026-03-03T10:00"),
        ("2026-03-02T10:00", "3个工作日", "2026-03-05T10:00"),
        ("2026-03-06T10:00", "3 days", "2026-03-09T10:00"),
    ],
)
def test_working_time_in_china(start: str, span: str, end: str) -> None:
    """R39: weekends, holidays and make-up working days (调休) of 2026"""
    work = calendar(ZoneInfo("Asia/Shanghai"))
    assert work.add(shanghai(start), Span.model_validate(span)) == shanghai(end)


def test_a_community_has_days_off_and_days_on_of_its_own() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    work = calendar(zone, days_off=("2026-03-03", "03-04"), days_on=("2026-03-07",))
    assert not work.is_working(date(2026, 3, 3))
    assert not work.is_working(date(2027, 3, 4)), "each year"
    assert work.is_working(date(2026, 3, 7)), "a Saturday"
    assert work.add(shanghai("2026-03-02T17:00"), Span.model_validate("2 working hours")) == (
        shanghai("2026-03-05T10:00")
    )


@pytest.mark.parametrize(
    ("zone", "start", "hours_later", "local"),
    [
        ("Europe/Berlin", "2026-03-28T12:00", 24, "2026-03-29T13:00"),  # an hour is lost
        ("Europe/Berlin", "2026-10-24T12:00", 24, "2026-10-25T11:00"),  # an hour comes twice
        ("America/New_York", "2026-03-07T12:00", 24, "2026-03-08T13:00"),
    ],
)
def test_hours_of_the_calendar_are_hours_over_a_clock_change(
    zone: str, start: str, hours_later: int, local: str
) -> None:
    at = ZoneInfo(zone)
    begin = datetime.fromisoformat(start).replace(tzinfo=at).astimezone(UTC)
    found = calendar(at).add(begin, hours(hours_later)).astimezone(at)
    assert found.replace(tzinfo=None) == datetime.fromisoformat(local)


def test_a_working_day_of_a_clock_change_is_a_working_day() -> None:
    at = ZoneInfo("America/New_York")
    begin = datetime(2026, 3, 6, 17, tzinfo=at)  # the clock changes on Sunday
    found = calendar(at).add(begin.astimezone(UTC), Span.model_validate("2 working hours"))
    assert found.astimezone(at) == datetime(2026, 3, 9, 10, tzinfo=at)


@given(st.sampled_from(list(State)), st.dictionaries(st.sampled_from(NAMES), moments))
def test_the_clock_looks_at_the_first_moment_that_matters_in_a_state(
    state: State, given_moments: dict[str, datetime]
) -> None:
    """R38, R40"""
    found = Moments(**given_moments)
    watched = {name for name, _ in WATCHED[state]}
    due = next_due(state, found)
    mattering = [moment for name, moment in given_moments.items() if name in watched]
    assert due == min(mattering, default=None)
    if due is not None:
        move = due_move(state, found, due)
        assert move is not None
        assert (state, move) in MOVES, "what the clock does is a move of the table"
        assert due_move(state, found, due - timedelta(microseconds=1)) is None


def test_only_what_has_ended_is_never_looked_at() -> None:
    assert {state for state, watched in WATCHED.items() if not watched} == {State.CLOSED}


@given(moments, quiets, quiets, st.none() | quiets, zones)
def test_somebody_is_told_when_neither_the_place_nor_they_sleep(
    moment: datetime, quiet: QuietPolicy, own: QuietPolicy, duty: QuietPolicy | None, zone: ZoneInfo
) -> None:
    """R37"""
    found = told(moment, quiet, Hours(own, duty, "working"), calendar(zone))
    assert found >= moment
    assert told(moment, quiet, Hours(), calendar(zone)) == awake(moment, quiet, zone)
    usual = Hours(QuietPolicy(), QuietPolicy(start=time(9), end=time(18)), "working")
    at = told(moment, QuietPolicy(), usual, calendar(zone)).astimezone(zone)
    assert time(9) <= at.time() < time(18)
    assert calendar(zone).is_working(at.date())
