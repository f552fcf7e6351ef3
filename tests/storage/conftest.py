"""The stage on either database."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.fakes.postgres import Postgres
from tests.fakes.reader import PlainReader
from tests.harness import Stage, prepare, staged


@pytest.fixture(params=["sqlite", "postgresql"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Stage]:
    """The program with the sample neighbourhood, once on each kind of database."""
    if request.param == "sqlite":
        async with staged(tmp_path, reader=PlainReader()) as made:
            yield made
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = await server.copy_of("cast_of_all", prepare)
    async with staged(tmp_path, reader=PlainReader(), database_url=server.url(name)) as made:
        yield made
    await server.drop(name)
