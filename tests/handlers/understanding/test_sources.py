"""Where the parts of a place come from: words, lines before, home and group."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.understanding.meaning import Heard, Outcome, Place, Said, Scene
from handlers.understanding.placing import combinations, put, ways
from handlers.understanding.seen import see, where_from
from handlers.understanding.sources import Tail, sources, told_before
from tests.handlers.understanding.saying import HOME, heard

CODES = st.sampled_from([None, "1", "3", "B", "501", "C9", "E-112", "05-12", "甲2"])
PLACES = st.builds(Place, CODES, CODES, st.none(), CODES)
TEXTS = st.text("电梯楼栋单元室楼上我家35-1和between on 4 to floor flat 22's", max_size=40)


def spoken(text: str, home: Place | None = HOME, reply_to: str | None = None) -> Heard:
    return heard(text, home=home, reply_to=reply_to)


def after(*lines: tuple[str, str], minutes: int = 2) -> Scene:
    """A group of building 3 where these (sender, text) were said just before."""
    ago = timedelta(minutes=minutes)
    recent = [
        Said(heard(text, who, ago, key=str(n)), Outcome.TALK)
        for n, (who, text) in enumerate(lines, 1)
    ]
    return Scene(area=Place("3"), recent=recent)


def test_what_the_sender_named_a_moment_ago_is_where_it_may_be() -> None:
    found = sources(spoken("敲门敲了两趟没人应"), after(("li", "大家最近看到302陆老师吗")))
    assert found.tail["before"] == ("3", "302")
    assert found.before.how == "own"


def test_the_line_that_is_answered_is_known_as_such() -> None:
    scene = after(("wang", "二楼的灯是不是不亮了"), ("li", "早"))
    assert told_before(spoken("灭的", reply_to="1"), scene).how == "replied"
    assert told_before(spoken("灭的"), scene).how == "other"


def test_what_was_said_long_ago_is_forgotten() -> None:
    scene = after(("li", "302没人应"), minutes=40)
    assert told_before(spoken("敲门没人应"), scene).place == Place()


def test_what_a_line_before_named_is_not_kept_with_a_correction() -> None:
    kept = see(spoken("敲门没人应"), after(("wang", "我住302")), None)
    assert "before" not in kept.sources["tail"]
    assert "302" not in str(kept.kept())


def test_why_names_the_line_before() -> None:
    scene = after(("li", "302陆老师"))
    cues = [each.cue for each in where_from(spoken("没人应"), scene, Place("3", None, "3", "302"))]
    assert cues == ["area building", "before room"]


def test_what_lies_between_two_buildings_is_in_neither() -> None:
    found = sources(spoken("3栋和4栋之间那排路灯不亮"), after())
    assert {way.split(",")[0] for way in combinations(found)} == {"none"}


@pytest.mark.parametrize(
    ("text", "buildings"),
    [
        ("南门口积水了", {"area", "none"}),
        ("电梯坏了", {"area"}),
        ("the playground swing is broken", {"area"}),
    ],
)
def test_what_stands_outside_need_not_be_the_groups_building(
    text: str, buildings: set[str]
) -> None:
    found = combinations(sources(spoken(text), after()))
    assert {way.split(",")[0] for way in found} == buildings


def test_a_building_and_what_is_beside_it_are_not_two_buildings() -> None:
    found = sources(spoken("lost my keys between building 5 and the playground"), after())
    assert {way.split(",")[0] for way in combinations(found)} == {"said"}


def test_who_is_spoken_to_tells_no_place() -> None:
    home = Place("B", None, None, "2")
    assert sources(spoken("A9, could you move the van?", home), Scene()).said == Place()
    assert sources(spoken("leak in A9, again", home), Scene()).said.building == "A"


@pytest.mark.parametrize(
    ("text", "at_home"),
    [
        ("我放门口的快递不见了，有人拿错吗", True),
        ("我老伴用制氧机的，要停多久", True),
        ("看病要有人陪，我一个人不敢去", True),
        ("门口有人晕倒了", False),
        ("one of the stairs: somebody fell", False),
    ],
)
def test_a_home_is_no_place_for_somebody_elsewhere(text: str, at_home: bool) -> None:
    message = spoken(text)
    found = ways(message, after(), sources(message, after()))
    assert any(way.endswith(",home") for way in found) is at_home


@pytest.mark.parametrize(
    ("text", "floor"),
    [("我家楼上半夜拖椅子", "6"), ("the people upstairs stomp all night", "6"), ("电梯坏了", None)],
)
def test_who_lives_overhead_lives_one_floor_up(text: str, floor: str | None) -> None:
    assert sources(spoken(text), after()).tail.get("above", (None,))[0] == floor


def test_between_two_floors_may_be_the_lower_one() -> None:
    tail = sources(spoken("四楼到五楼的平台有个水缸", home=None), after()).tail
    assert tail["floor"] == ("4-5", None)
    assert tail["low"] == ("4", None)


@pytest.mark.parametrize(
    ("home", "text", "room"),
    [
        ("E-112", "has anybody seen Eleanor in 114?", "E-114"),
        ("B-608", "three letters for 608", "B-608"),
        ("C9", "the dog in C11 howls", "C11"),
    ],
)
def test_a_flat_is_written_like_the_senders_own(home: str, text: str, room: str) -> None:
    tail = sources(spoken(text, Place("B", None, None, home)), Scene()).tail
    assert room in [each for _, each in tail.values()]


def test_where_no_stairwells_are_a_pair_is_building_and_room() -> None:
    home = Place("5", None, None, "2306")
    said = sources(spoken("物业让我补清运费 5-2306", home), Scene()).said
    assert (said.building, said.unit, said.room) == ("5", None, "2306")


@given(TEXTS, st.none() | PLACES, PLACES)
def test_each_way_makes_a_place_of_parts_that_have_a_source(
    text: str, home: Place | None, area: Place
) -> None:
    mine = spoken(text, home)
    found = sources(mine, Scene(area=area))
    for way in ways(mine, Scene(area=area), found):
        place = put(mine, found, way)
        known = {*found.building.values(), home.building if home else None}
        assert place.building in known
        assert (place.floor, place.room) == found.tail[way.split(",")[2]]


@given(TEXTS, PLACES, PLACES)
def test_no_stairwell_is_put_into_a_house_to_which_it_does_not_belong(
    text: str, home: Place, area: Place
) -> None:
    mine, scene = spoken(text, home), Scene(area=area)
    found = sources(mine, scene)
    for way in ways(mine, scene, found):
        place = put(mine, found, way)
        houses = [each.building for each in (home, area) if each.unit == place.unit]
        told = place.unit in (None, found.said.unit) or place.building is None
        assert told or place.building in houses or None in houses


@pytest.mark.parametrize("text", ["4栋电梯坏了", "4栋没水了", "我家楼上漏水，4栋也漏"])
def test_what_is_said_of_another_house_is_nowhere_in_the_own_one(text: str) -> None:
    mine = spoken(text)
    found = sources(mine, after())
    places = [put(mine, found, way) for way in ways(mine, after(), found)]
    assert {(each.building, each.unit, each.room) for each in places} == {("4", None, None)}


@pytest.mark.parametrize(
    ("text", "tail"),
    [
        ("B区217前面横着一辆车", {"home": ("5", "501"), "homefloor": ("5", None)}),
        ("浙A7D88停我车位上", {"home": ("5", "501"), "homefloor": ("5", None)}),
        ("上月扣了一笔1186", {"home": ("5", "501"), "homefloor": ("5", None)}),
        ("押金3000到现在没退", {"home": ("5", "501"), "homefloor": ("5", None)}),
        ("树比四楼还高了", {"home": ("5", "501"), "homefloor": ("5", None)}),
        ("white Myvi WXX 4471 in my bay", {"home": ("5", "501"), "homefloor": ("5", None)}),
        ("charged $750 again", {"home": ("5", "501"), "homefloor": ("5", None)}),
        ("treadmill no 2 is torn", {"home": ("5", "501"), "homefloor": ("5", None)}),
        ("the van is at the door at 9, dialysis at nine thirty", {"home": ("5", "501")}),
        ("smoke at 14, the plumber comes at 9:30", {"weak": ("14", None)}),
        ("smoke on 9, dialysis at nine thirty", {"weak": ("9", None)}),
        ("lot B2-117 is flooded", {"floor": ("B2", None), "home": ("5", "501")}),
        ("我交了502的钥匙", {"room": ("5", "502"), "floor": ("5", None)}),
        ("blk 3 apt 1204 leaks", {"room": ("12", "1204"), "floor": ("12", None)}),
    ],
)
def test_bays_plates_and_money_are_no_rooms(text: str, tail: dict[str, Tail]) -> None:
    found = sources(spoken(text), Scene(area=Place("3"))).tail
    assert dict(list(found.items())[: len(tail)]) == tail


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("6楼没气了 隔壁602也没有", ("6", None)),
        ("客厅顶上往下流水 601没人", (None, None)),
        ("门关不上 发小广告的都上到7楼了", (None, None)),
        ("9楼也停电了 是不是整栋", (None, None)),
        ("三部电梯都不来 我在12楼等了一刻钟", (None, None)),
        ("还没来气 3楼9楼都没有", (None, None)),
        ("七楼八楼都这样", ("7-8", None)),
        ("我们19楼也停电了", ("19", None)),
        ("我家602也没水", ("6", "602")),
        ("电梯上到七楼就不动了", ("7", None)),
        ("敲了半天601没人应", ("6", "601")),
        ("602的水管漏了", ("6", "602")),
    ],
)
def test_what_is_named_in_passing_is_no_place(text: str, named: Tail) -> None:
    said = sources(spoken(text), after()).said
    assert (said.floor, said.room) == named


@pytest.mark.parametrize(
    ("home", "text", "building", "unit"),
    [
        (Place("K4", None, None, "12"), "stray dogs on the ramp of K4 again", "K4", None),
        (Place(None, "Close 7", None, None), "sparks from the pole by close 7", None, "Close 7"),
        (Place("5B", None, None, "1203"), "5B 12楼的灯坏了", "5B", None),
        (Place("Swan", None, None, "3"), "the swans on the pond are hungry", None, None),
        (Place("A", None, None, "3"), "a tap drips", None, None),
    ],
)
def test_ones_own_house_may_be_called_by_its_name_alone(
    home: Place, text: str, building: str | None, unit: str | None
) -> None:
    said = sources(spoken(text, home), Scene()).said
    assert (said.building, said.unit) == (building, unit)


@pytest.mark.parametrize(
    ("text", "buildings"),
    [
        ("中间那台一直停着不动", {"area"}),
        ("5楼6楼之间墙上的灯掉了", {"area"}),
        ("中间那条路没灯", {"area", "none"}),
    ],
)
def test_the_middle_lift_and_between_floors_are_not_outside(text: str, buildings: set[str]) -> None:
    found = combinations(sources(spoken(text), after()))
    assert {way.split(",")[0] for way in found} == buildings
