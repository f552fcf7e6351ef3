"""The neighbourhood file: every error at once, with its place; what is written reads back equal."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openpyxl import Workbook

from config.policy import default_policy
from config.words import LANGUAGES, catalogue
from handlers.neighbourhood.file import FileProblemsError, read_file, write_file
from handlers.neighbourhood.file.checking import walk
from handlers.neighbourhood.file.model import (
    ChatEntry,
    DutyEntry,
    LeaveEntry,
    Neighbourhood,
    PersonEntry,
    PlaceEntry,
    ReminderEntry,
    RoleEntry,
    expand,
)
from handlers.neighbourhood.file.schema import FILE, as_text
from handlers.neighbourhood.file.yaml_form import draft_yaml, write_yaml

ROLES = frozenset(default_policy().roles)
FORMS: tuple[Literal["yaml"], Literal["xlsx"]] = ("yaml", "xlsx")

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
    with pytest.raises(FileProblemsError) as caught:
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
    with pytest.raises(FileProblemsError):
        read_file(file, ROLES)


def test_a_file_that_is_no_excel_is_told(tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(b"no zip at all")
    with pytest.raises(FileProblemsError) as caught:
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
    with pytest.raises(FileProblemsError) as caught:
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
    for form in FORMS:
        again = tmp_path / f"again.{form}"
        again.write_bytes(write_file(found, form))
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


# The shipped example and the schema

EXAMPLES = Path("docs/examples")


def test_both_examples_say_the_same() -> None:
    yaml_form = read_file(EXAMPLES / "neighbourhood.yaml", ROLES)
    assert read_file(EXAMPLES / "neighbourhood.xlsx", ROLES) == yaml_form
    kinds = {each.kind for _, _, each in walk(yaml_form.places)}
    assert {"district", "subdistrict", "community", "neighbourhood", "building"} <= kinds


def test_the_example_shows_every_field_and_the_page_explains_it() -> None:
    text = (EXAMPLES / "neighbourhood.yaml").read_text(encoding="utf-8")
    page = Path("docs/neighbourhood-file.md").read_text(encoding="utf-8")
    entries = (PlaceEntry, PersonEntry, RoleEntry, LeaveEntry, ChatEntry, ReminderEntry, DutyEntry)
    for model in entries:
        for name, field in model.model_fields.items():
            shown = field.alias or name
            assert f"`{shown}`" in page, shown
            assert f"{shown}:" in text, shown
    for role in ROLES:
        assert f"`{role}`" in page
        assert catalogue().say("zh", f"roles.{role}") in page


def test_the_shipped_schema_is_that_of_the_model() -> None:
    """After a change to the model: python -m handlers.neighbourhood.file.schema."""
    assert FILE.read_text(encoding="utf-8") == as_text()


def as_editors_read(text: str) -> Any:
    """Dates stay text, as in JSON."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


def test_the_schema_accepts_what_the_model_accepts() -> None:
    schema = json.loads(FILE.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator: Any = Draft202012Validator(schema)
    for file in (EXAMPLES / "neighbourhood.yaml", Path("config/sample/subdistrict.yaml")):
        assert not list(validator.iter_errors(as_editors_read(file.read_text(encoding="utf-8"))))
    assert not list(validator.iter_errors(as_editors_read(GOOD)))
    written = write_yaml(read_file(EXAMPLES / "neighbourhood.yaml", ROLES))
    assert not list(validator.iter_errors(as_editors_read(written)))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("kind: building", "kind: castle"),
        ("name: 王姨", "nmae: 王姨"),
        ("phone: 13800000000", "phone: call me"),
        ("key: wang", "kay: wang"),
        ("id: -1001, ", ""),
        ("name: 3栋", "name: 3/栋"),
    ],
)
def test_the_schema_refuses_what_the_model_refuses(right: str, wrong: str, tmp_path: Path) -> None:
    text = GOOD.replace(right, wrong)
    assert problems(text, tmp_path)
    validator: Any = Draft202012Validator(json.loads(FILE.read_text(encoding="utf-8")))
    assert list(validator.iter_errors(as_editors_read(text)))


