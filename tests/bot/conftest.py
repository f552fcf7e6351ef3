"""A store with all tables in it: of this run's kind, or of the kind that a test names (`both`)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from storage.engine import Store
from tests.fakes.databases import DATABASES, make_tables


@pytest.fixture
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Store]:
    """An empty store of this test's own."""
    kind = getattr(request, "param", "")
    async with DATABASES.fresh("tables", make_tables, tmp_path, kind) as url:
        made = Store(url)
        yield made
        await made.close()
