"""Of several open requests a message belongs to the one that has what it speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from handlers.understanding import link_rules, linking
from handlers.understanding.link_rules import repeats
from handlers.understanding.linking import Fit
from handlers.understanding.looking import look
from handlers.understanding.meaning import (
    Heard,
    Kind,
    KnownRequest,
    Outcome,
    Said,
    Scene,
    Urgency,
)
from handlers.understanding.model import load_model
from handlers.understanding.reader import WEIGHTS, Reader
from handlers.understanding.rivals import features, rivals_of
from handlers.understanding.thresholds import THRESHOLDS
from tests.handlers.understanding.saying import BUILDING, after_report, heard, opened_by

Told = tuple[str, str]  #: what was said, and the category that it opened


def after(*reports: Told) -> Scene:
    """A group in which these were reported, ten minutes after one another."""
    said = [
        heard(text, f"s{n}", timedelta(minutes=10 * (len(reports) - n)), key=str(n))
        for n, (text, _) in enumerate(reports)
    ]
    opened = [opened_by(each, category) for each, (_, category) in zip(said, reports, strict=True)]
    recent = [Said(each, Outcome.OPEN, each.key) for each in said]
    return Scene(area=BUILDING, recent=recent, requests=opened)


NET, SHELF = ("家里宽带断了，光猫亮红灯", "other"), ("快递都堆在门口，能不能装个架子", "other")
LAMP, DRAIN = ("三楼楼道灯不亮了", "electricity"), ("我家厨房下水道堵了，一直返水", "water")
WIFI, PARCELS = (
    ("the wifi is down in the whole block", "other"),
    ("parcels lie all over the lobby, can we get a shelf?", "other"),
)


@pytest.mark.parametrize("text", ["灯亮了，谢谢师傅", "灯修好了", "楼道的灯亮了"])
def test_what_is_over_is_what_was_named_and_not_what_came_last(text: str) -> None:
    model = load_model(WEIGHTS)
    for reports, of in (((LAMP, DRAIN), "0"), ((DRAIN, LAMP), "1")):
        fit = linking.best(heard(text, "wang"), after(*reports), model)
        assert fit is not None
        assert fit.request.key == of


def slowly(message: Heard, scene: Scene, request: KnownRequest) -> Iterator[str]:
    """What is said of rivals, each request compared with every other."""
    looked = look(message.text)
    others = [each for each in scene.requests if each is not request]
    for name in ("thing", "category", "topic", "sender"):
        has = [_has(name, message, each) for each in (request, *others)]
        yield f"rival {name}={has[0]},{any(has[1:])}"
    shared = [len(_shared(looked.text, each)) for each in (request, *others)]
    if others:
        most = max(shared[1:])
        yield f"rival shared={(shared[0] > most) - (shared[0] < most)}"


def _has(name: str, message: Heard, request: KnownRequest) -> bool:
    looked, theirs = look(message.text), look(request.words)
    return {
        "thing": bool(looked.things & theirs.things),
        "category": request.category in looked.categories,
        "topic": request.category in looked.categories | looked.topics,
        "sender": request.sender == message.sender,
    }[name]


def _shared(text: str, request: KnownRequest) -> set[str]:
    both = set(look(text).grams) & set(look(request.words).grams)
    return {gram for gram in both if 1 < len(gram) < 5 or gram.startswith("t ")}


@pytest.mark.parametrize("text", ["网好了", "灯亮了", "下水通了吗", "wifi is back", "谢谢", ""])
def test_counted_once_is_compared_with_every_other(text: str) -> None:
    reports = (NET, SHELF, LAMP, DRAIN, WIFI, NET)
    for size in range(1, len(reports) + 1):
        scene = after(*reports[:size])
        message = heard(text, "s1")
        rivals = rivals_of(message, scene)
        for request in scene.requests:
            told = [each for each in features(message, request, rivals) if "rival" in each]
            assert told == list(slowly(message, scene, request))


def test_in_which_order_requests_are_known_says_nothing() -> None:
    scene, message = after(NET, LAMP, DRAIN), heard("灯亮了")
    for some in permutations(scene.requests):
        rivals = rivals_of(message, replace(scene, requests=some))
        assert rivals == rivals_of(message, scene)


HEATING = KnownRequest(
    "1",
    "heating",
    Urgency.URGENT,
    Kind.REPAIR,
    BUILDING,
    "wang",
    heard("").at,
    heard("").at,
    "7号楼是不是没暖气了，暖气片冰凉",
)


def test_what_names_a_danger_is_no_repetition_of_what_names_none() -> None:
    fit = Fit(HEATING, 0.95, "only")
    assert repeats(look("我家暖气也冰凉"), fit, 0.8)
    assert not repeats(look("暖气管呲水了，地板全湿了"), fit, 0.8)
    leaks = replace(fit, request=replace(HEATING, words="暖气管呲水了"))
    assert repeats(look("暖气管还在呲水"), leaks, 0.8)


def shares(text: str, category: str, first: str, **more: Any) -> bool:
    """Whether a neighbour's line is one more voice of what was just reported."""
    told = heard(first, "wang", timedelta(minutes=1), key="1")
    request = opened_by(told, category)
    line = heard(text, **more)
    fit = Fit(request, 0.9, "only")
    return link_rules.shares(line, look(text), after_report(told, request), fit)


@pytest.mark.parametrize(
    ("text", "category", "first"),
    [
        ("6栋也没电了", "electricity", "3栋没电了"),
        ("+1", "water", "咋个没得水了喃"),
        ("我也翻倍，138", "property_fee", "公共能耗分摊147块，谁给个明细"),
        ("same, louder on our side", "noise", "803 is going off again"),
    ],
)
def test_too_is_no_second_report(text: str, category: str, first: str) -> None:
    assert shares(text, category, first)


@pytest.mark.parametrize(
    ("text", "category", "first"),
    [
        ("5栋的电梯也坏了", "lift", "3栋电梯坏了"),  # another house's lift is another lift
        ("楼道灯也坏了", "lift", "3栋电梯坏了"),
        ("6栋没电了", "electricity", "3栋没电了"),  # who does not say "too" may know of nothing
    ],
)
def test_too_of_another_thing_is(text: str, category: str, first: str) -> None:
    assert not shares(text, category, first)


def test_who_told_it_first_shares_nothing_with_himself() -> None:
    assert not shares("卫生间也没水", "water", "厨房没水了", sender="wang")


@pytest.mark.parametrize("text", ["楼道灯有点暗，看着像要坏", "the hall lamp looks a bit dim"])
def test_how_sure_is_sure_enough_is_told_for_each_script(text: str) -> None:
    model = load_model(WEIGHTS)

    def opens(**limits: float) -> bool:
        never = dict.fromkeys(model.thresholds, 9.0)
        reader = Reader(replace(model, thresholds={**never, "quiet": 0.0, **limits}))
        return reader.read(heard(text), Scene(area=BUILDING)).outcome is not Outcome.TALK

    latin = text.isascii()
    assert opens(**{"open": 9.0, "open latin": 0.001}) is latin
    assert opens(**{"open": 0.001, "open latin": 9.0}) is not latin


def test_each_limit_by_script_has_its_twin() -> None:
    latin = {name for name in THRESHOLDS if name.endswith(" latin")}
    assert latin == {"open latin", "linked latin", "page latin"}
    assert all(name.removesuffix(" latin") in THRESHOLDS for name in latin)
