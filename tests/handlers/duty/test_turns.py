"""Turns: one answer for one moment, no gaps but the declared ones, over clock changes too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.duty.turns import (
    Holidays,
    Rule,
    from_data,
    moment_of,
    next_start,
    on_at,
    overlap,
    to_data,
    turns,
)

#: Without clock changes, with them in both halves of the year, with one of half an hour, and one
#: that happens at midnight.
ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
)
CREWS = ((1,), (2,), (3, 4))
MONDAY = date(2026, 3, 2)
WEEK = (0, 1, 2, 3, 4)

clocks = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))


def _slots(marks: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """A whole day parted at the marks: each slot ends where the next begins."""
    order = sorted(marks)
    next_day = f"{int(order[0][:2]) + 24}{order[0][2:]}"
    return tuple(zip(order, [*order[1:], next_day], strict=True))


whole_days = st.lists(clocks, min_size=1, max_size=4, unique=True).map(_slots)
zones = st.sampled_from(ZONES)
ways = st.sampled_from(["slot", "day", "week"])
starts = st.dates(date(2025, 12, 1), date(2026, 12, 1)).map(date.isoformat)
days = st.sets(st.integers(0, 6), min_size=1).map(lambda each: tuple(sorted(each)))
crews = st.lists(st.sampled_from(CREWS), min_size=1, max_size=5).map(tuple)
changes = st.sampled_from(
    ["2026-03-08", "2026-03-29", "2026-04-04", "2026-04-05", "2026-09-05", "2026-10-03"]
)


def _near(day: str, minutes: int) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=minutes)


moments = st.one_of(
    st.builds(_near, changes, st.integers(-3000, 3000)),
    st.integers(0, 700 * 24 * 60).map(lambda m: _near("2025-12-01", m)),
)
continuous = st.builds(Rule, zones, whole_days, st.just("2025-06-02"), ways, st.integers(1, 3))
parts = st.builds(
    Rule,
    zones,
    whole_days.map(lambda slots: slots[::2] if len(slots) % 2 == 0 else slots),
    starts,
    ways,
    st.integers(1, 3),
    days,
    st.sampled_from(["keep", "skip", "work"]),
    st.sampled_from([(), ("2026-05-04", "2026-10-03")]),
)


@given(continuous, crews, moments)
def test_a_rota_round_the_clock_has_no_gap_and_no_overlap(
    rule: Rule, crews: tuple[tuple[int, ...], ...], begin: datetime
) -> None:
    found = list(turns(rule, crews, begin, begin + timedelta(days=4)))
    assert found[0].start <= begin < found[0].end
    assert found[-1].end >= begin + timedelta(days=4)
    assert all(one.end == other.start for one, other in pairwise(found))


@given(parts, crews, moments)
def test_a_moment_has_one_answer_at_most(
    rule: Rule, crews: tuple[tuple[int, ...], ...], moment: datetime
) -> None:
    around = turns(rule, crews, moment - timedelta(days=9), moment + timedelta(days=9))
    found = [turn for turn in around if turn.covers(moment)]
    assert len(found) <= 1
    assert on_at(rule, crews, moment) == (found[0] if found else None)


@given(parts, crews, moments)
def test_turns_are_the_same_from_wherever_one_looks(
    rule: Rule, crews: tuple[tuple[int, ...], ...], begin: datetime
) -> None:
    whole = list(turns(rule, crews, begin, begin + timedelta(days=20)))
    later = list(turns(rule, crews, begin + timedelta(days=7), begin + timedelta(days=20)))
    assert later == [each for each in whole if each.end > begin + timedelta(days=7)]
    assert all(one.end <= other.start for one, other in pairwise(whole))


@given(parts, moments)
def test_the_next_turn_begins_later_and_none_is_passed_over(rule: Rule, after: datetime) -> None:
    found = next_start(rule, after)
    if found is None:
        assert not list(turns(rule, (), after, after + timedelta(days=300)))
        return
    assert found > after
    between = turns(rule, (), after, found + timedelta(seconds=1))
    assert [each.start for each in between if each.start > after] == [found]


@given(parts)
def test_a_rule_comes_back_from_data_as_it_was(rule: Rule) -> None:
    assert from_data(to_data(rule)) == rule


@given(zones, st.dates(date(2026, 1, 1), date(2026, 12, 31)), clocks, clocks)
def test_an_earlier_time_is_never_a_later_moment(zone: str, day: date, one: str, two: str) -> None:
    first, last = sorted((one, two))
    assert moment_of(day, first, zone) <= moment_of(day, last, zone)
    assert moment_of(day, last, zone) <= moment_of(day + timedelta(days=1), first, zone)


def people(rule: Rule, first: date, count: int) -> list[tuple[int, ...]]:
    begin = moment_of(first, "00:00", rule.zone)
    return [turn.crew for turn in turns(rule, CREWS, begin, begin + timedelta(days=count))]


def test_turns_pass_on_by_week_day_and_slot() -> None:
    slots = (("08:00", "16:00"), ("16:00", "24:00"))
    week = Rule("Asia/Shanghai", slots[:1], MONDAY.isoformat(), "week")
    assert people(week, MONDAY, 15) == [CREWS[0]] * 7 + [CREWS[1]] * 7 + [CREWS[2]]
    day = Rule("Asia/Shanghai", slots, MONDAY.isoformat(), "day")
    assert people(day, MONDAY, 2) == [CREWS[0]] * 2 + [CREWS[1]] * 2
    slot = Rule("Asia/Shanghai", slots, MONDAY.isoformat(), "slot")
    assert people(slot, MONDAY, 2) == [CREWS[0], CREWS[1], CREWS[2], CREWS[0]]
    two = Rule("Asia/Shanghai", slots[:1], MONDAY.isoformat(), "day", 2)
    assert people(two, MONDAY, 5) == [CREWS[0]] * 2 + [CREWS[1]] * 2 + [CREWS[2]]


def test_a_crew_may_have_its_own_weekday() -> None:
    rule = Rule("Asia/Shanghai", (("09:00", "17:00"),), MONDAY.isoformat(), "weekday", 1, (0, 2, 4))
    assert people(rule, MONDAY, 9) == [*CREWS, CREWS[0]]


def test_a_week_begins_on_monday_though_the_rota_begins_later() -> None:
    rule = Rule("Asia/Shanghai", (("09:00", "17:00"),), "2026-03-05", "week")
    assert people(rule, MONDAY, 8) == [CREWS[0]] * 4 + [CREWS[1]]


def test_holidays_are_kept_skipped_or_worked_around() -> None:
    def days_of(holidays: Holidays) -> list[str]:
        rule = Rule(
            "Asia/Shanghai", (("09:00", "17:00"),), "2026-01-01", days=WEEK, holidays=holidays
        )
        begin = moment_of(date(2026, 9, 28), "00:00", rule.zone)
        found = turns(rule, CREWS, begin, begin + timedelta(days=14))
        return [f"{turn.start.astimezone(ZoneInfo(rule.zone)):%d}" for turn in found]

    before, after = ["28", "29", "30"], ["08", "09"]
    assert days_of("keep") == [*before, "01", "02", "05", "06", "07", *after]
    assert days_of("skip") == [*before, *after]
    assert days_of("work") == [*before, *after, "10"], "a Saturday is made up for"


def test_a_holiday_moves_nobody_else_s_turn() -> None:
    slots = (("09:00", "17:00"),)
    keep = Rule("Asia/Shanghai", slots, "2026-09-01", "day")
    skip = Rule("Asia/Shanghai", slots, "2026-09-01", "day", holidays="skip")
    begin = moment_of(date(2026, 9, 20), "00:00", "Asia/Shanghai")
    kept = set(turns(keep, CREWS, begin, begin + timedelta(days=30)))
    left = set(turns(skip, CREWS, begin, begin + timedelta(days=30)))
    assert left < kept


def test_own_days_off_have_no_turn() -> None:
    rule = Rule("Asia/Shanghai", (("09:00", "17:00"),), "2026-03-02", "day", off=("2026-03-03",))
    assert people(rule, MONDAY, 3) == [CREWS[0], CREWS[2]]


def test_a_night_turn_is_an_hour_shorter_and_longer_when_the_clocks_change() -> None:
    rule = Rule("Europe/Berlin", (("22:00", "30:00"),), "2026-01-01", "day")

    def hours(day: date) -> float:
        turn = next(turns(rule, CREWS, moment_of(day, "22:00", rule.zone), _near("2027-01-01", 0)))
        return (turn.end - turn.start) / timedelta(hours=1)

    assert [hours(date(2026, 3, day)) for day in (27, 28, 29)] == [8, 7, 8]
    assert [hours(date(2026, 10, day)) for day in (23, 24, 25)] == [8, 9, 8]


def test_a_slot_that_the_clocks_skip_falls_away() -> None:
    rule = Rule("Europe/Berlin", (("02:15", "02:45"), ("02:45", "03:30")), "2026-01-01", "slot")
    begin = moment_of(date(2026, 3, 29), "00:00", rule.zone)
    found = list(turns(rule, CREWS, begin, begin + timedelta(hours=12)))
    assert [f"{turn.start:%H:%M}-{turn.end:%H:%M}" for turn in found] == ["01:00-01:30"]


@pytest.mark.parametrize(
    ("slots", "wrong"),
    [
        ((("09:00", "17:00"), ("17:00", "33:00")), False),
        ((("09:00", "17:00"), ("16:00", "20:00")), True),
        ((("22:00", "30:00"), ("05:00", "07:00")), True),
        ((("08:00", "32:00"),), False),
        ((("08:00", "32:00"), ("09:00", "10:00")), True),
        ((), False),
    ],
)
def test_slots_that_run_into_one_another_are_found(
    slots: tuple[tuple[str, str], ...], wrong: bool
) -> None:
    assert overlap(slots) is wrong
