"""The demonstration's clock stops on its way, so that what is due happens at its own time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import SystemClock
from bot.web.turning import JUMPS, MOST_EXACT, Turner, catch_up, target
from tests.bot.web.kit import GROUP, Town

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


class Day:
    """A program with things due; remembers when it ticked."""

    def __init__(self, *minutes: float) -> None:
        self.clock = SystemClock()
        self.start = self.clock.now()
        self.due = [self.start + timedelta(minutes=each) for each in minutes]
        self.ticked: list[datetime] = []
        self.told: list[datetime] = []
        self.unsettled = 0

    async def tick(self) -> None:
        self.ticked.append(self.clock.now())

    async def next_due(self, after: datetime) -> datetime | None:
        return min((each for each in self.due if each > after), default=None)

    async def settled(self) -> bool:
        self.unsettled -= 1
        return self.unsettled < 0

    async def turns(self, **span: float) -> None:
        turner = Turner(self.clock, self.tick, self.next_due, self.settled)
        await turner(self.start + timedelta(**span), lambda: self.told.append(self.clock.now()))

    def minutes(self) -> list[int]:
        return [round((each - self.start) / timedelta(minutes=1)) for each in self.ticked]


async def test_the_program_ticks_at_every_due_moment_and_at_the_end() -> None:
    day = Day(9, 10, 600, 3000)
    await day.turns(days=1)
    assert day.minutes() == [9, 10, 600, 1440]
    assert len(day.told) == 4
    assert timedelta(0) <= day.clock.now() - day.start - timedelta(days=1) < timedelta(minutes=1)


async def test_with_nothing_due_it_is_one_step() -> None:
    day = Day()
    await day.turns(hours=8)
    assert day.minutes() == [480]


async def test_the_next_step_waits_until_all_is_said() -> None:
    day = Day(5)
    day.unsettled = 3
    await day.turns(minutes=10)
    assert day.minutes() == [5, 10]
    assert day.unsettled < 0


async def test_after_many_due_moments_it_jumps() -> None:
    day = Day(*range(1, 1440))
    await day.turns(days=1)
    assert day.minutes()[: MOST_EXACT + 1] == [*range(1, MOST_EXACT + 1), MOST_EXACT + 180]
    assert len(day.ticked) <= MOST_EXACT + JUMPS
    assert day.minutes()[-1] == 1440


async def test_a_moment_that_is_past_changes_nothing() -> None:
    day = Day(-30)
    await day.turns(hours=-1)
    assert day.ticked == []
    assert day.clock.offset == timedelta(0)


async def test_a_turned_clock_goes_on_after_the_last_message_when_it_starts_again(
    town: Town,
) -> None:
    town.clock.turn(timedelta(days=40_000))
    await town.local.say("li", GROUP, "明天见")
    clock = SystemClock()
    await catch_up(clock, town.store)
    assert timedelta(0) <= clock.now() - town.clock.now() < timedelta(minutes=1)


async def test_a_clock_that_is_later_than_all_messages_stays(town: Town) -> None:
    await town.local.say("li", GROUP, "早")
    clock = SystemClock()
    await catch_up(clock, town.store)
    assert clock.offset == timedelta(0)
