"""The people of a file against those that exist: names, accounts, roles, homes, leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.neighbourhood.file.model import PersonEntry
from handlers.neighbourhood.file.problems import WHOLE, FileError
from handlers.neighbourhood.import_plan import Known, Row
from storage.queries import homes as home_query
from storage.seals import secrets_of
from storage.secrets import Secrets, SecretsError
from storage.tables import Account, Leave, Person, Residence, RoleHeld


async def plan_people(
    store: AsyncSession, known: Known, wanted: Sequence[PersonEntry], secrets: Secrets
) -> None:
    """People who are not there yet, and what is written of them otherwise than before."""
    rows = await store.execute(
        select(Person.id, Person.key, Person.name, Person.language, Person.phone, Person.skills)
    )
    everybody = [dict(row) for row in rows.mappings()]
    have = {row["key"]: row for row in everybody if row["key"]}
    met = await _met_in_chat(store, everybody)
    last = await store.scalar(select(Person.id).order_by(Person.id.desc()).limit(1))
    known.next_person = (last or 0) + 1
    for each in wanted:
        if (old := have.get(each.key) or _met(each, met)) is not None:
            known.people[each.key] = old["id"]
            if other := _other_person(each, old, secrets):
                shown = f"{each.name} ({', '.join(other)})"
                known.plan.changes("person", {"id": old["id"], **other}, shown)
            continue
        known.people[each.key] = known.next_person
        known.plan.adds("person", _person_row(each, known, secrets), each.name)
        known.next_person += 1


async def _met_in_chat(store: AsyncSession, everybody: Sequence[Row]) -> dict[tuple[str, str], Row]:
    """People whom no file has named yet, by their accounts."""
    by_id = {row["id"]: row for row in everybody if not row["key"]}
    rows = await store.execute(select(Account.platform, Account.external_id, Account.person_id))
    return {(p, external): by_id[owner] for p, external, owner in rows.all() if owner in by_id}


def _met(each: PersonEntry, met: Mapping[tuple[str, str], Row]) -> Row | None:
    """The person met in chat who turns out to be this one; they are the file's from now on."""
    for platform, ids in each.accounts.items():
        for external in ids:
            if (old := met.get((platform, external))) is not None and not old["key"]:
                return old
    return None


def _person_row(each: PersonEntry, known: Known, secrets: Secrets) -> Row:
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
    if old["key"] != each.key:
        other["key"] = old["key"] = each.key
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


async def plan_held(
    store: AsyncSession, known: Known, wanted: Sequence[PersonEntry], zone: ZoneInfo
) -> None:
    """Accounts, roles, homes and leave: what is not there yet is added."""
    accounts = await _accounts(store)
    roles = await _pairs(store, RoleHeld.person_id, RoleHeld.role, RoleHeld.area_id)
    homes = _Homes(store, await home_query.fingerprint(store))
    await homes.read()
    leaves = await _leaves_there(store)
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
            if not homes.has(person, area):
                row = {"person_id": person, "since": known.now, **homes.values(area)}
                row |= {"confirmed_at": known.now, "confirmed_by": None}
                known.plan.adds("residence", row, f"{each.name} {home}")
        _plan_leave(known, each, _leaves(known, each, person, zone), leaves)


class _Homes:
    """Who lives where, by numbers of flats that need not be opened."""

    def __init__(self, store: AsyncSession, key: str) -> None:
        self._store, self._key = store, key

    async def read(self) -> None:
        """Those that are known."""
        home = func.coalesce(Residence.home_key, Residence.area_id)
        self._known = await _pairs(self._store, Residence.person_id, home)

    def has(self, person: int, area: Row) -> bool:
        """Whether this person is known to live there."""
        number = secrets_of(self._store).number(str(area["id"]), self._key)
        return not self._known.isdisjoint({(person, number), (person, area["id"])})

    def values(self, area: Row) -> Row:
        """What the new row says of the home; only a flat is sealed."""
        if area["kind"] != "household":
            return {"area_id": area["id"], "home": None, "home_key": None}
        return home_query.seal(self._store, area["id"], area["parent_id"], self._key)


async def _accounts(store: AsyncSession) -> dict[tuple[str, str], Row]:
    rows = await store.execute(
        select(
            Account.id,
            Account.platform,
            Account.external_id,
            Account.person_id,
            Person.key,
            Person.name,
        ).join(Person, Person.id == Account.person_id)
    )
    return {(row["platform"], row["external_id"]): dict(row) for row in rows.mappings()}


def _plan_accounts(
    known: Known, each: PersonEntry, person: int, have: Mapping[tuple[str, str], Row]
) -> None:
    for platform, ids in each.accounts.items():
        for external in ids:
            _plan_account(known, each, person, (platform, external), have)


def _plan_account(
    known: Known,
    each: PersonEntry,
    person: int,
    name: tuple[str, str],
    have: Mapping[tuple[str, str], Row],
) -> None:
    old = have.get(name)
    shown = f"{each.name} {name[0]}"
    if old is None:
        row: Row = {"platform": name[0], "external_id": name[1], "person_id": person}
        row |= {"name": each.name, "username": None, "private_chat": None, "seen_at": None}
        known.plan.adds("account", row, shown)
    elif old["person_id"] != person and old["key"] is not None:
        wrong: dict[str, object] = {"account": ": ".join(name), "name": old["name"]}
        known.errors.append(FileError(WHOLE, "account_taken", wrong))
    elif old["person_id"] != person:
        # Somebody met in a group before the file said who that is: what they said goes along.
        known.plan.changes("account", {"id": old["id"], "person_id": person}, shown)
        known.plan.moves.append((old["person_id"], person))


async def _leaves_there(store: AsyncSession) -> dict[tuple[int, datetime, datetime], Row]:
    rows = await store.execute(
        select(Leave.id, Leave.person_id, Leave.starts, Leave.ends, Leave.deputy_id)
    )
    return {(row["person_id"], row["starts"], row["ends"]): dict(row) for row in rows.mappings()}


def _plan_leave(
    known: Known,
    each: PersonEntry,
    wanted: Sequence[Row],
    have: Mapping[tuple[int, datetime, datetime], Row],
) -> None:
    for leave in wanted:
        old = have.get((leave["person_id"], leave["starts"], leave["ends"]))
        if old is None:
            known.plan.adds("leave", leave, each.name)
        elif old["deputy_id"] != leave["deputy_id"]:
            other: Row = {"id": old["id"], "deputy_id": leave["deputy_id"]}
            known.plan.changes("leave", other, each.name)


def _leaves(known: Known, each: PersonEntry, person: int, zone: ZoneInfo) -> list[Row]:
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
