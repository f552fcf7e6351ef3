"""Lines that are nothing but a place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handlers.understanding.meaning import (
    Heard,
    Kind,
    Meaning,
    Outcome,
    Place,
    Said,
    Scene,
    Urgency,
    opened_by,
)
from handlers.understanding.placed_after import is_bare, understood

THEN = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "3栋",
        "在3栋2单元",
        "是3号楼2单元501",
        "三楼",
        "3-2-501",
        "25-306",
        "Blk 3, unit 2",
        "it's in building 3",
    ],
)
def test_a_place(text: str) -> None:
    assert is_bare(text)


@pytest.mark.parametrize(
    "text", ["3栋也有人讲", "3栋呢", "warm-ing", "三楼四楼呢", "3点", "in the building", "flat out"]
)
def test_no_place(text: str) -> None:
    assert not is_bare(text)


def test_it_is_of_one_s_own_report_of_just_now() -> None:
    report = Heard(key="1", at=THEN, sender="wu", text="楼道灯不亮了")
    known = opened_by(report, "electricity", Urgency.NORMAL, Kind.REPAIR, Place())
    scene = Scene(requests=(known,), recent=(Said(report, Outcome.OPEN, "1"),))
    talk = Meaning(Outcome.TALK)
    after = Heard(key="2", at=THEN + timedelta(minutes=5), sender="wu", text="3栋")
    assert understood(after, scene, talk) == Meaning(Outcome.DETAIL, of="1")
    assert understood(replace(after, sender="sun"), scene, talk) is talk
    assert understood(replace(after, text="3栋呢"), scene, talk) is talk
    assert understood(replace(after, at=THEN + timedelta(hours=2)), scene, talk) is talk
    closed = replace(scene, requests=(replace(known, state="closed"),))
    assert understood(after, closed, talk) is talk
    voice = replace(scene, recent=(Said(report, Outcome.JOIN, "1"),))
    assert understood(after, voice, talk) is talk
