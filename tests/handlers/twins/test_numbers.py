"""What is a choice by number, and what only begins with a number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.twins.numbers import Written, mark_of, read

TAKE = mark_of("我来")


def written(text: str) -> Written:
    found = read(text)
    assert found is not None, text
    return found


@pytest.mark.parametrize(
    "text",
    [
        "12",
        "１２",
        "选12",
        "我选 12",
        "数字 12",
        "（12）",
        "【12】",
        "12号",
        "12，谢谢",
        "12。",
        "12 吧",
        "choose 12",
        "12, thank you!",
    ],
)
def test_a_number_alone_may_be_written_as_people_write(text: str) -> None:
    assert (written(text).number, written(text).bare) == (12, True)


@pytest.mark.parametrize(
    "text",
    [
        "12 我来",
        "12我来",
        "12、我来",
        "12。我来！",
        "（12）我来吧",
        "12 我来，谢谢大家",
        "12号，我来",
    ],
)
def test_its_own_label_may_stand_behind_it(text: str) -> None:
    assert written(text).number == 12
    assert not written(text).bare
    assert written(text).names(TAKE)


@pytest.mark.parametrize("text", ["12 我家也是", "12 我来处理", "12 不是我来", "12 我来 我来"])
def test_other_words_behind_it_are_not_its_label(text: str) -> None:
    assert not written(text).bare
    assert not written(text).names(TAKE)
    assert not written(text).names(None)


@pytest.mark.parametrize(
    "text",
    [
        "12楼漏水了",
        "12 楼没电",
        "12:30 停水",
        "12-3 没水",
        "12号停水吗",
        "12 户没水",
        "12.5 度",
        "12 households have no water",
        "13800001111",
        "1 我来",
        "我来",
        "",
        "停水 12",
    ],
)
def test_what_counts_or_dates_is_no_choice(text: str) -> None:
    assert read(text) is None


def test_a_request_s_number_is_never_taken_for_a_choice() -> None:
    assert not written("#12").bare
    assert not written("#12").of_a_request
    assert written("#12 我来").of_a_request
    assert not written("#12 我来").names(TAKE)


@given(st.integers(11, 998), st.text(max_size=20))
def test_whatever_is_written_is_read(number: int, rest: str) -> None:
    """No text fails, and a number before a text is never another number."""
    found = read(f"{number}{rest}")
    assert found is None or found.number == number


@given(st.integers(11, 998), st.text(st.characters(categories=["Lo"]), min_size=1, max_size=9))
def test_any_label_is_known_behind_a_blank(number: int, label: str) -> None:
    found = read(f"{number}、{label}")
    assert found is None or found.names(mark_of(label))
