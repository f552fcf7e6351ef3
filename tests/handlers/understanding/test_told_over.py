"""Of which thing a plain line tells the end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handlers.understanding.meaning import Heard, Meaning, Outcome, Scene
from handlers.understanding.told_over import read, understood


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("电梯好了", "电梯"),
        ("咱楼电梯现在能用了~", "电梯"),
        ("3栋来电了", "来电"),
        ("水来了", "来水"),
        ("有热水了！", "来热水"),
        ("灯亮了", "灯"),
        ("電梯修好了", "电梯"),
        ("下水道不堵了", "下水道"),
        ("the lift is working again", "lift"),
        ("Water's back on!", "water"),
        ("they fixed the gate", "gate"),
        ("lift works now", "lift"),
        ("好了", None),
        ("修好了", None),
        ("电梯好了吗", None),
        ("电梯好了没？", None),
        ("电梯修好了就好了呗谁知道什么时候又坏", None),
        ("快递员来电了", None),
        ("我来了", None),
        ("is it fixed", None),
        ("works", None),
    ],
)
def test_what_is_over(text: str, thing: str | None) -> None:
    assert read(text) == thing


@pytest.mark.parametrize("text", ["公司电梯好了", "我妈家的水来了", "隔壁小区的灯亮了"])
def test_what_is_over_elsewhere_is_none_of_ours(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "outcome", "silent"),
    [
        ("我儿子感冒好了", Outcome.JOIN, True),
        ("1单元来水了", Outcome.OPEN, True),
        ("my bike is fixed", Outcome.JOIN, True),
        ("water's back", Outcome.OPEN, True),
        ("elderly mum needs gas turned back on", Outcome.OPEN, False),
        ("fob stopped working", Outcome.OPEN, False),
        ("the smell is back", Outcome.OPEN, False),
        ("我牙膏已经挤好了", Outcome.JOIN, False),
        ("我老伴九点得去透析 出租都叫好了", Outcome.JOIN, False),
        ("门铃不响了", Outcome.OPEN, False),
    ],
)
def test_good_news_of_nothing_that_is_open_is_talk_unless_it_may_be_a_report(
    text: str, outcome: Outcome, silent: bool
) -> None:
    heard = Heard("1", datetime(2026, 3, 2, tzinfo=UTC), "li", text)
    meaning = understood(heard, Scene(), Meaning(outcome, bears_out="0"))
    assert meaning.outcome is (Outcome.TALK if silent else outcome)
    assert (meaning.bears_out is None) == silent
