"""A question after an office and what is said besides it: parted, and each heard."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.understanding import besides
from handlers.understanding.meaning import Heard, Meaning, Outcome, Scene
from handlers.understanding.questions import parted

HEARD = Heard(key="m", at=datetime(2026, 3, 2, 10, tzinfo=UTC), sender="li")


@pytest.mark.parametrize(
    ("text", "question", "rest"),
    [
        ("今天谁值班，我家漏水了", "on_duty", "我家漏水了"),
        ("电梯坏了。单元长是谁？", "unit_captain", "电梯坏了。"),
        ("Who is on duty? My tap drips", "on_duty", "My tap drips"),
        ("今天谁值班？", None, ""),
        ("谁值班，谁是楼长", None, ""),
        ("我家漏水了，什么时候来修？", None, ""),  # belongs to what is reported
    ],
)
def test_it_is_parted(text: str, question: str | None, rest: str) -> None:
    assert parted(text) == (question, rest)


@given(st.text(alphabet="今天谁值班，。? 电梯坏了who is on duty", max_size=40))
def test_nothing_is_made_up(text: str) -> None:
    _, rest = parted(text)
    assert all(word in text for word in rest.split())


def reads(**by_text: Outcome) -> list[str]:
    """What is read one after the other."""
    seen: list[str] = []

    def how(heard: Heard, _scene: Scene) -> Meaning:
        seen.append(heard.text)
        return Meaning(by_text.get(heard.text, Outcome.TALK))

    text = "谁值班，漏水了"
    found = besides.read(how, replace(HEARD, text=text), Scene())
    seen.append(f"{found.outcome} {found.question}")
    return seen


def test_only_what_is_told_besides_makes_it_more_than_a_question() -> None:
    assert reads(漏水了=Outcome.OPEN) == ["谁值班，漏水了", "漏水了", "open on_duty"]
    assert reads(漏水了=Outcome.ASK) == ["谁值班，漏水了", "漏水了", "talk None"]
    assert reads(**{"谁值班，漏水了": Outcome.JOIN}) == ["谁值班，漏水了", "join on_duty"]
