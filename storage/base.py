"""What every table shares: the declarative base, names of constraints, and moments as aware UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    TextClause,
    TypeDecorator,
    and_,
    event,
    text,
)
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute
from sqlalchemy.types import TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


#: So many moments are remembered as they are written.
MOST_MOMENTS = 64


class Moment(TypeDecorator[datetime]):
    """An aware UTC moment; SQLite keeps no zone, so it is taken off and put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive moment cannot be stored: give it a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give an aware UTC moment back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Any:
        """SQLite's text is written in one go: every row has moments."""
        return _written if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Any:
        """And read in one go."""
        return _read if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _written(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a naive moment cannot be stored: give it a time zone")
    return _text_of(value if value.tzinfo is UTC else value.astimezone(UTC))


@lru_cache(MOST_MOMENTS)
def _text_of(utc: datetime) -> str:
    """The moment of a transaction stands in most of its rows."""
    return utc.isoformat(" ", "microseconds")[: -len("+00:00")]


def _read(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Name(TypeDecorator[str]):
    """What people call something; cut to the room there is (SQLite would not mind, others do)."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Cut it."""
        return value if value is None else value[: self.length]


# SQLite numbers rows by itself only in a column of type INTEGER.
Id = BigInteger().with_variant(Integer(), "sqlite")


class _Json(TypeDecorator[Any]):
    """JSON; JSONB on PostgreSQL, whose part of the library is loaded only where it is used."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that this database has for it."""
        if dialect.name != "postgresql":
            return dialect.type_descriptor(JSON())
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB())


Json = _Json()


#: Indexes of some of a table's rows, and what these have in common.
_OF_SOME: dict[Index, TextClause] = {}


def index_of_some(name: str, *columns: str, where: str) -> Index:
    """An index of the rows of which `where` is true."""
    index = Index(name, *columns, sqlite_where=text(where))
    _OF_SOME[index] = text(where)
    return index


@cache
def insert_of(dialect: str) -> Any:
    """The INSERT of a database that knows what to do about rows which are there already."""
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert
    return insert


def plain_text(length: int) -> String:
    """Text that is compared byte by byte, whatever language the database sorts in."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def begins_with(column: InstrumentedAttribute[Any], prefix: str) -> ColumnElement[bool]:
    """Whether a column of `plain_text` begins so: a range of its index, which LIKE is not."""
    return and_(column >= prefix, column < end_of(prefix))


def end_of(prefix: str) -> str:
    """The first text behind all that begin with `prefix`."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


class Base(DeclarativeBase):
    """The base of all tables: typed nouns without behaviour and without lazy relations."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment,
        dict[str, Any]: Json,
        list[Any]: Json,
    }


@event.listens_for(Base.metadata, "before_create")
def _of_some_on_server(_: MetaData, connection: Connection, **__: Any) -> None:  # pyright: ignore[reportUnusedFunction]
    """Said where it is true: to name PostgreSQL above loads its part of the library (2 MB)."""
    if connection.dialect.name == "postgresql":
        for index, where in _OF_SOME.items():
            index.dialect_kwargs["postgresql_where"] = where
