"""The official SDK insists on TLS; on loopback it does without."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator

import pytest

from tests.bot.platforms.wecom.going import Going, going
from tests.fakes.wecom import without_tls


@pytest.fixture(autouse=True)
def _without_tls() -> Generator[None]:
    with without_tls():
        yield


@pytest.fixture
async def bot() -> AsyncGenerator[Going]:
    async with going() as made:
        yield made
