"""The directory as a neighbourhood file."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.duty.making import line_of, people_of
from handlers.neighbourhood.file.model import Neighbourhood, code_of, is_plain_room
from handlers.reminders.making import when_of
from storage import seals
from storage.queries import duty as duty_query
from storage.queries import homes as home_query
from storage.secrets import Secrets, SecretsError
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
    RotaMember,
)

FIELDS = ("governance", "enclosed", "timezone", "language", "hotline")
Data = dict[str, Any]


async def export_directory(
    store: AsyncSession, *, secrets: Secrets | None = None, zone: str = "Asia/Shanghai"
) -> Neighbourhood:
    """Everything that an import could bring; phone numbers only where `secrets` opens them.

    Residents who came by themselves are not part of the file; staff named in chat are, with a
    key made of their number.
    """
    seals.use(store, secrets)
    areas = (await store.scalars(select(Area).order_by(Area.id))).all()
    paths = _paths(areas)
    by_id = await _people(store, paths, secrets, ZoneInfo(zone))
    return Neighbourhood.model_validate(
        {
            "places": _places(areas),
            "people": list(by_id.values()),
            "chats": await _chats(store, paths),
            "reminders": await _reminders(store, paths),
            "duty": await _duty(store, paths, by_id),
        }
    )


def _paths(areas: Any) -> dict[int, str]:
    paths: dict[int, str] = {}
    for area in areas:
        above = paths.get(area.parent_id or 0)
        paths[area.id] = f"{above}/{area.name}" if above else area.name
    return paths


def _places(areas: Any) -> list[Data]:
    tops: list[Data] = []
    by_id: dict[int, Data] = {}
    for area in areas:
        entry: Data = {"kind": area.kind, "name": area.name, "places": []}
        if area.code != code_of(area.kind, area.name):
            entry["code"] = area.code
        entry |= {f: v for f in FIELDS if (v := getattr(area, f)) is not None}
        by_id[area.id] = entry
        (by_id[area.parent_id]["places"] if area.parent_id in by_id else tops).append(entry)
    for entry in reversed(by_id.values()):  # what is below first
        _shorten(entry)
    return tops


def _shorten(entry: Data) -> None:
    """Plain households become a list of rooms; units that are all alike a list of units."""
    below: list[Data] = entry["places"]
    if below and all(_is_plain(each, "household") for each in below):
        entry["rooms"] = [each["name"] for each in below]
        entry["places"] = []
    elif entry["kind"] == "building" and below and _alike(below):
        entry["units"] = [each["name"] for each in below]
        entry["rooms"] = below[0].get("rooms", [])
        entry["places"] = []


def _is_plain(place: Data, kind: str) -> bool:
    return (
        place["kind"] == kind
        and set(place) <= {"kind", "name", "places", "rooms"}
        and not place["places"]
        and is_plain_room(place["name"])
    )


def _alike(units: list[Data]) -> bool:
    rooms = units[0].get("rooms")
    return all(_is_plain(each, "unit") and each.get("rooms") == rooms for each in units)


async def _people(
    store: AsyncSession, paths: dict[int, str], secrets: Secrets | None, zone: ZoneInfo
) -> dict[int, Data]:
    staff, on_duty = select(RoleHeld.person_id), select(RotaMember.person_id)
    named = or_(Person.key.is_not(None), Person.id.in_(staff), Person.id.in_(on_duty))
    rows = (await store.scalars(select(Person).where(named).order_by(Person.id))).all()
    people: dict[int, Data] = {
        each.id: {
            "key": each.key or f"p{each.id}",
            "name": each.name,
            "language": each.language,
            "phone": _phone(each.phone, secrets),
            "skills": list(each.skills),
            "homes": [],
            "roles": [],
            "leave": [],
            "accounts": {},
        }
        for each in rows
    }
    await _fill(store, people, paths)
    await _fill_leave(store, people, zone)
    return people


def _phone(sealed: str | None, secrets: Secrets | None) -> str | None:
    try:
        return secrets.open(sealed) if sealed and secrets else None
    except SecretsError:
        return None


async def _fill(store: AsyncSession, people: dict[int, Data], paths: dict[int, str]) -> None:
    for held in (await store.scalars(select(RoleHeld).order_by(RoleHeld.id))).all():
        if held.person_id in people:
            role = {"role": held.role, "area": paths[held.area_id]}
            people[held.person_id]["roles"].append(role)
    for home in (await store.scalars(select(Residence).order_by(Residence.id))).all():
        if home.person_id in people:
            with suppress(SecretsError):  # like a phone number, then, it is left out
                flat = home_query.flat_id(store, home)
                people[home.person_id]["homes"].append(paths[flat])
    for account in (await store.scalars(select(Account).order_by(Account.id))).all():
        if account.person_id in people:
            accounts = people[account.person_id]["accounts"]
            accounts.setdefault(account.platform, []).append(account.external_id)


async def _fill_leave(store: AsyncSession, people: dict[int, Data], zone: ZoneInfo) -> None:
    for leave in (await store.scalars(select(Leave).order_by(Leave.id))).all():
        if leave.person_id in people:
            deputy = people.get(leave.deputy_id or 0)
            last = (leave.ends - timedelta(seconds=1)).astimezone(zone).date()
            people[leave.person_id]["leave"].append(
                {
                    "from": leave.starts.astimezone(zone).date(),
                    "to": last,
                    "deputy": deputy["key"] if deputy else None,
                }
            )


async def _chats(store: AsyncSession, paths: dict[int, str]) -> list[Data]:
    rows = await store.scalars(
        select(Chat).where(Chat.kind == "group", Chat.area_id.is_not(None)).order_by(Chat.id)
    )
    return [
        {
            "platform": each.platform,
            "id": each.external_id,
            "area": paths[each.area_id or 0],
            "title": each.title,
            "language": each.language,
        }
        for each in rows.all()
    ]


async def _reminders(store: AsyncSession, paths: dict[int, str]) -> list[Data]:
    rows = await store.scalars(
        select(Reminder).where(Reminder.state != "ended").order_by(Reminder.id)
    )
    return [
        {
            "area": paths[each.area_id],
            "when": when_of(each.rule),
            "text": each.text,
            "paused": each.state == "paused",
        }
        for each in rows.all()
    ]


async def _duty(store: AsyncSession, paths: dict[int, str], people: dict[int, Data]) -> list[Data]:
    rows = await store.scalars(select(Rota).where(Rota.state != "ended").order_by(Rota.id))
    return [
        {
            "area": paths[each.area_id],
            "name": each.name,
            "when": line_of(each.rule),
            "people": people_of(
                each.rule,
                [
                    "+".join(people[person]["key"] for person in crew)
                    for crew in (await duty_query.crews(store, [each.id]))[each.id]
                ],
            ),
            "points": list(each.points),
            "days_off": each.rule["off"],
            "start": each.rule["start"],
            "paused": each.state == "paused",
        }
        for each in rows.all()
    ]
