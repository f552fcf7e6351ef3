"""A neighbourhood file against the database: what would change, and changing it all or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from config.words import Catalogue
from handlers.directory.file.checking import ends_of
from handlers.directory.file.model import Neighbourhood, PersonEntry, PlaceEntry, code_of
from handlers.directory.file.problems import FileError, FileProblems
from handlers.reminders.making import WhenError, reminder_values
from storage.base import Base
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
)

Row = dict[str, Any]
LISTED = 20
PLACE_FIELDS = ("code", "governance", "enclosed", "timezone", "language", "hotline")
ORDER: tuple[tuple[str, type[Base]], ...] = (
    ("area", Area),
    ("person", Person),
    ("account", Account),
    ("role", RoleHeld),
    ("residence", Residence),
    ("leave", Leave),
    ("chat", Chat),
    ("reminder", Reminder),
)


@dataclass(slots=True)
class Plan:
    """What an import would do. Nothing is ever deleted by an import."""

    new: dict[str, list[Row]] = field(default_factory=dict[str, list[Row]])
    changed: dict[str, list[Row]] = field(default_factory=dict[str, list[Row]])
    names: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def adds(self, what: str, row: Row, name: str) -> None:
        """A row that is not there yet."""
        self.new.setdefault(what, []).append(row)
        self.names.setdefault(f"add {what}", []).append(name)

    def changes(self, what: str, row: Row, name: str) -> None:
        """A row (with its id) that gets other values."""
        self.changed.setdefault(what, []).append(row)
        self.names.setdefault(f"change {what}", []).append(name)

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return not self.new and not self.changed

    def lines(self, words: Catalogue, language: str) -> list[str]:
        """The plan in words: counts, and the first names of each."""
        said: list[str] = []
        for key, names in self.names.items():
            action, what = key.split()
            noun = words.say(language, f"file.what_{what}")
            said.append(words.say(language, f"file.plan_{action}", what=noun, n=len(names)))
            said += [words.say(language, "file.plan_item", name=name) for name in names[:LISTED]]
            if len(names) > LISTED:
                said.append(words.say(language, "file.plan_item", name="..."))
        return said


@dataclass(slots=True)
class _Known:
    """What stands in the database and in the plan so far."""

    plan: Plan
    now: datetime
    areas: dict[str, Row] = field(default_factory=dict[str, Row])  #: by path of names
    ends: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    people: dict[str, int] = field(default_factory=dict[str, int])
    next_area: int = 1
    next_person: int = 1

    def area(self, name: str) -> Row:
        """The place that a checked file means."""
        return self.areas[self.ends[name.strip("/")][0]]


async def plan_import(
    store: AsyncSession, wanted: Neighbourhood, *, now: datetime, secrets: Secrets, zone: str
) -> Plan:
    """Compare a file with the database. Raises FileProblems for a reminder not understood."""
    known = _Known(Plan(), now)
    await _read_areas(store, known)
    for place in wanted.places:
        _plan_place(known, place, None, "")
    known.ends = ends_of(set(known.areas))
    await _plan_people(store, known, wanted.people, secrets)
    await _plan_held(store, known, wanted.people, ZoneInfo(zone))
    await _plan_chats(store, known, wanted)
    await _plan_reminders(store, known, wanted, zone)
    return known.plan


async def apply_import(store: AsyncSession, plan: Plan, now: datetime) -> None:
    """Do it in the open transaction."""
    for what, table in ORDER:
        if rows := plan.new.get(what):
            await store.execute(insert(table), rows)
        for row in plan.changed.get(what, []):
            await store.execute(update(table), [row])
    if store.get_bind().dialect.name == "postgresql":
        for name in ("area", "person"):  # ids were given by hand
            await store.execute(
                text(f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))")  # noqa: S608 - fixed names
            )


async def _read_areas(store: AsyncSession, known: _Known) -> None:
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
        known.areas[path] = dict(row)
        known.next_area = max(known.next_area, row["id"] + 1)


def _columns(table: Any, names: Sequence[str]) -> list[Any]:
    return [getattr(table, name) for name in names]


def _plan_place(known: _Known, place: PlaceEntry, above: Row | None, parent: str) -> None:
    values: Row = {name: getattr(place, name) for name in PLACE_FIELDS}
    row = _one_area(known, place.kind, place.name, above, parent, values)
    path = f"{parent}/{place.name}" if parent else place.name
    for kind, name, under in _short_lists(place):
        _one_area(known, kind, name, known.areas[f"{path}{under}"], f"{path}{under}", {})
    for below in place.places:
        _plan_place(known, below, row, path)


def _short_lists(place: PlaceEntry) -> Iterator[tuple[str, str, str]]:
    """The places in `units` and `rooms`: kind, name, and the path below this place."""
    for unit in place.units:
        yield "unit", unit, ""
        yield from (("household", room, f"/{unit}") for room in place.rooms)
    if not place.units:
        yield from (("household", room, "") for room in place.rooms)


def _one_area(
    known: _Known, kind: str, name: str, above: Row | None, parent: str, values: Row
) -> Row:
    path = f"{parent}/{name}" if parent else name
    code = values.get("code") or code_of(kind, name)
    have = known.areas.get(path)
    if have is not None:
        wanted = {k: v for k, v in {**values, "code": code}.items() if v is not None}
        other = {k: v for k, v in wanted.items() if have.get(k) != v}
        if other:
            known.plan.changes("area", {"id": have["id"], **other}, path)
            have.update(other)
        return have
    row: Row = {
        **dict.fromkeys(PLACE_FIELDS),
        **values,
        "id": known.next_area,
        "parent_id": above["id"] if above else None,
        "kind": kind,
        "name": name,
        "code": code,
        "path": f"{above['path'] if above else '/'}{known.next_area}/",
        "settings": {},
    }
    known.next_area += 1
    known.areas[path] = row
    known.plan.adds("area", row, path)
    return row


async def _plan_people(
    store: AsyncSession, known: _Known, wanted: Sequence[PersonEntry], secrets: Secrets
) -> None:
    rows = await store.execute(
        select(Person.id, Person.key, Person.name, Person.language, Person.phone, Person.skills)
    )
    have = {row["key"]: dict(row) for row in rows.mappings() if row["key"]}
    last = await store.scalar(select(Person.id).order_by(Person.id.desc()).limit(1))
    known.next_person = (last or 0) + 1
    for each in wanted:
        if (old := have.get(each.key)) is not None:
            known.people[each.key] = old["id"]
            if other := _other_person(each, old, secrets):
                known.plan.changes("person", {"id": old["id"], **other}, each.name)
            continue
        known.people[each.key] = known.next_person
        known.plan.adds("person", _person_row(each, known, secrets), each.name)
        known.next_person += 1


def _person_row(each: PersonEntry, known: _Known, secrets: Secrets) -> Row:
    return {
        "id": known.next_person,
        "key": each.key,
        "name": each.name,
        "language": each.language,
        "phone": secrets.seal(each.phone) if each.phone else None,
        "skills": list(each.skills),
        "created_at": known.now,
    }


def _other_person(each: PersonEntry, old: Row, secrets: Secrets) -> Row:
    other: Row = {}
    if old["name"] != each.name:
        other["name"] = each.name
    if each.language and old["language"] != each.language:
        other["language"] = each.language
    if each.skills and list(old["skills"]) != each.skills:
        other["skills"] = list(each.skills)
    if each.phone and _opened(secrets, old["phone"]) != each.phone:
        other["phone"] = secrets.seal(each.phone)
    return other


def _opened(secrets: Secrets, sealed: str | None) -> str | None:
    try:
        return secrets.open(sealed) if sealed else None
    except SecretsError:
        return None


async def _plan_held(
    store: AsyncSession, known: _Known, wanted: Sequence[PersonEntry], zone: ZoneInfo
) -> None:
    """Accounts, roles, homes and leave: what is not there yet is added."""
    accounts = await _pairs(store, Account.platform, Account.external_id, Account.person_id)
    roles = await _pairs(store, RoleHeld.person_id, RoleHeld.role, RoleHeld.area_id)
    homes = await _pairs(store, Residence.person_id, Residence.area_id)
    leaves = await _pairs(store, Leave.person_id, Leave.starts, Leave.ends)
    for each in wanted:
        person = known.people[each.key]
        _plan_accounts(known, each, person, accounts)
        for held in each.roles:
            area = known.area(held.area)
            if (person, held.role, area["id"]) not in roles:
                row = {"person_id": person, "role": held.role, "area_id": area["id"]}
                name = f"{each.name} {held.role} {held.area}"
                known.plan.adds("role", {**row, "since": known.now}, name)
        for home in each.homes:
            area = known.area(home)
            if (person, area["id"]) not in homes:
                row = {"person_id": person, "area_id": area["id"], "since": known.now}
                row |= {"confirmed_at": known.now, "confirmed_by": None}
                known.plan.adds("residence", row, f"{each.name} {home}")
        for leave in _leaves(known, each, person, zone):
            if (person, leave["starts"], leave["ends"]) not in leaves:
                known.plan.adds("leave", leave, each.name)


def _plan_accounts(known: _Known, each: PersonEntry, person: int, have: set[Any]) -> None:
    owners = {(platform, external): owner for platform, external, owner in have}
    for platform, external in each.accounts.items():
        owner = owners.get((platform, external))
        if owner is None:
            row = {"platform": platform, "external_id": external, "person_id": person}
            row |= {"name": each.name, "username": None, "private_chat": None, "seen_at": None}
            known.plan.adds("account", row, f"{each.name} {platform}")


def _leaves(known: _Known, each: PersonEntry, person: int, zone: ZoneInfo) -> list[Row]:
    return [
        {
            "person_id": person,
            "starts": datetime.combine(leave.first, time(), zone),
            "ends": datetime.combine(leave.last + timedelta(days=1), time(), zone),
            "deputy_id": known.people[leave.deputy] if leave.deputy else None,
        }
        for leave in each.leave
    ]


async def _pairs(store: AsyncSession, *columns: Any) -> set[Any]:
    return {tuple(row) for row in (await store.execute(select(*columns))).all()}


async def _plan_chats(store: AsyncSession, known: _Known, wanted: Neighbourhood) -> None:
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


async def _plan_reminders(
    store: AsyncSession, known: _Known, wanted: Neighbourhood, zone: str
) -> None:
    have = await _pairs(store, Reminder.area_id, Reminder.text)
    errors: list[FileError] = []
    for number, each in enumerate(wanted.reminders, 1):
        area = known.area(each.area)
        if (area["id"], each.text) in have:
            continue
        try:
            values = reminder_values(each.when, known.now, zone)
        except WhenError:
            errors.append(FileError(f"reminders, {number}", "bad_when", {"text": each.when}))
            continue
        row = {"area_id": area["id"], "text": each.text, "state": "on", "created_by": None}
        known.plan.adds("reminder", {**row, **values, "created_at": known.now}, each.text[:40])
    if errors:
        raise FileProblems(errors)
