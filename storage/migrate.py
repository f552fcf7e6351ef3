"""Migrations, run from the program itself: upgrade on start, both ways in tests."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import Store

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x6C696E6C69  # "linli"


def config_for(connection: Connection | None = None, url: str = "") -> Config:
    """Alembic's configuration without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


async def upgrade(store: Store, to: str = "head") -> None:
    """Bring the database's tables up to a revision, in one transaction.

    Of several processes that start at once the others wait, and find it done.
    """
    async with store.engine.begin() as connection:
        await _one_at_a_time(connection)
        await connection.run_sync(lambda sync: command.upgrade(config_for(sync), to))


async def downgrade(store: Store, to: str) -> None:
    """Bring the tables back to an older revision ("base": none)."""
    async with store.engine.begin() as connection:
        await _one_at_a_time(connection)
        await connection.run_sync(lambda sync: command.downgrade(config_for(sync), to))


async def _one_at_a_time(connection: AsyncConnection) -> None:
    """SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
