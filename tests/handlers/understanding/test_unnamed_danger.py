"""Danger that is told in none of the words that are known for it, and what only sounds alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.understanding.features import words_only
from handlers.understanding.looking import look
from handlers.understanding.meaning import Meaning, Outcome, Scene, Urgency
from handlers.understanding.model import load_model
from handlers.understanding.reader import WEIGHTS, Reader
from tests.handlers.understanding.saying import HOME, after_talk, heard

#: None of these stands among the examples, and none holds a word of `[danger]`.
UNNAMED = [
    "我爸早上起来右手端不住碗，嘴角往下垂，话也讲得含含糊糊",
    "有个老人在花坛边坐着，脸煞白，满头冷汗，问他话答不上来",
    "my dad woke up and cannot lift his left arm, his mouth droops and the words come out wrong",
]
ORDINARY = [
    "左边那部电梯停在十二楼不走了，里面是空的",
    "我家热水器的指示灯不亮了，洗不了澡",
    "楼上拖鞋声太大，孩子睡不着",
    "the right hand lift has stopped on twelve with its doors open, nobody in it",
    "the dryer in the laundry room has been eating coins since monday",
    "pigeons are nesting over the entrance again and it is a mess",
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


def quiet() -> Scene:
    """A group in which somebody wished a good morning three hours ago."""
    return after_talk("大家早上好", timedelta(hours=3))


def read(reader: Reader, text: str) -> Meaning:
    return reader.read(heard(text, home=HOME), quiet())


@pytest.mark.parametrize("text", UNNAMED)
def test_what_is_an_emergency_as_a_whole_pages_in_whatever_words(reader: Reader, text: str) -> None:
    assert not look(text).dangers, "else the known words told it"
    meaning = read(reader, text)
    assert (meaning.outcome, meaning.urgency) == (Outcome.OPEN, Urgency.EMERGENCY)


@pytest.mark.parametrize("text", ORDINARY)
def test_what_is_only_a_nuisance_pages_nobody(reader: Reader, text: str) -> None:
    assert read(reader, text).urgency is not Urgency.EMERGENCY


#: No word of `[danger]` was known for these.
TOLD_IN_WORDS_UNKNOWN = [
    "我爷爷早上起来嘴有点歪，讲话大舌头",
    "我老伴的药吃错了，一天吃了三天的量",
    "院子里进人了，我不敢出声",
    "the lift dropped a bit and stopped, i'm in it",
    "my co detector has been going since nine",
    "the power point behind the fridge is hot and smells",
]
#: These hold such words, and are none.
SOUNDS_ALIKE = ["2栋两房急售，房东跳楼价", "别说跳楼两个字，吓人", "darts is on fire tonight"]


@pytest.mark.parametrize("text", TOLD_IN_WORDS_UNKNOWN)
def test_words_of_danger_are_known_in_more_than_one_form(text: str) -> None:
    assert look(text).dangers


@pytest.mark.parametrize("text", SOUNDS_ALIKE)
def test_what_only_sounds_like_an_alarm_is_none(text: str) -> None:
    assert not look(text).alarming


@pytest.mark.parametrize("text", ["爸爸倒在地上", "我妈晕倒在地上了，快来人", "有个人躺在地上"])
def test_who_lies_on_the_ground_is_an_alarm(text: str) -> None:
    assert look(text).alarming


@pytest.mark.parametrize(
    "text",
    [
        "我妈吃了半瓶安眠药，现在推她推不动",
        "隔壁姑娘吞了一把药",
        "my flatmate swallowed a whole box of tablets",
    ],
)
def test_who_took_too_much_is_an_alarm(reader: Reader, text: str) -> None:
    meaning = read(reader, text)
    assert (meaning.outcome, meaning.urgency) == (Outcome.OPEN, Urgency.EMERGENCY)


@pytest.mark.parametrize("text", ["我家水管爆了", "楼道漏水", "no smoke, just steam"])
def test_how_grave_it_sounds_is_told_to_the_heads(text: str) -> None:
    looked, features = look(text), words_only(heard(text), quiet())
    assert len(features) == len(set(features)), "what is told twice weighs twice"
    assert {f"#alarm {each}" for each in looked.alarms} <= set(features)
    assert {f"#thing {each}" for each in looked.things} <= set(features)


@pytest.mark.parametrize("text", ["大堂墙皮开裂，麻烦安排粉刷", "please regrout the lobby tiles"])
def test_how_sure_a_page_must_be_is_told_for_each_script(text: str) -> None:
    model = load_model(WEIGHTS)

    def pages(**limits: float) -> bool:
        reader = Reader(replace(model, thresholds={**model.thresholds, **limits}))
        return reader.report(heard(text), quiet()).urgency is Urgency.EMERGENCY

    assert not look(text).alarming
    latin = text.isascii()
    assert pages(**{"page": 0.0, "page latin": 9.0}) is not latin
    assert pages(**{"page": 9.0, "page latin": 0.0}) is latin


@pytest.mark.parametrize(
    "text",
    [
        "煤氣洩漏",
        "有人暈倒",
        "煤气位好大",
        "please师傅快来，pipe爆了",
        "楼上老人三天没见了",
        "a tile just fell from the facade",
        "haven't seen old Mr Chen for days",
    ],
)
def test_it_pages_as_the_first_line_in_a_group(reader: Reader, text: str) -> None:
    meaning = read(reader, text)
    assert (meaning.outcome, meaning.urgency) == (Outcome.OPEN, Urgency.EMERGENCY)


@pytest.mark.parametrize("text", ["咱家没水了，回来买水", "咱家没水了，回来带两桶"])
def test_an_errand_is_no_outage(reader: Reader, text: str) -> None:
    assert read(reader, text).outcome is Outcome.TALK


@pytest.mark.parametrize(
    "text",
    [
        "我家水管漏水，电话13987654321打给我",
        "电梯坏了，我电话13987654321",
        "no hot water, call me on 07700 900123",
    ],
)
def test_a_number_to_call_keeps_no_report_from_being_heard(reader: Reader, text: str) -> None:
    assert read(reader, text).outcome is Outcome.OPEN
