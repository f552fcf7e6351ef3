"""Chats: the one of a platform's id, and the groups that are bound to places."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.prepared import prepared
from storage.queries.areas import below, ids_of
from storage.tables import Account, Area, Chat


async def chat(store: AsyncSession, platform: str, external_id: str) -> Chat | None:
    """The chat of a platform's id."""
    return await _chat.scalar(store, platform, external_id)


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
    places = {chat.area_id for chat in groups if chat.area_id is not None}
    platforms = {chat.platform for chat in groups}
    known = [chat.id for chat in chats]
    return await _twins_of.scalars(store, list(places), list(platforms), known)


@prepared
def _twins_of(
    places: Sequence[int], platforms: Sequence[str], known: Sequence[int]
) -> Select[Chat]:
    return (
        select(Chat)
        .where(Chat.area_id.in_(places), Chat.kind == "group", Chat.present)
        .where(Chat.platform.not_in(platforms), Chat.id.not_in(known))
        .order_by(Chat.id)
    )


async def group_heard_in(store: AsyncSession, person_id: int) -> Area | None:
    """The place of the group in which a person was heard last."""
    return await _group_heard_in.scalar(store, person_id)


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
