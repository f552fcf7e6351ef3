"""What is told as the reason of a reading: words of the message that a person understands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.understanding.looking import look
from handlers.understanding.meaning import Reason
from handlers.understanding.reader import Reader
from tests.handlers.understanding.saying import HOME, after_talk, heard

REPORTS = [
    "我家水管爆了，水漫到楼道了！",
    "楼道灯不亮好几天了",
    "咱们楼电梯又坏了",
    "my kitchen tap is dripping since monday",
    "the lift is dead again",
    "bins are overflowing behind the block, it stinks",
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


def reasons(reader: Reader, text: str, about: str) -> list[Reason]:
    meaning = reader.report(heard(text, home=HOME), after_talk("早", timedelta(hours=3)))
    return [each for each in meaning.reasons if each.about == about]


@pytest.mark.parametrize("about", ["request", "category", "urgency"])
@pytest.mark.parametrize("text", REPORTS)
def test_each_stands_in_the_message(reader: Reader, text: str, about: str) -> None:
    found = reasons(reader, text, about)
    plain = look(text).text
    assert found
    assert all(each.found in plain for each in found)
    words = {word.strip(",.") for word in plain.split()}
    if plain.isascii():
        assert all(set(each.found.split()) <= words for each in found if each.cue == "word")


@pytest.mark.parametrize("text", REPORTS)
def test_what_is_named_comes_before_parts_of_the_text(reader: Reader, text: str) -> None:
    for about in ("request", "category", "urgency"):
        named = [each.cue != "word" for each in reasons(reader, text, about)]
        assert named == sorted(named, reverse=True)
    assert reasons(reader, text, "category")[0].cue != "word"
