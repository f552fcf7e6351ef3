"""The Excel form: a sheet each for places, people and roles, chats, reminders."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar, cast

from openpyxl import Workbook, load_workbook
from pydantic import BaseModel, ValidationError

from handlers.directory.file.model import (
    ChatEntry,
    Neighbourhood,
    PersonEntry,
    PlaceEntry,
    ReminderEntry,
)
from handlers.directory.file.problems import FileError, FileProblems, of_validation

MOST_BYTES = 200_000_000  #: unpacked; a bomb is refused before it is read
MOST_ROWS = 200_000

SHEETS = {
    "places": ("places", "地方", "场所"),
    "people": ("people", "人员"),
    "roles": ("roles", "职务", "角色"),
    "chats": ("chats", "群", "群组"),
    "reminders": ("reminders", "提醒"),
}
COLUMNS = {
    "path": ("path", "上级", "parent"),
    "kind": ("kind", "类型"),
    "name": ("name", "名称", "姓名"),
    "code": ("code", "编号"),
    "governance": ("governance", "治理"),
    "enclosed": ("enclosed", "封闭"),
    "timezone": ("timezone", "时区"),
    "language": ("language", "语言"),
    "hotline": ("hotline", "24小时电话"),
    "units": ("units", "单元"),
    "rooms": ("rooms", "房号"),
    "key": ("key", "代号"),
    "phone": ("phone", "电话"),
    "skills": ("skills", "技能"),
    "homes": ("homes", "住址"),
    "person": ("person", "人员代号"),
    "role": ("role", "职务"),
    "area": ("area", "地方"),
    "from": ("from", "请假从"),
    "to": ("to", "请假到"),
    "deputy": ("deputy", "代班"),
    "platform": ("platform", "平台"),
    "id": ("id", "群号"),
    "title": ("title", "群名"),
    "when": ("when", "时间"),
    "text": ("text", "内容"),
}
NAMES = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}
KINDS = {
    "区": "district",
    "街道": "subdistrict",
    "社区": "community",
    "小区": "neighbourhood",
    "楼栋": "building",
    "单元": "unit",
    "户": "household",
}
WORDS = {"自治": "self", "兜底": "baseline", "是": True, "否": False, "中文": "zh", "英文": "en"}

Entry = TypeVar("Entry", bound=BaseModel)
Row = tuple[str, dict[str, Any]]  #: where it stands, and its filled cells by column


def read_excel(body: bytes) -> Neighbourhood:
    """The file's content. Raises FileProblems with sheet, row and column of every error."""
    sheets = _sheets(body)
    errors: list[FileError] = []
    found = Neighbourhood(
        places=_places(sheets.get("places", []), errors),
        people=_people(sheets.get("people", []), sheets.get("roles", []), errors),
        chats=_entries(sheets.get("chats", []), ChatEntry, errors),
        reminders=_entries(sheets.get("reminders", []), ReminderEntry, errors),
    )
    if errors:
        raise FileProblems(errors)
    return found


def _sheets(body: bytes) -> dict[str, list[Row]]:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            if sum(each.file_size for each in packed.infolist()) > MOST_BYTES:
                raise FileProblems([FileError("", "too_large")])
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        if isinstance(error, FileProblems):
            raise
        raise FileProblems([FileError("", "not_excel")]) from None
    found: dict[str, list[Row]] = {}
    errors: list[FileError] = []
    for sheet in book.worksheets:
        name = next((n for n, a in SHEETS.items() if sheet.title.strip().lower() in a), None)
        if name is not None:
            found[name] = _rows(sheet, errors)
    if errors:
        raise FileProblems(errors)
    if not found:
        raise FileProblems([FileError("", "no_sheets", {"names": ", ".join(SHEETS)})])
    return found


def _rows(sheet: Any, errors: list[FileError]) -> list[Row]:
    rows = sheet.iter_rows(values_only=True)
    head = [str(cell or "").strip() for cell in next(rows, ())]
    columns: list[str] = []
    for cell in head:
        name = NAMES.get(cell.lower(), cell if cell.startswith("account:") else "")
        if cell and not name:
            where = f"sheet {sheet.title}, row 1"
            errors.append(FileError(where, "unknown_field", {"name": cell}))
        columns.append(name)
    found: list[Row] = []
    for number, cells in enumerate(rows, 2):
        if number > MOST_ROWS:
            errors.append(FileError(f"sheet {sheet.title}, row {number}", "too_large"))
            break
        filled = {
            name: _cell(cell)
            for name, cell in zip(columns, cells, strict=False)
            if name and cell not in (None, "")
        }
        if filled:
            found.append((f"sheet {sheet.title}, row {number}", filled))
    return found


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return value
    text = str(value).strip()
    if text[:1] == "'" and text[1:2] in ("=", "@", "+"):
        text = text[1:]  # the mark that keeps a cell from being a formula
    return WORDS.get(text, text)


