"""A served town: the real app on loopback, a client that behaves like the page."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest

from bot.clock import VirtualClock
from bot.platforms.local import LocalPlatform
from storage.engine import Store
from tests.bot.web.kit import (
    MONDAY,
    Kept,
    new_store,
    page_app,
    people_directory,
    people_town,
    serving,
    site_of,
)


@dataclass(slots=True)
class Town:
    """The web chat with its people, over an inbox that only keeps."""

    store: Store
    clock: VirtualClock
    inbox: Kept
    local: LocalPlatform

    async def turn(self, moment: datetime) -> None:
        """Turn the clock, as a demonstration would."""
        self.clock.set(moment)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncGenerator[Town]:
    store, clock, inbox = await new_store(tmp_path), VirtualClock(MONDAY), Kept()
    local = LocalPlatform(store, clock, "http://127.0.0.1:8080")
    await people_town(local)
    await people_directory(store)
    await local.attach(inbox)
    yield Town(store, clock, inbox, local)
    await store.close()


@pytest.fixture
async def address(town: Town) -> AsyncGenerator[str]:
    """Where the town is served, with a clock that may be turned."""
    web = page_app(site_of(town.local, town.store, town.clock, town.turn))
    async with serving(web) as url:
        yield url


@pytest.fixture
async def http(address: str) -> AsyncGenerator[aiohttp.ClientSession]:
    """A client that sends the page's own origin."""
    async with aiohttp.ClientSession(address, headers={"origin": address}) as session:
        yield session
