"""A neighbourhood file against the database: what would change, and changing it all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.neighbourhood.file.checking import Places
from handlers.neighbourhood.file.model import Neighbourhood
from handlers.neighbourhood.file.problems import FileError, FileProblemsError, Spot, shown
from handlers.neighbourhood.import_duty import bring_crews, plan_duty
from handlers.neighbourhood.import_people import plan_held, plan_people
from handlers.neighbourhood.import_places import plan_top, read_places
from handlers.neighbourhood.import_plan import Known, Plan, Row
from handlers.reminders.making import WhenError, reminder_values, when_of
from storage import seals
from storage.base import Base
from storage.queries import areas as areas_query
from storage.queries.moves import move_everything
from storage.secrets import Secrets
from storage.tables import (
    Account,
    Area,
    Chat,
    Leave,
    Person,
    Reminder,
    Residence,
    RoleHeld,
    Rota,
)

__all__ = ["Plan", "apply_import", "known_people", "known_places", "plan_import"]

ORDER: tuple[tuple[str, type[Base]], ...] = (
    ("area", Area),
    ("person", Person),
    ("account", Account),
    ("role", RoleHeld),
    ("residence", Residence),
    ("leave", Leave),
    ("chat", Chat),
    ("reminder", Reminder),
    ("rota", Rota),
)


async def plan_import(
    store: AsyncSession, wanted: Neighbourhood, *, now: datetime, secrets: Secrets, zone: str
) -> Plan:
    """Compare a file with the database. Raises FileProblemsError where the two do not fit."""
    seals.use(store, secrets)
    await areas_query.hold_still(store)
    known = Known(Plan(), now, zone)
    await read_places(store, known)
    known.others = Places(known.areas)
    for place in wanted.places:
        plan_top(known, place)
    await plan_people(store, known, wanted.people, secrets)
    await plan_held(store, known, wanted.people, ZoneInfo(zone))
    await _plan_chats(store, known, wanted)
    await _plan_reminders(store, known, wanted)
    await plan_duty(store, known, wanted.duty)
    if known.errors:
        raise FileProblemsError(known.errors)
    return known.plan


async def known_places(store: AsyncSession) -> list[str]:
    """The paths of all places that exist, for checking a file that speaks of them."""
    known = Known(Plan(), datetime.min.replace(tzinfo=UTC), "")
    await read_places(store, known)
    return list(known.areas)


async def known_people(store: AsyncSession) -> list[str]:
    """The keys of all people that exist."""
    rows = await store.scalars(select(Person.key).where(Person.key.is_not(None)))
    return [key for key in rows.all() if key]


async def apply_import(store: AsyncSession, plan: Plan, now: datetime) -> None:
    """Do it in the open transaction."""
    for what, table in ORDER:
        if rows := plan.new.get(what):
            await store.execute(insert(table), rows)
        for row in plan.changed.get(what, []):
            await store.execute(update(table), [row])
    await bring_crews(store, plan.crews)
    for old, new in plan.moves:
        left = select(Account.id).where(Account.person_id == old).limit(1)
        if await store.scalar(left) is None:
            await move_everything(store, old, new)
    if store.get_bind().dialect.name == "postgresql":
        for table in (Area, Person, Rota):  # ids were given by hand
            sequence = func.pg_get_serial_sequence(table.__tablename__, "id")
            last = select(func.coalesce(func.max(table.id), 1)).scalar_subquery()
            await store.execute(select(func.setval(sequence, last)))


async def _plan_chats(store: AsyncSession, known: Known, wanted: Neighbourhood) -> None:
    rows = await store.execute(
        select(Chat.id, Chat.platform, Chat.external_id, Chat.area_id, Chat.title, Chat.language)
    )
    have = {(row["platform"], row["external_id"]): dict(row) for row in rows.mappings()}
    for each in wanted.chats:
        values: Row = {"area_id": known.area(each.area)["id"]}
        values |= {"title": each.title} if each.title else {}
        values |= {"language": each.language} if each.language else {}
        old = have.get((each.platform, each.id))
        if old is None:
            known.plan.adds(
                "chat", _chat_row(each.platform, each.id, values), each.title or each.id
            )
        elif other := {k: v for k, v in values.items() if old[k] != v}:
            known.plan.changes("chat", {"id": old["id"], **other}, each.title or each.id)


def _chat_row(platform: str, external: str, values: Mapping[str, Any]) -> Row:
    fresh: Row = {"platform": platform, "external_id": external, "kind": "group", "title": ""}
    fresh |= {"language": None, "present": True, "administrator": False, "hears_all": True}
    fresh |= {"can_speak": True, "greeted_at": None, "settings": {}}
    return {**fresh, **values}


async def _plan_reminders(store: AsyncSession, known: Known, wanted: Neighbourhood) -> None:
    rows = await store.execute(
        select(Reminder.id, Reminder.area_id, Reminder.text, Reminder.rule, Reminder.state)
    )
    have = {(row["area_id"], row["text"]): dict(row) for row in rows.mappings()}
    for number, each in enumerate(wanted.reminders):
        area = known.area(each.area)
        old = have.get((area["id"], each.text))
        try:
            values = reminder_values(each.when, known.now, known.zone_of(area).key)
        except WhenError:
            if old is None:  # one that is past may stand there already
                spot = Spot(field=shown(("reminders", number, "when")))
                known.errors.append(FileError(spot, "bad_when", {"text": each.when}))
            continue
        if old is None:
            row = {"area_id": area["id"], "text": each.text, "created_by": None}
            row["state"] = "paused" if each.paused else "on"
            known.plan.adds("reminder", {**row, **values, "created_at": known.now}, each.text[:40])
        elif when_of(old["rule"]) != when_of(values["rule"]):
            changed: Row = {"id": old["id"], **values}
            known.plan.changes("reminder", changed, f"{each.text[:40]} (when)")
