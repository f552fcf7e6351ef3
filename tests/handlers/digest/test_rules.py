"""When a digest is due, and how its day and hour are written."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.subjects import DigestPolicy, QuietPolicy
from handlers.digest.rules import Weekly, is_planned, next_after, read, weekly
from handlers.requests.deadlines import is_quiet

QUIET, NEVER = QuietPolicy(), QuietPolicy(start=time(3), end=time(3))
BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = st.sampled_from([BERLIN, ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")])
RULES = st.builds(Weekly, st.integers(1, 7), st.times().map(lambda at: at.replace(microsecond=0)))


@pytest.mark.parametrize(
    ("text", "day", "at"),
    [
        ("周日 18:00", 7, "18:00"),
        ("星期五 9:30", 5, "09:30"),
        ("Sunday 18:00", 7, "18:00"),
        ("fri", 5, "18:00"),
        ("8:05", 7, "08:05"),
    ],
)
def test_what_is_understood(text: str, day: int, at: str) -> None:
    assert read(text, DigestPolicy()) == {"day": day, "at": at}


@pytest.mark.parametrize("text", ["", "周八 9:00", "25:00", "9:75", "每天", "soon"])
def test_what_is_not(text: str) -> None:
    assert read(text, DigestPolicy()) is None


def test_the_group_s_own_word_goes_over_the_policy() -> None:
    policy = DigestPolicy()
    assert weekly(policy, {}) == Weekly(7, time(18))
    assert not weekly(policy, {"digest": "off"}).on
    assert weekly(DigestPolicy(on=False), {"digest": "on"}).on
    assert weekly(policy, {"digest": {"day": 3, "at": "09:00"}}) == Weekly(3, time(9))


def test_it_comes_by_the_clock_on_the_wall_when_clocks_are_turned() -> None:
    rule, moment = Weekly(7, time(18)), datetime(2026, 3, 22, 17, 0, tzinfo=UTC)
    following = next_after(rule, moment, QUIET, BERLIN)
    assert following == datetime(2026, 3, 29, 16, 0, tzinfo=UTC)
    assert following - moment == timedelta(days=7, hours=-1)


def test_never_while_people_sleep() -> None:
    rule = Weekly(7, time(23, 30))
    found = next_after(rule, datetime(2026, 3, 2, tzinfo=UTC), QUIET, BERLIN).astimezone(BERLIN)
    assert (found.isoweekday(), found.time()) == (1, time(7))


@given(RULES, st.integers(0, 2_000_000), ZONES, st.sampled_from([QUIET, NEVER]))
def test_the_next_is_later_within_eight_days_awake_and_planned(
    rule: Weekly, minutes: int, zone: ZoneInfo, quiet: QuietPolicy
) -> None:
    after = START + timedelta(minutes=minutes)
    found = next_after(rule, after, quiet, zone)
    assert after < found <= after + timedelta(days=8)
    assert not is_quiet(found, quiet, zone)
    assert is_planned(rule, found, quiet, zone)
    assert next_after(rule, found, quiet, zone) > found
