"""Whether a line belongs to a request is weighed once more, knowing what all heads say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.understanding import belongs
from handlers.understanding.fit_belongs import (
    fit_belongs,
    weighed_in,
    with_belongs,
    with_belongs_of,
)
from handlers.understanding.linking import Fit
from handlers.understanding.meaning import LINKS, Outcome, Said, Scene
from handlers.understanding.model import Fitted, Model, load_model
from handlers.understanding.reader import WEIGHTS, Reader
from handlers.understanding.transcripts import Conversation, Line
from tests.fakes.reader import shipped_reader
from tests.handlers.understanding.saying import AT, BUILDING, heard, opened_by

FIRST = heard("3栋电梯坏了", "wang", timedelta(minutes=5), key="1")
REQUEST = opened_by(FIRST, "lift")
SCENE = Scene(area=BUILDING, recent=(Said(FIRST, Outcome.OPEN, FIRST.key),), requests=(REQUEST,))
LATER = heard("师傅说下午来修", "zhao")


@pytest.fixture(scope="module")
def shipped() -> Model:
    return load_model(WEIGHTS)


def sure(answer: str) -> Fitted:
    """A last head that always says the same."""
    return Fitted(("no", "yes"), (0.0, 9.0) if answer == "yes" else (9.0, 0.0), {})


def test_it_has_the_last_word_on_what_opens_nothing(shipped: Model) -> None:
    read = Reader(with_belongs(shipped, sure("yes"))).read(LATER, SCENE)
    assert (read.outcome in LINKS, read.of) == (True, "1")
    not_so = Reader(with_belongs(shipped, sure("no"))).read(LATER, SCENE)
    assert not_so.outcome is Outcome.TALK


def test_a_chance_is_looked_at_as_the_steps_it_has_passed() -> None:
    fit = Fit(REQUEST, 0.5, "only")
    few = set(belongs.features(LATER, SCENE, fit, {"update": 0.05}))
    more = set(belongs.features(LATER, SCENE, fit, {"update": 0.9}))
    assert few < more
    assert {each.partition(">")[0] for each in more - few} == {"@update"}


def test_what_hardly_belongs_anywhere_is_not_weighed() -> None:
    assert shipped_reader().weighs(heard("哈哈哈", "zhao"), Scene(area=BUILDING)) is None
    weighed = shipped_reader().weighs(LATER, SCENE)
    assert weighed is not None
    assert weighed[0].request is REQUEST


def said(n: int, text: str, sender: str, **gold: object) -> Line:
    return Line.model_validate(
        {
            "conv": "t-1",
            "chat": {"area": "3栋", "title": "3栋群"},
            "n": n,
            "at": AT + timedelta(minutes=n),
            "sender": sender,
            "text": text,
            "gold": gold,
        }
    )


CONVERSATION: Conversation = [
    said(
        1, "3栋电梯坏了", "wang", outcome="open", category="lift", urgency="urgent", kind="repair"
    ),
    said(2, "师傅说下午来修", "zhao", outcome="update", of=1),
    said(3, "我家也坐不了，等了半天", "li", outcome="join", of=1),
    said(4, "谁要团购草莓，师傅下午送", "sun", outcome="talk"),
]


def test_what_was_weighed_in_a_conversation_tells_right_from_wrong(shipped: Model) -> None:
    rows = weighed_in(shipped, CONVERSATION)
    assert [answer for _, answer in rows][:2] == ["yes", "yes"]
    assert "no" not in [answer for _, answer in rows[:2]]


def test_it_is_learnt_from_what_was_weighed(shipped: Model) -> None:
    for_it, against = ["@a", "@both"], ["@b", "@both"]
    rows = [(for_it, "yes"), (against, "no")] * 20
    model = with_belongs(shipped, fit_belongs(dict.fromkeys(range(40), rows)))
    assert belongs.chance(for_it, model) > 0.8
    assert belongs.chance(against, model) < 0.2


def test_a_model_without_it_takes_another_s(shipped: Model) -> None:
    bare = Model({}, {}, {})
    completed = with_belongs_of(bare, shipped)
    assert completed.heads[belongs.HEAD] == shipped.heads[belongs.HEAD]
    assert with_belongs_of(bare, bare) == bare


@pytest.mark.parametrize("text", ["楼道灯也坏了", "门禁也坏了", "the gate is broken too"])
@pytest.mark.parametrize("minutes", [0, 6, 60])
def test_too_of_another_thing_is_a_request_of_its_own(text: str, minutes: int) -> None:
    first = heard("咱们楼电梯又坏了", "li", timedelta(minutes=minutes), key="1")
    said = (Said(first, Outcome.OPEN, "1"),)
    scene = Scene(area=BUILDING, recent=said, requests=(opened_by(first, "lift"),))
    assert Reader.load().read(heard(text, "zhao", key="2"), scene).outcome is Outcome.OPEN
