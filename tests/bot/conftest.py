"""A store with all tables in it: on SQLite, on PostgreSQL where a test says `both`."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from storage.base import Base
from storage.engine import Store
from tests.fakes.postgres import Postgres


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the tables and nothing in them."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return path


async def _make_tables(url: str) -> None:
    store = Store(url)
    async with store.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await store.close()


@pytest.fixture
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, empty_sqlite: Path
) -> AsyncGenerator[Store]:
    """An empty store of this test's own."""
    if getattr(request, "param", "sqlite") == "sqlite":
        shutil.copyfile(empty_sqlite, tmp_path / "t.db")
        made = Store(f"sqlite:///{tmp_path}/t.db")
        yield made
        await made.close()
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = await server.copy_of("empty_of_all", _make_tables)
    made = Store(server.url(name))
    yield made
    await made.close()
    await server.drop(name)
