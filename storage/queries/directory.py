"""Places, people and roles: the named questions that are asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, inspect, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import begins_with, end_of
from storage.prepared import prepared
from storage.remembered import recall, remember
from storage.tables import Account, Area, Chat, Leave, Person, Residence, RoleHeld


def ids_of(path: str) -> list[int]:
    """The ids in a path, from the root down: "/1/4/17/" -> [1, 4, 17]."""
    return [int(part) for part in path.split("/") if part]


def below(path: str) -> ColumnElement[bool]:
    """Whether an area stands at `path` or under it."""
    return begins_with(Area.path, path)


async def hold_still(store: AsyncSession) -> None:
    """Nobody else adds places or people until the open transaction ends (SQLite: nobody can)."""
    if store.get_bind().dialect.name == "postgresql":
        await store.execute(text("LOCK TABLE area, person IN SHARE ROW EXCLUSIVE MODE"))


async def any_place(store: AsyncSession) -> bool:
    """Whether there is a place at all."""
    return await store.scalar(select(Area.id).limit(1)) is not None


async def area_by_id(store: AsyncSession, area_id: int) -> Area | None:
    """One place."""
    return await store.get(Area, area_id)


@prepared
def _areas(ids: Sequence[int]) -> Select[Area]:
    return select(Area).where(Area.id.in_(ids))


async def line_of(store: AsyncSession, path: str) -> list[Area]:
    """The places on a path, from the root down; each is read once in a session.

    One message asks for the same few lines many times, and a session keeps no row by itself.
    """
    known: dict[int, Area] = store.info.setdefault("areas", {})
    ids = ids_of(path)
    missing = [each for each in ids if each not in known or inspect(known[each]).expired]
    if missing:
        known.update({area.id: area for area in await store.scalars(*_areas(missing))})
    return [known[each] for each in ids if each in known]


async def children(store: AsyncSession, area_id: int) -> Sequence[Area]:
    """The places directly below one."""
    return (
        await store.scalars(select(Area).where(Area.parent_id == area_id).order_by(Area.id))
    ).all()


async def of_kind_below(store: AsyncSession, path: str, kind: str) -> Sequence[Area]:
    """All places of a kind at or under a path."""
    rows = await store.scalars(select(Area).where(below(path), Area.kind == kind))
    return rows.all()


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """What holds at a place: its own word, else that of the nearest place above."""

    area_id: int
    path: str
    name: str
    root_id: int
    governance: str = "self"
    language: str | None = None
    timezone: str | None = None
    hotline: str | None = None
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    #: codes and names by kind: {"building": "3", ...}
    codes: dict[str, str] = field(default_factory=dict[str, str])
    names: dict[str, str] = field(default_factory=dict[str, str])


def facts_of(line: Sequence[Area]) -> AreaFacts:
    """What holds at the last place of a line (root first)."""

    def nearest(name: str) -> Any:
        return next((v for area in reversed(line) if (v := getattr(area, name))), None)

    settings: dict[str, Any] = {}
    for area in line:
        settings.update(area.settings)
    last = line[-1]
    return AreaFacts(
        area_id=last.id,
        path=last.path,
        name=last.name,
        root_id=line[0].id,
        governance=nearest("governance") or "self",
        language=settings.get("language") or nearest("language"),
        timezone=nearest("timezone"),
        hotline=nearest("hotline"),
        settings=settings,
        codes={area.kind: area.code for area in line},
        names={area.kind: area.name for area in line},
    )


async def facts_at(store: AsyncSession, area_id: int) -> AreaFacts:
    """What holds at a place. Raises LookupError when there is no such place."""
    known: AreaFacts | None = recall(store, (AreaFacts, area_id))
    if known is not None:
        return known
    area = await store.get(Area, area_id)
    if area is None:
        raise LookupError(f"no area {area_id}")
    facts = facts_of(await line_of(store, area.path))
    remember(store, (AreaFacts, area_id), facts)
    return facts


@dataclass(frozen=True, slots=True)
class Holder:
    """A person holding a role at a place."""

    person: Person
    role: str
    area_id: int
    depth: int  #: of the place in the tree: the deeper, the nearer


async def holders_over(
    store: AsyncSession, path: str, roles: Iterable[str] | None = None
) -> list[Holder]:
    """Who holds a role at this place or above it; the nearest first."""
    ids = ids_of(path)
    query = (
        select(Person, RoleHeld.role, RoleHeld.area_id)
        .join(RoleHeld, RoleHeld.person_id == Person.id)
        .where(RoleHeld.area_id.in_(ids))
        .order_by(RoleHeld.id)
    )
    if roles is not None:
        query = query.where(RoleHeld.role.in_(list(roles)))
    rows = (await store.execute(query)).all()
    found = [Holder(person, role, area, ids.index(area)) for person, role, area in rows]
    return sorted(found, key=lambda holder: -holder.depth)


async def roles_of(store: AsyncSession, person_id: int) -> list[tuple[str, Area]]:
    """What a person holds, and where."""
    rows = await store.execute(*_roles_of(person_id))
    return [(role, area) for role, area in rows.all()]


@prepared
def _roles_of(person_id: int) -> Select[str, Area]:
    return (
        select(RoleHeld.role, Area)
        .join(Area, Area.id == RoleHeld.area_id)
        .where(RoleHeld.person_id == person_id)
        .order_by(RoleHeld.id)
    )


async def away(
    store: AsyncSession, person_ids: Iterable[int], now: datetime
) -> dict[int, int | None]:
    """Who of these is on leave now, and who stands in (None: nobody named)."""
    rows = await store.execute(
        select(Leave.person_id, Leave.deputy_id).where(
            Leave.person_id.in_(list(person_ids)), Leave.starts <= now, Leave.ends > now
        )
    )
    return {row.person_id: row.deputy_id for row in rows.all()}


async def people(store: AsyncSession, ids: Iterable[int]) -> dict[int, Person]:
    """People by id."""
    wanted = list(ids)
    rows = await store.scalars(*_people(wanted)) if wanted else ()
    return {person.id: person for person in rows}


async def people_by_key(store: AsyncSession, keys: Sequence[str]) -> Sequence[Person]:
    """People by their names in the neighbourhood file."""
    rows = await store.scalars(select(Person).where(Person.key.in_(keys)).order_by(Person.id))
    return rows.all()


@prepared
def _people(ids: Sequence[int]) -> Select[Person]:
    return select(Person).where(Person.id.in_(ids))


#: An account, and the row of the private chat it is written to in.
Reach = tuple[Account, Chat | None]


async def accounts(store: AsyncSession, person_ids: Iterable[int]) -> list[Reach]:
    """The accounts of people, each with the row of the private chat it is written to in."""
    rows = await store.execute(*_accounts(list(person_ids)))
    return [(account, chat) for account, chat in rows.all()]


@prepared
def _accounts(person_ids: Sequence[int]) -> Select[Account, Chat]:
    address = func.coalesce(Account.private_chat, Account.external_id)
    return (
        select(Account, Chat)
        .outerjoin(
            Chat,
            and_(
                Chat.platform == Account.platform,
                Chat.external_id == address,
                Chat.kind == "private",
            ),
        )
        .where(Account.person_id.in_(person_ids))
        .order_by(Account.private_chat.is_(None), Account.id)
    )


async def accounts_among(store: AsyncSession, person_ids: Iterable[int]) -> set[int]:
    """Those of these people who have an account."""
    wanted, found = list(person_ids), set[int]()
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        rows = await store.scalars(
            select(Account.person_id).where(Account.person_id.in_(some)).distinct()
        )
        found |= set(rows.all())
    return found


async def accounts_of(store: AsyncSession, person_id: int) -> Sequence[Account]:
    """A person's accounts; those that can be written to come first."""
    rows = (await store.scalars(select(Account).where(Account.person_id == person_id))).all()
    return sorted(rows, key=lambda account: account.private_chat is None)


