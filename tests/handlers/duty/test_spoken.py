"""Of which time a question about duty asks: now, tonight, a weekday; never of the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.duty.spoken import span
from handlers.understanding.questions import question_of

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=ZONE)  # a Monday


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("今天谁值班", "2026-03-02 10:00", "2026-03-03 00:00"),
        ("今晚谁值班", "2026-03-02 18:00", "2026-03-03 06:00"),
        ("晚上谁值班", "2026-03-02 18:00", "2026-03-03 06:00"),
        ("明天谁值班", "2026-03-03 00:00", "2026-03-04 00:00"),
        ("明晚谁值班", "2026-03-03 18:00", "2026-03-04 06:00"),
        ("周六谁值班", "2026-03-07 00:00", "2026-03-08 00:00"),
        ("who is on duty tonight?", "2026-03-02 18:00", "2026-03-03 06:00"),
        ("who is on duty tomorrow?", "2026-03-03 00:00", "2026-03-04 00:00"),
    ],
)
def test_the_time_that_is_asked_of(text: str, begin: str, end: str) -> None:
    found = span(text, NOW, ZONE)
    assert found is not None
    assert not found.now
    assert found.begin == datetime.fromisoformat(begin).replace(tzinfo=ZONE)
    assert found.end == datetime.fromisoformat(end).replace(tzinfo=ZONE)


@pytest.mark.parametrize("text", ["谁值班", "现在谁在值班", "who is on duty now?"])
def test_without_a_day_it_is_now(text: str) -> None:
    found = span(text, NOW, ZONE)
    assert found is not None
    assert found.now


@pytest.mark.parametrize(
    "text",
    [
        "昨天谁值班",
        "昨晚谁值班",
        "上周谁值班",
        "who was on duty yesterday",
        "国庆谁值班",
        "春节假期谁值班",
        "who is on duty over christmas?",
    ],
)
def test_what_is_over_or_not_known_is_not_answered(text: str) -> None:
    assert span(text, NOW, ZONE) is None


@given(
    st.sampled_from(["今天谁值班", "今晚谁值班", "明天谁值班", "周日谁值班", "谁值班"]),
    st.integers(0, 400 * 24 * 60),
)
def test_what_is_answered_is_never_over(text: str, minutes: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    for zone in (ZONE, ZoneInfo("Europe/Berlin")):
        found = span(text, now, zone)
        assert found is not None
        assert now <= found.begin <= found.end


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("今天谁值班？", "on_duty"),
        ("请问现在哪位在值班", "on_duty"),
        ("值班的是谁", "on_duty"),
        ("有人值班吗", "on_duty"),
        ("今晚轮到谁值班", "on_duty"),
        ("who is on duty now?", "on_duty"),
        ("who's on call tonight", "on_duty"),
        ("whose shift is it today?", "on_duty"),
        ("值班电话是多少", "hotline"),
        ("单元长是谁", "unit_captain"),
        ("谁是我们的单元长", "unit_captain"),
        ("who is the unit captain?", "unit_captain"),
        ("楼长是谁", "captain"),
        ("今天我值班", None),
        ("值班室没人管", None),
        ("值班的大哥人真好", None),
        ("my duty is to feed the cat", None),
    ],
)
def test_which_question_a_text_asks(text: str, question: str | None) -> None:
    assert question_of(text) == question
