"""The stage as a fixture."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.harness import Stage, staged


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    """The program with the sample neighbourhood on a Monday morning."""
    async with staged(tmp_path) as made:
        yield made
