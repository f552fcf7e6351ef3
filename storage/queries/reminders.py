"""Reminders that are due, claimed once; those of a place; what became of each occurrence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.queries.areas import below
from storage.queries.post import insert_new
from storage.tables import Area, Occurrence, Reminder


async def due(store: AsyncSession, now: datetime, limit: int) -> Sequence[Reminder]:
    """Reminders whose moment has come, the oldest first."""
    rows = await store.scalars(
        select(Reminder)
        .where(Reminder.state == "on", Reminder.next_at <= now)
        .order_by(Reminder.next_at)
        .limit(limit)
    )
    return rows.all()


async def claim(
    store: AsyncSession, reminder_id: int, seen: datetime, then: datetime | None
) -> bool:
    """Move a reminder on from the moment that was seen; False: somebody else was first."""
    values = {"next_at": then, "state": "on" if then is not None else "ended"}
    moved = await store.execute(
        update(Reminder)
        .where(Reminder.id == reminder_id, Reminder.next_at == seen, Reminder.state == "on")
        .values(**values)
        .returning(Reminder.id)
        .execution_options(synchronize_session=False)
    )
    return moved.first() is not None


async def happened(
    store: AsyncSession, reminder_id: int, due_at: datetime, outcome: str, at: datetime
) -> bool:
    """Write an occurrence down; False when it is written already (R57)."""
    row = {"reminder_id": reminder_id, "due_at": due_at, "outcome": outcome, "at": at}
    made = insert_new(store, Occurrence).returning(Occurrence.id)
    return (await store.execute(made, [row])).first() is not None


async def below_paths(store: AsyncSession, paths: Sequence[str]) -> list[tuple[Reminder, Area]]:
    """The reminders of these places and those under them, the next one first."""
    found: dict[int, tuple[Reminder, Area]] = {}
    for path in paths:
        rows = await store.execute(
            select(Reminder, Area)
            .join(Area, Area.id == Reminder.area_id)
            .where(below(path), Reminder.state != "ended")
        )
        found |= {reminder.id: (reminder, area) for reminder, area in rows.all()}
    return sorted(found.values(), key=lambda pair: (pair[0].next_at is None, str(pair[0].next_at)))
