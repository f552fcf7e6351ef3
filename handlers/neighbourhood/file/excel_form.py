"""The Excel form: a sheet each for places, people and roles, chats, reminders, rotas."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from openpyxl import Workbook, load_workbook
from pydantic import BaseModel

from handlers.neighbourhood.file.model import (
    ChatEntry,
    DutyEntry,
    Neighbourhood,
    PersonEntry,
    PlaceEntry,
    ReminderEntry,
    folded,
    joined,
)
from handlers.neighbourhood.file.problems import FileError, FileProblemsError, Path, Spot, shown
from handlers.neighbourhood.file.reading import Draft, drafted

MOST_BYTES = 200_000_000  #: unpacked; a bomb is refused before it is read
MOST_ROWS = 200_000

#: Sheets for people alone.
NOTES = frozenset({"notes", "readme", "说明", "备注"})
SHEETS = {
    "places": ("places", "地方", "场所"),
    "people": ("people", "人员"),
    "roles": ("roles", "职务", "角色"),
    "leave": ("leave", "请假"),
    "chats": ("chats", "群", "群组"),
    "reminders": ("reminders", "提醒"),
    "duty": ("duty", "值班", "值班表"),
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
    "paused": ("paused", "暂停"),
    "people": ("people", "值班人员"),
    "points": ("points", "点位"),
    "days_off": ("days_off", "停休"),
    "start": ("start", "开始"),
}
NAMES = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}
ACCOUNT = ("account:", "账号:", "账号：")
LEAVE = ("from", "to", "deputy")

Cells = dict[str, Any]  #: the filled cells of a row, by column


class _Sheets:
    """Where each thing stands: the row of each entry, by its path in the whole."""

    def __init__(self) -> None:
        self.errors: list[FileError] = []
        self.rows: dict[Path, Spot] = {}
        #: sections of which a row was left out
        self.lost: set[str] = set()
        #: columns are named as they stand in the file
        self.heads: dict[tuple[str, str], str] = {}

    def where(self, path: Path) -> Spot:
        """The sheet, row and column of a path."""
        rest: list[int | str] = []
        at = path
        while at and at not in self.rows:
            rest.insert(0, at[-1])
            at = at[:-1]
        if not at:
            return Spot(field=shown(path))
        row = self.rows[at]
        names = [part for part in rest if isinstance(part, str)]
        if not names:
            return row
        name = f"account:{names[1]}" if names[0] == "accounts" and len(names) > 1 else names[0]
        column = self.heads.get((row.sheet, name), name)
        return Spot(sheet=row.sheet, row=row.row, column=column)

    def wrong(self, spot: Spot, column: str, key: str, **values: object) -> None:
        """Something is wrong in a cell."""
        shown_as = self.heads.get((spot.sheet, column), column)
        at = Spot(sheet=spot.sheet, row=spot.row, column=shown_as)
        self.errors.append(FileError(at, key, values))


Rows = list[tuple[Spot, Cells]]


def draft_excel(body: bytes) -> Draft:
    """The file's content as far as it is right. Raises FileProblemsError when it is no Excel."""
    found = _Sheets()
    sheets = _read(body, found)
    data: dict[str, Any] = {
        "places": _places(sheets.get("places", []), found),
        "people": _people(sheets, found),
        "chats": _entries("chats", sheets, found),
        "reminders": _entries("reminders", sheets, found),
        "duty": _entries("duty", sheets, found),
    }
    draft = drafted(data, found.where)
    draft.errors[:0] = found.errors
    draft.broken |= found.lost
    return draft


def _read(body: bytes, found: _Sheets) -> dict[str, Rows]:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            large = sum(each.file_size for each in packed.infolist()) > MOST_BYTES
        if not large:
            book = load_workbook(io.BytesIO(body), read_only=True, data_only=True)
            return _sheets(book, found)
    except FileProblemsError:
        raise
    except Exception as error:  # a damaged book breaks its reader in many ways
        raise FileProblemsError([FileError(Spot(), "not_excel")]) from error
    raise FileProblemsError([FileError(Spot(), "too_large")])


def _sheets(book: Any, found: _Sheets) -> dict[str, Rows]:
    sheets: dict[str, Rows] = {}
    for sheet in book.worksheets:
        title = sheet.title.strip()
        name = next((n for n, aliases in SHEETS.items() if title.lower() in aliases), None)
        if name is not None:
            sheets.setdefault(name, []).extend(_rows(sheet, found))
        elif title.lower() not in NOTES and any(True for _ in sheet.iter_rows(max_row=1)):
            values: dict[str, object] = {"names": ", ".join(SHEETS)}
            found.errors.append(FileError(Spot(sheet=sheet.title), "unknown_sheet", values))
    if not sheets:
        raise FileProblemsError([FileError(Spot(), "no_sheets", {"names": ", ".join(SHEETS)})])
    return sheets


def _rows(sheet: Any, found: _Sheets) -> Iterator[tuple[Spot, Cells]]:
    rows = sheet.iter_rows(values_only=True)
    columns = [_column(sheet.title, str(cell or "").strip(), found) for cell in next(rows, ())]
    for number, cells in enumerate(rows, 2):
        filled = {
            name: _cell(cell)
            for name, cell in zip(columns, cells, strict=False)
            if name and cell is not None and cell != ""
        }
        if not filled:
            continue
        if number > MOST_ROWS:
            raise FileProblemsError([FileError(Spot(sheet=sheet.title, row=number), "too_large")])
        yield Spot(sheet=sheet.title, row=number), filled


