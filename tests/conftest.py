"""What tests of several folders share: databases of both kinds."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.fakes.postgres import Postgres, running

# The same examples each time: what fails here fails for everybody, and no machine is too slow.
settings.register_profile("linli", deadline=None, derandomize=True, max_examples=80)
settings.load_profile("linli")


@pytest.fixture(scope="session")
def postgres() -> Generator[Postgres]:
    """One PostgreSQL server for all tests of this process that want it."""
    with running() as server:
        yield server


@pytest.fixture
async def postgres_url(postgres: Postgres) -> AsyncGenerator[str]:
    """An empty database on PostgreSQL."""
    name = await postgres.fresh()
    yield postgres.url(name)
    await postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[str]:
    """An empty database, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/t.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = await server.fresh()
    yield server.url(name)
    await server.drop(name)