def _made(row: Row, kind: type[Entry], errors: list[FileError]) -> Entry | None:
    where, cells = row
    try:
        return kind.model_validate(cells)
    except ValidationError as error:
        errors.extend(
            of_validation(error, lambda path: f"{where}, column {path[0] if path else '?'}")
        )
        return None


def _entries(rows: Sequence[Row], kind: type[Entry], errors: list[FileError]) -> list[Entry]:
    return [made for row in rows if (made := _made(row, kind, errors)) is not None]


def _places(rows: Sequence[Row], errors: list[FileError]) -> list[PlaceEntry]:
    """Rows name the place above by its path; a place must stand below its parent's row."""
    tops: list[PlaceEntry] = []
    by_path: dict[str, PlaceEntry] = {}
    for where, cells in rows:
        parent = str(cells.pop("path", "")).strip("/")
        cells["kind"] = KINDS.get(str(cells.get("kind", "")), cells.get("kind"))
        made = _made((where, cells), PlaceEntry, errors)
        if made is None:
            continue
        path = f"{parent}/{made.name}" if parent else made.name
        if parent and parent not in by_path:
            errors.append(FileError(f"{where}, column path", "no_parent", {"name": parent}))
            continue
        if path in by_path:
            errors.append(FileError(where, "twice", {"name": path}))
            continue
        by_path[path] = made
        (by_path[parent].places if parent else tops).append(made)
    return tops


def _people(
    rows: Sequence[Row], roles: Sequence[Row], errors: list[FileError]
) -> list[PersonEntry]:
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for where, cells in rows:
        accounts = {k[8:]: cells.pop(k) for k in list(cells) if k.startswith("account:")}
        leave = {k: cells.pop(k) for k in ("from", "to", "deputy") if k in cells}
        key = str(cells.get("key", ""))
        if key in found:
            errors.append(FileError(f"{where}, column key", "twice", {"name": key}))
        cells |= {"accounts": accounts, "leave": [leave] if leave else [], "roles": []}
        found[key] = (where, cells)
    for where, cells in roles:
        person = str(cells.pop("person", ""))
        if person not in found:
            errors.append(FileError(f"{where}, column person", "no_person", {"name": person}))
        else:
            found[person][1]["roles"].append(cells)
    return _entries(list(found.values()), PersonEntry, errors)


def write_excel(found: Neighbourhood) -> bytes:
    """The content as an Excel file that reads back equal. Cells are text, never formulas."""
    book = Workbook(write_only=True)
    _write(book, "places", ("path", *_fields(PlaceEntry, "places")), _place_rows(found.places, ""))
    names = sorted({name for person in found.people for name in person.accounts})
    person_columns = (
        *_fields(PersonEntry, "roles", "leave", "accounts"),
        "from",
        "to",
        "deputy",
        *(f"account:{name}" for name in names),
    )
    _write(book, "people", person_columns, [_person_row(each) for each in found.people])
    _write(
        book,
        "roles",
        ("person", "role", "area"),
        [
            {"person": person.key, "role": each.role, "area": each.area}
            for person in found.people
            for each in person.roles
        ],
    )
    for name, kind, entries in (
        ("chats", ChatEntry, found.chats),
        ("reminders", ReminderEntry, found.reminders),
    ):
        _write(book, name, _fields(kind), [each.model_dump() for each in entries])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fields(kind: type[BaseModel], *without: str) -> tuple[str, ...]:
    return tuple(name for name in kind.model_fields if name not in without)


def _place_rows(places: Sequence[PlaceEntry], parent: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for each in places:
        rows.append({"path": parent, **each.model_dump(exclude={"places"})})
        below = f"{parent}/{each.name}" if parent else each.name
        rows += _place_rows(each.places, below)
    return rows


def _person_row(person: PersonEntry) -> dict[str, Any]:
    row = person.model_dump(exclude={"roles", "leave", "accounts"})
    if person.leave:
        first = person.leave[0]
        row |= {"from": first.first, "to": first.last, "deputy": first.deputy}
    row |= {f"account:{name}": each for name, each in person.accounts.items()}
    return row


def _write(book: Any, name: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    sheet = book.create_sheet(name)
    sheet.append(list(columns))
    for row in rows:
        sheet.append([_out(row.get(column)) for column in columns])


def _out(value: Any) -> Any:
    if isinstance(value, list):
        return ", ".join(str(each) for each in cast("list[object]", value))
    if value is None or isinstance(value, bool):
        return value
    text = str(value)
    formula = text[:1] in ("=", "@") or (text[:1] == "+" and not text[1:2].isdigit())
    return f"'{text}" if formula else text