async def account(store: AsyncSession, platform: str, external_id: str) -> Account | None:
    """The account of a platform's user."""
    return await store.scalar(*_account(platform, external_id))


@prepared
def _account(platform: str, external_id: str) -> Select[Account]:
    return select(Account).where(Account.platform == platform, Account.external_id == external_id)


async def account_and_person(
    store: AsyncSession, platform: str, external_id: str
) -> tuple[Account, Person] | None:
    """The account of a platform's user, and whose it is."""
    row = (await store.execute(*_account_and_person(platform, external_id))).first()
    return (row[0], row[1]) if row else None


@prepared
def _account_and_person(platform: str, external_id: str) -> Select[Account, Person]:
    return (
        select(Account, Person)
        .join(Person, Person.id == Account.person_id)
        .where(Account.platform == platform, Account.external_id == external_id)
    )


async def person_with_account(
    store: AsyncSession, platforms: Sequence[str], external_id: str
) -> Person | None:
    """Whose account with this id is, on any of these platforms."""
    return await store.scalar(
        select(Person)
        .join(Account, Person.id == Account.person_id)
        .where(Account.platform.in_(platforms), Account.external_id == external_id)
        .order_by(Account.id)
        .limit(1)
    )


async def chat(store: AsyncSession, platform: str, external_id: str) -> Chat | None:
    """The chat of a platform's id."""
    return await store.scalar(*_chat(platform, external_id))


