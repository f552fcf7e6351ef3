"""Migrations, run from the program itself: upgrade on start, both ways in tests."""

from __future__ import annotations

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
    async with store.engine.begin() as connection:
        if to == "head" and await connection.run_sync(_is_newest):
            return
        await _one_at_a_time(connection)
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
    async with store.engine.begin() as connection:
        await _one_at_a_time(connection)
        await connection.run_sync(_downgrade, to)


async def _one_at_a_time(connection: AsyncConnection) -> None:
    """SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
