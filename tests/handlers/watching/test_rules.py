"""When a silence is unusual: waking time, habits, bounds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.subjects import QuietPolicy, WatchingPolicy
from handlers.watching import rules

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = QuietPolicy(start=time(22), end=time(7))
MONDAY = datetime(2026, 3, 2, 9, tzinfo=ZONE)
POLICY = WatchingPolicy()

moments = st.integers(0, 364 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
nights = st.builds(QuietPolicy, start=st.times(), end=st.times())
zones = st.sampled_from([ZONE, ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")])
spans = st.timedeltas(timedelta(0), timedelta(days=20))


def _hours(begin: str, end: str, quiet: QuietPolicy = NIGHT) -> float:
    first = datetime.fromisoformat(f"2026-03-{begin}").replace(tzinfo=ZONE)
    last = datetime.fromisoformat(f"2026-03-{end}").replace(tzinfo=ZONE)
    return rules.waking(first, last, quiet, ZONE) / timedelta(hours=1)


def test_a_night_is_no_silence() -> None:
    assert _hours("02T09:00", "02T21:00") == 12
    assert _hours("02T21:00", "03T08:00") == 2
    assert _hours("02T23:00", "03T06:00") == 0
    assert _hours("02T09:00", "04T09:00") == 30


def test_quiet_hours_need_not_go_over_midnight() -> None:
    noon = QuietPolicy(start=time(12), end=time(14))
    assert _hours("02T09:00", "02T18:00", noon) == 7
    assert _hours("02T22:00", "03T02:00", noon) == 4


@given(moments, spans, nights, zones)
def test_after_is_the_inverse_of_waking(
    begin: datetime, much: timedelta, quiet: QuietPolicy, zone: ZoneInfo
) -> None:
    end = rules.after(begin, much, quiet, zone)
    awake = rules.waking(begin, end, quiet, zone)
    assert awake == much or end == begin + rules.LONGEST
    assert awake <= end - begin


@given(moments, spans, spans, nights, zones)
def test_waking_time_adds_up(
    begin: datetime, one: timedelta, two: timedelta, quiet: QuietPolicy, zone: ZoneInfo
) -> None:
    middle, end = begin + one, begin + one + two
    whole = rules.waking(begin, end, quiet, zone)
    parts = rules.waking(begin, middle, quiet, zone) + rules.waking(middle, end, quiet, zone)
    assert whole == parts
    assert rules.waking(end, begin, quiet, zone) == timedelta(0)


def _habit(*longest: float, count: int = 100) -> rules.Habit:
    """Weeks with so many hours of silence at most."""
    return tuple(
        rules.Week((date(2026, 2, 2) + timedelta(weeks=n)).isoformat(), each * 60, count)
        for n, each in enumerate(longest)
    )


def _limit(*longest: float, count: int = 100, days: float = 30) -> float | None:
    found = rules.limit_of(_habit(*longest, count=count), timedelta(days=days), POLICY)
    return found / timedelta(hours=1) if found else None


def test_so_many_times_the_longest_silence_within_the_bounds() -> None:
    assert _limit(2, 3, 4) == 12
    assert _limit(0.1, 0.5) == POLICY.least_hours
    assert _limit(20) == POLICY.most_hours


def test_who_is_usually_silent_hardly_talks_or_is_new_is_left_be() -> None:
    assert _limit(POLICY.most_hours) is None
    assert _limit(2, count=POLICY.lines - 1) is None
    assert _limit(2, days=POLICY.learn_days - 1) is None
    assert rules.limit_of((), timedelta(days=99), POLICY) is None


@given(st.lists(st.tuples(st.dates(date(2026, 1, 1), date(2026, 12, 31)), spans), max_size=30))
def test_a_habit_keeps_the_longest_of_each_week(told: list[tuple[date, timedelta]]) -> None:
    habit: rules.Habit = ()
    for day, gap in told:
        habit = rules.noted(habit, day, gap, 1)
    assert sum(each.count for each in habit) == len(told)
    assert len({each.week for each in habit}) == len(habit)
    assert all(date.fromisoformat(each.week).weekday() == 0 for each in habit)
    longest = max((gap for _, gap in told), default=timedelta(0)) / timedelta(minutes=1)
    assert max((each.longest for each in habit), default=0) == pytest.approx(longest, abs=0.06)
    assert rules.habit_of(rules.as_kept(habit)) == habit


def test_old_weeks_are_forgotten() -> None:
    habit = _habit(9, 1, 1, 1, 1, 1)
    kept = rules.newest(habit, date(2026, 3, 9), 4)
    assert [each.week for each in kept] == [f"2026-{d}" for d in ("02-09", "02-16", "02-23")] + [
        "2026-03-02",
        "2026-03-09",
    ]
    assert max(each.longest for each in kept) == 60
