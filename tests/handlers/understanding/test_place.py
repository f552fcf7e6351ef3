"""Places in words: every form people write, and numbers that are no places."""

from __future__ import annotations

import pytest

from handlers.understanding.buildings import same_code, two_buildings
from handlers.understanding.floors import floor_of
from handlers.understanding.meaning import Place
from handlers.understanding.normal import plain
from handlers.understanding.numerals import number
from handlers.understanding.place import parse, parse_area
from handlers.understanding.rooms import bare_room, like
from handlers.understanding.scoring import same_place
from handlers.understanding.transcripts import GoldPlace


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3栋2单元501漏水", Place("3", "2", "5", "501")),
        ("3-2-501没电", Place("3", "2", "5", "501")),
        ("三号楼门坏了", Place("3")),
        ("五楼走廊灯不亮", Place(floor="5")),
        ("B座大堂没人", Place("B")),
        ("5#楼下有积水", Place("5")),
        ("负一楼进水了", Place(floor="-1")),
        ("地下二层灯全黑", Place(floor="-2")),
        ("二十三楼水压小", Place(floor="23")),
        ("四五楼之间有味", Place(floor="4-5")),
        ("9楼到11楼都闻到了", Place(floor="9-11")),
        ("26楼以上没水", Place(floor="26")),
        ("1902把鞋柜摆走道", Place(floor="19", room="1902")),
        ("甲2号楼起火", Place("甲2")),
        ("12幢1单元电梯停了", Place("12", "1")),
        ("地库B2冒烟", Place(floor="B2")),
        ("Blk 3 #05-12 no water", Place("3", None, "5", "05-12")),
        ("Flat 12B has a leak", Place(None, None, "12", "12B")),
        ("dark on the 14th floor", Place(floor="14")),
        ("P2 is flooded", Place(floor="P2")),
        ("Tower B lift is dead", Place("B")),
        ("the third floor landing light", Place(floor="3")),
        ("level -1 is dark", Place(floor="-1")),
        ("level four is dark", Place(floor="4")),
        ("corridor lights out on 4 to 6", Place(floor="4-6")),
        ("dead rat on the stairs between 3 and 2", Place(floor="2-3")),
        ("15-02 keeps shoes in the corridor", Place(None, None, "15", "15-02")),
        ("unit 08-09 is drilling", Place(None, None, "8", "08-09")),
        ("radiator stone cold in 3F", Place(None, None, "3", "3F")),
        ("6楼到5楼的灯不亮", Place(floor="5-6")),
        ("七楼八楼都这样", Place(floor="7-8")),
        ("一二三楼都没水", Place(floor="1-3")),
        ("左边电梯停在19不动了", Place(floor="19")),
        ("401在家没 我是楼下301", Place(None, None, "3", "301")),
    ],
)
def test_a_place_is_read_from_its_words(text: str, expected: Place) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "two"),
    [
        ("6栋和7栋中间那棵大榕树断了", True),
        ("3幢4幢之间那排路灯不亮", True),
        ("3和4号楼之间的路灯", True),
        ("咱楼跟4号楼当间儿那个井盖翘了", True),
        ("咱楼跟4号楼一样没水", False),
        ("12栋对面那块场的篮筐歪了", True),
        ("12栋对面那家又在敲", False),
        ("bins overflow opposite block 3", True),
        ("从6号楼到7号楼那段没灯", True),
        ("the lamp between block 2 and block 3", True),
        ("12栋1单元电梯停了", False),
        ("9栋 9栋1单元二楼", False),
        ("二十三号楼门坏了", False),
        ("Tower B lift", False),
    ],
)
def test_two_buildings_in_one_breath_are_heard(text: str, two: bool) -> None:
    assert two_buildings(plain(text)) is two


@pytest.mark.parametrize(
    "text",
    [
        "they are building a room on the roof",
        "24 is building a wall",
        "I block everybody",
    ],
)
def test_who_builds_and_blocks_names_no_building(text: str) -> None:
    assert parse(text).building is None


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("knocked 18. tv on, no reply", "18"),
        ("party in 7 again", "7"),
        ("22's gutter drips on my side", "22"),
        ("hot is scalding, cold is warm. No.3", "3"),
        ("also intercom for 8 does nothing", "8"),
        ("dialysis at nine thirty, the van is at the door at 9", None),
        ("back in 20 minutes", None),
        ("drilling at 9am again", None),
        ("44 degrees at 3 o'clock", None),
    ],
)
def test_a_flat_is_called_by_its_number_alone(text: str, room: str | None) -> None:
    assert bare_room(plain(text)) == room


@pytest.mark.parametrize(
    "text",
    [
        "押金3000元没退",
        "等了120分钟",
        "2026年的账单",
        "快递16:22送达",
        "cost me $640",
        "车牌浙A·K732",
        "4栋着火了，快打119",
        "打120了吗",
        "他打了110",
    ],
)
def test_sums_times_and_plates_are_no_rooms(text: str) -> None:
    assert parse(text).room is None


@pytest.mark.parametrize(
    ("area", "expected"),
    [
        ("3栋", Place("3")),
        ("3栋2单元", Place("3", "2")),
        ("T5", Place("T5")),
        ("和平里小区", Place()),
        ("Block 7", Place("7")),
        ("66 Cotham Brow", Place("66 Cotham Brow")),
    ],
)
def test_a_group_says_what_it_is_bound_to(area: str, expected: Place) -> None:
    assert parse_area(area) == expected


def test_a_number_to_call_is_a_room_only_where_it_is_written_as_one() -> None:
    assert parse("119室漏水").room == "119"
    assert parse("3栋2单元110没电").room == "110"
    assert like("快打119", "501") is None


def test_rooms_are_found_in_the_way_the_senders_own_is_written() -> None:
    assert like("the dog in c11 howls", "C9") == "C11"
    assert like("is mr lee in 12 well?", "11") == "12"
    assert like("802 is drilling", "501") == "802"
    assert like("nothing here", "501") is None


@pytest.mark.parametrize(
    ("room", "floor"),
    [("501", "5"), ("#12-08", "12"), ("E-114", "1"), ("B-07-05", "7"), ("C", None)],
)
def test_a_floor_may_be_left_out_where_it_follows_from_the_room(
    room: str, floor: str | None
) -> None:
    assert same_place(Place(room=room), GoldPlace(room=room, floor=floor))
    assert not same_place(Place(room=room), GoldPlace(room=room, floor="9"))


def test_courts_are_buildings_unless_one_plays_there() -> None:
    assert parse("bike shed at Court 2, lock cut").building == "2"
    assert parse("tennis court 2 is flooded").building is None


@pytest.mark.parametrize(
    ("room", "floor"),
    [("501", "5"), ("1203", "12"), ("05-12", "5"), ("12B", "12"), ("16-3A", "16"), (None, None)],
)
def test_a_room_tells_its_floor(room: str | None, floor: str | None) -> None:
    assert floor_of(room) == floor


@pytest.mark.parametrize(
    ("written", "digits"),
    [("三", "3"), ("十二", "12"), ("二十", "20"), ("一〇二", "102"), ("B", "B")],
)
def test_numerals_become_digits(written: str, digits: str) -> None:
    assert number(written) == digits


def test_one_building_under_two_names() -> None:
    assert same_code("B", "Tower B")
    assert same_code("3", "3栋")
    assert not same_code("A", "Tower B")
    assert not same_code(None, "3")
