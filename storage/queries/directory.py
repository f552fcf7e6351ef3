"""Places, people and roles: the named questions that are asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, inspect, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import begins_with
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


async def line_of(store: AsyncSession, path: str) -> list[Area]:
    """The places on a path, from the root down; each is read once in a session.

    One message asks for the same few lines many times, and a session keeps no row by itself.
    """
    known: dict[int, Area] = store.info.setdefault("areas", {})
    ids = ids_of(path)
    missing = [each for each in ids if each not in known or inspect(known[each]).expired]
    if missing:
        rows = await store.scalars(select(Area).where(Area.id.in_(missing)))
        known.update({area.id: area for area in rows})
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
    area = await store.get(Area, area_id)
    if area is None:
        raise LookupError(f"no area {area_id}")
    return facts_of(await line_of(store, area.path))


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
    rows = await store.execute(
        select(RoleHeld.role, Area)
        .join(Area, Area.id == RoleHeld.area_id)
        .where(RoleHeld.person_id == person_id)
        .order_by(RoleHeld.id)
    )
    return [(role, area) for role, area in rows.all()]


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
    rows = await store.scalars(select(Person).where(Person.id.in_(list(ids))))
    return {person.id: person for person in rows.all()}


async def accounts(
    store: AsyncSession, person_ids: Iterable[int]
) -> list[tuple[Account, Chat | None]]:
    """The accounts of people, each with the row of the private chat it is written to in."""
    address = func.coalesce(Account.private_chat, Account.external_id)
    rows = await store.execute(
        select(Account, Chat)
        .outerjoin(
            Chat,
            and_(
                Chat.platform == Account.platform,
                Chat.external_id == address,
                Chat.kind == "private",
            ),
        )
        .where(Account.person_id.in_(list(person_ids)))
        .order_by(Account.private_chat.is_(None), Account.id)
    )
    return [(account, chat) for account, chat in rows.all()]


async def accounts_of(store: AsyncSession, person_id: int) -> Sequence[Account]:
    """A person's accounts; those that can be written to come first."""
    rows = (await store.scalars(select(Account).where(Account.person_id == person_id))).all()
    return sorted(rows, key=lambda account: account.private_chat is None)


async def account(store: AsyncSession, platform: str, external_id: str) -> Account | None:
    """The account of a platform's user."""
    return await store.scalar(
        select(Account).where(Account.platform == platform, Account.external_id == external_id)
    )


async def chat(store: AsyncSession, platform: str, external_id: str) -> Chat | None:
    """The chat of a platform's id."""
    return await store.scalar(
        select(Chat).where(Chat.platform == platform, Chat.external_id == external_id)
    )


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


async def homes_of(store: AsyncSession, person_id: int) -> list[tuple[Residence, Area]]:
    """Where a person lives; confirmed homes first."""
    rows = await store.execute(
        select(Residence, Area)
        .join(Area, Area.id == Residence.area_id)
        .where(Residence.person_id == person_id)
        .order_by(Residence.confirmed_at.is_(None), Residence.id)
    )
    return [(residence, area) for residence, area in rows.all()]


async def find_below(
    store: AsyncSession, path: str, kind: str, codes: Iterable[str]
) -> Sequence[Area]:
    """Places of a kind under a path by their bare code or their full name."""
    wanted = [code.casefold() for code in codes]
    rows = await store.scalars(
        select(Area)
        .where(below(path), Area.kind == kind)
        .where(or_(func.lower(Area.code).in_(wanted), func.lower(Area.name).in_(wanted)))
        .order_by(Area.id)
    )
    return rows.all()
