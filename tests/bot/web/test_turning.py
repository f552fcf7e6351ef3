"""The demonstration's clock stops on its way, so that what is due happens at its own time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.clock import SystemClock
from bot.web.turning import MOST_STEPS, Turner, target

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2026-03-02T09:00+08:00", "2026-03-03T08:00+08:00"),
        ("2026-03-02T08:00+08:00", "2026-03-03T08:00+08:00"),
        ("2026-03-02T07:59+08:00", "2026-03-02T08:00+08:00"),
        ("2026-03-02T16:30+00:00", "2026-03-03T08:00+08:00"),
    ],
)
def test_the_next_morning_is_eight_oclock_where_people_live(now: str, morning: str) -> None:
    found = target(datetime.fromisoformat(now), "morning", SHANGHAI)
    assert found == datetime.fromisoformat(morning)


def test_an_unknown_span_is_an_error() -> None:
    with pytest.raises(KeyError):
        target(datetime(2026, 3, 2, tzinfo=UTC), "2y", SHANGHAI)


async def test_the_program_ticks_at_every_step() -> None:
    clock = SystemClock()
    seen: list[datetime] = []

    async def tick() -> None:
        seen.append(clock.now())

    start = clock.now()
    await Turner(clock, tick, lambda: True)(start + timedelta(days=1))
    assert clock.now() >= start + timedelta(days=1)
    assert clock.now() - start < timedelta(days=1, minutes=1)
    assert MOST_STEPS - 1 <= len(seen) <= MOST_STEPS + 1
    gaps = [later - earlier for earlier, later in pairwise(seen)]
    assert max(gaps) < timedelta(minutes=31)


async def test_a_moment_that_is_past_changes_nothing() -> None:
    clock = SystemClock()

    async def tick() -> None:
        raise AssertionError("nothing is due")

    await Turner(clock, tick, lambda: True)(clock.now() - timedelta(hours=1))
    assert clock.offset == timedelta(0)
