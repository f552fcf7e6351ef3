"""When the next thing is due, over all subjects."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Letter, Reminder, Request, Rota, Round, Swap


async def next_at(store: AsyncSession, after: datetime) -> datetime | None:
    """The first moment after this one at which a request, a reminder, a duty or a letter is due."""
    columns = (
        (Request.due_at, Request.due_at > after),
        (Reminder.next_at, (Reminder.next_at > after) & (Reminder.state == "on")),
        (Rota.next_at, (Rota.next_at > after) & (Rota.state == "on")),
        (Rota.check_at, (Rota.check_at > after) & (Rota.state == "on")),
        (Round.due_at, Round.due_at > after),
        (Swap.due_at, Swap.due_at > after),
        (Letter.not_before, (Letter.not_before > after) & (Letter.state == "new")),
    )
    found = [await store.scalar(select(func.min(each)).where(only)) for each, only in columns]
    return min((moment for moment in found if moment is not None), default=None)


async def letters_wait(store: AsyncSession, now: datetime) -> bool:
    """Whether a letter that may go now has not gone."""
    waiting = select(Letter.id).where(Letter.state == "new", Letter.not_before <= now).limit(1)
    return await store.scalar(waiting) is not None
