"""All rows of a database, to compare it with another."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from alembic import command
from sqlalchemy import Connection, MetaData, select

from storage.engine import Store
from storage.migrate import config_for

Rows = dict[str, list[tuple[Any, ...]]]


def _read(connection: Connection) -> Rows:
    found = MetaData()
    found.reflect(connection)
    return {
        name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
        for name, table in found.tables.items()
    }


async def rows_of(store: Store) -> Rows:
    """Every row of every table."""
    async with store.reader.connect() as connection:
        return await connection.run_sync(_read)


async def stamp(store: Store) -> None:
    """The tables of the stage were made at once: say that they are the newest."""
    async with store.engine.begin() as connection:
        await connection.run_sync(lambda sync: command.stamp(config_for(sync), "head"))


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[Store]:
    """Another store, closed at the end."""
    store = Store(url)
    try:
        yield store
    finally:
        await store.close()
