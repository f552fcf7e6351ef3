"""The second opinion by itself: when it is wanted, what is shown, what counts as an answer."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.understanding.meaning import (
    Heard,
    Kind,
    Meaning,
    Outcome,
    Place,
    Said,
    Scene,
    Urgency,
)
from handlers.understanding.opinion import (
    LEANS_FROM,
    MOST_EARLIER,
    OPENS_BELOW,
    Opinion,
    decided,
    is_unsure,
    question,
    understood,
)
from tests.handlers.understanding.saying import heard, opened_by

CATEGORIES = frozenset({"lift", "water", "other"})
REPORT = Meaning(Outcome.OPEN, 1.0, "water", Kind.REPAIR, Urgency.NORMAL, Place("3"))
ALARM = Meaning(Outcome.OPEN, 0.6, "gas", Kind.REPAIR, Urgency.EMERGENCY, Place("3"))


@pytest.mark.parametrize(
    ("meaning", "unsure"),
    [
        (Meaning(Outcome.ASK, 0.7), True),
        (Meaning(Outcome.OPEN, OPENS_BELOW - 0.01), True),
        (Meaning(Outcome.OPEN, OPENS_BELOW), False),
        (Meaning(Outcome.TALK, leaning=LEANS_FROM), True),
        (Meaning(Outcome.TALK, leaning=LEANS_FROM - 0.01), False),
        (Meaning(Outcome.JOIN, 0.3, of="1"), False),
        (Meaning(Outcome.ANSWER, 0.3), False),
        (ALARM, False),
    ],
)
def test_only_what_is_unsure_is_asked_about(meaning: Meaning, unsure: bool) -> None:
    assert is_unsure(meaning) is unsure


def said(text: str, sender: str = "li", name: str = "李娜", minutes: int = 0) -> Heard:
    ago = timedelta(minutes=minutes)
    return heard(text, sender, ago, key=f"{sender}{minutes}", name=name)


def test_a_message_is_shown_with_what_was_said_before_it_under_other_names() -> None:
    recent = [Said(said("早", "wang", "王强", 90), Outcome.TALK)]
    recent += [Said(said(f"王强说{i}", "zhao", "赵四", 9 - i), Outcome.TALK) for i in range(7)]
    known = opened_by(heard("赵四家电梯坏了", "wang", key="1"), "lift")
    asked = question(said("王强家好像漏水"), Scene(recent=recent, requests=(known,)), CATEGORIES)
    shown = json.loads(asked.document)
    assert shown["message"] == {"who": "B", "text": "[name]家好像漏水"}
    assert [each["who"] for each in shown["earlier"]] == ["A"] * MOST_EARLIER
    assert shown["earlier"][-1] == {"who": "A", "minutes_ago": 3, "text": "[name]说6"}
    assert shown["open_requests"] == [{"category": "lift", "text": "A家电梯坏了"}]
    assert "lift, other, water" in asked.system
    assert "漏水" not in asked.system


@given(st.text(max_size=300))
def test_whatever_is_written_stays_one_text_in_the_document(text: str) -> None:
    asked = question(said(text), Scene(), CATEGORIES)
    assert asked.system == question(said(""), Scene(), CATEGORIES).system
    assert set(json.loads(asked.document)) == {"earlier", "open_requests", "message"}


@given(
    st.text(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(("verdict", "category", "x")), inner, max_size=3)
        ),
    ).map(json.dumps)
)
def test_any_answer_is_an_opinion_or_nothing(answer: str) -> None:
    opinion = understood(answer, CATEGORIES)
    if opinion is not None:
        assert opinion.verdict in ("request", "talk", "unsure")
        assert opinion.category is None or opinion.category in CATEGORIES


def test_an_answer_may_stand_in_a_fence() -> None:
    said = 'x{"verdict": "talk"}'[1:]
    assert understood(said, CATEGORIES) == Opinion(verdict="talk")
    assert understood(f"```json\n{said}\n```", CATEGORIES) == Opinion(verdict="talk")
    assert understood(f"Sure! {said}", CATEGORIES) is None
    assert understood(said + " " * 5000, CATEGORIES) is None


def test_an_opinion_opens_or_silences_and_the_words_decide_the_rest() -> None:
    unsure = Meaning(Outcome.TALK, 0.5, leaning=0.4)
    opened = decided(unsure, REPORT, Opinion(verdict="request", category="lift"))
    assert (opened.outcome, opened.category, opened.asset) == (Outcome.OPEN, "lift", "lift")
    assert (opened.place, opened.urgency) == (REPORT.place, Urgency.NORMAL)
    assert decided(REPORT, REPORT, Opinion(verdict="talk")).outcome is Outcome.TALK
    assert decided(unsure, REPORT, Opinion(verdict="unsure")) is unsure
    # Words of danger decide whom to call, whatever the other takes it for.
    alarm = decided(unsure, ALARM, Opinion(verdict="request", category="other"))
    assert (alarm.category, alarm.urgency) == ("gas", Urgency.EMERGENCY)
