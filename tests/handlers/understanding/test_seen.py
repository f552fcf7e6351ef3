"""What is kept of a reading without consent: nothing from which its words could be made again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.understanding.features import whole
from handlers.understanding.meaning import (
    Heard,
    KnownRequest,
    Place,
    Scene,
)
from handlers.understanding.pairs import TABLE
from handlers.understanding.seen import Seen, see, see_pair, where_from, wordless
from tests.handlers.understanding.saying import HOME, after_talk, heard, opened_by

SECRET = "@802老莫 #3栋zebraquux的电梯又坏了，我家501，热死了 plumbus@gmail"
#: Names of cues and circumstances, as far as they are said in letters of their own.
HAN = re.compile(r"[^\x00-\x7f]")


def said(text: str, key: str = "9") -> Heard:
    return heard(text, key=key, home=HOME)


def scene(before: str = "今天水管漏水了谢谢") -> Scene:
    return after_talk(before, timedelta(minutes=3))


def known(words: str) -> KnownRequest:
    return opened_by(heard(words, "wang", key="5"), "lift", Place("3", "2"))


def everything(seen: Seen) -> list[str]:
    return [each for features in seen.tables.values() for each in features]


def test_cues_and_circumstances_are_kept() -> None:
    tables = see(said("电梯又坏了"), scene(), "lift").tables
    assert {"#c lift", "#s fault", "@role=resident", "@last=talk"} <= set(tables["whole"])
    assert "before|#c water" in tables["whole"]
    assert "@unit=home,none" in tables["place"]


def test_no_word_of_anybody_is_kept() -> None:
    kept = everything(see(said(SECRET), scene(SECRET), "lift"))
    assert kept
    for each in kept:
        assert not HAN.search(each), each
        assert not re.search("zebra|quux|plumb|gmail|word ", each), each


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_same_cues_around_other_words_leave_the_same(one: str, other: str) -> None:
    """What is kept is drawn from a closed list, whatever stands in the text."""
    names = re.compile(r"(?:[a-z,]+\|)?[#@][a-z ]*[=+ a-zA-Z0-9_,?|'-]*", re.ASCII)
    for each in everything(see(said(one), scene(other), "lift")):
        assert names.fullmatch(each), each


@given(st.from_regex(r"[#@][a-z0-9]{1,12}", fullmatch=True))
@example("@at")
def test_a_made_up_tag_is_not_kept(tag: str) -> None:
    kept = everything(see(said(f"{tag} 好的"), scene(tag), None))
    plain = everything(see(said(f"{tag[0]} 好的"), scene(tag[0]), None))  # the sign itself is seen
    shapes = {each for each in kept if tag in each} - set(plain)
    assert not shapes


def test_of_a_pair_only_what_both_share_is_counted() -> None:
    kept = see_pair(said("电梯又坏了"), known("电梯坏了")).tables[TABLE]
    assert "category=True,True" in kept
    assert not any(HAN.search(each) for each in kept)


def test_the_right_place_is_told_by_its_sources() -> None:
    seen = see(said("我家水管漏了"), scene(), "water")
    assert seen.source_of(HOME)["tail"] == "home"
    assert seen.source_of(Place("3"))["together"] == "area,none,none"
    assert seen.source_of(Place("7")) == {}, "no source says so"
    assert Seen.of(seen.kept()) == seen


@pytest.mark.parametrize(
    ("text", "place", "sources"),
    [
        ("我家水管漏了", HOME, ["area building", "home unit", "home room"]),
        (
            "3栋2单元401水管漏了",
            Place("3", "2", None, "401"),
            ["said building", "said unit", "said room"],
        ),
        ("5楼501水管漏了", Place("3", None, "5", "501"), ["area building", "said room"]),
        ("5楼灯不亮", Place("3", None, "5"), ["area building", "said floor"]),
        ("灯不亮", Place("3", "2", "5"), ["area building", "home unit", "home floor"]),
        ("水管漏了", Place("3"), ["area building"]),
        ("水管漏了", Place(), []),
    ],
)
def test_for_each_part_it_is_known_from_where_it_is(
    text: str, place: Place, sources: list[str]
) -> None:
    assert [each.cue for each in where_from(said(text), scene(), place)] == sources


def test_wordless_leaves_the_order_of_sets_aside() -> None:
    features = whole(said("电梯又坏了"), scene())
    assert wordless(features) == wordless(reversed(features))
