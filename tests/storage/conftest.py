"""The stage on either database."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.fakes.reader import PlainReader
from tests.harness import Stage, staged


@pytest.fixture(params=["sqlite", "postgresql"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Stage]:
    """The program with the sample neighbourhood, once on each kind of database."""
    async with staged(tmp_path, reader=PlainReader(), kind=request.param) as made:
        yield made
