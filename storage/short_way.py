"""The short way of a prepared question to SQLite in the loop: straight to the session's cursor.

By the ordinary way nine tenths of what a small question costs lie between it and the driver: a
greenlet, the key of the statement and its compiled form, a result, the loading of rows. Here what
SQLAlchemy's compiler made of a statement is kept (its text, the order of its values, how each
value is written and each column read), and is given to the connection that the session's
transaction has anyway. Objects are those of the session, as ever.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

from sqlalchemy import Connection, TupleType, event, inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstanceState, Mapper, Session
from sqlalchemy.orm.attributes import instance_dict, instance_state, set_committed_value
from sqlalchemy.orm.util import AliasedInsp
from sqlalchemy.types import TypeEngine

from storage.remembered import WatchedSession
from storage.sqlite import LoopDialect, as_json, of_json

#: Under this name a session knows the connection of its transaction, once it has begun there.
AT_HAND = "connection_at_hand"

#: The texts of longer lists are made anew: there would be one of each length.
LONGEST_KEPT = 100

#: What is compiled is the same for all files.
DIALECT = LoopDialect(json_serializer=as_json, json_deserializer=of_json)

Process: TypeAlias = Callable[[Any], Any]
Row: TypeAlias = Sequence[Any]
Piece: TypeAlias = Callable[[Session, Row], Any]


class Hand:
    """What is at hand once a transaction has begun in the loop: its connection and the driver's."""

    __slots__ = ("connection", "driver", "engine")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.engine = connection.engine
        self.driver: Any = connection.connection.dbapi_connection

    def executed(self, text: str, values: Sequence[Any]) -> sqlite3.Cursor:
        """A cursor that has executed this. Raises what the driver raises."""
        cursor = sqlite3.Cursor(self.driver)
        for hear in self.engine.dispatch.before_cursor_execute:  # as SQLAlchemy would tell them
            hear(self.connection, cursor, text, values, None, False)
        return cursor.execute(text, values)

    def at_once(self, call: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Call what asks by the ordinary way, but outside of any greenlet: nothing in it waits.

        Elsewhere that is refused: whoever asks unawares (an expired attribute) would fail on the
        other database alone.
        """
        driver = self.driver
        before, driver.at_once = driver.at_once, True
        try:
            return call(*given, **named)
        finally:
            driver.at_once = before


def flush(session: Session, hand: Hand | None = None) -> None:
    """What the session changed is written before anything else is told or asked."""
    of: Any = session
    if of._is_clean():  # its public name makes three sets each time
        return
    hand = hand or hand_of(session)
    if hand is None:
        session.flush()
    else:
        hand.at_once(session.flush)


@event.listens_for(WatchedSession, "after_begin")
def _began(session: Session, _transaction: Any, connection: Connection) -> None:
    if isinstance(connection.dialect, LoopDialect) and not connection.engine.echo:
        session.info[AT_HAND] = Hand(connection)


@event.listens_for(WatchedSession, "after_transaction_end")
def _ended(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop(AT_HAND, None)


def hand_of(session: Session) -> Hand | None:
    """What is at hand in a session whose transaction has begun; None where the way is the ordinary
    one."""
    found: Hand | None = session.info.get(AT_HAND)
    return found if found is not None and session.is_active else None


def hand_to_write(session: Session) -> Hand | None:
    """The same for what is written: a savepoint begins when something in it asks for the
    connection."""
    hand = hand_of(session)
    if hand is not None and session.in_nested_transaction():
        hand.at_once(session.connection)
    return hand


async def at_hand(store: AsyncSession) -> Hand | None:
    """The same, in a transaction that begins now if it has not yet."""
    session = store.sync_session
    if AT_HAND not in session.info and isinstance(store.get_bind().dialect, LoopDialect):
        await store.connection()  # begins, and may have to wait for that
    return hand_of(session)


@dataclass(frozen=True, slots=True)
class Form:
    """The text of a statement, for each of its places which value it is, and how some are kept."""

    text: str
    order: tuple[int, ...]
    keeps: tuple[tuple[int, Process], ...]
    constants: tuple[Any, ...]


class ShortWay:
    """One statement as it is asked of SQLite in the loop."""

    def __init__(self, statement: Any, names: Sequence[str]) -> None:
        self._names = names
        self._pieces, columns = _pieces(statement)
        if columns is not None:
            statement = statement.with_only_columns(*columns)
        self._made = statement.compile(dialect=DIALECT)
        binds = [self._made.binds.get(name) for name in names]
        self._lists = [i for i, each in enumerate(binds) if each is not None and each.expanding]
        self._tuples = [i for i in self._lists if isinstance(binds[i].type, TupleType)]
        self._forms: dict[tuple[int, ...], Form] = {}

    def ask(self, session: Session, hand: Hand, values: Sequence[Any]) -> list[Any]:
        """The rows. What the session changed counts, as ever."""
        if session.autoflush:
            flush(session, hand)
        form = self._form(values)
        given = (
            [*self._flat(values), *form.constants] if self._lists else [*values, *form.constants]
        )
        kept = [given[at] for at in form.order]
        for at, keep in form.keeps:
            kept[at] = keep(kept[at])
        found = hand.executed(form.text, tuple(kept)).fetchall()
        if self._pieces is None:
            return found
        return [tuple([read(session, row) for read in self._pieces]) for row in found]

    def _flat(self, values: Sequence[Any]) -> Iterator[Any]:
        for i, value in enumerate(values):
            if i in self._tuples:
                yield from chain.from_iterable(value)
            elif i in self._lists:
                yield from value
            else:
                yield value

    def _form(self, values: Sequence[Any]) -> Form:
        """A list has as many places as it has values: a text for each length."""
        lengths = tuple([len(values[i]) for i in self._lists]) if self._lists else ()
        form = self._forms.get(lengths)
        if form is None:
            form = self._expanded(values)
            if sum(lengths) <= LONGEST_KEPT:
                self._forms[lengths] = form
        return form

    def _expanded(self, values: Sequence[Any]) -> Form:
        """SQLAlchemy names the places of a list; what has no value of ours is a constant."""
        state = self._made.construct_expanded_state(dict(zip(self._names, values, strict=True)))
        places: dict[str, tuple[int, Process | None]] = {}
        for name in self._names:
            for part in state.parameter_expansion.get(name, [name]):
                places[part] = (len(places), state.processors.get(part) or self._keeping(name))
        constants: list[Any] = []
        for name in state.positiontup:
            if name not in places:
                keep, value = self._keeping(name), state.parameters[name]
                places[name] = (len(places), None)
                constants.append(value if keep is None else keep(value))
        there = [places[name] for name in state.positiontup]
        keeps = tuple((at, keep) for at, (_, keep) in enumerate(there) if keep is not None)
        return Form(state.statement, tuple(value for value, _ in there), keeps, tuple(constants))

    def _keeping(self, name: str) -> Process | None:
        """How a value is written; that of a list is told by SQLAlchemy with its places."""
        bind = self._made.binds.get(name)
        if bind is None or bind.expanding:
            return None
        return bind.type.dialect_impl(DIALECT).bind_processor(DIALECT)


def _pieces(statement: Any) -> tuple[list[Piece] | None, list[Any] | None]:
    """How each part of an answer is read from a row (None: rows are answers as they are), and the
    columns to ask for (None: those of the statement)."""
    described = getattr(statement, "column_descriptions", None)
    if described is None:
        described = statement.returning_column_descriptions
    pieces: list[Piece] = []
    columns: list[Any] = []
    plain = True
    for each in described:
        about: Any = inspect(each["expr"], raiseerr=False)
        if isinstance(about, Mapper | AliasedInsp):
            loader = Loader(about, len(columns))
            pieces.append(loader)
            columns += loader.columns
            plain = False
        else:
            read = _reading(each["type"])
            pieces.append(_column(len(columns), read))
            columns.append(each["expr"])
            plain = plain and read is None
    entities = any(isinstance(each, Loader) for each in pieces)
    return None if plain else pieces, columns if entities else None


def _reading(kind: TypeEngine[Any]) -> Process | None:
    return kind.dialect_impl(DIALECT).result_processor(DIALECT, None)


def _column(at: int, read: Process | None) -> Piece:
    if read is None:
        return lambda _session, row: row[at]
    return lambda _session, row: read(row[at])


class Loader:
    """Gives the object of a row: the one that the session has, or a new one of it."""

    def __init__(self, about: Any, start: int) -> None:
        self._mapper: Mapper[Any] = about.mapper
        self._names = [each.key for each in self._mapper.column_attrs]
        self.columns = [getattr(about.entity, name) for name in self._names]
        self._mine = slice(start, start + len(self._names))
        reads = [(name, _reading(each.type)) for name, each in self._named()]
        self._reads = [(name, read) for name, read in reads if read is not None]
        keys = [self._mapper.get_property_by_column(each).key for each in about.mapper.primary_key]
        self._keys = [start + self._names.index(each) for each in keys]
        self._kind = kind_of(self._mapper)

    def _named(self) -> Iterator[tuple[str, Any]]:
        return zip(self._names, self.columns, strict=True)

    def __call__(self, session: Session, row: Row) -> Any:
        """The object; None where there is none in the row."""
        key = tuple([row[at] for at in self._keys])
        if key[0] is None:
            return None  # joined from outside, and there was none
        known = session.identity_map.get((self._kind, key, None))
        if known is None:
            made = self._mapper.class_manager.new_instance()
            instance_dict(made).update(self._values(row))
            attach(session, instance_state(made), (self._kind, key, None))
            return made
        if missing := instance_state(known).unloaded:
            values = self._values(row)
            for name in missing:  # the rest stays as the session has it
                set_committed_value(known, name, values[name])
        return known

    def _values(self, row: Row) -> dict[str, Any]:
        values = dict(zip(self._names, row[self._mine], strict=True))
        for name, read in self._reads:
            if (value := values[name]) is not None:  # nothing is nothing in every type
                values[name] = read(value)
        return values


def kind_of(mapper: Mapper[Any]) -> type[Any]:
    """Of which class an object is one, where a session looks for it by its key."""
    return mapper.identity_key_from_primary_key((0,))[0]


def attach(session: Session, state: InstanceState[Any], key: Any) -> None:
    """An object of a row that is there belongs to the session, as if it had been loaded.

    The way of `Session.add` takes longer than all the rest; tables have no relations along which
    it would go, and nobody listens for it.
    """
    state.key = key
    state.session_id = session.hash_key
    session.identity_map.add(state)
