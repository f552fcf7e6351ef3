"""Addresses written together, and numbers that look like them."""

from __future__ import annotations

import pytest

from handlers.understanding.addresses import address
from handlers.understanding.buildings import two_buildings
from handlers.understanding.masking import masked
from handlers.understanding.meaning import Place, Scene
from handlers.understanding.normal import plain
from handlers.understanding.place import parse
from handlers.understanding.sources import last_entry, sources
from tests.handlers.understanding.saying import heard


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9#102漏水", Place("9", None, "1", "102")),
        ("6#1401", Place("6", None, "14", "1401")),
        ("9#1单元灯不亮", Place("9", "1")),
        ("3幢乙单元没水", Place("3", "乙")),
        ("A单元门坏了", Place(unit="A")),
        ("4栋A座三楼平台", Place("4", "A", "3")),
        ("7-1 403 敲门", Place("7", "1", "4", "403")),
        ("3-2单元501没电", Place("3", "2", "5", "501")),
        ("3号楼二门501", Place("3", "2", "5", "501")),
        ("T2-1503漏水", Place("T2", None, "15", "1503")),
        ("一楼半电表箱", Place(floor="1-2")),
        ("停13和14中间", Place(floor="13-14")),
        ("底楼化粪池", Place(floor="1")),
        ("14楼电梯厅的烟味", Place(floor="14")),
        ("803楼道那扇窗户", Place(None, None, "8", "803")),
        ("负二层没灯", Place(floor="-2")),
        ("it's dark in basement 2", Place(floor="-2")),
        ("G/F lobby light", Place(floor="ground")),
        ("level G is wet", Place(floor="ground")),
        ("flat 2/1 is leaking", Place(room="2/1")),
        ("Hse 24 is burning tyres", Place(room="24")),
        ("to the folks in 404: the drum kit", Place(None, None, "4", "404")),
        ("No. 14 is loud", Place(room="14")),
        ("the second floor landing of Block C", Place("C", None, "2")),
        ("#03-11 no water", Place(None, None, "3", "03-11")),
    ],
)
def test_an_address_is_read_however_it_is_put_together(text: str, expected: Place) -> None:
    assert parse(plain(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "水费240一个月",
        "I must pay 912 euro more",
        "3-2赢了 500块",
        "比分3-1 昨晚",
        "24/7 security",
        "between 16:10 and 16:30",
    ],
)
def test_sums_scores_and_hours_are_no_address(text: str) -> None:
    found = sources(heard(text, home=None), Scene())
    assert (found.said.building, found.said.unit, found.said.room) == (None, None, None)


def test_a_part_of_a_house_is_not_another_house() -> None:
    assert not two_buildings("4栋a座三楼平台")
    assert two_buildings("4栋和5栋之间")


def test_what_is_left_of_the_text_is_read_as_well() -> None:
    found = address("9#102 五楼也有")
    assert found is not None
    assert (found.building, found.room, found.rest.split()) == ("9", "102", ["五楼也有"])


def test_of_a_list_that_goes_round_the_last_entry_is_the_senders() -> None:
    text = plain("#接龙 水表改造\n1. 1-201葛 都行\n2. 1-302 7号上午\n3. 2-402 8号 接头渗水")
    assert last_entry(text).strip() == "2-402 8号 接头渗水"
    found = sources(heard(text, home=Place("21", "2", None, "402")), Scene(area=Place("21")))
    assert found.tail["room"] == ("4", "402")


@pytest.mark.parametrize("text", ["1. 灯坏了", "3.5米高 2.1米宽", "2. 门 3. 窗"])
def test_what_is_no_such_list_is_read_whole(text: str) -> None:
    assert last_entry(plain(text)) == plain(text)


def test_a_stairwell_is_known_by_the_senders_own() -> None:
    """ "8-3" may be a score; in building 8, whose people live in stairwells, it is one of them."""
    scene = Scene(area=Place("8"))
    found = sources(heard("8-3的防火门坏了", home=Place("8", "1", None, "502")), scene)
    assert (found.building["said"], found.unit["said"]) == ("8", "3")
    other = sources(heard("8-3的防火门坏了", home=Place("8", None, None, "502")), scene)
    assert "said" not in other.unit
    away = sources(heard("7-3的防火门坏了", home=Place("8", "1", None, "502")), scene)
    assert away.said.unit is None


def test_building_and_unit_may_be_written_as_one() -> None:
    home = Place("9", "B", None, "1801")
    found = sources(heard("9B，我人在里面", home=home), Scene())
    assert (found.said.building, found.said.unit, found.said.room) == ("9", "B", None)


@pytest.mark.parametrize(("home", "room"), [("41", "61"), ("8/41", "8/61"), (None, "61")])
def test_a_house_and_its_flat(home: str | None, room: str) -> None:
    said = heard("the owner of 8/61 is drilling", home=Place("2", None, None, home))
    assert sources(said, Scene()).said.room == room


def test_a_flat_is_called_as_the_senders_own_is() -> None:
    said = heard("its from flat 2", home=Place(None, "B", None, "Flat 1"))
    assert sources(said, Scene()).said.room == "Flat 2"


def test_no_such_flat_leaves_the_house() -> None:
    assert masked("9#102漏水", {}) == "[flat]漏水"
