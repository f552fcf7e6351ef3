"""A served town: the real app on loopback, clients that behave like the page, a real browser."""

from collections.abc import AsyncGenerator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.bot.web.chromium import launched
from tests.bot.web.kit import Town, page_app, serving, site_of, town_in


@pytest.fixture
async def town(tmp_path: Path) -> AsyncGenerator[Town]:
    async with town_in(tmp_path) as made:
        yield made


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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncGenerator[Browser]:
    """A real Chromium, one for all tests of a module."""
    async with launched() as browser:
        yield browser
