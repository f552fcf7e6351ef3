"""Moving all that one person did to another row, when two turn out to be the same person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import (
    Event,
    Page,
    Request,
    RequestMessage,
    Residence,
    RoleHeld,
    RotaMember,
    RoundCheck,
    Shift,
    Supporter,
    Swap,
    TurnChange,
)

#: Columns that simply name the person.
NAMED: tuple[tuple[Any, str], ...] = (
    (Request, "reporter_id"),
    (Request, "holder_id"),
    (Event, "actor_id"),
    (RequestMessage, "person_id"),
    (Page, "person_id"),
    (RotaMember, "person_id"),
    (TurnChange, "to_id"),
    (Swap, "asker_id"),
    (Swap, "asked_id"),
    (RoundCheck, "person_id"),
)
#: Tables with one row a person and something: a row that is there already stays as it is.
ONCE: tuple[tuple[Any, str], ...] = (
    (Supporter, "request_id"),
    (RoleHeld, "area_id"),
    (Shift, "starts"),
    (TurnChange, "starts"),
)


async def move_everything(store: AsyncSession, old: int, new: int) -> None:
    """What person `old` said, holds and did is person `new`'s from now on."""
    for table, name in NAMED:
        column = getattr(table, name)
        await store.execute(update(table).where(column == old).values({name: new}))
    for table, name in ONCE:
        column = getattr(table, name)
        has = select(column).where(table.person_id == new)
        await store.execute(
            update(table)
            .where(table.person_id == old, column.not_in(has))
            .values(person_id=new)
            .execution_options(synchronize_session=False)
        )
    await _move_homes(store, old, new)


async def _move_homes(store: AsyncSession, old: int, new: int) -> None:
    """One that is known of the other already stays; a sealed one is known by its number."""
    home = func.coalesce(Residence.home_key, Residence.area_id)
    has = select(home).where(Residence.person_id == new)
    await store.execute(
        update(Residence)
        .where(Residence.person_id == old, home.not_in(has))
        .values(person_id=new)
        .execution_options(synchronize_session=False)
    )
