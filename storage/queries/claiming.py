"""What is due is taken by one process: the one way in which rows with a due moment are claimed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from storage.base import Base

Row = TypeVar("Row", bound=Base)


async def claimed(
    store: AsyncSession,
    kept: type[Row],
    columns: tuple[InstrumentedAttribute[int], InstrumentedAttribute[datetime | None]],
    moments: tuple[datetime, datetime],
    limit: int,
) -> Sequence[Row]:
    """Take those whose moment has come, the longest due first, each by one process.

    `columns` are the key and the due moment, `moments` now and when what becomes of nothing is
    looked at again.
    """
    key, due = columns
    now, until = moments
    # What another process just takes is left to it (SQLite has one writer, and no such words).
    first = select(key).where(due <= now).order_by(due).limit(limit)
    first = first.with_for_update(skip_locked=True)
    ids = (await store.scalars(first)).all()
    taken = await store.scalars(
        update(kept)
        .where(key.in_(ids), due <= now)
        .values({due: until})
        .returning(key)
        .execution_options(synchronize_session=False)
    )
    rows = await store.scalars(
        select(kept)
        .where(key.in_(taken.all()))
        .order_by(key)
        .execution_options(populate_existing=True)
    )
    return rows.all()
