"""Of which thing a plain line tells the end."""

from __future__ import annotations

import pytest

from handlers.understanding.told_over import read


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