# More that people write


def test_chinese_words_are_understood_in_yaml_too(tmp_path: Path) -> None:
    file = tmp_path / "x.yml"
    file.write_text(
        "places:\n- {kind: 小区, name: 和平里, governance: 自治, enclosed: 否, language: 中文}\n"
        "people:\n- {key: 1, name: 2, roles: [{role: 小区长, area: 和平里}]}\n",
        encoding="utf-8-sig",
    )
    found = read_file(file, ROLES)
    place = found.places[0]
    assert (place.kind, place.governance, place.enclosed) == ("neighbourhood", "self", False)
    assert place.language == "zh"
    assert found.people[0].key == "1"
    assert found.people[0].roles[0].role == "neighbourhood_captain"


@pytest.mark.parametrize(
    ("change", "line", "word"),
    [
        (("units: [1单元, 2单元]", "units: [1单元, 1单元]"), 6, "1单元"),
        (("rooms: 101-602", "rooms: [101, 101]"), 6, "101"),
        (("kind: building, name: 3栋", "kind: community, name: 3栋"), 6, "wrong level"),
        (("kind: neighbourhood", "kind: neighbourhood\n    units: [1单元]"), 4, "only a building"),
        (("    phone: 13800000000", "    leave: [{from: 2026-02-03, to: 2026-02-01}]"), 10, "ends"),
        (("    phone: 13800000000", "    leave: [{from: soon, to: 2026-02-01}]"), 10, "“soon”"),
        (("    phone: 13800000000", "    phone: 1\n    phone: 2"), 11, "twice"),
        (("    name: 和平里", "    name: 和平里\n    enclosed: perhaps"), 5, "perhaps"),
        (("    name: 和平里", "    name: 和平里\n    timezone: Mars"), 5, "Mars"),
        (("homes: [3栋/2单元/101]", "homes: {a: 1}"), 11, "list"),
        (("name: 王姨", "name: [王, 姨]"), 9, "text is wanted"),
        (("name: 王姨", f"name: {'王' * 81}"), 9, "80"),
    ],
)
def test_each_mistake_is_named_with_its_line(
    change: tuple[str, str], line: int, word: str, tmp_path: Path
) -> None:
    assert change[0] in GOOD
    said = problems(GOOD.replace(*change), tmp_path)
    assert any(each.startswith(f"line {line}, ") and word in each for each in said), said


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    with file.open("wb") as out:
        out.truncate(100_000_001)
    with pytest.raises(FileProblemsError, match="Too large"):
        read_file(file, ROLES)


