"""When a promise is reminded of, and whether it was kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.subjects import QuietPolicy
from handlers.promises.rules import BROKEN, KEPT, PAUSED, VOID, remind_at, verdict
from handlers.requests.deadlines import awake, is_quiet

ZONE = ZoneInfo("Asia/Shanghai")
QUIET = QuietPolicy()
BEFORE = timedelta(hours=3)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)


def waking(moment: datetime) -> datetime:
    return awake(moment, QUIET, ZONE)


def at_any_time(moment: datetime) -> datetime:
    return moment


@pytest.mark.parametrize(
    ("due", "reminded"),
    [
        ("2026-03-03 18:00", "2026-03-03 15:00"),
        ("2026-03-03 08:00", "2026-03-03 07:00"),  # later than three hours before: people sleep
        ("2026-03-03 06:30", "2026-03-02 21:30"),  # before it, nobody is awake in the morning
        ("2026-03-02 11:00", "2026-03-02 10:00"),  # half-way, where there is less time
        ("2026-03-02 09:10", None),
    ],
)
def test_its_maker_is_reminded_awake_and_before_it(due: str, reminded: str | None) -> None:
    at = datetime.fromisoformat(due).replace(tzinfo=ZONE)
    found = remind_at(NOW, at, BEFORE, waking)
    assert (found.astimezone(ZONE).strftime("%Y-%m-%d %H:%M") if found else None) == reminded


@given(
    st.integers(0, 2_000_000).map(lambda n: NOW.astimezone(UTC) + timedelta(minutes=n)),
    st.integers(1, 20_000),
    st.integers(0, 48),
    st.booleans(),
)
def test_a_reminder_is_between_now_and_the_moment_and_wakes_nobody(
    now: datetime, minutes: int, before: int, calm: bool
) -> None:
    due = now + timedelta(minutes=minutes)
    found = remind_at(now, due, timedelta(hours=before), waking if calm else at_any_time)
    if found is not None:
        assert now < found <= due
        assert not calm or found == due or not is_quiet(found, QUIET, ZONE)


@pytest.mark.parametrize(
    ("state", "ending", "came", "outcome"),
    [
        ("done", None, False, KEPT),
        ("closed", "solved", False, KEPT),
        ("closed", "unknown", False, KEPT),
        ("closed", "cancelled", False, VOID),
        ("closed", "referred", False, VOID),
        ("waiting", None, False, PAUSED),
        ("open", None, False, BROKEN),
        ("taken", None, False, BROKEN),
        ("taken", None, True, KEPT),
        (None, None, False, BROKEN),
    ],
)
def test_it_is_kept_by_what_was_at_its_moment(
    state: str | None, ending: str | None, came: bool, outcome: str
) -> None:
    assert verdict(state, ending, came=came) == outcome