@prepared
def _chat(platform: str, external_id: str) -> Select[Chat]:
    return select(Chat).where(Chat.platform == platform, Chat.external_id == external_id)


async def group_chats_below(store: AsyncSession, path: str) -> Sequence[Chat]:
    """The groups that are bound to this place or to one under it, and that the bot is in."""
    rows = await store.scalars(
        select(Chat)
        .join(Area, Area.id == Chat.area_id)
        .where(below(path), Chat.kind == "group", Chat.present)
        .order_by(Chat.id)
    )
    return rows.all()


async def group_chats_over(store: AsyncSession, path: str) -> Sequence[Chat]:
    """The groups bound to this place or to one above it; the nearest first."""
    ids = ids_of(path)
    rows = (
        await store.scalars(
            select(Chat).where(Chat.area_id.in_(ids), Chat.kind == "group", Chat.present)
        )
    ).all()
    return sorted(rows, key=lambda each: -ids.index(each.area_id or 0))


async def twins_of(store: AsyncSession, chats: Sequence[Chat]) -> Sequence[Chat]:
    """The groups of the same places on other platforms than these groups, that are not among them:
    the same neighbours in another app."""
    groups = [chat for chat in chats if chat.kind == "group" and chat.area_id is not None]
    if not groups:
        return []
    rows = await store.scalars(
        select(Chat)
        .where(Chat.area_id.in_({chat.area_id for chat in groups}), Chat.kind == "group")
        .where(Chat.present, Chat.id.not_in([chat.id for chat in chats]))
        .where(Chat.platform.not_in({chat.platform for chat in groups}))
        .order_by(Chat.id)
    )
    return rows.all()


async def homes_of(store: AsyncSession, person_id: int) -> list[tuple[Residence, Area]]:
    """Where a person lives, as far as it stands openly (the stairwell); confirmed homes first.

    To the door: `storage.queries.homes.flats_of`.
    """
    rows = await store.execute(*_homes_of(person_id))
    return [(residence, area) for residence, area in rows.all()]


@prepared
def _homes_of(person_id: int) -> Select[Residence, Area]:
    return (
        select(Residence, Area)
        .join(Area, Area.id == Residence.area_id)
        .where(Residence.person_id == person_id)
        .order_by(Residence.confirmed_at.is_(None), Residence.id)
    )


async def shared_by_towns(store: AsyncSession) -> bool:
    """Whether more than one tree of places lives in this installation."""
    tops = await store.scalars(select(Area.id).where(Area.parent_id.is_(None)).limit(2))
    return len(tops.all()) > 1


async def group_heard_in(store: AsyncSession, person_id: int) -> Area | None:
    """The place of the group in which a person was heard last."""
    return await store.scalar(*_group_heard_in(person_id))


@prepared
def _group_heard_in(person_id: int) -> Select[Area]:
    return (
        select(Area)
        .join(Chat, Chat.area_id == Area.id)
        .join(Account, Account.last_group_id == Chat.id)
        .where(Account.person_id == person_id, Chat.kind == "group", Chat.present)
        .order_by(Account.id)
        .limit(1)
    )


async def find_below(
    store: AsyncSession, path: str, kind: str, codes: Iterable[str]
) -> Sequence[Area]:
    """Places of a kind under a path by their bare code or their full name."""
    wanted = [code.casefold() for code in codes]
    rows = await store.scalars(*_find_below(path, end_of(path), kind, wanted))
    return rows.all()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a place stands in the tree."""

    id: int
    path: str
    kind: str


def _spots(areas: Iterable[Area]) -> tuple[Spot, ...]:
    return tuple(Spot(area.id, area.path, area.kind) for area in areas)


async def spots_on(store: AsyncSession, path: str) -> tuple[Spot, ...]:
    """Where the places of `line_of` stand."""
    key = (Spot, path)
    known: tuple[Spot, ...] | None = recall(store, key)
    if known is None:
        known = _spots(await line_of(store, path))
        remember(store, key, known)
    return known


async def named_below(store: AsyncSession, path: str, kind: str, name: str) -> tuple[Spot, ...]:
    """Where the places of `find_below` of one name stand."""
    key = (Spot, path, kind, name)
    known: tuple[Spot, ...] | None = recall(store, key)
    if known is None:
        known = _spots(await find_below(store, path, kind, [name]))
        remember(store, key, known)
    return known


@prepared
def _find_below(start: str, end: str, kind: str, wanted: Sequence[str]) -> Select[Area]:
    named = or_(func.lower(Area.code).in_(wanted), func.lower(Area.name).in_(wanted))
    return (
        select(Area)
        .where(Area.path >= start, Area.path < end, Area.kind == kind, named)
        .order_by(Area.id)
    )
