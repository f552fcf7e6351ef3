"""Hours and nights, and the calendar file: values in, values out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from handlers.duty.changes import differences
from handlers.duty.fairness import loads, nights
from handlers.duty.icalendar import Entry, calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def here(day: int, hour: int, minute: int = 0, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=zone)


def test_a_night_is_one_however_many_turns_it_has() -> None:
    served = [
        (1, here(2, 22), here(3, 6)),
        (1, here(3, 0), here(3, 1)),
        (2, here(3, 9), here(3, 17)),
    ]
    found = loads(served, here(9, 0), SHANGHAI)
    assert (found[1].hours, len(found[1].nights)) == (9, 1)
    assert (found[2].hours, len(found[2].nights)) == (8, 0)


def test_a_turn_that_goes_on_counts_as_far_as_it_went() -> None:
    found = loads(
        [(1, here(2, 22), here(3, 6)), (2, here(4, 9), here(4, 17))], here(3, 1), SHANGHAI
    )
    assert found[1].hours == 3
    assert 2 not in found


def test_the_night_of_the_clock_change_is_an_hour_shorter() -> None:
    start, end = here(28, 22, zone=BERLIN), here(29, 6, zone=BERLIN)
    found = loads([(1, start.astimezone(UTC), end.astimezone(UTC))], here(31, 0), BERLIN)
    assert found[1].hours == 7
    assert nights(start, end, BERLIN) == {date(2026, 3, 29)}


def test_an_evening_and_a_morning_are_no_night() -> None:
    assert not nights(here(2, 17), here(3, 0), SHANGHAI)
    assert not nights(here(3, 5), here(3, 9), SHANGHAI)


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=120)


@given(texts, texts)
def test_any_words_stand_in_a_calendar(title: str, place: str) -> None:
    entry = Entry("u1", here(2, 22), here(3, 6), title, place)
    body = calendar([entry], name="值班", zone="Asia/Shanghai", now=here(1, 0)).decode()
    lines = body.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    whole = body.replace("\r\n ", "")
    assert whole.count("BEGIN:VEVENT") >= 1
    assert "DTSTART:20260302T140000Z" in whole
    summary = next(line for line in whole.split("\r\n") if line.startswith("SUMMARY:"))
    assert "\n" not in summary


def test_what_is_new_is_told_and_what_was_never_told_is_not_new() -> None:
    now = here(2, 9)
    one, two, three = (here(day, 9).astimezone(UTC).isoformat() for day in (3, 4, 20))
    old = {one: [1], two: [2]}
    new = {one: [2], three: [1]}
    found = differences(old, new, now, here(10, 0))
    assert found[2].gained == [datetime.fromisoformat(one)]
    assert found[2].lost == [datetime.fromisoformat(two)]
    assert found[1].lost == [datetime.fromisoformat(one)]
    assert not found[1].gained, "it lies behind what was told of"
    assert differences(old, old, now, here(10, 0)) == {}


@given(st.integers(0, 20))
def test_what_has_passed_is_no_change(days: int) -> None:
    now = here(2, 9) + timedelta(days=days)
    old = {(now - timedelta(hours=1)).astimezone(UTC).isoformat(): [1]}
    assert differences(old, {}, now, now) == {}
