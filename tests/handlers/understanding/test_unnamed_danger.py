"""Danger that is told in none of the words that are known for it, and what only sounds alike."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.understanding.looking import look
from handlers.understanding.meaning import Meaning, Outcome, Scene, Urgency
from handlers.understanding.reader import Reader
from tests.handlers.understanding.saying import HOME, after_talk, heard

#: None of these stands among the examples, and none holds a word of `[danger]`.
UNNAMED = [
    "我爸早上起来右手端不住碗，嘴角往下垂，话也讲得含含糊糊",
    "我妈吃了半瓶安眠药，现在推她推不动",
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
