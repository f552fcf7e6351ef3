"""What a plain answer does, and what only sounds like one."""

from __future__ import annotations

import pytest

from config.words import catalogue
from handlers.requests import plain_words

PHRASES = plain_words.phrases_of(catalogue())


def kind_of(text: str) -> str | None:
    spoken = plain_words.read(PHRASES, text)
    return spoken.kind if spoken else None


@pytest.mark.parametrize(
    "text",
    [
        "换好灯泡了",
        "换好两个灯泡了",
        "装好了",
        "门锁换了新的",
        "通好了",
        "下水通好了",
        "works now, thanks",
        "the lift works again",
        "不需要再来了，修好了",
        "我以为要很久，已经修好了",
    ],
)
def test_it_is_done(text: str) -> None:
    assert kind_of(text) == "done"


@pytest.mark.parametrize(
    "text",
    [
        "换好配件就行了",
        "等换好配件就好了",
        "需要换了新的才行",
        "换好的锁打不开了",
        "装好的门禁刷不开了",
        "跟厂家沟通好了",
        "沟通好了，师傅周五来",
        "希望修好了",
        "nothing works now",
        "neither lift works again",
        "it works now and then",
        "not sure it works again",
        "no longer working now",
        "hope it gets fixed",
        "until it is fixed we take the stairs",
    ],
)
def test_it_is_not_done(text: str) -> None:
    assert kind_of(text) != "done"


@pytest.mark.parametrize("text", ["虚惊一场，是烧饭糊了", "误报", "false alarm, sorry", "搞错了"])
def test_it_is_called_off(text: str) -> None:
    assert kind_of(text) == "cancel"


@pytest.mark.parametrize(
    "text",
    [
        "这不是虚惊，火还在烧",
        "并不是误报",
        "也不像虚惊",
        "希望是虚惊一场",
        "但愿是误报",
        "以为虚惊一场，结果真烧起来了",
        "this is not a false alarm",
        "no false alarm, it burns",
        "i hope it is a false alarm",
    ],
)
def test_it_is_not_called_off(text: str) -> None:
    assert kind_of(text) != "cancel"


def test_a_thing_between_is_nobody_s_name() -> None:
    spoken = plain_words.read(PHRASES, "换好灯泡了")
    assert spoken is not None
    assert spoken.name is None
