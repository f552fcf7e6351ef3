"""Who is frightened tells in bits: three short lines are one cry for help."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.understanding.meaning import Heard, Meaning, Outcome, Said, Scene, Urgency
from handlers.understanding.reader import Reader
from tests.handlers.understanding.saying import BUILDING, heard, opened_by

IN_BITS = [
    ("有个娃娃", "在窗口", "身子都探出来了"),
    ("爷爷他", "倒在厕所", "起不来"),
    ("there's a kid", "hanging", "out of the window"),
    ("kitchen", "is full of", "smoke help!!"),
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


def bits(*texts: str, senders: str = "llll", apart: int = 10) -> list[Heard]:
    """Lines of these people, so many seconds apart, up to now."""
    ago = [timedelta(seconds=apart * n) for n in range(len(texts))][::-1]
    rows = enumerate(zip(texts, senders, ago, strict=False))
    return [heard(text, who, when, key=str(n)) for n, (text, who, when) in rows]


def after(lines: list[Heard]) -> Scene:
    return Scene(area=BUILDING, recent=tuple(Said(each, Outcome.TALK) for each in lines))


def is_page(meaning: Meaning) -> bool:
    return (meaning.outcome, meaning.urgency) == (Outcome.OPEN, Urgency.EMERGENCY)


@pytest.mark.parametrize("texts", IN_BITS)
def test_a_cry_for_help_in_bits_is_heard(reader: Reader, texts: tuple[str, ...]) -> None:
    *before, last = bits(*texts)
    assert is_page(reader.read(last, after(before)))


def test_bits_of_others_or_of_long_ago_are_no_part_of_it(reader: Reader) -> None:
    *before, last = bits("有个娃娃", "在窗口", "挂在绳子上的风铃", senders="lwl")
    assert not is_page(reader.read(last, after(before)))
    *before, last = bits("有个娃娃", "在窗口", "挂在绳子上的风铃", apart=3600)
    assert not is_page(reader.read(last, after(before)))


def test_what_was_opened_already_is_not_opened_again_by_the_next_bit(reader: Reader) -> None:
    first, last = bits("着火了", "三楼火很大")
    request = opened_by(first, "fire_safety", urgency=Urgency.EMERGENCY)
    scene = Scene(
        area=BUILDING, recent=(Said(first, Outcome.OPEN, request.key),), requests=(request,)
    )
    assert reader.read(last, scene).outcome is not Outcome.OPEN
