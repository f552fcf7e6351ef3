"""Moving all that one person did to another row, when two turn out to be the same person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, UniqueConstraint, exists, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base
from storage.queries.traces import columns_of_people


async def move_everything(store: AsyncSession, old: int, new: int) -> None:
    """What person `old` said, holds and did is person `new`'s from now on, wherever it stands.

    Of what there is once a person (a voice for a request, a role in a place), a row that is there
    already stays as it is.
    """
    mapped: dict[Any, Any] = {each.local_table: each.class_ for each in Base.registry.mappers}
    for column in columns_of_people():
        await store.execute(
            update(mapped[column.table])
            .where(column == old, *_not_there(column, new))
            .values({column.name: new})
        )


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
