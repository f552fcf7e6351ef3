"""The web chat's questions: rooms, people, messages, and what the inbox does not hold yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import (
    Account,
    Area,
    LocalFile,
    LocalMember,
    LocalMessage,
    LocalPerson,
    LocalRoom,
    LocalUpdate,
    Residence,
    RoleHeld,
)

MOST_MESSAGES = 100


async def room(store: AsyncSession, key: str) -> LocalRoom | None:
    """A room by its key."""
    return await store.scalar(select(LocalRoom).where(LocalRoom.key == key))


async def newest_at(store: AsyncSession) -> datetime | None:
    """When the last message was said."""
    return await store.scalar(select(func.max(LocalMessage.at)))


async def rooms(store: AsyncSession) -> Sequence[LocalRoom]:
    """All rooms in the order they were made."""
    return (await store.scalars(select(LocalRoom).order_by(LocalRoom.id))).all()


async def rooms_of(store: AsyncSession, person: str) -> Sequence[LocalRoom]:
    """The rooms that somebody sits in, the private chat first."""
    rows = await store.scalars(
        select(LocalRoom)
        .join(LocalMember, LocalMember.room == LocalRoom.key)
        .where(LocalMember.person == person)
        .order_by(LocalRoom.kind.desc(), LocalRoom.id)
    )
    return rows.all()


async def person(store: AsyncSession, key: str) -> LocalPerson | None:
    """Somebody by their key."""
    return await store.scalar(select(LocalPerson).where(LocalPerson.key == key))


async def people(store: AsyncSession) -> Sequence[LocalPerson]:
    """Everybody in the order they came."""
    return (await store.scalars(select(LocalPerson).order_by(LocalPerson.id))).all()


async def seats(store: AsyncSession) -> Sequence[LocalMember]:
    """Who sits where, everybody everywhere."""
    return (await store.scalars(select(LocalMember).order_by(LocalMember.id))).all()


async def seat(store: AsyncSession, person_key: str, room_key: str) -> LocalMember | None:
    """Somebody's seat in a room."""
    return await store.scalar(
        select(LocalMember).where(LocalMember.person == person_key, LocalMember.room == room_key)
    )


async def sizes(store: AsyncSession) -> dict[str, int]:
    """How many people sit in each room."""
    rows = await store.execute(select(LocalMember.room, func.count()).group_by(LocalMember.room))
    return {row[0]: row[1] for row in rows.all()}


async def message(store: AsyncSession, room_key: str, message_id: int) -> LocalMessage | None:
    """A message of this room, by its id."""
    return await store.scalar(
        select(LocalMessage).where(LocalMessage.id == message_id, LocalMessage.room == room_key)
    )


async def messages(
    store: AsyncSession, room_key: str, *, since: int = 0, before: int | None = None
) -> Sequence[LocalMessage]:
    """A room's last messages after one number and before another, oldest first."""
    query = select(LocalMessage).where(LocalMessage.room == room_key, LocalMessage.id > since)
    if before is not None:
        query = query.where(LocalMessage.id < before)
    rows = await store.scalars(query.order_by(LocalMessage.id.desc()).limit(MOST_MESSAGES))
    return list(reversed(rows.all()))


async def file(store: AsyncSession, key: str) -> LocalFile | None:
    """A kept picture or file."""
    return await store.scalar(select(LocalFile).where(LocalFile.key == key))


async def drop_files(store: AsyncSession, keys: Sequence[str]) -> None:
    """Files whose message was taken back."""
    await store.execute(delete(LocalFile).where(LocalFile.key.in_(keys)))


async def waiting(store: AsyncSession) -> Sequence[LocalUpdate]:
    """What the inbox does not hold yet, in the order it happened."""
    return (await store.scalars(select(LocalUpdate).order_by(LocalUpdate.id))).all()


async def handed_over(store: AsyncSession, ids: Sequence[int]) -> None:
    """The inbox holds these now."""
    await store.execute(delete(LocalUpdate).where(LocalUpdate.id.in_(ids)))


async def places_of_roles(store: AsyncSession, platform: str) -> Sequence[tuple[str, str, Area]]:
    """Account, role and place of everybody who holds a role and has an account there."""
    rows = await store.execute(
        select(Account.external_id, RoleHeld.role, Area)
        .join(RoleHeld, RoleHeld.person_id == Account.person_id)
        .join(Area, Area.id == RoleHeld.area_id)
        .where(Account.platform == platform)
        .order_by(RoleHeld.id)
    )
    return [(key, role, area) for key, role, area in rows.all()]


async def places_of_homes(store: AsyncSession, platform: str) -> Sequence[tuple[str, Area]]:
    """Account and home of everybody who said where they live and has an account there."""
    rows = await store.execute(
        select(Account.external_id, Area)
        .join(Residence, Residence.person_id == Account.person_id)
        .join(Area, Area.id == Residence.area_id)
        .where(Account.platform == platform)
        .order_by(Residence.id)
    )
    return [(key, area) for key, area in rows.all()]


async def names_of(store: AsyncSession, area_ids: Iterable[int]) -> dict[int, str]:
    """The names of places by their ids."""
    rows = await store.execute(select(Area.id, Area.name).where(Area.id.in_(set(area_ids))))
    return {row.id: row.name for row in rows.all()}
