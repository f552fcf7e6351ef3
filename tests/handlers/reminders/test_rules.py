"""When a reminder is due: strictly later, in its zone, by the rule alone, over clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from handlers.directory.workdays import is_free, is_working
from handlers.reminders.rules import (
    MATCHES,
    Rule,
    from_data,
    next_after,
    to_data,
    upcoming,
    with_holidays,
)

#: Without clock changes, with them in both halves of the year, and with one of half an hour.
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")


def _near(day: str, minutes: int) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=minutes)


zones = st.sampled_from(ZONES)
clocks = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
times = st.sets(clocks, min_size=1, max_size=3).map(lambda found: tuple(sorted(found)))
weekdays = st.sets(st.integers(0, 6), min_size=1, max_size=3).map(lambda each: tuple(sorted(each)))
starts = st.dates(date(2024, 1, 1), date(2026, 12, 31)).map(date.isoformat)
afters = st.integers(0, 4 * 365 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
#: Around the clock changes of 2026 in the zones above.
changes = st.sampled_from(["2026-03-08", "2026-03-29", "2026-04-04", "2026-10-03", "2026-10-25"])
near_changes = st.builds(_near, changes, st.integers(-2000, 2000))
moments = st.one_of(afters, near_changes)

recurring = st.one_of(
    st.builds(Rule, st.just("day"), zones, times, n=st.integers(1, 5), start=starts),
    st.builds(Rule, st.just("workday"), zones, times),
    st.builds(
        Rule, st.just("week"), zones, times, n=st.integers(1, 4), weekdays=weekdays, start=starts
    ),
    st.builds(
        Rule,
        st.just("month"),
        zones,
        times,
        n=st.integers(1, 3),
        day=st.integers(1, 31),
        start=starts,
    ),
    st.builds(
        Rule,
        st.just("nth"),
        zones,
        times,
        weekdays=weekdays,
        nth=st.sampled_from([1, 2, 3, 4, 5, -1]),
    ),
    st.builds(
        Rule, st.just("year"), zones, times, month=st.integers(1, 12), day=st.integers(1, 31)
    ),
)
crons = st.builds(
    Rule,
    st.just("cron"),
    zones,
    cron=st.sampled_from(["0 9 * * 5", "*/15 * * * *", "30 2 * * *", "0 0 29 2 *", "5 8 1,15 * *"]),
)
onces = st.builds(Rule, st.just("once"), zones, times, start=starts)


@given(st.one_of(recurring, crons), moments)
def test_the_next_moment_is_strictly_later_and_utc(rule: Rule, after: datetime) -> None:
    found = next_after(rule, after)
    assert found is not None
    assert found > after
    assert found.tzinfo is UTC


@given(st.one_of(recurring, crons), moments, st.floats(0, 0.999))
def test_it_follows_from_the_rule_and_never_from_the_last_run(
    rule: Rule, after: datetime, part: float
) -> None:
    """R58: asked early or late, before the moment, the answer is the same."""
    found = next_after(rule, after)
    assert found is not None
    assert next_after(rule, after + (found - after) * part) == found


@given(recurring, moments)
def test_no_moment_of_the_rule_is_passed_over(rule: Rule, after: datetime) -> None:
    found = next_after(rule, after)
    assert found is not None
    zone, day = ZoneInfo(rule.zone), after.astimezone(ZoneInfo(rule.zone)).date()
    start = date.fromisoformat(rule.start) if rule.start else date.min
    while day <= found.astimezone(zone).date():
        if day >= start and MATCHES[rule.every](rule, day):
            for clock in rule.times:
                moment = datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)
                assert not after < moment < found
        day += timedelta(days=1)


@given(recurring, moments)
def test_over_clock_changes_it_stays_at_its_local_time(rule: Rule, after: datetime) -> None:
    zone = ZoneInfo(rule.zone)
    for found in upcoming(rule, after, 4):
        local = found.astimezone(zone)
        skipped = local.utcoffset() != (found - timedelta(hours=3)).astimezone(zone).utcoffset()
        assert f"{local:%H:%M}" in rule.times or skipped


@given(recurring, moments)
def test_upcoming_moments_rise(rule: Rule, after: datetime) -> None:
    found = upcoming(rule, after, 5)
    assert len(found) == 5
    assert found == sorted(set(found))


@given(recurring, moments)
def test_a_day_off_is_skipped_or_moved_if_asked(rule: Rule, after: datetime) -> None:
    zone = ZoneInfo(rule.zone)
    skipped = next_after(with_holidays(rule, "skip"), after)
    if skipped is not None:
        assert not is_free(skipped.astimezone(zone).date(), rule.zone)
    for way in ("later", "earlier"):
        moved = next_after(with_holidays(rule, way), after)
        assert moved is not None
        assert moved > after
        day = moved.astimezone(zone).date()
        assert is_working(day, rule.zone) or not is_free(day, rule.zone)


@given(recurring, moments, st.sampled_from(["skip", "later", "earlier"]), st.floats(0, 0.999))
def test_days_off_or_not_it_follows_from_the_rule(
    rule: Rule, after: datetime, way: str, part: float
) -> None:
    """R58"""
    rule = from_data({**to_data(rule), "holidays": way})
    found = next_after(rule, after)
    if found is not None:
        assert next_after(rule, after + (found - after) * part) == found


@given(onces, moments)
def test_once_is_once(rule: Rule, after: datetime) -> None:
    found = upcoming(rule, after, 10)
    assert len(found) <= len(rule.times)
    assert not found or next_after(rule, found[-1]) is None


@given(st.one_of(recurring, crons, onces))
def test_a_rule_is_kept_as_it_is(rule: Rule) -> None:
    assert from_data(to_data(rule)) == rule


def _next(rule: Rule, after: str) -> str:
    found = next_after(rule, datetime.fromisoformat(after).astimezone(UTC))
    assert found is not None
    return found.astimezone(ZoneInfo(rule.zone)).isoformat()


def test_a_time_that_the_clock_skips_comes_as_much_later() -> None:
    rule = Rule("day", "Europe/Berlin", ("02:30",))
    assert _next(rule, "2026-03-29T00:00+01:00") == "2026-03-29T03:30:00+02:00"
    assert _next(rule, "2026-03-29T04:00+02:00") == "2026-03-30T02:30:00+02:00"


def test_of_a_time_that_comes_twice_the_first_counts_and_it_comes_once() -> None:
    rule = Rule("day", "Europe/Berlin", ("02:30",))
    assert _next(rule, "2026-10-25T00:00+02:00") == "2026-10-25T02:30:00+02:00"
    assert _next(rule, "2026-10-25T02:30+02:00") == "2026-10-26T02:30:00+01:00"


def test_a_skipped_time_does_not_hide_the_one_after_it() -> None:
    rule = Rule("day", "Europe/Berlin", ("02:30", "03:15"))
    assert _next(rule, "2026-03-29T01:00+01:00") == "2026-03-29T03:15:00+02:00"
    assert _next(rule, "2026-03-29T03:15+02:00") == "2026-03-29T03:30:00+02:00"


def test_the_31st_is_the_last_day_of_a_shorter_month() -> None:
    rule = Rule("month", "Asia/Shanghai", ("09:00",), day=31)
    assert _next(rule, "2026-02-01T00:00+08:00") == "2026-02-28T09:00:00+08:00"


def test_the_fifth_friday_waits_for_a_month_that_has_one() -> None:
    rule = Rule("nth", "Asia/Shanghai", ("09:00",), weekdays=(4,), nth=5)
    assert _next(rule, "2026-03-01T00:00+08:00") == "2026-05-29T09:00:00+08:00"


def test_a_national_day_reminder_is_moved_behind_the_holidays() -> None:
    rule = Rule("year", "Asia/Shanghai", ("08:00",), month=10, day=1, holidays="later")
    assert _next(rule, "2026-09-01T00:00+08:00") == "2026-10-08T08:00:00+08:00"
