"""Moving all that one person did to another row, when two are the same person; and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, UniqueConstraint, exists, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base
from storage.queries.traces import column as column_named
from storage.queries.traces import columns_of_people
from storage.tables import Audit

#: Rows that were moved, by "table.column": their ids (of a row that a person has once, none).
Moved = Mapping[str, Sequence[int]]
#: The commands by which accounts become one person's.
JOININGS = ("bind", "same")
AT_ONCE = 400


async def move_everything(store: AsyncSession, old: int, new: int) -> dict[str, list[int]]:
    """What person `old` said, holds and did is person `new`'s from now on, wherever it stands.

    Of what there is once a person (a voice for a request, a role in a place), a row that is there
    already stays as it is. Gives what was moved.
    """
    moved: dict[str, list[int]] = {}
    for column in columns_of_people():
        change = _change(column, old, new).returning(_id_of(column))
        if ids := list((await store.scalars(change)).all()):
            moved[str(column)] = ids
    return moved


async def move_back(store: AsyncSession, moved: Moved, new: int, old: int) -> None:
    """What was moved to person `new` is person `old`'s again, where it is `new`'s still."""
    for name, ids in moved.items():
        table, _, own = name.partition(".")
        column = column_named((table, own))
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            await store.execute(_change(column, new, old).where(_id_of(column).in_(some)))


def _change(column: Column[Any], old: int, new: int) -> Any:
    mapped: dict[Any, Any] = {each.local_table: each.class_ for each in Base.registry.mappers}
    return (
        update(mapped[column.table])
        .where(column == old, *_not_there(column, new))
        .values({column.name: new})
    )


def _id_of(column: Column[Any]) -> ColumnElement[Any]:
    """What tells a row from others of the same person."""
    key = next(iter(column.table.primary_key.columns))
    return literal(0) if key is column else key


def _not_there(column: Column[Any], new: int) -> Iterator[ColumnElement[bool]]:
    """That no row of the new person's is in the way; a home that is not sealed has no number."""
    table = column.table
    for key in table.constraints:
        if isinstance(key, UniqueConstraint) and column.name in key.columns:
            there = table.alias()
            others = (each for each in key.columns if each is not column)
            same = (there.c[each.name].is_not_distinct_from(each) for each in others)
            yield ~exists().where(there.c[column.name] == new, *same).correlate(table)
    if column.primary_key:
        there = table.alias()
        yield ~exists().where(there.c[column.name] == new)


async def joinings(store: AsyncSession, person_id: int) -> Sequence[Audit]:
    """By which commands accounts became this person's that can be taken apart; newest first."""
    rows = await store.scalars(
        select(Audit)
        .where(Audit.command.in_(JOININGS), Audit.undo.is_not(None), Audit.undone_at.is_(None))
        .where(Audit.undo["person"].as_integer() == person_id)
        .order_by(Audit.id.desc())
    )
    return rows.all()
