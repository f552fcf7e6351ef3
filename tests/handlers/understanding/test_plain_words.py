"""What whole phrases tell, what takes them back, and what stands in a name or a number."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.understanding.alarms import beyond_doubt
from handlers.understanding.looking import look
from handlers.understanding.meaning import (
    Meaning,
    Outcome,
    Place,
    Scene,
    Urgency,
)
from handlers.understanding.reader import Reader
from tests.handlers.understanding.saying import after_report, after_talk, heard, opened_by


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


def quiet() -> Scene:
    """A group in which somebody wished a good morning three hours ago."""
    return after_talk("大家早上好", timedelta(hours=3))


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("有人在楼道里飞线充电", "fire_safety"),
        ("他把电瓶车推进电梯了", "fire_safety"),
        ("垃圾好几天没人收", "sanitation"),
        ("有人遛狗不牵绳", "pets"),
        ("外墙又渗水了", "water"),
        ("the bins haven't been emptied", "sanitation"),
        ("a dog off the lead by the swings", "pets"),
        ("they are knocking down a wall in 5", "illegal_building"),
        ("charged twice for June", "property_fee"),
    ],
)
def test_a_phrase_tells_a_wrong_by_itself(text: str, category: str) -> None:
    looked = look(text)
    assert category in looked.wrongs
    assert looked.plainly_faulty


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("楼道灯不亮", True),  # "楼道灯" and "灯不亮" share a sign
        ("路灯不亮了", True),
        ("井盖翘起来了", True),  # nobody "来了"
        ("路灯不亮了怎么走夜路", False),
        ("the lights out front are lovely", False),
    ],
)
def test_a_thing_and_its_fault_may_overlap(text: str, bare: bool) -> None:
    assert look(text).bare_fact is bare


@pytest.mark.parametrize(
    "text",
    [
        "去年有人在楼道里飞线充电",
        "我单位楼下垃圾好几天没人收",
        "last year the bins haven't been emptied",
    ],
)
def test_what_was_or_is_elsewhere_is_no_wrong_here(text: str) -> None:
    looked = look(text)
    assert looked.wrongs
    assert not looked.plainly_wrong


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("访客停车怎么收费？", "parking"),
        ("装修要办什么手续", "other"),
        ("几点来水啊？", "water"),
        ("公共收益公示在哪里看", "property_fee"),
        ("how does guest parking work?", "parking"),
        ("when is the heating being turned on?", "heating"),
        ("what forms do I need to move in?", "other"),
    ],
)
def test_what_an_office_is_asked_opens_as_a_question(
    reader: Reader, text: str, category: str
) -> None:
    assert category in look(text).asks
    meaning = reader.read(heard(text), quiet())
    assert meaning.outcome in (Outcome.OPEN, Outcome.ANSWER)


@pytest.mark.parametrize("text", ["菜场几点开门？", "谁有打气筒？", "when does the bakery open?"])
def test_what_no_office_knows_is_talk(reader: Reader, text: str) -> None:
    assert not look(text).asks_office
    assert reader.read(heard(text), quiet()).outcome is Outcome.TALK


@pytest.mark.parametrize(
    "text", ["the lift isn't broken, someone held the door", "电梯没坏，有人按着门"]
)
def test_a_denial_is_no_report(reader: Reader, text: str) -> None:
    assert "denied" in look(text).signs
    assert reader.read(heard(text), quiet()).outcome is Outcome.TALK


def test_a_number_to_call_is_a_word_of_danger_but_not_within_another_number() -> None:
    assert look("快打120").dangers == {"person"}
    assert look("快打120！").dangers == {"person"}
    for text in ("1203室漏水", "from 1209 upstairs", "一共120元", "11190"):
        assert not look(text).dangers & {"person", "fire"}, text


@given(st.integers(1000, 99999))
def test_no_room_number_is_a_call_for_help(room: int) -> None:
    assert not look(f"我住{room}").dangers


def test_the_name_of_an_estate_says_nothing_of_what_is_wrong() -> None:
    assert look("银杏嘉园停电了").categories == {"electricity"}
    assert "water" not in look("山水新城停车难").categories


def in_danger(place: Place, minutes: int) -> Scene:
    """A group in which somebody told of gas so many minutes ago."""
    first = heard("楼道里好大一股煤气味", "wang", timedelta(minutes=minutes), key="2")
    request = opened_by(first, "gas", place, urgency=Urgency.EMERGENCY)
    return after_report(first, request, Place())


def opens_anew(reader: Reader, text: str, place: Place, minutes: int) -> bool:
    meaning: Meaning = reader.read(heard(text), in_danger(place, minutes))
    return meaning.outcome is Outcome.OPEN


def test_in_danger_a_word_of_the_same_danger_opens_no_second_emergency(reader: Reader) -> None:
    text, three = "快开窗，那是煤气泄漏", Place("3")
    assert not opens_anew(reader, text, three, 2)
    assert opens_anew(reader, "5栋也有煤气泄漏", three, 2), "elsewhere it is another one"
    assert opens_anew(reader, text, three, 60), "an hour later it is another one"


OFF = heard("整栋停电了", "wang", timedelta(minutes=5), key="2")
POWER = opened_by(OFF, "electricity", urgency=Urgency.URGENT)


def powerless(state: str) -> Scene:
    return replace(quiet(), requests=(replace(POWER, state=state),))


@pytest.mark.parametrize("text", ["三楼刘奶奶家有制氧机吧？", "is the man in 302 on a ventilator?"])
def test_who_lives_by_a_machine_is_in_danger_while_the_power_is_off(
    reader: Reader, text: str
) -> None:
    meaning = reader.read(heard(text), powerless("open"))
    assert (meaning.outcome, meaning.urgency) == (Outcome.OPEN, Urgency.EMERGENCY)
    assert not beyond_doubt(heard(text), look(text), powerless("done"))
    assert not beyond_doubt(heard(text), look(text), quiet())


def test_an_offer_to_who_lives_by_a_machine_is_none() -> None:
    text = "有老人用制氧机的话可以来我家充电"
    assert not beyond_doubt(heard(text), look(text), powerless("open"))


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("could somebody look at the gate?", {"help", "wonder"}),
        ("used to be quiet here, didn't it?", {"past", "wonder"}),
        ("selling my old bike £20", {"trade"}),
        ("please fix the gate 🙏", {"help", "thanks"}),
        ("please 看看 the gate", {"help"}),
    ],
)
def test_signs_count_wherever_a_sign_of_another_script_stands(text: str, signs: set[str]) -> None:
    """A "?" at the end of a line hid all the words before it."""
    assert signs <= look(text).signs


@pytest.mark.parametrize(
    "text",
    [
        "没有煤气味 就是打不着火",
        "没着火 是熏腊肉的",
        "电梯停了 里面没人困",
        "没闻到煤气味",
        "no smoke, no flames, only steam",
        "no smell of gas here",
        "it's not on fire, the light is red",
    ],
)
def test_a_danger_that_is_denied_is_none(text: str) -> None:
    looked = look(text)
    assert not looked.dangers, looked.found
    assert not looked.alarming


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("有没有煤气味 你们闻到没", "gas"),
        ("没有煤气味 但是在冒烟", "fire"),
        ("有没有人被困", "lift"),
        ("no flames but smoke coming from the bin room", "fire"),
        ("no smoke, but a smell of gas on 3", "gas"),
        ("no gas smell, and the man in 4 is unconscious", "person"),
    ],
)
def test_what_is_asked_or_said_beside_it_is_a_danger_still(text: str, danger: str) -> None:
    assert danger in look(text).dangers


@pytest.mark.parametrize(
    ("text", "dangers"),
    [
        ("smoke alarm chirps every minute", set[str]()),
        ("the CO detector wants a battery", set[str]()),
        ("the CO alarm is screaming", {"gas", "violence"}),
        ("smoke alarm going off, something's burning", {"fire"}),
        ("beetles on the floor of the laundry", set[str]()),
        ("she's on the floor and can't get up", {"person"}),
        ("the price of heating has gone up", set[str]()),
        ("a man followed me in with the pizza", set[str]()),
        ("a man followed me up the stairs", {"violence"}),
    ],
)
def test_what_sounds_like_a_danger_is_told_apart(text: str, dangers: set[str]) -> None:
    assert look(text).dangers == dangers


LONG = (
    "and so we walked along the river until it was dark and talked about everything under the sun"
)


@pytest.mark.parametrize(
    ("text", "rambles"),
    [
        (f"the view from the tower was lovely, {LONG}", True),
        (f"the handrail by the stairs is broken, {LONG}", False),
        (f"could somebody look at the stairs, {LONG}", False),
        (f"smoke coming from the bin room, {LONG}", False),
        ("the view from the tower was lovely", False),
        (
            "我们沿着河边走到天黑 看完了花灯吃了碗面 回来路上说起小时候的事 说着说着就到家了 真好",
            True,
        ),
        (
            "我们沿着河边走到天黑 看完了花灯吃了碗面 到家一看整栋没电了 电梯也停了 只好爬楼上来",
            False,
        ),
    ],
)
def test_who_rambles_tells_of_no_trouble(text: str, rambles: bool) -> None:
    assert look(text).rambles is rambles


def test_what_rambles_opens_nothing_unless_it_is_all_but_sure(reader: Reader) -> None:
    for text in (f"the view was lovely, {LONG}", f"my uncle plays the piano, {LONG}"):
        assert look(text).rambles
        assert reader.read(heard(text), quiet()).outcome is Outcome.TALK


@pytest.mark.parametrize(
    "text", ["电梯又坏了", "咱们楼电梯坏了", "the lift is broken", "the lift is dead again"]
)
def test_a_lift_that_stands_still_is_urgent_however_calmly_it_is_told(
    reader: Reader, text: str
) -> None:
    assert reader.read(heard(text), Scene()).urgency is Urgency.URGENT
