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


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("我天天爬六楼 四楼缓台堆了冰箱", "四楼缓台"),
        ("我家猫从14楼窗户掉下去了 挂在13楼空调架上", "13楼"),
        ("下水返臭 3栋也有人讲", "下水返臭"),
        ("从3楼到4楼的灯不亮", "从3楼到4楼"),
        ("爬六楼的老人摔了", "六楼"),
        ("9栋有没有蚂蚁", "9栋"),
        ("到3楼就咣当一下 然后自己回1楼", "到3楼就"),
        ("汤都流到13号楼那边去了", "汤都"),
        ("他往6幢3单元去了 黑色羽绒服", "他 "),
        ("垃圾堆到13号楼门口了", "13号楼"),
        ("往6幢3单元门口扔垃圾", "6幢3单元"),
        ("the plot next door is pouring a seventh floor", "next door is"),
        ("他们又在盖第七层了", "他们又在"),
        ("they add rubbish to the seventh floor", "seventh floor"),
        ("爬到四楼吓我一跳 灯罩掉下来了", "四楼吓"),
        ("1901在吗 你家浇花的水又流下来了", "1901在吗"),
    ],
)
def test_what_is_elsewhere_is_taken_out_and_what_is_here_is_left(text: str, left: str) -> None:
    gone = {"六楼 ", "14楼", "3栋", "回1楼", "流到13", "单元去", "a seventh", "第七"}
    found = without(text)
    assert left in found
    assert not any(each in found for each in gone)
