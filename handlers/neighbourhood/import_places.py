"""The places of a file against those that exist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.neighbourhood.file.checking import in_short, paths_of
from handlers.neighbourhood.file.model import Neighbourhood, PlaceEntry, code_of
from handlers.neighbourhood.file.problems import WHOLE, FileError
from handlers.neighbourhood.import_plan import Known, Row
from storage.tables import Area

PLACE_FIELDS = ("code", "governance", "enclosed", "timezone", "language", "hotline")


async def read_places(store: AsyncSession, known: Known) -> None:
    """All places that exist, by their paths of names."""
    rows = await store.execute(
        select(
            Area.id, Area.parent_id, Area.path, Area.kind, Area.name, *_columns(Area, PLACE_FIELDS)
        ).order_by(Area.id)
    )
    names: dict[int, str] = {}
    for row in rows.mappings():
        above = names.get(row["parent_id"] or 0)
        path = f"{above}/{row['name']}" if above else str(row["name"])
        names[row["id"]] = path
        known.areas[path] = known.ids[row["id"]] = dict(row)
        known.codes[row["parent_id"], row["kind"], row["code"]] = path
        known.next_area = max(known.next_area, row["id"] + 1)


def _columns(table: Any, names: Sequence[str]) -> list[Any]:
    return [getattr(table, name) for name in names]


def plan_top(known: Known, place: PlaceEntry) -> None:
    """A file may begin anywhere in the tree: its top may be a place that stands deeper."""
    there = [
        path for path in known.others.named(place.name) if known.areas[path]["kind"] == place.kind
    ]
    if len(there) > 1 and place.name not in there:
        values: dict[str, object] = {"name": place.name, "found": "; ".join(sorted(there)[:3])}
        known.errors.append(FileError(WHOLE, "many_areas", values))
        return
    base = "" if place.name in there or not there else there[0].rpartition("/")[0]
    _plan_place(known, place, known.areas[base] if base else None, base)
    prefix = f"{base}/" if base else ""
    known.own.add(f"{prefix}{path}" for path in paths_of(Neighbourhood(places=[place])))


def _plan_place(known: Known, place: PlaceEntry, above: Row | None, parent: str) -> None:
    values: Row = {name: getattr(place, name) for name in PLACE_FIELDS}
    row = _one_area(known, place.kind, place.name, above, parent, values)
    if row is None:
        return
    path = f"{parent}/{place.name}" if parent else place.name
    for kind, name, under in in_short(place):
        _one_area(known, kind, name, known.areas[f"{path}{under}"], f"{path}{under}", {})
    for below in place.places:
        _plan_place(known, below, row, path)


def _one_area(
    known: Known, kind: str, name: str, above: Row | None, parent: str, values: Row
) -> Row | None:
    path = f"{parent}/{name}" if parent else name
    code = values.get("code") or code_of(kind, name)
    have = known.areas.get(path) or _renamed(
        known, path, (above["id"] if above else None, kind, code)
    )
    if have is None:
        return _new_area(known, kind, name, above, path, {**values, "code": code})
    if have["kind"] != kind:
        wrong: dict[str, object] = {"name": path, "kind": have["kind"]}
        known.errors.append(FileError(WHOLE, "kind_differs", wrong))
        return None
    wanted = {k: v for k, v in {**values, "code": code, "name": name}.items() if v is not None}
    if other := {k: v for k, v in wanted.items() if have.get(k) != v}:
        known.plan.changes("area", {"id": have["id"], **other}, f"{path} ({', '.join(other)})")
        have.update(other)
    return have


def _renamed(known: Known, path: str, code: tuple[int | None, str, str]) -> Row | None:
    """The same place by its code, written another way: "3号楼" where "3栋" stood."""
    old = known.codes.get(code)
    if old is None:
        return None
    for each in [each for each in known.areas if each == old or each.startswith(f"{old}/")]:
        known.areas[path + each[len(old) :]] = known.areas.pop(each)
    known.codes[code] = path
    return known.areas[path]


def _new_area(known: Known, kind: str, name: str, above: Row | None, path: str, values: Row) -> Row:
    row: Row = {
        **dict.fromkeys(PLACE_FIELDS),
        **values,
        "id": known.next_area,
        "parent_id": above["id"] if above else None,
        "kind": kind,
        "name": name,
        "path": f"{above['path'] if above else '/'}{known.next_area}/",
        "settings": {},
    }
    known.next_area += 1
    known.areas[path] = known.ids[row["id"]] = row
    known.plan.adds("area", row, path)
    return row
