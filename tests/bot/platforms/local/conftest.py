"""A town in the web chat over a database of its own, with an inbox that only keeps."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.clock import VirtualClock
from bot.platforms.local import LocalPlatform
from storage.engine import Store
from tests.bot.web.kit import MONDAY, Kept, new_store, people_town


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[Store]:
    async with new_store(tmp_path) as made:
        yield made


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(MONDAY)


@pytest.fixture
def inbox() -> Kept:
    return Kept()


@pytest.fixture
async def local(store: Store, clock: VirtualClock, inbox: Kept) -> LocalPlatform:
    made = LocalPlatform(store, clock, "http://127.0.0.1:8080")
    await people_town(made)
    await made.attach(inbox)
    return made
