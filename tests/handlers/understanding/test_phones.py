"""Phone numbers: no whole one is left to read, and no day or request is taken for one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.understanding.phones import is_phone, mask, without_numbers

CUT = st.sampled_from(["", " ", "-", ".", " - "])


def digits(text: str) -> str:
    return re.sub(r"[^\d]", "", text)


@given(st.text("0123456789", min_size=7, max_size=15))
def test_a_masked_number_has_its_length_and_hides_what_it_must(number: str) -> None:
    masked = mask(number)
    assert len(masked) == len(number)
    assert masked.count("*") >= min(4, len(number) - 2)
    assert digits(masked) != number


@given(st.text("1356789", min_size=11, max_size=11), CUT, CUT, st.text("电梯坏了请打。，"))
def test_a_number_cannot_be_read_however_it_is_cut(
    number: str, first: str, second: str, words: str
) -> None:
    cut = f"{number[:3]}{first}{number[3:7]}{second}{number[7:]}"
    done = without_numbers(f"{words}{cut}{words}")
    assert cut not in done
    assert re.search(r"\d{5}", done) is None
    assert done.startswith(words)
    assert done.endswith(words)


@given(st.text("电梯坏了3栋501#abc "))
def test_words_without_a_number_stay(words: str) -> None:
    if re.search(r"\d(?:[\s]{0,2}\d){6}", words) is None:
        assert without_numbers(words) == words


@pytest.mark.parametrize(
    "words", ["2026-03-02 开会", "3-2-501 漏水", "从 2026.3.2 起，9:00-18:00", "#1234567 还在漏"]
)
def test_days_flats_and_requests_are_no_numbers(words: str) -> None:
    assert without_numbers(words) == words


def test_a_number_behind_a_day_is_one() -> None:
    assert without_numbers("2026-03-02 13912345678") == "2026-03-02 139****5678"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("13912345678", True), ("+86 139-1234-5678", True), ("123", False), ("139abc45678", False)],
)
def test_what_can_be_called_is_a_number(text: str, is_one: bool) -> None:
    assert is_phone(text) is is_one


def test_short_numbers_show_their_end_alone() -> None:
    assert mask("6688123") == "*****23"
    assert mask("110") == "***"
