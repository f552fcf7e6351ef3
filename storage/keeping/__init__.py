"""Copies of the whole database: taken beside a running program, put back wholly or not at all.

shape: what both kinds have in common. embedded: SQLite. server: PostgreSQL, by its own programs.
"""

from __future__ import annotations

from pathlib import Path

from storage.keeping.shape import Keeper

__all__ = ["keeper_of"]


def keeper_of(url: str, programs: Path | None) -> Keeper:
    """Whoever copies this database; `programs`: the folder of pg_dump and psql, None: the PATH."""
    if url.startswith("sqlite"):
        from storage.keeping.embedded import SqliteKeeper

        return SqliteKeeper(url)
    from storage.keeping.server import PostgresKeeper

    return PostgresKeeper(url, programs)
