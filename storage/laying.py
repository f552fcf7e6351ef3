"""New rows laid into the open transaction without the unit of work, which takes most of the time.

They are written at once, in the order they are given (a request before its first event), and belong
to the session from then on as if it had flushed them: what is changed of them later is noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Column, Dialect, bindparam, event, insert, inspect, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper, Session, SessionTransaction
from sqlalchemy.orm.attributes import instance_dict, instance_state, set_committed_value

from storage.base import Base
from storage.direct import Direct, Slot, Text, writer
from storage.remembered import WatchedSession
from storage.short_way import at_hand, attach, flush, kind_of

R = TypeVar("R", bound=Base)

#: Under this name a session knows what was laid into savepoints, which may be rolled back.
LAID = "laid"
#: The column in which the database numbers the rows of a table.
NUMBER = "id"
#: What names a row among the values of its change.
ROW = "row"


def fresh(table: type[R], **values: Any) -> R:
    """A row as its constructor makes it, but without telling of each value on the way: nobody is
    told of one before it is laid (or added)."""
    row = _plan_of(table).manager.new_instance()
    instance_dict(row).update(values)
    return row


async def lay(store: AsyncSession, *rows: Base) -> None:
    """Insert these; each has its number afterwards."""
    if not rows:
        return
    if await at_hand(store) is None:
        await store.run_sync(_lay, rows)
    else:
        _lay(store.sync_session, rows)


def _lay(session: Session, rows: tuple[Base, ...]) -> None:
    flush(session)  # what is pending comes before them
    for row in rows:
        state = instance_state(row)
        held, plan = state.dict, _plan_of(type(row))
        plan.complete(held)
        held[NUMBER] = number = plan.insert(session, held)
        committed: Any = state  # all of it is there, as it was given
        committed._commit_all(held)
        attach(session, state, (plan.kind, (number,), None))
    if within := list(_savepoints(session)):
        session.info.setdefault(LAID, []).append((within, rows))


async def amend(store: AsyncSession, row: Base, **values: Any) -> None:
    """Change a row that is there, at once; with what else is pending of it, or may be taken back,
    its change waits for the flush as any other."""
    if await at_hand(store) is None:
        await store.run_sync(_amend, row, values)
    else:
        _amend(store.sync_session, row, values)


def _amend(session: Session, row: Base, values: Mapping[str, Any]) -> None:
    state = instance_state(row)
    if not state.persistent or state.modified or session.in_nested_transaction():
        for name, value in values.items():
            setattr(row, name, value)
        return
    change = _change_of(type(row), tuple(values))
    change.run_in(session, ({**values, ROW: state.dict[NUMBER]},))
    for name, value in values.items():
        set_committed_value(row, name, value)


@cache
def _change_of(table: type[Base], names: tuple[str, ...]) -> Direct:
    rows = Base.metadata.tables[table.__tablename__]
    changed = update(rows).where(rows.c[NUMBER] == bindparam(ROW))
    return Direct(lambda _dialect: changed.values({name: bindparam(name) for name in names}))


def _savepoints(session: Session) -> Iterator[SessionTransaction]:
    """The savepoint that is open, and those that are open around it."""
    savepoint = session.get_nested_transaction()
    while savepoint is not None and savepoint.nested:
        yield savepoint
        savepoint = savepoint.parent


@event.listens_for(WatchedSession, "after_soft_rollback")
def _taken_back(session: Session, savepoint: SessionTransaction) -> None:
    """What was laid into it is not there any more, nor the objects that stood for it."""
    laid = session.info.get(LAID, [])
    for _, rows in (each for each in laid if savepoint in each[0]):
        for row in rows:
            if row in session:
                session.expunge(row)
    session.info[LAID] = [each for each in laid if savepoint not in each[0]]


class Plan:
    """How rows of one table are inserted: all columns but the number that the database gives."""

    def __init__(self, table: type[Base]) -> None:
        columns = Base.metadata.tables[table.__tablename__].c
        mapper: Mapper[Any] = inspect(table)
        self.kind, self.manager = kind_of(mapper), mapper.class_manager
        self._columns = [each for each in columns if each.key != NUMBER]
        self._keys = frozenset(each.key for each in self._columns)
        with_default = [each for each in self._columns if each.default is not None]
        self._defaults = [(each.key, _default(each)) for each in with_default]
        self._insert = insert(table)
        self._text: Text | None = None

    def complete(self, held: dict[str, Any]) -> None:
        """What nobody gave: the column's default, or nothing."""
        for key in self._keys - held.keys():
            held[key] = None
        for key, default in self._defaults:
            if held[key] is None:
                held[key] = default()

    def insert(self, session: Session, held: Mapping[str, Any]) -> int:
        """Insert one; gives its number."""
        dialect = session.get_bind().dialect
        if dialect.name != "sqlite":
            known = {each.key: held[each.key] for each in self._columns}
            given = {name: value for name, value in known.items() if value is not None}
            key = session.connection().execute(self._insert, given).inserted_primary_key
            assert key is not None
            return int(key[0])
        text = self._text or self._compiled(dialect)
        number = text.done(session, held).number
        assert number is not None
        return number

    def _compiled(self, dialect: Dialect) -> Text:
        named = {each.key: bindparam(each.key, type_=each.type) for each in self._columns}
        sql = str(self._insert.values(named).compile(dialect=dialect))
        slots = [Slot(each.key, writer(each.type, dialect)) for each in self._columns]
        self._text = Text(sql, slots)
        return self._text


def _default(column: Column[Any]) -> Callable[[], Any]:
    default: Any = column.default
    return (lambda: default.arg(None)) if default.is_callable else (lambda: default.arg)


@cache
def _plan_of(table: type[Base]) -> Plan:
    return Plan(table)
