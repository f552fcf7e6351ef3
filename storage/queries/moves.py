"""Moving all that one person did to another row, when two are the same person; and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zlib import crc32

from sqlalchemy import (
    Column,
    ColumnElement,
    UniqueConstraint,
    delete,
    exists,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base
from storage.queries.traces import column as column_named
from storage.queries.traces import columns_of_people
from storage.tables import Audit, RoleHeld

#: Rows that were moved, by "table.column": of each its id (of a row that a person has once, none)
#: and its mark.
Moved = Mapping[str, Sequence[Sequence[int]]]
#: What a row says from its beginning to its end and no other row does: a database may give the id
#: of a row that is gone out again. What lasts for minutes alone has no mark and does not go back.
MARKS: Mapping[str, Sequence[str]] = {
    "account": ("platform", "external_id"),
    "audit": ("at", "command"),
    "consent": ("request_id", "asked_at"),
    "correction": ("at", "kind"),
    "event": ("at", "move"),
    "invite": ("token_hash",),
    "leave": ("starts", "ends"),
    "look": ("at", "role", "what"),
    "notice": ("at", "kind"),
    "page": ("at", "role"),
    "person_hours": (),
    "promise": ("request_id", "role", "kind"),
    "reminder": ("created_at",),
    "request": ("opened_at", "number"),
    "request_message": ("at", "message_id"),
    "residence": ("area_id", "since"),
    "role_held": ("role", "area_id", "since"),
    "rota": ("created_at",),
    "rota_member": ("rota_id", "position"),
    "round_check": ("round_id", "point", "at"),
    "shift": ("rota_id", "starts"),
    "supporter": ("at",),
    "swap": ("rota_id", "at"),
    "turn_change": ("rota_id", "starts", "at"),
}
#: The commands by which accounts become one person's.
JOININGS = ("bind", "same")
AT_ONCE = 400


async def move_everything(store: AsyncSession, old: int, new: int) -> Moved:
    """What person `old` said, holds and did is person `new`'s from now on, wherever it stands.

    Of what there is once a person (a voice for a request), a row that is there already stays as it
    is; a role that both held is held once, so that nobody gets it back who was dismissed from it.
    Gives what was moved.
    """
    moved: dict[str, list[list[int]]] = {}
    for column in columns_of_people():
        change = _change(column, old, new).returning(_id_of(column), *_marks_of(column))
        if rows := (await store.execute(change)).all():
            moved[str(column)] = [[row[0], _mark(row)] for row in rows]
    await store.execute(delete(RoleHeld).where(RoleHeld.person_id == old))
    return moved


async def move_back(store: AsyncSession, moved: Moved, new: int, old: int) -> None:
    """What was moved to person `new` is person `old`'s again, where it still is `new`'s."""
    for name, rows in moved.items():
        table, _, own = name.partition(".")
        column = column_named((table, own))
        if table not in MARKS:
            continue
        for start in range(0, len(rows), AT_ONCE):
            some = await _still(store, column, new, rows[start : start + AT_ONCE])
            await store.execute(_change(column, new, old).where(_id_of(column).in_(some)))


async def _still(
    store: AsyncSession, column: Column[Any], person: int, rows: Sequence[Sequence[int]]
) -> Sequence[int]:
    """Those of the rows that are what they were, and this person's."""
    wanted = {(row, mark) for row, mark in rows}
    asked = select(_id_of(column), *_marks_of(column)).where(
        column == person, _id_of(column).in_([row for row, _ in rows])
    )
    return [row[0] for row in await store.execute(asked) if (row[0], _mark(row)) in wanted]


def _marks_of(column: Column[Any]) -> Sequence[Column[Any]]:
    return [column.table.c[name] for name in MARKS.get(column.table.name, ())]


def _mark(row: Sequence[Any]) -> int:
    """A number for what tells the row from others (the first of its values is its id)."""
    return crc32("|".join(str(each) for each in row[1:]).encode())


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


async def forget_way_back(store: AsyncSession, line: Audit) -> None:
    """What was done can be taken back no more, and nothing leads to who was somebody before."""
    await store.execute(update(Audit).where(Audit.id == line.id).values(undo=null()))
    await store.refresh(line, ["undo"])


async def parted_since(store: AsyncSession, person_id: int, line: Audit) -> bool:
    """Whether accounts were taken off somebody, or given back to them, after this line."""
    of = [Audit.detail[name].as_integer() == person_id for name in ("person", "was")]
    later = select(Audit.id).where(Audit.command == "apart", Audit.id > line.id, or_(*of))
    return await store.scalar(later.limit(1)) is not None
