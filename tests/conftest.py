"""What tests of several folders share: databases of both kinds, and a fake Telegram.

`pytest --database postgresql` plays everything that needs a database on PostgreSQL; with
`--share 4` every fourth of the dialogues, and all of storage and conformance. `--part 1` takes the
second of each four: the parts 0 to 3 together are all of them.
"""

from __future__ import annotations

import gc
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import settings

from tests.fakes.bot_api import FakeTelegram, Group, Person
from tests.fakes.databases import DATABASES, make_tables
from tests.fakes.postgres import Postgres
from tests.logs import log_plainly
from tests.memory import write_to_memory

# Tests speak by the library's own client too, which the program leaves out (`bot.loaded`).
import_module("telegram.request")
# The same examples each time: what fails here fails for everybody, and no machine is too slow.
settings.register_profile("linli", deadline=None, derandomize=True, max_examples=80)
settings.load_profile("linli")
log_plainly()
write_to_memory()


#: What is played on the other database as well; the rest knows no database, or files of SQLite.
ON_EITHER = ("tests/bot", "tests/conformance", "tests/dialogues", "tests/storage")
ON_EITHER_TOO = ("tests/handlers/neighbourhood/test_importing.py",)
#: Of these every n-th is enough for a look: they are many, and alike in what they ask of storage.
MANY = ("tests/bot", "tests/dialogues")


def pytest_addoption(parser: pytest.Parser) -> None:
    """On which database, and how much of it."""
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.addoption("--share", type=int, default=1, help="every n-th of what is many")
    parser.addoption("--part", type=int, default=0, help="from which on, 0 to n - 1")


def pytest_configure(config: pytest.Config) -> None:
    """The database of this run."""
    DATABASES.kind = str(config.getoption("--database"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what may differ there."""
    if DATABASES.kind == "sqlite":
        return
    share = int(config.getoption("--share") or 1)
    chosen = [each for each in items if each.nodeid.startswith((*ON_EITHER, *ON_EITHER_TOO))]
    chosen = [each for each in chosen if "sqlite" not in each.name]
    if share > 1:  # these are played in any run
        chosen = [each for each in chosen if "postgresql" not in each.name]
    many = {each.nodeid for each in chosen if each.nodeid.startswith(MANY)}
    part = int(config.getoption("--part") or 0) % share
    some = {name for n, name in enumerate(sorted(many)) if n % share == part}
    chosen = [each for each in chosen if each.nodeid not in many or each.nodeid in some]
    config.hook.pytest_deselected(items=[each for each in items if each not in chosen])
    items[:] = chosen


def pytest_unconfigure() -> None:
    """Whatever was started is stopped."""
    DATABASES.close()


@pytest.fixture(autouse=True)
def rid_of_garbage() -> Iterator[None]:
    """Whatever a test runs leaves the collector on: the process of the tests would grow by
    gigabytes, and what looks through them takes minutes. One that does not fails alone."""
    yield
    on, frozen = gc.isenabled(), gc.get_freeze_count()
    gc.enable()
    gc.unfreeze()
    assert on
    assert not frozen


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    """One PostgreSQL server for all tests of this process that want it."""
    return DATABASES.server()


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
    server = DATABASES.server()
    name = await server.fresh()
    yield server.url(name)
    await server.drop(name)


@pytest.fixture
async def tables_url(tmp_path: Path) -> AsyncGenerator[str]:
    """A database with all tables and nothing in them, of the kind of this run."""
    async with DATABASES.fresh("tables", make_tables, tmp_path) as url:
        yield url


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
