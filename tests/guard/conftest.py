"""One stage for all tries of a module: nothing that is tried stays."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.guard.tries import Trier, trying
from tests.harness import staged


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def trier(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Trier]:
    """Somebody who tries, in two communities with all that could be tried on."""
    async with staged(tmp_path_factory.mktemp("guard")) as stage, trying(stage) as made:
        yield made
