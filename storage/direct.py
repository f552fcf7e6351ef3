"""Statements that write, given to SQLite's driver as they are: compiled once, nothing built around.

What SQLAlchemy does for a statement each time (finding its compiled form, typing its parameters,
its result) takes several times as long as SQLite takes to write a row, so they go the short way of
questions (`storage.short_way`). PostgreSQL's driver is asked the usual way: there the wire takes
longest.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import ClauseElement, Connection, Dialect, Executable
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from storage.short_way import at_hand, flush, hand_of, hand_to_write

Values = Mapping[str, Any]
Written = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Slot:
    """One value of a statement."""

    name: str  #: under which it is given; empty: it is always the same
    write: Written | None = None  #: how it is written for the driver; None: as it is
    fixed: Any = None


class Text:
    """What SQLite is told: the statement's text, and how each of its values is written."""

    def __init__(self, sql: str, slots: Sequence[Slot]) -> None:
        self.sql = sql
        self._slots = slots
        self._named = all(each.name for each in slots)
        self._names = [each.name for each in slots]
        self._writes = [(at, each.write) for at, each in enumerate(slots) if each.write is not None]

    def of(self, values: Values) -> tuple[Any, ...]:
        """The values in the order of the text."""
        if self._named:
            given = [values[name] for name in self._names]
        else:
            given = [values[each.name] if each.name else each.fixed for each in self._slots]
        for at, write in self._writes:
            if given[at] is not None:
                given[at] = write(given[at])
        return tuple(given)

    def done(self, session: Session, values: Values) -> Done:
        """Execute it once on SQLite."""
        given = self.of(values)
        hand = hand_to_write(session)
        if hand is None:
            return self._ordinarily(session, given)
        try:
            cursor = hand.executed(self.sql, given)
            return Done(cursor.fetchall(), cursor.lastrowid)
        except sqlite3.Error:  # nothing was changed; told anew, which raises SQLAlchemy's errors
            return hand.at_once(self._ordinarily, session, given)

    def _ordinarily(self, session: Session, given: tuple[Any, ...]) -> Done:
        result = session.connection().exec_driver_sql(self.sql, given)
        return Done(result.fetchall() if result.returns_rows else (), result.lastrowid)

    def done_for_all(self, session: Session, rows: Sequence[Values]) -> None:
        """Execute it for each of these on SQLite."""
        if len(rows) == 1:
            self.done(session, rows[0])
        else:  # it may fail half-way, so it is told the ordinary way at once
            session.connection().exec_driver_sql(self.sql, [self.of(each) for each in rows])


class Done(NamedTuple):
    """What became of a statement: the rows that it returns, the number of the row it inserted."""

    rows: Sequence[Sequence[Any]]
    number: int | None


class Direct:
    """One statement; its values are named placeholders, its rows come back as the driver has them.

    It may not contain lists of unknown length, which make it another text each time, and names a
    value for each column that has a default.
    """

    def __init__(self, build: Callable[[str], Executable]) -> None:
        """`build`: from a dialect's name to the statement; called once for each."""
        self._build = build
        self._statements: dict[str, Executable] = {}
        self._text: Text | None = None

    async def run(self, store: AsyncSession, *rows: Values) -> Sequence[Sequence[Any]]:
        """Execute it for each of these; what it returns, if anything."""
        session = store.sync_session
        if hand_of(session) is None and await at_hand(store) is None:
            return await store.run_sync(self.run_in, rows)
        return self.run_in(session, rows)

    def run_in(self, session: Session, rows: Sequence[Values]) -> Sequence[Sequence[Any]]:
        """The same where one is in the session's own thread of work."""
        flush(session)  # what is pending comes before it, as before every other statement
        if (text := self._text_in(session)) is not None:
            if len(rows) == 1:
                return text.done(session, rows[0]).rows
            return [row for each in rows for row in text.done(session, each).rows]
        connection = session.connection()
        return [row for each in rows for row in self._on(connection, each)]

    async def run_all(self, store: AsyncSession, rows: Sequence[Values]) -> None:
        """Execute it for each of these together; nothing comes back."""
        await store.run_sync(self.run_all_in, rows)

    def run_all_in(self, session: Session, rows: Sequence[Values]) -> None:
        """The same where one is in the session's own thread of work."""
        flush(session)
        if (text := self._text_in(session)) is not None:
            text.done_for_all(session, rows)
        else:
            connection = session.connection()
            connection.execute(self.statement(connection.dialect.name), list(rows))

    def _text_in(self, session: Session) -> Text | None:
        """What SQLite is told; None on the other database."""
        dialect = session.get_bind().dialect
        return (self._text or self._compiled(dialect)) if dialect.name == "sqlite" else None

    def _on(self, connection: Connection, values: Values) -> Sequence[Sequence[Any]]:
        done = connection.execute(self.statement(connection.dialect.name), values)
        return done.fetchall() if done.returns_rows else ()

    def statement(self, dialect: str) -> Executable:
        """The statement for a dialect."""
        if dialect not in self._statements:
            self._statements[dialect] = self._build(dialect)
        return self._statements[dialect]

    def _compiled(self, dialect: Dialect) -> Text:
        statement = cast("ClauseElement", self.statement(dialect.name))
        compiled = cast("SQLCompiler", statement.compile(dialect=dialect))
        if compiled.prefetch:
            raise TypeError(f"the defaults of {compiled.prefetch} must be among the values")
        binds = [compiled.binds[name] for name in compiled.positiontup or ()]
        slots = [
            Slot(each.key if each.required else "", writer(each.type, dialect), each.value)
            for each in binds
        ]
        self._text = Text(str(compiled), slots)
        return self._text


def writer(type_: Any, dialect: Dialect) -> Written | None:
    """How a value of a type is written for a driver; None: as it is."""
    return type_.dialect_impl(dialect).bind_processor(dialect)
