"""The official SDK insists on TLS; on loopback it does without."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from tests.bot.platforms.wecom.going import Going, going


@pytest.fixture(autouse=True)
def _without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aibot.ws._SSL_CONTEXT", None)


@pytest.fixture
async def bot() -> AsyncGenerator[Going]:
    async with going() as made:
        yield made
