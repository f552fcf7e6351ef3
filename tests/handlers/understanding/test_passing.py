"""What is named in passing, and of whom a line speaks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.understanding.passing import passed, whom, without


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("隔壁602也没水", "room"),
        ("9楼也停电了", "floor"),
        ("19楼以上水很小", "floor"),
        ("我住六楼 下不去", "floor"),
        ("the dog from #18 got out", "flat"),
        ("a bin burns near c-18", "flat"),
        ("no water from 7 pm", "nothing"),
        ("602的水管漏了", "nothing"),
    ],
)
def test_what_is_named_in_passing(text: str, named: str) -> None:
    assert passed(text) == named


@pytest.mark.parametrize(
    ("text", "spoken_of"),
    [
        ("我家漏水", "True,False"),
        ("his paper is still in the door", "False,True"),
        ("他把水泼我阳台上", "True,True"),
        ("停电了", "False,False"),
    ],
)
def test_of_whom_a_line_speaks(text: str, spoken_of: str) -> None:
    assert whom(text) == spoken_of


@given(st.text("一二十3501楼层也都等上到没人说在家梯 ", max_size=60))
def test_nothing_is_added_and_all_is_taken_out_at_once(text: str) -> None:
    left = without(text)
    assert set(left) <= {*text, " "}
    assert len(left) <= len(text)
