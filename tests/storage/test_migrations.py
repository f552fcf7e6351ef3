"""Migrations: from nothing up they equal the tables, and down they leave nothing."""

from __future__ import annotations

import asyncio

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select

from storage.base import Base
from storage.engine import Store
from storage.migrate import config_for, downgrade, newest, upgrade
from storage.tables import Area, Person
from tests.harness import MONDAY


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


async def test_a_database_in_use_goes_down_and_up_again(database_url: str) -> None:
    store = Store(database_url)
    for _ in range(2):
        await upgrade(store)
        async with store.write() as session:
            session.add(Area(kind="district", name="船营区", code="1", path="/1/"))
            session.add(Person(name="李娜", created_at=MONDAY))
        await upgrade(store)
        async with store.read() as session:
            assert (await session.scalars(select(Person.name))).all() == ["李娜"]
        await downgrade(store, "base")
    await store.close()


async def test_two_processes_that_start_at_once_migrate_once(database_url: str) -> None:
    stores = Store(database_url), Store(database_url)
    await asyncio.gather(*(upgrade(each) for each in stores))
    async with stores[0].read() as session:
        assert (await session.scalars(select(Area.id))).all() == []
    for store in stores:
        await store.close()


def test_the_newest_file_is_the_head_of_all_revisions() -> None:
    """A start that finds the newest revision in the database looks no further."""
    assert ScriptDirectory.from_config(config_for()).get_heads() == [newest()]
