"""Where people stand in the tables: read from the tables themselves, so that none is missed.

Each column that names a person is in one of three groups, and a test wants every new one there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Table, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base

#: Rows that are about the person alone: dropped with them.
DROPPED = (
    ("account", "person_id"),
    ("residence", "person_id"),
    ("role_held", "person_id"),
    ("leave", "person_id"),
    ("invite", "person_id"),
    ("invite", "created_by"),  # a ticket that nobody made counts as the operator's
    ("person_hours", "person_id"),
    ("draft", "person_id"),
    ("notice", "person_id"),
    ("rota_member", "person_id"),
    ("consent", "person_id"),
    ("look", "person_id"),
)
#: What somebody else's row says of them beside: cleared.
CLEARED = (
    ("residence", "confirmed_by"),
    ("leave", "deputy_id"),
    ("rota", "created_by"),
    ("reminder", "created_by"),
    ("turn_change", "by_id"),
    ("audit", "actor_id"),
    ("correction", "sender_id"),
)
#: Facts, which stay: a shell stands there from then on.
KEPT = (
    ("request", "reporter_id"),
    ("request", "filed_by"),
    ("request", "holder_id"),
    ("event", "actor_id"),
    ("supporter", "person_id"),
    ("request_message", "person_id"),
    ("page", "person_id"),
    ("promise", "person_id"),
    ("consent", "helper_id"),
    ("look", "viewer_id"),
    ("shift", "person_id"),
    ("turn_change", "person_id"),
    ("turn_change", "to_id"),
    ("swap", "asker_id"),
    ("swap", "asked_id"),
    ("round_check", "person_id"),
)


def columns_of_people() -> Iterator[Column[Any]]:
    """Every column that names a person."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.target_fullname == "person.id" for key in column.foreign_keys):
                yield column


def column(named: tuple[str, str]) -> Column[Any]:
    """A column by the names of its table and its own."""
    return Base.metadata.tables[named[0]].c[named[1]]


async def rows_of(store: AsyncSession, person_id: int) -> dict[str, list[dict[str, Any]]]:
    """All rows that name a person, by table; other people in them are not told."""
    by_table: dict[str, list[Column[Any]]] = {}
    for each in columns_of_people():
        by_table.setdefault(each.table.name, []).append(each)
    found: dict[str, list[dict[str, Any]]] = {}
    for name, columns in by_table.items():
        table = Base.metadata.tables[name]
        rows = await _rows(store, table, columns, person_id)
        if rows:
            found[name] = [_without_others(row, columns, person_id) for row in rows]
    return found


async def _rows(
    store: AsyncSession, table: Table, columns: list[Column[Any]], person_id: int
) -> list[dict[str, Any]]:
    mine = select(table).where(or_(*(each == person_id for each in columns)))
    rows = await store.execute(mine.order_by(*table.primary_key.columns))
    return [dict(row) for row in rows.mappings()]


def _without_others(
    row: dict[str, Any], columns: list[Column[Any]], person_id: int
) -> dict[str, Any]:
    others = {each.name for each in columns if row[each.name] != person_id}
    return {
        name: "me" if name in {each.name for each in columns} else value
        for name, value in row.items()
        if name not in others
    }
