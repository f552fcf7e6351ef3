"""The neighbourhood file: every error at once, with its place; what is written reads back equal."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from config.policy import default_policy
from config.words import LANGUAGES, catalogue
from handlers.directory.file import FileProblems, read_file, write_file
from handlers.directory.file.model import Neighbourhood, PersonEntry, PlaceEntry, RoleEntry, expand
from handlers.directory.file.yaml_form import draft_yaml, write_yaml

ROLES = frozenset(default_policy().roles)

GOOD = """
places:
  - kind: neighbourhood
    name: 和平里
    places:
      - {kind: building, name: 3栋, units: [1单元, 2单元], rooms: 101-602}
people:
  - key: wang
    name: 王姨
    phone: 13800000000
    homes: [3栋/2单元/101]
    roles: [{role: unit_captain, area: 3栋/2单元}]
    accounts: {telegram: 2001}
chats:
  - {platform: telegram, id: -1001, area: 3栋}
"""


def problems(text: str, tmp_path: Path) -> list[str]:
    file = tmp_path / "x.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FileProblems) as caught:
        read_file(file, ROLES)
    for language in LANGUAGES:
        assert all(each.say(catalogue(), language) for each in caught.value.errors)
    return [each.say(catalogue(), "en") for each in caught.value.errors]


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(GOOD, encoding="utf-8")
    found = read_file(file, ROLES)
    assert found.people[0].accounts == {"telegram": ["2001"]}
    assert found.chats[0].id == "-1001"
    assert len(found.places[0].places[0].rooms) == 12


def test_all_errors_come_at_once_with_line_and_field(tmp_path: Path) -> None:
    text = GOOD.replace("unit_captain", "king").replace("area: 3栋}", "area: 9栋}")
    text += "  - {platform: telegram, id: -1002, area: 3栋, colour: red}\n"
    said = problems(text, tmp_path)
    assert any("colour" in each and "line 16" in each for each in said)
    said = problems(text.replace(", colour: red", ""), tmp_path)
    assert any("king" in each for each in said)
    assert any("9栋" in each for each in said)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("kind: building", "kind: castle"), "castle"),
        (("name: 王姨", "nmae: 王姨"), "nmae"),
        (("phone: 13800000000", "phone: call me"), "call me"),
        (("key: wang", "kay: wang"), "key"),
        (("homes: [3栋/2单元/101]", "homes: [3栋/9单元/101]"), "9单元"),
        (("rooms: 101-602", "rooms: 602-101"), "602-101"),
    ],
)
def test_each_mistake_is_named(change: tuple[str, str], word: str, tmp_path: Path) -> None:
    assert any(word in each for each in problems(GOOD.replace(*change), tmp_path))


@pytest.mark.parametrize(
    "text", ["", "a: [", "- 1\n- 2\n", "places: 7", "people: {a: 1}", "\t- x", "!!python/none x"]
)
def test_broken_yaml_is_told(text: str, tmp_path: Path) -> None:
    assert problems(text, tmp_path)


def test_a_yaml_bomb_is_refused(tmp_path: Path) -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    assert any("references" in each for each in problems(bomb, tmp_path))


def test_the_same_account_twice_is_told(tmp_path: Path) -> None:
    twice = GOOD.replace(
        "chats:",
        "  - {key: li, name: 李, accounts: {telegram: 2001}}\nchats:",
    )
    assert any("2001" in each for each in problems(twice, tmp_path))


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(b"\xff\xfe\x00name")
    with pytest.raises(FileProblems):
        read_file(file, ROLES)


def test_a_file_that_is_no_excel_is_told(tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(b"no zip at all")
    with pytest.raises(FileProblems) as caught:
        read_file(file, ROLES)
    assert caught.value.errors[0].key == "not_excel"


def sheet(rows: dict[str, list[list[object]]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, lines in rows.items():
        made = book.create_sheet(name)
        for line in lines:
            made.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_excel_is_read_with_chinese_and_english_columns(tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(
        sheet(
            {
                "地方": [
                    ["上级", "类型", "名称", "房号"],
                    ["", "小区", "和平里", ""],
                    ["和平里", "楼栋", "3栋", "101-203"],
                ],
                "people": [
                    ["key", "name", "homes", "account:telegram"],
                    ["wang", "王姨", "3栋/101", 2001.0],
                ],
                "roles": [["person", "role", "area"], ["wang", "building_captain", "3栋"]],
            }
        )
    )
    found = read_file(file, ROLES)
    assert found.people[0].accounts == {"telegram": ["2001"]}
    assert found.people[0].roles[0].role == "building_captain"
    assert found.places[0].places[0].rooms == ["101", "102", "103", "201", "202", "203"]


def test_excel_errors_name_sheet_row_and_column(tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(
        sheet(
            {
                "places": [["path", "kind", "name"], ["", "castle", "和平里"]],
                "people": [["key", "name", "phone"], ["wang", "王姨", "nope"]],
            }
        )
    )
    with pytest.raises(FileProblems) as caught:
        read_file(file, ROLES)
    where = [str(each.where) for each in caught.value.errors]
    assert "sheet places, row 2, column kind" in where
    assert "sheet people, row 2, column phone" in where


names = st.text("abc一二三栋=+@ ", min_size=1, max_size=8).filter(lambda s: s.strip() == s and s)


@settings(max_examples=40, deadline=None)
@given(st.lists(names, min_size=1, max_size=5, unique=True), names)
def test_what_is_written_as_yaml_reads_back_equal(buildings: list[str], who: str) -> None:
    found = Neighbourhood(
        places=[
            PlaceEntry(
                kind="neighbourhood",
                name="x",
                places=[PlaceEntry(kind="building", name=name) for name in buildings],
            )
        ],
        people=[
            PersonEntry(key="k", name=who, roles=[RoleEntry(role="coordinator", area=buildings[0])])
        ],
    )
    assert draft_yaml(write_yaml(found)).found == found


def test_the_sample_survives_both_forms(tmp_path: Path) -> None:
    sample = Path("config/sample/subdistrict.yaml")
    found = read_file(sample, ROLES)
    for form in ("yaml", "xlsx"):
        again = tmp_path / f"again.{form}"
        again.write_bytes(write_file(found, form))  # type: ignore[arg-type]
        assert read_file(again, ROLES) == found


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    found = Neighbourhood(people=[PersonEntry(key="k", name="=1+1")])
    body = write_file(found, "xlsx")
    again = tmp_path / "x.xlsx"
    again.write_bytes(body)
    assert read_file(again, ROLES).people[0].name == "=1+1"
    with zipfile.ZipFile(again) as packed:
        cells = packed.read("xl/worksheets/sheet2.xml").decode()
    assert "<f>" not in cells


def test_ranges_of_rooms() -> None:
    assert expand("101-203") == ["101", "102", "103", "201", "202", "203"]
    assert expand("12B") == ["12B"]
