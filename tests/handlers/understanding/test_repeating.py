"""What is said over and over is merged; what is new, dangerous or elsewhere is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from handlers.understanding.meaning import (
    Heard,
    KnownRequest,
    Meaning,
    Outcome,
    Place,
    Said,
    Scene,
    Urgency,
)
from handlers.understanding.repeating import (
    AGAIN_WITHIN,
    CROWD,
    CROWD_WITHIN,
    crowded,
    merged,
    said_already,
)
from tests.handlers.understanding.saying import BUILDING, heard, opened_by

WORDS = "楼道灯不亮了"
OPENS = Meaning(Outcome.OPEN, urgency=Urgency.NORMAL)


def said(text: str = WORDS, sender: str = "li", ago: float = 0, **more: Any) -> Heard:
    return heard(text, sender, timedelta(seconds=ago), key=f"m{ago}", **more)


def known(state: str = "open", place: Place = BUILDING) -> KnownRequest:
    return opened_by(heard(WORDS, key="1"), "public_facilities", place, state=state)


def scene(*recent: Said, requests: tuple[KnownRequest, ...] = (known(),)) -> Scene:
    return Scene(recent=recent, requests=requests)


def crowd(seconds: float = 30) -> tuple[Said, ...]:
    """So many lines of others, the first so long ago."""
    return tuple(
        Said(said("哈哈", f"p{n}", seconds - n * seconds / CROWD), Outcome.TALK)
        for n in range(CROWD)
    )


SAID = Said(said(ago=60), Outcome.OPEN, "1")


def test_the_same_words_of_the_same_person_tell_nothing_new() -> None:
    assert said_already(said(), scene(SAID), OPENS) == "1"
    assert said_already(said(" 樓道燈不亮了 "), scene(SAID), OPENS) == "1"


@pytest.mark.parametrize(
    "new",
    [
        said("楼道灯还在闪"),
        said(sender="sun"),
        said(media="photo"),
        said(reply_to="b1"),
        said(to_bot=True),
        said(forwarded=True),
    ],
)
def test_what_is_new_is_heard(new: Heard) -> None:
    assert said_already(new, scene(SAID), OPENS) is None


def test_danger_an_end_and_another_matter_are_heard_anew() -> None:
    danger = replace(OPENS, urgency=Urgency.EMERGENCY)
    assert said_already(said(), scene(SAID), danger) is None
    assert said_already(said(), scene(SAID), replace(OPENS, again=True)) is None
    joins = Meaning(Outcome.JOIN, of="2")
    assert said_already(said(), scene(SAID), joins) is None, "me too, of another request"
    for state in ("done", "closed"):
        assert said_already(said(), scene(SAID, requests=(known(state),)), OPENS) is None


def test_after_a_while_it_counts_again() -> None:
    seconds = AGAIN_WITHIN.total_seconds()
    at_once, later = (Said(said(ago=seconds + more), Outcome.OPEN, "1") for more in (0, 1))
    assert said_already(said(), scene(at_once), OPENS) == "1"
    assert said_already(said(), scene(later), OPENS) is None


def test_in_a_crowd_the_same_words_are_about_the_same_thing() -> None:
    joined = merged(said(sender="sun"), scene(*crowd()), OPENS)
    assert (joined.outcome, joined.of) == (Outcome.JOIN, "1")
    assert merged(said("下水道堵了", "sun"), scene(*crowd()), OPENS) is OPENS
    assert merged(said(sender="sun"), scene(*crowd()[1:]), OPENS) is OPENS
    ended = scene(*crowd(), requests=(known(state="closed"),))
    assert merged(said(sender="sun"), ended, OPENS) is OPENS


@pytest.mark.parametrize(
    ("other", "joins"),
    [
        (Place(building="3", unit="2"), True),
        (Place(), True),
        (Place(building="4"), False),
        (Place(building="3", unit="1"), False),
    ],
)
def test_but_not_in_another_place(other: Place, joins: bool) -> None:
    there = scene(*crowd(), requests=(known(place=Place(building="3", unit="2")),))
    found = merged(said(sender="sun"), there, replace(OPENS, place=other))
    assert (found.outcome is Outcome.JOIN) is joins


def test_nor_in_danger_nor_what_is_no_report() -> None:
    danger, talk = replace(OPENS, urgency=Urgency.EMERGENCY), Meaning(Outcome.TALK)
    assert merged(said(sender="sun"), scene(*crowd()), danger) is danger
    assert merged(said(sender="sun"), scene(*crowd()), talk) is talk


def test_a_crowd_is_forty_lines_a_minute() -> None:
    whole = CROWD_WITHIN.total_seconds()
    assert crowded(said(), scene(*crowd(whole)))
    assert not crowded(said(), scene(*crowd(whole + 1)))
