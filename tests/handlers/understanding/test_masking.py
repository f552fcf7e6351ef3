"""What leaves the house: no numbers, no names, no flats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.understanding.masking import masked
from handlers.understanding.normal import MOST_SIGNS

NAMES = {"501李娜": "A", "赵强": "B", "Ann Lee": "C"}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("打13812345678", "打[number]"),
        ("打 +86 138-1234-5678", "打 [number]"),
        ("call +65 9123 4567", "call [number]"),
        ("0432 6666 5555转2", "[number]转2"),
        ("一三八一二三四五六七八", "[number]"),
        ("１３８１２３４５６７８", "[number]"),
        ("身份证22010219800101123X", "身份证[number]"),
        ("微信 lina_501", "[contact]"),
        ("li.na@example.org", "[contact]"),
        ("看 https://example.org/u/lina", "看 [link]"),
        ("@王姨 在吗", "[name] 在吗"),
        ("李娜家漏水", "A家漏水"),
        ("赵强和501李娜", "B和A"),
        ("ask ann lee please", "ask C please"),
        ("王阿姨摔了", "[name]摔了"),
        ("找陈师傅，老张也行", "找[name],[name]也行"),
        ("Mrs Tan fell", "[name] fell"),
        ("吉A12345挡路了", "[plate]挡路了"),
        ("3-2-501漏水", "[flat]漏水"),
        ("2单元501漏水", "2单元[flat]漏水"),
        ("flat 12b leaks", "[flat] leaks"),
        ("#12-08 leaks", "[flat] leaks"),
    ],
)
def test_what_tells_who_it_is_is_taken_out(text: str, left: str) -> None:
    assert masked(text, NAMES) == left


@pytest.mark.parametrize(
    "text",
    [
        "电梯又坏了",
        "小区门口的灯不亮",
        "白天施工太吵",
        "水压0.3",
        "12345打不通",
        "马上停水",
        "3栋5楼漏水",
    ],
)
def test_what_is_the_matter_stays(text: str) -> None:
    assert masked(text, NAMES) == text


@given(
    st.text(max_size=20),
    st.from_regex(r"1[3-9]\d{9}", fullmatch=True),
    st.sampled_from(("", " ", "-", ".", "\u200b")),
    st.text(max_size=20),
)
def test_no_phone_number_ever_leaves(before: str, phone: str, cut: str, after: str) -> None:
    text = before + cut.join((phone[:3], phone[3:7], phone[7:])) + after
    kept = "".join(sign for sign in masked(text, NAMES) if sign.isdigit())
    assert phone not in kept
    assert phone[3:] not in kept


@given(st.text(max_size=1000))
def test_any_text_is_masked_without_harm(text: str) -> None:
    assert len(masked(text, NAMES)) <= 9 * MOST_SIGNS
