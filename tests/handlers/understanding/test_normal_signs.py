"""What is made plain before a text is read: Traditional signs, numbers to call."""

from __future__ import annotations

import pytest

from handlers.understanding.looking import look
from handlers.understanding.normal import TWINS, plain


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("煤氣洩漏", "煤气泄漏"),
        ("有人暈倒", "有人晕倒"),
        ("聞到糊味，後面著火", "闻到糊味,后面着火"),
        ("樓上好嘈，鬧到半夜", "楼上好嘈,闹到半夜"),
        ("誰是樓長、網格員", "谁是楼长、网格员"),
        ("我來處理，辦好了", "我来处理,办好了"),
        ("衞生間綫路乾燥", "卫生间线路干燥"),
    ],
)
def test_what_is_written_in_traditional_signs(written: str, read: str) -> None:
    assert plain(written) == read


def test_no_twin_is_itself_replaced() -> None:
    assert not {chr(each) for each in TWINS.values()} & {chr(each) for each in TWINS}


def test_each_sign_stays_one_sign() -> None:
    assert all(len(plain(chr(each))) == 1 for each in TWINS)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("我家水管漏水，电话13987654321打给我", "我家水管漏水"),
        ("我家水管漏水，请打13987654321", "我家水管漏水"),
        ("电梯坏了，我电话13987654321", "电梯坏了"),
        ("3栋2单元电梯坏了 联系 139 8765 4321", "3栋2单元电梯坏了"),
        ("no hot water in 12B, call me on 07700 900123", "no hot water in 12b"),
        ("13987654321，楼道灯坏了", "楼道灯坏了"),
    ],
)
def test_a_number_to_call_says_nothing_of_the_matter(written: str, read: str) -> None:
    assert look(written).text.strip(",") == read


@pytest.mark.parametrize(
    "text",
    [
        "3-2-501 3-2-601 都没水",
        "501 601 701 没水",
        "2026-03-02 18:00停水",
        "b区217 苏a12345",
        "9#102",
    ],
)
def test_rooms_days_and_plates_are_no_numbers_to_call(text: str) -> None:
    assert look(text).text == text
