"""What a copy of a database is, and what whoever makes one promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, func, inspect, literal, select, table, text

#: Of no use as a sign of life: the program itself fills them in an empty database.
OWN = frozenset({"alembic_version", "chore"})


class KeepingError(Exception):
    """It cannot be copied or put back, and nothing was changed; the words are "backup.<key>"."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a copy holds: all of one moment."""

    revision: str  #: of the tables
    rows: Mapping[str, int]  #: how many of each table


class Keeper(Protocol):
    """Copies one database."""

    kind: str  #: sqlite | postgresql
    member: str  #: name of the copy's file

    async def take(self, target: Path) -> Snapshot:
        """Write a copy of one moment, while others read and write. Raises KeepingError."""
        ...

    async def holds_rows(self) -> bool:
        """Whether the database has anything in it that would be lost."""
        ...

    async def check_alone(self) -> None:
        """Raise KeepingError while another process works with the database."""
        ...

    async def prepare(self, copy: Path, snapshot: Snapshot) -> None:
        """Check that a copy is whole, as far as that can be seen before it is put back."""
        ...

    async def put_back(self, copy: Path, snapshot: Snapshot) -> None:
        """Make the database what the copy holds, wholly or not at all."""
        ...

    async def bring_up(self) -> None:
        """Migrate what was put back; a start would do so too."""
        ...


def tables_of(connection: Connection) -> list[str]:
    """The names of all tables there are."""
    return sorted(inspect(connection).get_table_names())


def looked_at(connection: Connection) -> Snapshot:
    """What a database holds at this moment. Raises KeepingError where it is none of ours."""
    names = tables_of(connection)
    if "alembic_version" not in names:
        raise KeepingError("no_tables")
    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    counts = {each: select(func.count()).select_from(table(each)) for each in names}
    return Snapshot(
        str(revision), {each: int(connection.scalar(how) or 0) for each, how in counts.items()}
    )


def any_row(connection: Connection) -> bool:
    """Whether any table but the program's own has a row."""
    questions = (
        select(literal(1)).select_from(table(each)).limit(1)
        for each in tables_of(connection)
        if each not in OWN
    )
    return any(connection.scalar(each) is not None for each in questions)
