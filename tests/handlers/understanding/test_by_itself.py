"""What a line says by itself, whatever is said around it, and what the outcome is told of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.understanding import by_itself
from handlers.understanding.features import whole
from handlers.understanding.fit import PARTS, told_by_itself
from handlers.understanding.meaning import Scene
from handlers.understanding.model import Model, load_model
from handlers.understanding.preparing import Examples
from handlers.understanding.reader import WEIGHTS
from tests.handlers.understanding.saying import BUILDING, after_talk, heard

CHANCE = st.floats(0, 1)
PLAIN = Scene(area=BUILDING)


@pytest.fixture(scope="module")
def shipped() -> Model:
    return load_model(WEIGHTS)


def sure(model: Model, text: str, scene: Scene = PLAIN) -> tuple[int, int]:
    own = by_itself.own(whole(heard(text), scene))
    return by_itself.said(model.chances(by_itself.HEAD, model.see("whole", own)))


@pytest.mark.parametrize(
    ("report", "talk"),
    [
        ("水龙头出来的水是黄的", "我家孩子洗澡从来不肯出来"),
        ("楼下井盖翘起来了", "井盖的新闻你们看了吗"),
        ("the bin store door is off its hinge", "door to door it took me an hour"),
    ],
)
def test_a_report_is_surer_a_report_than_talk(shipped: Model, report: str, talk: str) -> None:
    assert sure(shipped, report)[0] > sure(shipped, talk)[0] + 3


def test_what_is_said_around_a_line_changes_nothing(shipped: Model) -> None:
    around = after_talk("哈哈哈今天谁打牌", timedelta(seconds=20))
    assert sure(shipped, "楼道灯又不亮了", around) == sure(shipped, "楼道灯又不亮了")


@given(CHANCE, CHANCE)
def test_the_surer_the_more_steps(one: float, other: float) -> None:
    less, more = sorted((one, other))
    few = by_itself.names(by_itself.said({"open": less}), "near,resident")
    many = by_itself.names(by_itself.said({"open": more}), "near,resident")
    assert set(few) <= set(many)


def test_of_a_message_only_words_and_role_are_its_own() -> None:
    features = whole(
        heard("电梯坏了", role="unit_captain"), after_talk("吃了吗", timedelta(minutes=1))
    )
    own = by_itself.own(features)
    assert [each for each in own if each.startswith("@")] == ["@role=unit_captain"]
    assert {"#c lift", "电梯"} <= set(own)
    assert not any(each.startswith(("before|", "own|", "quiet,")) for each in own)
    assert by_itself.situation_of(features) == "quiet,staff"


def test_no_line_is_judged_by_a_head_that_knows_it_by_heart() -> None:
    """Else the outcome would learn to believe it more than it may where nobody knows the line."""
    report, outcome = Examples(), Examples()
    groups = set(range(3 * PARTS))
    for group in groups:
        for text, answer in (("leak", "open"), ("lunch", "talk")):
            for _ in range(100):
                report.add([text], answer, group, None)
        if group // PARTS == 0:  # of the first part alone
            for _ in range(600):
                report.add(["drip"], "open", group, None)
        outcome.add(["drip", "@situation=quiet,resident"], "open", group, None)
    told = told_by_itself({"report": report, "outcome": outcome}, groups)
    steps = {
        group: sum(each >= 2 for each in told.columns_of(n)) for n, group in enumerate(told.groups)
    }
    assert min(steps[group] for group in groups if group >= PARTS) > max(
        steps[group] for group in range(PARTS)
    )
    assert "@says quiet,resident open>0.0" in told.names
