"""The web chat's questions: rooms, members, messages."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import LocalFile, LocalMember, LocalMessage, LocalRoom

MOST_MESSAGES = 200


async def room(store: AsyncSession, key: str) -> LocalRoom | None:
    """A room by its key."""
    return await store.scalar(select(LocalRoom).where(LocalRoom.key == key))


async def rooms_of(store: AsyncSession, member: str) -> Sequence[LocalRoom]:
    """The rooms that somebody sits in."""
    rows = await store.scalars(
        select(LocalRoom)
        .join(LocalMember, LocalMember.room == LocalRoom.key)
        .where(LocalMember.key == member)
        .order_by(LocalRoom.kind, LocalRoom.id)
    )
    return rows.all()


async def all_rooms(store: AsyncSession) -> Sequence[LocalRoom]:
    """All rooms."""
    return (await store.scalars(select(LocalRoom).order_by(LocalRoom.id))).all()


async def members(store: AsyncSession, key: str | None = None) -> Sequence[LocalMember]:
    """Who sits in a room, or everybody everywhere."""
    query = select(LocalMember).order_by(LocalMember.id)
    if key is not None:
        query = query.where(LocalMember.room == key)
    return (await store.scalars(query)).all()


async def member(store: AsyncSession, key: str, in_room: str) -> LocalMember | None:
    """Somebody's seat in a room."""
    return await store.scalar(
        select(LocalMember).where(LocalMember.key == key, LocalMember.room == in_room)
    )


async def messages(store: AsyncSession, in_room: str, since: int = 0) -> Sequence[LocalMessage]:
    """A room's last messages after a number, oldest first."""
    rows = await store.scalars(
        select(LocalMessage)
        .where(LocalMessage.room == in_room, LocalMessage.id > since)
        .order_by(LocalMessage.id.desc())
        .limit(MOST_MESSAGES)
    )
    return list(reversed(rows.all()))


async def file(store: AsyncSession, key: str) -> LocalFile | None:
    """A kept picture or file."""
    return await store.scalar(select(LocalFile).where(LocalFile.key == key))
