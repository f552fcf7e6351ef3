"""Hostile texts: however long and strange, little of them is looked at, and always alike."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.understanding import asked_after, placed_after, told_over
from handlers.understanding.features import whole
from handlers.understanding.looking import look
from handlers.understanding.meaning import (
    Heard,
    Scene,
)
from handlers.understanding.normal import MOST_SIGNS, plain
from handlers.understanding.phones import without_contact, without_numbers
from handlers.understanding.place import parse
from tests.fakes.reader import shipped_reader
from tests.handlers.understanding.saying import HOME, after_report, heard, opened_by

HUGE = 100_000
#: What stands in hostile texts again and again.
MOTIFS = (
    "(",
    "((((()",
    "1",
    "3-2-501",
    "3栋2单元5楼501",
    "1-1-",
    "9.",
    "一二三十",
    "零〇",
    "到和至或",
    "#12-08",
    "12 34 56 78 90 ",
    "🔥",
    "👨‍👩‍👧‍👦",
    "🇨🇳",
    "\u202e",
    "\u200b",
    "\u200f\u202b\u2066",
    "\ufeff",
    "\u0301",
    "a\u0301\u0301\u0301",
    "ﷺ",
    "㌀",
    "İ",
    "\ud800",
    "\x00",
    " ",
    "\n\t",
    "停水",
    "漏水了吗",
    "着火",
    "不是",
    "@李 ",
    "lift ",
    "leak",
    "aaaa",
    "on 4 and ",
    "flat #",
    "block block ",
    "电電",
    "´",
    " 1",
    " ,",
    "2026-03-02 ",
    "139 8765 4321 ",
)


@st.composite
def huge(draw: st.DrawFn) -> str:
    """100,000 signs: a few motifs, mixed, with something of their own at the beginning."""
    motifs = draw(st.lists(st.sampled_from(MOTIFS), min_size=1, max_size=4))
    start = draw(st.text(max_size=20))
    block = "".join(each * draw(st.integers(1, 60)) for each in motifs)
    return (start + block * (HUGE // len(block) + 1))[:HUGE]


def said(text: str, key: str = "9", sender: str = "li") -> Heard:
    return heard(text, sender, key=key, name="501李", home=HOME)


def among(text: str) -> Scene:
    """A group in which the same was said before and opened a request."""
    first = said(text, "1", "wang")
    return after_report(first, opened_by(first, "lift"))


@given(huge())
def test_what_is_huge_is_cut_before_anything_else(text: str) -> None:
    assert len(plain(text)) <= MOST_SIGNS
    assert plain(text) == plain(text[: 2 * MOST_SIGNS])
    # One sign may stand for many ("ﷺ"), and many for none; what is left is cut once more.
    looked = look(text)
    assert len(looked.grams) <= 8 * MOST_SIGNS
    assert len(looked.found) <= 2 * MOST_SIGNS


@given(huge())
@settings(max_examples=40)
def test_what_is_huge_is_read_without_harm_and_always_alike(text: str) -> None:
    reader = shipped_reader()
    heard, scene = said(text), among(text)
    first = reader.read(heard, scene)
    look.cache_clear()
    assert reader.read(heard, scene) == first
    assert reader.read(said(text[: 2 * MOST_SIGNS]), scene) == first
    reader.report(heard, scene)
    assert len(whole(heard, scene)) <= 60 * MOST_SIGNS


#: What reads a line by rule, beside the reader.
RULES = (asked_after.read, told_over.read, without_numbers, without_contact, placed_after.is_bare)


@pytest.mark.parametrize("motif", MOTIFS)
@pytest.mark.parametrize(("before", "after"), [("", ""), ("is x", " y fixed"), ("x", "y is fixed")])
@pytest.mark.parametrize("times", [8, 22, 400])
def test_no_rule_goes_astray_in_what_is_said_again_and_again(
    motif: str, before: str, after: str, times: int
) -> None:
    """A pattern that tries all ways to cut such a text would not come back in this life."""
    for rule in RULES:
        rule(before + motif * times + after)


@given(st.lists(st.sampled_from(MOTIFS), max_size=400).map("".join))
def test_mixed_signs_are_read_without_harm(text: str) -> None:
    place = parse(text)
    assert all(part is None or len(part) <= 20 for part in (place.building, place.unit, place.room))
    assert look(text) == look.__wrapped__(text)


def steps(work: Callable[[], object]) -> int:
    """How many calls, ours and the language's own, it takes: the same on every machine."""
    count = 0

    def note(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("motif", MOTIFS)
def test_the_work_does_not_grow_with_the_length(motif: str) -> None:
    def reads(size: int) -> int:
        text = (motif * size)[:size]
        look.cache_clear()
        return steps(lambda: shipped_reader().read(said(text), Scene()))

    reads(4 * MOST_SIGNS)  # what is read of tables once is not counted
    assert reads(HUGE) <= reads(4 * MOST_SIGNS) + 100
