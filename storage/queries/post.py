"""The post room's questions: raw updates kept and closed, letters kept and found when due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Delete, delete, func, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base
from storage.tables import Letter, Posted, Update


def insert_new(store: AsyncSession, table: type[Base]) -> Any:
    """An INSERT that passes over rows whose unique key is there already, on either database."""
    return _insert(store, table).on_conflict_do_nothing()


def _insert(store: AsyncSession, table: type[Base]) -> Any:
    dialect = store.get_bind().dialect.name
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


async def keep_updates(
    store: AsyncSession, rows: Sequence[Mapping[str, Any]]
) -> Sequence[tuple[int, str]]:
    """Keep raw updates; gives (id, key) of those that were not known yet."""
    made = insert_new(store, Update).returning(Update.id, Update.key)
    found = await store.execute(made, list(rows))
    return [(row.id, row.key) for row in found.all()]


async def waiting_updates(store: AsyncSession, platforms: Iterable[str]) -> Sequence[Update]:
    """The updates of these platforms that were kept and not handled yet, as they came."""
    rows = await store.scalars(
        select(Update)
        .where(Update.state == "new", Update.platform.in_(list(platforms)))
        .order_by(Update.id)
    )
    return rows.all()


async def claim_update(store: AsyncSession, update_id: int) -> bool:
    """Close an update in the transaction that handles it; False: another process did already."""
    closed = await store.execute(
        update(Update)
        .where(Update.id == update_id, Update.state == "new")
        .values(state="done", body=None)
        .returning(Update.id)
        .execution_options(synchronize_session=False)
    )
    return closed.first() is not None


async def close_updates(store: AsyncSession, ids: Sequence[int]) -> None:
    """Handled: their bodies are forgotten, their keys kept against repeats."""
    for start in range(0, len(ids), 500):
        await store.execute(
            update(Update)
            .where(Update.id.in_(ids[start : start + 500]))
            .values(state="done", body=None)
            .execution_options(synchronize_session=False)
        )


async def park_update(
    store: AsyncSession, update_id: int, error: str, *, tries: int, dead: bool
) -> None:
    """An update that failed: tried again later, or parked for a person to look at."""
    await store.execute(
        update(Update)
        .where(Update.id == update_id, Update.state == "new")
        .values(state="dead" if dead else "new", tries=tries, error=error[:500])
        .execution_options(synchronize_session=False)
    )


async def forget_updates(store: AsyncSession, before: datetime, limit: int = 500) -> int:
    """Drop handled updates older than any repeat could be; gives how many.

    They are as old as their ids: only the first ones are looked at.
    """
    first = (
        select(Update.id, Update.received_at)
        .where(Update.state == "done")
        .order_by(Update.id)
        .limit(limit)
        .subquery()
    )
    old = select(first.c.id).where(first.c.received_at < before)
    return await _dropped(store, delete(Update).where(Update.id.in_(old)))


async def forget_letters(store: AsyncSession, before: datetime) -> int:
    """Drop letters that ended long ago; gives how many."""
    old = Letter.state.in_(("sent", "failed", "folded")), Letter.not_before < before
    return await _dropped(store, delete(Letter).where(*old))


async def _dropped(store: AsyncSession, what: Delete) -> int:
    done: CursorResult[Any] = await store.execute(  # pyright: ignore[reportAssignmentType]
        what.execution_options(synchronize_session=False)
    )
    return done.rowcount


async def keep_letters(store: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what is to be said; an occasion that was spoken of already is passed over (R57)."""
    if rows:
        await store.execute(insert_new(store, Letter), list(rows))


async def due_letters(
    store: AsyncSession,
    now: datetime,
    platforms: Iterable[str],
    busy: Iterable[tuple[str, str, bool]],
    limit: int = 400,
) -> Sequence[Letter]:
    """Letters that may go now, urgent ones first, then in the order they were written.

    Those of a platform that is turned off wait for it.
    """
    skip = list(busy)
    query = (
        select(Letter)
        .where(Letter.state == "new", Letter.not_before <= now)
        .where(Letter.platform.in_(list(platforms)))
        .order_by(Letter.urgent.desc(), Letter.id)
        .limit(limit)
    )
    if skip:
        lane = tuple_(Letter.platform, Letter.chat, Letter.at_once)
        query = query.where(lane.not_in(skip))
    return (await store.scalars(query)).all()


async def next_letter_at(
    store: AsyncSession, after: datetime, platforms: Iterable[str]
) -> datetime | None:
    """When the next letter that must still wait may go."""
    return await store.scalar(
        select(func.min(Letter.not_before))
        .where(Letter.state == "new", Letter.not_before > after)
        .where(Letter.platform.in_(list(platforms)))
    )


async def settle_letter(store: AsyncSession, letter_id: int, **values: Any) -> None:
    """Write down what became of a letter."""
    await store.execute(update(Letter).where(Letter.id == letter_id).values(**values))


async def posted_in(store: AsyncSession, platform: str, chat: str) -> dict[str, Posted]:
    """The standing messages of a chat by slot."""
    rows = await store.scalars(
        select(Posted).where(Posted.platform == platform, Posted.chat == chat)
    )
    return {row.slot: row for row in rows.all()}


async def posted(store: AsyncSession, platform: str, chat: str, slot: str) -> Posted | None:
    """The standing message of one slot."""
    return await store.scalar(
        select(Posted).where(Posted.platform == platform, Posted.chat == chat, Posted.slot == slot)
    )


async def move_post(store: AsyncSession, platform: str, old: str, new: str) -> None:
    """A group has a new id: what waits goes there, and what stood must be shown anew (R15)."""
    await store.execute(
        update(Letter)
        .where(Letter.platform == platform, Letter.chat == old, Letter.state == "new")
        .values(chat=new)
    )
    await store.execute(delete(Posted).where(Posted.platform == platform, Posted.chat == old))


async def remember_posted(
    store: AsyncSession, where: tuple[str, str, str], message_id: str | None, digest: str
) -> None:
    """Which message stands in the slot (platform, chat, slot) now; None: none does."""
    platform, chat, slot = where
    same = (Posted.platform == platform, Posted.chat == chat, Posted.slot == slot)
    if message_id is None:
        await store.execute(delete(Posted).where(*same))
        return
    row = {
        "platform": platform,
        "chat": chat,
        "slot": slot,
        "message_id": message_id,
        "digest": digest,
    }
    made = _insert(store, Posted).values(row)
    await store.execute(
        made.on_conflict_do_update(
            index_elements=["platform", "chat", "slot"],
            set_={"message_id": message_id, "digest": digest},
        )
    )