def test_a_zip_bomb_is_refused_unpacked(tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/workbook.xml", "w", force_zip64=True) as out,
    ):
        for _ in range(201):
            out.write(bytes(1_000_000))
    with pytest.raises(FileProblemsError, match="Too large"):
        read_file(file, ROLES)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_damaged_excel_file_never_breaks_the_reader(tmp_path: Path, data: st.DataObject) -> None:
    body = bytearray((EXAMPLES / "neighbourhood.xlsx").read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    file = tmp_path / "x.xlsx"
    file.write_bytes(bytes(body[: data.draw(st.integers(1, len(body)))]))
    with contextlib.suppress(FileProblemsError):
        read_file(file, ROLES)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_damaged_yaml_file_never_breaks_the_reader(tmp_path: Path, data: st.DataObject) -> None:
    text = (EXAMPLES / "neighbourhood.yaml").read_text(encoding="utf-8")
    at = data.draw(st.integers(0, len(text) - 1))
    put = data.draw(
        st.sampled_from([":", "[", "]", "{", "\n", "\t", "'", "&a ", "*a", "!!x ", "- "])
    )
    file = tmp_path / "x.yaml"
    file.write_text(text[:at] + put + text[at + data.draw(st.integers(0, 9)) :], encoding="utf-8")
    with contextlib.suppress(FileProblemsError):
        read_file(file, ROLES)


def excel_problems(rows: dict[str, list[list[object]]], tmp_path: Path) -> list[str]:
    file = tmp_path / "x.xlsx"
    file.write_bytes(sheet(rows))
    with pytest.raises(FileProblemsError) as caught:
        read_file(file, ROLES)
    return [each.say(catalogue(), "en") for each in caught.value.errors]


def test_all_errors_of_all_sheets_come_at_once(tmp_path: Path) -> None:
    said = excel_problems(
        {
            "places": [["path", "kind", "name"], ["", "小区", "和平里"], ["和平里", "楼栋", "3栋"]],
            "人员": [["代号", "姓名", "住址"], ["wang", "王姨", "9栋"], ["wang", "王二", ""]],
            "职务": [["人员代号", "职务", "地方"], ["wang", "国王", "3栋"], ["li", "楼长", "3栋"]],
            "请假": [["人员代号", "请假从", "请假到"], ["wang", "2026-02-03", "2026-02-01"]],
            "chats": [["platform", "id", "area"], ["telegram", -1001, "8栋"]],
            "plces": [["path"], ["x"]],
        },
        tmp_path,
    )
    for where, word in (
        ("sheet 人员, row 2, column 住址: ", "9栋"),
        ("sheet 人员, row 3, column 代号: ", "wang"),
        ("sheet 职务, row 2, column 职务: ", "国王"),
        ("sheet 职务, row 3, column 人员代号: ", "li"),
        ("sheet 请假, row 2, column 请假到: ", "ends before"),
        ("sheet chats, row 2, column area: ", "8栋"),
        ("sheet plces: ", "not known"),
    ):
        assert any(each.startswith(where) and word in each for each in said), (where, said)


def test_a_place_before_the_one_above_it_is_told(tmp_path: Path) -> None:
    said = excel_problems(
        {"places": [["path", "kind", "name"], ["和平里", "楼栋", "3栋"], ["", "小区", "和平里"]]},
        tmp_path,
    )
    assert said == [
        "sheet places, row 2, column path: There is no “和平里” above. "
        "A place must stand after the one it belongs to."
    ]


def test_a_person_may_have_several_leaves_in_excel(tmp_path: Path) -> None:
    leave = [
        {"from": "2026-01-01", "to": "2026-01-02"},
        {"from": "2026-05-01", "to": "2026-05-02", "deputy": "b"},
    ]
    people = [
        PersonEntry.model_validate({"key": "a", "name": "A", "leave": leave}),
        PersonEntry(key="b", name="B"),
    ]
    file = tmp_path / "x.xlsx"
    file.write_bytes(write_file(Neighbourhood(people=people), "xlsx"))
    assert read_file(file, ROLES).people == people


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("{area: 3栋, name: 台, when: 改天, people: [wang]}", "not understood: 改天"),
        ("{area: 3栋, name: 台, when: 9:00, people: [wang]}", "not understood: 9:00"),
        ("{area: 3栋, name: 台, when: 3栋 9:00-17:00, people: [wang]}", "not understood"),
        ("{area: 3栋, name: 台, when: 9:00-17:00, people: [zhang]}", "zhang"),
        ("{area: 3栋, name: 台, when: 9:00-17:00}", "people"),
        ("{area: 9栋, name: 台, when: 9:00-17:00, people: [wang]}", "9栋"),
        ("{area: 3栋, name: 台, when: 9:00-17:00, people: [wang], days_off: [国庆]}", "国庆"),
    ],
)
def test_what_is_wrong_with_a_rota_is_told(entry: str, told: str, tmp_path: Path) -> None:
    found = problems(f"{GOOD}duty:\n  - {entry}\n", tmp_path)
    assert len(found) == 1
    assert told in found[0]


def test_a_rota_written_twice_is_told(tmp_path: Path) -> None:
    entry = "{area: 3栋, name: 台, when: 9:00-17:00, people: [wang]}"
    assert len(problems(f"{GOOD}duty:\n  - {entry}\n  - {entry}\n", tmp_path)) == 1
