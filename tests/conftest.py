"""What tests of several folders share: databases of both kinds, and a fake Telegram."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.fakes.bot_api import FakeTelegram, Group, Person
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


@pytest.fixture
async def tg() -> AsyncIterator[FakeTelegram]:
    """A Bot API server of our own."""
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def wang(tg: FakeTelegram) -> Person:
    """Somebody there."""
    return tg.person("王姨")


@pytest.fixture
def group(tg: FakeTelegram, wang: Person) -> Group:
    """A group of theirs with the bot in it."""
    return tg.group("3栋邻里群", [wang])
