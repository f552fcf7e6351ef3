"""What was nearly opened is opened when a neighbour bears it out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.understanding import belated
from handlers.understanding.linking import Fit
from handlers.understanding.looking import look
from handlers.understanding.meaning import Kind, Outcome, Said, Scene, Urgency
from handlers.understanding.transcripts import Walk
from tests.fakes.reader import shipped_reader
from tests.handlers.understanding.saying import AT, BUILDING, JUST_NOW, heard, opened_by

FIRST = heard("水是黄的", "wang", timedelta(minutes=2), key="1")
NEARLY = Said(FIRST, Outcome.TALK, leaning=0.7)
SCENE = Scene(area=BUILDING, recent=(NEARLY,))
TOO = heard("我家也是", "li")


def test_a_neighbour_with_the_same_bears_it_out() -> None:
    meaning = shipped_reader().read(TOO, SCENE)
    assert (meaning.outcome, meaning.bears_out, meaning.category) == (Outcome.OPEN, "1", "water")
    assert meaning.reasons[0].cue == "borne_out"


@pytest.mark.parametrize(
    "said",
    [
        replace(NEARLY, leaning=0.0),
        replace(NEARLY, leaning=belated.LEANS_FROM - 0.01),
        replace(NEARLY, heard=replace(FIRST, at=AT - belated.WITHIN - timedelta(seconds=1))),
        replace(NEARLY, heard=replace(FIRST, forwarded=True)),
        replace(NEARLY, outcome=Outcome.ASK, leaning=0.0),
    ],
    ids=["sure", "unlikely", "long ago", "passed on", "asked about"],
)
def test_nothing_else_is_opened_by_it(said: Said) -> None:
    meaning = shipped_reader().read(TOO, replace(SCENE, recent=(said,)))
    assert meaning.bears_out is None
    assert meaning.outcome is not Outcome.OPEN


@pytest.mark.parametrize("text", ["哈哈哈", "大家早上好", "谁家孩子作业写完了", "thanks 👍"])
def test_talk_bears_nothing_out(text: str) -> None:
    assert shipped_reader().read(heard(text, "li"), SCENE).outcome is Outcome.TALK


def test_of_two_the_likelier_is_meant_and_a_near_one_before_a_far_one() -> None:
    other = Said(heard("楼道灯", "zhao", JUST_NOW, key="2"), Outcome.TALK, leaning=0.65)
    scene = replace(SCENE, recent=(NEARLY, other))
    assert belated.nearly_opened(TOO, scene) is other
    assert belated.nearly_opened(TOO, replace(scene, recent=(other, NEARLY))) is NEARLY


CHANCES = {"join": 0.6, "detail": 0.1, "talk": 0.3}


def fits(said: Said, chance: float = 1.0) -> Fit:
    return Fit(opened_by(said.heard, "water"), chance, "only")


def test_what_belongs_to_it_makes_it_likelier_and_what_does_not_less() -> None:
    line = heard("中午才看见", "li")
    for_it = belated.leaning_after(NEARLY, line, CHANCES, fits(NEARLY))
    against = belated.leaning_after(NEARLY, line, {"talk": 0.99}, fits(NEARLY))
    assert against < NEARLY.leaning < for_it
    assert belated.leaning_after(NEARLY, line, CHANCES, None) < for_it
    assert belated.leaning_after(NEARLY, TOO, CHANCES, fits(NEARLY)) > for_it, "it says too"


def test_lines_that_are_too_weak_alone_bear_it_out_together() -> None:
    walk = Walk(BUILDING, "")
    walk.hears(FIRST, Outcome.TALK, None, 0.3)
    opened: list[bool] = []
    for text in ("嗯我家水也有点发黄", "我家也是"):
        heard_now = heard(text, f"li {len(opened)}", key=f"2{len(opened)}")
        (said, *_) = walk.recent
        leaning = belated.leaning_after(said, heard_now, CHANCES, fits(said, 0.6))
        looked = look(heard_now.text)
        opened.append(belated.bears_out(said, leaning, looked, CHANCES, fits(said), beside=False))
        walk.hears(heard_now, Outcome.TALK, None, 0.0, ("1", leaning))
    assert opened == [False, True]


def test_what_talk_says_of_it_is_kept_with_it() -> None:
    meaning = shipped_reader().read(heard("哈哈哈", "li"), SCENE)
    assert meaning.leans is not None
    assert meaning.leans[0] == "1"
    assert 0 < meaning.leans[1] < NEARLY.leaning
    walk = Walk(BUILDING, "", recent=[NEARLY])
    walk.hears(TOO, meaning.outcome, None, 0.0, meaning.leans)
    assert walk.recent[0].leaning == meaning.leans[1]


def test_what_was_taken_back_stays_so() -> None:
    lines = [replace(NEARLY, leaning=0.0)]
    belated.lean(lines, "1", 0.9)
    assert lines[0].leaning == 0.0


def test_who_goes_on_with_their_own_has_added_to_it() -> None:
    lines = [NEARLY]
    belated.settle(lines, replace(TOO, sender=FIRST.sender), "1", "1")
    assert [each.outcome for each in lines] == [Outcome.OPEN, Outcome.DETAIL]


def test_the_scene_before_a_line_holds_nothing_of_what_came_after() -> None:
    later = opened_by(heard("电梯坏了", "zhao", JUST_NOW, key="2"), "lift")
    scene = replace(SCENE, recent=(NEARLY, Said(TOO, Outcome.TALK)), requests=(later,))
    before = belated.scene_before(FIRST, scene)
    assert not before.recent
    assert not before.requests


def test_in_a_walk_the_first_has_opened_it_and_the_other_joined() -> None:
    walk = Walk(BUILDING, "")
    walk.hears(FIRST, Outcome.TALK, None, 0.7)
    walk.bears_out(TOO, "1", "water", Urgency.NORMAL, Kind.REPAIR, BUILDING)
    (request,) = walk.scene().requests
    assert (request.key, request.sender, request.words) == ("1", "wang", "水是黄的")
    assert request.supporters == {"wang", "li"}
    assert request.messages == {"1", TOO.key}
    assert [each.outcome for each in walk.recent] == [Outcome.OPEN, Outcome.JOIN]
