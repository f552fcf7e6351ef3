"""What an edited report says otherwise, and what stays as it was understood."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.understanding.meaning import Place, Scene, Urgency
from handlers.understanding.reader import Reader
from handlers.understanding.rereading import Change, change
from tests.handlers.understanding.saying import BUILDING, HOME, heard
from tests.handlers.understanding.test_reader import Listed

SCENE = Scene(area=BUILDING, places=Listed())


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


def changed(reader: Reader, before: str, now: str) -> Change:
    found, _ = change(reader.report, heard(now, home=HOME), before, SCENE)
    return found


@pytest.mark.parametrize(
    ("before", "now", "place"),
    [
        ("电梯又坏了", "1单元电梯又坏了", Place("3", "1")),
        ("1单元没水", "2单元没水", Place("3", "2")),
        ("the hallway light is broken", "the hallway light in unit 1 is broken", Place("3", "1")),
    ],
)
def test_another_place_that_is_named_is_meant(
    reader: Reader, before: str, now: str, place: Place
) -> None:
    assert changed(reader, before, now) == Change(place=place)


def test_another_matter_that_is_named_is_meant(reader: Reader) -> None:
    assert changed(reader, "我们单元电梯坏了", "我们单元水管漏水了").category == "water"


def test_danger_is_heard_in_the_new_words(reader: Reader) -> None:
    found = changed(reader, "楼道灯坏了", "楼道灯冒火花着火了！！")
    assert (found.urgency, found.category) == (Urgency.EMERGENCY, "fire_safety")


@pytest.mark.parametrize("now", ["9栋电梯又坏了", "5单元电梯又坏了"])
def test_a_place_that_is_not_there_is_no_place_and_is_told(reader: Reader, now: str) -> None:
    found = changed(reader, "电梯又坏了", now)
    assert found.clash
    assert found.place is None


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("电梯又坏了", "电梯又坏了！"),
        ("楼道灯坏了", "楼道灯坏了，谢谢大家"),
        ("1单元没水了", "没水了"),
        ("1单元电梯坏了", "1单元电梯又坏了，没人管"),
    ],
)
def test_what_is_said_as_before_stays(reader: Reader, before: str, now: str) -> None:
    assert not changed(reader, before, now).any


@settings(max_examples=30)
@given(st.text("电梯坏了1单元3栋没水501着火灯", max_size=20))
def test_the_same_words_change_nothing(words: str) -> None:
    found, _ = change(Reader.load().report, heard(words, home=HOME), words, SCENE)
    assert not found.any
