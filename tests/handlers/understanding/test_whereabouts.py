"""Whose place a report means: what it names, and what its sender said just before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.understanding.looking import look
from handlers.understanding.meaning import Heard, Outcome, Place, Said, Scene
from handlers.understanding.placing import ways
from handlers.understanding.sources import sources
from handlers.understanding.whereabouts import features, named, reach
from tests.handlers.understanding.saying import HOME, heard


def shown(said: Heard, scene: Scene, category: str = "water") -> set[str]:
    return set(features(said, scene, look(said.text), category, "home", "False"))


def after(*lines: tuple[str, str, int]) -> Scene:
    """A group where these (sender, text, minutes ago) were said."""
    return Scene(
        area=Place("3"),
        recent=[
            Said(heard(text, who, timedelta(minutes=ago), key=str(n)), Outcome.TALK)
            for n, (who, text, ago) in enumerate(lines, 1)
        ],
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("龙头没水", {"supply"}),
        ("胸口疼 躺地上了", {"body"}),
        ("我妈摔了", {"kin", "body"}),
        ("健身房跑步机皮带裂了", {"amenity"}),
        ("the gym treadmill is torn", {"amenity"}),
        ("对门把鞋柜放过道", {"beside", "landing"}),
        ("楼顶太阳能漏水", {"top"}),
        ("垃圾厢房锁着", {"grounds"}),
        ("the tap in my kitchen drips", {"supply", "room"}),
        ("shoes all over our landing", {"landing"}),
        ("早", set[str]()),
    ],
)
def test_what_a_line_names_of_a_place(text: str, names: set[str]) -> None:
    assert named(text) >= names
    assert bool(named(text)) is bool(names)


def test_what_the_sender_said_a_moment_ago_is_part_of_it() -> None:
    found = shown(heard("阀门开的"), after(("li", "我家灶打不着", 1), ("wang", "早", 1)))
    assert {"told=supply", "told=1", "told mine=True,False"} <= found


@pytest.mark.parametrize(("who", "ago"), [("wang", 1), ("li", 30)])
def test_others_and_long_ago_are_not(who: str, ago: int) -> None:
    assert "told=0" in shown(heard("阀门开的"), after((who, "我家灶打不着", ago)))


def test_it_is_seen_that_one_was_asked() -> None:
    found = shown(heard("刚洗完"), after(("wang", "你屋里热水器开着吗", 1)))
    assert "asked=supply" in found
    assert not any(each.startswith("asked=") for each in shown(heard("刚洗完"), Scene()))


def test_others_who_speak_of_the_same_are_seen() -> None:
    scene = after(("wang", "停水了", 2))
    assert "others=True,water" in shown(heard("我也没水"), scene)
    assert "others=False,lift" in shown(heard("我也没水"), scene, "lift")


@pytest.mark.parametrize(
    ("text", "lives"),
    [
        ("我住五楼", "own"),
        ("我们9楼也这样", "other"),
        ("五楼灯坏了", "unsaid"),
        ("i'm on 5", "own"),
    ],
)
def test_ones_own_floor_is_told_from_another(text: str, lives: str) -> None:
    said = heard(text, home=HOME)
    assert f"lives={lives}" in shown(said, Scene())


@pytest.mark.parametrize(
    ("text", "home"),
    [("有个老人晕倒了", False), ("我妈被一个男的骗了", True), ("有人没 家里锅还开着火", True)],
)
def test_a_home_is_meant_beside_somebody_where_something_of_it_is_named(
    text: str, home: bool
) -> None:
    said, scene = heard(text, home=HOME), Scene(area=Place("3"))
    found = ways(said, scene, sources(said, scene))
    assert any(each.endswith(",home") for each in found) is home


@pytest.mark.parametrize(
    ("text", "within"),
    [
        ("厨房龙头没水", "True,False"),
        ("走廊声控灯不亮", "False,True"),
        ("电梯口的水流进我屋里", "True,True"),
        ("没水了", "False,False"),
    ],
)
def test_what_is_of_a_home_is_told_from_what_is_shared(text: str, within: str) -> None:
    assert f"within={within}|water" in shown(heard(text), Scene())
    assert reach(named(text)) == within
