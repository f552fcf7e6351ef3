"""Which open request a plain question of how something stands means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.understanding import asked_after
from handlers.understanding.asked_after import meant, read
from handlers.understanding.meaning import (
    Heard,
    Kind,
    KnownRequest,
    Meaning,
    Outcome,
    Place,
    Said,
    Scene,
    Urgency,
    opened_by,
)

THEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
NOW = THEN + timedelta(hours=1)


def request(key: str, words: str, category: str) -> KnownRequest:
    """A request of Li Na's in building 3."""
    said = Heard(key=key, at=THEN, sender="li", text=words)
    return opened_by(said, category, Urgency.NORMAL, Kind.REPAIR, Place("3"))


LIFT = replace(request("lift", "咱们楼电梯又坏了", "lift"), asset="lift")
LAMP = request("lamp", "三楼楼道灯不亮", "electricity")
GATE = request("gate", "单元门禁刷不开", "security")
SLIDE = request("slide", "滑梯裂了", "public_facilities")


def of(
    text: str, *known: KnownRequest, alone: bool = False, recent: Sequence[Said] = ()
) -> str | None:
    """Which of the known requests a question of Zhao's means."""
    asked = read(text)
    if asked is None:
        return None
    heard = Heard(key="9", at=NOW, sender="zhao", text=text)
    found = meant(heard, Scene(requests=known, recent=recent), asked, alone=alone)
    return found.key if found else None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("电梯修好了吗", "lift"),
        ("灯修了没有", "lamp"),
        ("楼道灯什么时候能修好啊", "lamp"),
        ("请问滑梯有进展吗", "slide"),
        ("门禁几时整好", "gate"),
        ("is the lift working yet?", "lift"),
        ("are the lights fixed", "lamp"),
        ("what's the status of the slide", "slide"),  # things are the same in all languages
        ("门修好了吗", None),
        ("电梯费什么时候交", None),
        ("灯什么时候关", None),
        ("水来了没", None),
        ("物业怎么样了", None),
    ],
)
def test_what_is_named_decides(text: str, key: str | None) -> None:
    assert of(text, LIFT, LAMP, GATE, SLIDE) == key


def test_the_same_word_is_enough_and_a_part_of_one_is_not() -> None:
    bell = request("bell", "the doorbell of tower 3 is dead", "public_facilities")
    assert of("has the doorbell been fixed?", bell) == "bell"
    assert of("has the door been fixed?", bell) is None


def test_what_ended_is_meant_where_nothing_like_it_is_open() -> None:
    ended = replace(LIFT, key="old", state="closed")
    assert of("电梯修好了吗", ended) == "old"
    assert of("电梯修好了吗", ended, LIFT) == "lift"
    assert of("修好了吗", ended) is None


def test_of_several_alike_the_one_spoken_of_last() -> None:
    other = replace(LIFT, key="other")
    last = Said(Heard(key="8", at=NOW, sender="li", text="还卡着呢"), Outcome.DETAIL, "other")
    assert of("电梯修好了吗", LIFT, other) is None
    assert of("电梯修好了吗", LIFT, other, recent=[last]) == "other"
    long_ago = replace(last, heard=replace(last.heard, at=THEN))
    assert of("电梯修好了吗", LIFT, other, recent=[long_ago]) is None


def test_a_reply_means_what_the_line_was_about() -> None:
    said = Said(Heard(key="3", at=THEN, sender="li", text="门禁坏了"), Outcome.OPEN, "gate")
    last = Said(Heard(key="8", at=NOW, sender="li", text="还卡着呢"), Outcome.DETAIL, "lift")
    asked = read("怎么样了")
    assert asked is not None
    heard = Heard(key="9", at=NOW, sender="zhao", text="怎么样了", reply_to="3")
    scene = Scene(requests=(LIFT, GATE), recent=(said, last))
    found = meant(heard, scene, asked, alone=False)
    assert found is GATE


def test_said_to_the_bot_alone_one_s_own_is_meant() -> None:
    own = replace(GATE, supporters=frozenset(("zhao",)))
    assert of("怎么样了", LIFT, own, alone=True) == "gate"
    assert of("怎么样了", LIFT, own) is None


def test_what_is_an_emergency_or_another_s_work_is_left_as_it_is() -> None:
    heard = Heard(key="9", at=NOW, sender="zhao", text="电梯修好了吗")
    scene = Scene(requests=(LIFT,))
    talk = Meaning(Outcome.TALK)
    assert asked_after.understood(heard, scene, talk).of == "lift"
    pressing = replace(talk, urgency=Urgency.EMERGENCY)
    assert asked_after.understood(heard, scene, pressing) is pressing
    assert asked_after.understood(replace(heard, role="property_manager"), scene, talk) is talk
    assert asked_after.understood(replace(heard, forwarded=True), scene, talk) is talk


@given(st.text(alphabet="电梯修好了吗什么时候怎么样 ,?!。any update on the", max_size=70))
def test_nothing_is_named_that_was_not_said(text: str) -> None:
    asked = read(text)
    assert asked is None or all(word in text.casefold() for word in asked.thing.split())
