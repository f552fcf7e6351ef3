"""Migrations, run from the program itself: upgrade on start, both ways in tests."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import Store

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x6C696E6C69  # "linli"


def config_for(connection: Connection | None = None, url: str = "") -> Config:
    """Alembic's configuration without a file of its own."""
    # Alembic costs a tenth of a second and 11 MB; most starts find nothing to migrate.
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


async def upgrade(store: Store, to: str = "head") -> None:
    """Bring the database's tables up to a revision, in one transaction.

    Of several processes that start at once the others wait, and find it done.
    """
    if to == "head":
        async with store.engine.begin() as connection:
            if await connection.run_sync(_is_newest):
                return
    async with _changing(store) as connection:
        await connection.run_sync(_upgrade, to)


def newest() -> str:
    """The newest revision: a migration's file is named "<revision>_<what it does>.py"."""
    return max(file.name for file in (FOLDER / "versions").glob("[0-9]*.py")).split("_")[0]


def _is_newest(connection: Connection) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return False
    return connection.scalar(text("SELECT version_num FROM alembic_version")) == newest()


class NewerDatabaseError(Exception):
    """A newer version wrote this database: its revision is none that we know."""


def _upgrade(connection: Connection, to: str) -> None:
    from alembic import command
    from alembic.util.exc import CommandError

    try:
        command.upgrade(config_for(connection), to)
    except CommandError as error:
        raise NewerDatabaseError(str(error)) from error


def _downgrade(connection: Connection, to: str) -> None:
    from alembic import command

    command.downgrade(config_for(connection), to)


async def downgrade(store: Store, to: str) -> None:
    """Bring the tables back to an older revision ("base": none)."""
    async with _changing(store) as connection:
        await connection.run_sync(_downgrade, to)


@asynccontextmanager
async def _changing(store: Store) -> AsyncGenerator[AsyncConnection]:
    """One transaction in which tables are changed, by one process at a time.

    SQLite changes some tables by making them anew. Rows elsewhere that point to theirs must not
    see that as their end: foreign keys are not watched meanwhile, and checked before the commit.
    """
    async with store.engine.connect() as connection:
        await connection.run_sync(_watch_keys, False)
        try:
            async with connection.begin():
                await _one_at_a_time(connection)
                yield connection
                await connection.run_sync(_check_keys)
        finally:
            await connection.run_sync(_watch_keys, True)


def _watch_keys(connection: Connection, watch: bool) -> None:
    """Says so to the driver: inside a transaction SQLite would not listen."""
    driver = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite" and driver is not None:
        driver.execute(f"PRAGMA foreign_keys={'ON' if watch else 'OFF'}")


def _check_keys(connection: Connection) -> None:
    """What a migration must never leave behind: rows that point nowhere."""
    if connection.dialect.name == "sqlite":
        astray = connection.execute(text("PRAGMA foreign_key_check")).first()
        if astray is not None:
            raise RuntimeError(f"a migration left a row of {astray[0]} that points nowhere")


async def _one_at_a_time(connection: AsyncConnection) -> None:
    """SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
