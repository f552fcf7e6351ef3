"""When a reminder comes, read from one line; what is said then stays as it was written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handlers.reminders.phrases import parse_when
from handlers.reminders.times import WhenError

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, nine o'clock in Shanghai
ZONE = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("每周五 9:00 今晚投放～", "今晚投放～"),
        ("每周五 ９：00：带上３号袋", "带上３号袋"),
        ("每天 下午3点半, 遇节假日顺延：热线１２３４５", "热线１２３４５"),
        ("every Friday 9am bins out ~ thanks", "bins out ~ thanks"),
    ],
)
def test_what_is_said_stays_as_it_was_written(line: str, rest: str) -> None:
    assert parse_when(line, NOW, ZONE)[1] == rest


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("每周一至周五 9:00 a", (0, 1, 2, 3, 4)),
        ("每周一－五 9:00 a", (0, 1, 2, 3, 4)),
        ("每星期三、日 9:00 a", (2, 6)),
        ("every Thursday and Monday 9:00 a", (0, 3)),
        ("every Saturdays, Sundays 9:00 a", (5, 6)),
    ],
)
def test_days_of_the_week(line: str, days: tuple[int, ...]) -> None:
    assert parse_when(line, NOW, ZONE)[0].weekdays == days


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ("上午9点", ("09:00",)),
        ("晚8点半", ("20:30",)),
        ("下午三点一刻", ("15:15",)),
        ("中午12点", ("12:00",)),
        ("24:00", ("00:00",)),
        ("12am", ("00:00",)),
        ("12:30 pm", ("12:30",)),
        ("9:00 和 18:00", ("09:00", "18:00")),
    ],
)
def test_hours_of_the_day(said: str, times: tuple[str, ...]) -> None:
    assert parse_when(f"每天 {said} 量血压", NOW, ZONE)[0].times == times


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("每天 25:00 a", "reminders.time_impossible"),
        ("每天 9:75 a", "reminders.time_impossible"),
        ("每天 a", "reminders.time_missing"),
        ("2026-02-30 9:00 a", "reminders.day_impossible"),
        ("2026-03-01 9:00 a", "reminders.past"),
        ("有空的时候 a", "reminders.when_unknown"),
    ],
)
def test_what_is_wrong_is_told(line: str, key: str) -> None:
    with pytest.raises(WhenError) as told:
        parse_when(line, NOW, ZONE)
    assert told.value.key == key
