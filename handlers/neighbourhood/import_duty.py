"""The rotas of a file against the database: what would change, and who is on them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.duty.making import columns
from handlers.duty.phrases import LineError, read_parts
from handlers.duty.turns import from_data, to_data
from handlers.neighbourhood.file.model import DutyEntry
from handlers.neighbourhood.file.problems import FileError, Spot, shown
from handlers.neighbourhood.import_plan import Known, Row
from storage.queries import duty as query
from storage.tables import Rota

#: What two rotas must have in common to be the same.
SAME = ("points", "state")


async def plan_duty(store: AsyncSession, known: Known, wanted: list[DutyEntry]) -> None:
    """Rotas that are new, and those that are written otherwise now."""
    rows = await store.scalars(select(Rota).where(Rota.state != "ended"))
    have = {(rota.area_id, rota.name): rota for rota in rows.all()}
    next_id = (await store.scalar(select(func.max(Rota.id))) or 0) + 1
    for number, each in enumerate(wanted):
        area = known.area(each.area)
        old = have.get((area["id"], each.name))
        try:
            row, crews = _row(known, area, each, old)
        except LineError:
            spot = Spot(field=shown(("duty", number, "when")))
            known.errors.append(FileError(spot, "bad_duty", {"text": each.when}))
            continue
        if old is None:
            known.plan.adds("rota", {"id": next_id, **row}, each.name)
            known.plan.crews[next_id] = crews
            next_id += 1
        elif await _differs(store, old, row, crews):
            # Whoever is on it is told of what changed by the next tick.
            known.plan.changes("rota", {"id": old.id, **_changed(row)}, each.name)
            known.plan.crews[old.id] = crews


def _row(
    known: Known, area: Row, each: DutyEntry, old: Rota | None
) -> tuple[Row, tuple[tuple[int, ...], ...]]:
    zone = known.zone_of(area)
    since = date.fromisoformat(old.rule["start"]) if old else known.now.astimezone(zone).date()
    start = each.start or since
    rule, named = read_parts(each.when, each.people, start, zone.key, rounds=bool(each.points))
    data = {**to_data(rule), "off": sorted(day.isoformat() for day in each.days_off)}
    row: Row = {
        "area_id": area["id"],
        "name": each.name,
        "points": list(each.points),
        "state": "paused" if each.paused else "on",
        "told": {},
        "told_until": None,
        "created_by": None,
        "created_at": known.now,
        **columns(from_data(data), known.now, on=not each.paused),
    }
    if not each.paused:
        row["check_at"] = known.now
    return row, tuple(tuple(known.people[key] for key in crew) for crew in named)


async def _differs(
    store: AsyncSession, old: Rota, row: Row, crews: tuple[tuple[int, ...], ...]
) -> bool:
    if any(getattr(old, name) != row[name] for name in SAME):
        return True
    return old.rule != row["rule"] or (await query.crews(store, [old.id]))[old.id] != crews


def _changed(row: Row) -> dict[str, Any]:
    return {k: row[k] for k in ("rule", "points", "state", "next_at", "check_at")}


async def bring_crews(store: AsyncSession, crews: dict[int, tuple[tuple[int, ...], ...]]) -> None:
    """Put the people on their rotas."""
    for rota_id, each in crews.items():
        await query.set_crews(store, rota_id, each)
