"""Smoke in a drill is asked about, not paged; one more word on an emergency is no second one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.understanding.emergencies import goes_with
from handlers.understanding.looking import look
from handlers.understanding.meaning import Outcome, Said, Scene, Urgency
from handlers.understanding.reader import Reader
from tests.handlers.understanding.saying import BUILDING, HOME, heard, opened_by

DRILLS = [
    ("【通知】今天上午消防演练，会放烟、响警铃，请勿惊慌", "楼里冒烟了！！警铃响了！！"),
    ("Fire drill now, the alarm will sound for ten minutes", "there is smoke in the hallway!!"),
]
NO_DRILLS = [
    ("今天的消防演练圆满结束，感谢大家", "楼里冒烟了！！警铃响了！！"),
    ("【通知】下周六消防演练，会放烟", "楼里冒烟了！！警铃响了！！"),
    ("Reminder: fire drill on Thursday at 2", "there is smoke in the hallway!!"),
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


def after_notice(notice: str, role: str = "property_manager", ago: int = 20) -> Scene:
    said = heard(notice, "office", timedelta(minutes=ago), key="1", role=role)
    return Scene(area=BUILDING, recent=(Said(said, Outcome.TALK),))


@pytest.mark.parametrize(("notice", "text"), DRILLS)
def test_smoke_in_a_drill_pages_nobody(reader: Reader, notice: str, text: str) -> None:
    meaning = reader.read(heard(text, home=HOME), after_notice(notice))
    assert meaning.outcome is not Outcome.OPEN


@pytest.mark.parametrize(("notice", "text"), NO_DRILLS)
def test_a_drill_that_is_over_or_of_another_day_explains_nothing(
    reader: Reader, notice: str, text: str
) -> None:
    meaning = reader.read(heard(text, home=HOME), after_notice(notice))
    assert (meaning.outcome, meaning.urgency) == (Outcome.OPEN, Urgency.EMERGENCY)


@pytest.mark.parametrize(("notice", "text"), DRILLS)
def test_what_a_neighbour_or_yesterday_says_is_no_drill(
    reader: Reader, notice: str, text: str
) -> None:
    for scene in (after_notice(notice, "resident"), after_notice(notice, ago=60 * 26)):
        meaning = reader.read(heard(text, home=HOME), scene)
        assert (meaning.outcome, meaning.urgency) == (Outcome.OPEN, Urgency.EMERGENCY)


@pytest.mark.parametrize(
    "text", ["三楼真的着火了，不是演习", "有人被困在电梯里了", "3栋煤气味很大，窗户关着都闻得到"]
)
def test_other_danger_in_a_drill_and_who_says_it_is_real_are_believed(
    reader: Reader, text: str
) -> None:
    meaning = reader.read(heard(text, home=HOME), after_notice(DRILLS[0][0]))
    assert (meaning.outcome, meaning.urgency) == (Outcome.OPEN, Urgency.EMERGENCY)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("有人拧我家门", "在家的出来一下！！"),
        ("someone is trying my door", "anybody home?? come out"),
    ],
)
def test_a_further_word_on_an_emergency_opens_no_second_one(
    reader: Reader, first: str, second: str
) -> None:
    told = heard(first, ago=timedelta(minutes=1), key="1", home=HOME)
    request = opened_by(told, "security", urgency=Urgency.EMERGENCY)
    said = (Said(told, Outcome.OPEN, request.key),)
    scene = Scene(area=BUILDING, recent=said, requests=(request,))
    assert goes_with(heard(second), look(second), scene)
    assert reader.read(heard(second, home=HOME), scene).outcome is not Outcome.OPEN