def _column(sheet: str, head: str, found: _Sheets) -> str:
    """The column's own name; "" for one without a head, and for one that is not known."""
    name = NAMES.get(head.lower(), "")
    for mark in ACCOUNT:
        if head.lower().startswith(mark):
            name = f"account:{head[len(mark) :].strip()}"
    if head and not name:
        spot = Spot(sheet=sheet, row=1)
        found.errors.append(FileError(spot, "unknown_field", {"name": head}))
    found.heads[sheet, name] = head
    return name


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip(" \t\r")
    if text[:1] == "'" and text[1:2] in ("=", "@", "+", "-", "'"):
        text = text[1:]  # the mark that keeps a cell from being a formula
    return text


def _entries(name: str, sheets: Mapping[str, Rows], found: _Sheets) -> list[Cells]:
    rows = sheets.get(name, [])
    for number, (spot, _) in enumerate(rows):
        found.rows[(name, number)] = spot
    return [cells for _, cells in rows]


def _places(rows: Rows, found: _Sheets) -> list[Cells]:
    """Rows name the place above by its path; a place must stand below its parent's row."""
    tops: list[Cells] = []
    by_path: dict[str, tuple[Cells, Path]] = {}
    for spot, cells in rows:
        parent = str(cells.pop("path", "")).strip("/")
        path = f"{parent}/{cells.get('name', '')}" if parent else str(cells.get("name", ""))
        if parent and parent not in by_path:
            found.wrong(spot, "path", "no_parent", name=parent)
            found.lost.add("places")
            continue
        if path in by_path:
            found.wrong(spot, "name", "twice", name=path)
            continue
        above, at = by_path[parent] if parent else ({"places": tops}, ())
        below = above.setdefault("places", [])
        own = (*at, "places", len(below))
        below.append(cells)
        found.rows[own] = spot
        by_path[path] = (cells, own)
    return tops


def _people(sheets: Mapping[str, Rows], found: _Sheets) -> list[Cells]:
    people = _entries("people", sheets, found)
    by_key: dict[str, int] = {}
    for number, cells in enumerate(people):
        by_key.setdefault(str(cells.get("key", "")), number)
        cells["accounts"] = {k[8:]: cells.pop(k) for k in list(cells) if k.startswith("account:")}
        leave = {k: cells.pop(k) for k in LEAVE if k in cells}
        if leave:
            cells["leave"] = [leave]
            found.rows[("people", number, "leave", 0)] = found.rows[("people", number)]
    for name in ("roles", "leave"):
        for spot, cells in sheets.get(name, []):
            person = str(cells.pop("person", ""))
            if person not in by_key:
                key = "no_person" if person else "missing"
                found.wrong(spot, "person", key, name=person or "person")
                continue
            theirs = people[by_key[person]].setdefault(name, [])
            found.rows[("people", by_key[person], name, len(theirs))] = spot
            theirs.append(cells)
    return people


def write_excel(found: Neighbourhood) -> bytes:
    """The content as an Excel file that reads back equal. Cells are text, never formulas."""
    book = Workbook(write_only=True)
    _write(book, "places", ("path", *_fields(PlaceEntry, "places")), _place_rows(found.places, ""))
    names = sorted({name for person in found.people for name in person.accounts})
    columns = (
        *_fields(PersonEntry, "roles", "leave", "accounts"),
        *(f"account:{name}" for name in names),
    )
    _write(book, "people", columns, [_person_row(each) for each in found.people])
    _write(book, "roles", ("person", "role", "area"), _below(found, "roles"))
    _write(book, "leave", ("person", *LEAVE), _below(found, "leave"))
    for name, kind, entries in (
        ("chats", ChatEntry, found.chats),
        ("reminders", ReminderEntry, found.reminders),
        ("duty", DutyEntry, found.duty),
    ):
        _write(book, name, _fields(kind), [each.model_dump() for each in entries])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fields(kind: type[BaseModel], *without: str) -> tuple[str, ...]:
    return tuple(name for name in kind.model_fields if name not in without)


def _below(found: Neighbourhood, name: str) -> list[Cells]:
    """A row for each role or leave of each person."""
    return [
        {"person": person.key, **each.model_dump(by_alias=True)}
        for person in found.people
        for each in getattr(person, name)
    ]


def _place_rows(places: Sequence[PlaceEntry], parent: str) -> list[Cells]:
    rows: list[Cells] = []
    for each in places:
        row = {"path": parent, **each.model_dump(exclude={"places"})}
        rows.append({**row, "rooms": folded(each.rooms)})
        below = f"{parent}/{each.name}" if parent else each.name
        rows += _place_rows(each.places, below)
    return rows


def _person_row(person: PersonEntry) -> Cells:
    row = person.model_dump(exclude={"roles", "leave", "accounts"})
    return row | {f"account:{name}": ids for name, ids in person.accounts.items()}


def _write(book: Any, name: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    sheet.append(list(columns))
    for row in rows:
        sheet.append([_out(row.get(column)) for column in columns])


def _out(value: Any) -> Any:
    if isinstance(value, list):
        value = joined([str(each) for each in cast("list[object]", value)])
    if value is None or isinstance(value, bool):
        return value
    text = str(value)
    marked = text[:1] in ("=", "@", "'") or (text[:1] in "+-" and not text[1:2].isdigit())
    return f"'{text}" if text and marked else text
