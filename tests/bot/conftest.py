"""A store with all tables in it, of this run's kind or of the kind that a test names (`both`);
the command in a folder where the example was imported."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from storage.engine import Store
from tests.bot.commanding import Linli, alone, run
from tests.bot.desks import EXAMPLE
from tests.fakes.databases import DATABASES, make_tables


@pytest.fixture
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Store]:
    """An empty store of this test's own."""
    kind = getattr(request, "param", "")
    async with DATABASES.fresh("tables", make_tables, tmp_path, kind) as url:
        made = Store(url)
        yield made
        await made.close()


@pytest.fixture(scope="module")
def example_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the example in it, made once."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        alone(patch, folder)
        assert run("import", EXAMPLE).exit_code == 0
    return folder / "data"


@pytest.fixture
def linli(example_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Linli:
    """The command in English, where the example was imported."""
    alone(monkeypatch, tmp_path)
    shutil.copytree(example_data, tmp_path / "data")
    return run
