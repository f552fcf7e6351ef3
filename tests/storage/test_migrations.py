"""Migrations: from nothing up they equal the tables, and down they leave nothing."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from storage.base import Base
from storage.engine import Store
from storage.migrate import downgrade, upgrade


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


async def test_all_migrations_together_equal_the_tables(database_url: str) -> None:
    store = Store(database_url)
    await upgrade(store)
    async with store.engine.connect() as connection:
        found = await connection.run_sync(_differences)
    await store.close()
    assert not found


async def test_up_twice_is_up_once_and_down_leaves_nothing(database_url: str) -> None:
    store = Store(database_url)
    await upgrade(store)
    await upgrade(store)
    await downgrade(store, "base")
    async with store.engine.connect() as connection:
        left = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    await store.close()
    assert left == ["alembic_version"]
