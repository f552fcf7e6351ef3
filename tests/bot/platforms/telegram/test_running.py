"""The whole program running by itself, with nobody to turn its handle: from start to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import func, select
from starlette.applications import Starlette

from bot.app import App
from bot.platforms.telegram.platform import TelegramPlatform
from storage.tables import Letter
from tests.bot.platforms.telegram.conftest import FAST
from tests.bot.web.kit import serving
from tests.fakes.bot_api import FakeTelegram, Person
from tests.fakes.reader import shipped_reader
from tests.harness import staged
from tests.patience import PATIENCE


@asynccontextmanager
async def running(app: App) -> AsyncGenerator[None]:
    task = asyncio.get_running_loop().create_task(app.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait((task,))
        assert task.cancelled(), "it stops cleanly"


def built(seed: App, tg: FakeTelegram) -> App:
    platform = TelegramPlatform(tg.token, tg.base_url, pace=FAST)
    return App(seed.settings, seed.store, [platform], reader=shipped_reader())


async def until_noted(app: App) -> None:
    """Until the program knows that all it said has arrived: else it would say it again."""
    async with asyncio.timeout(PATIENCE):
        while await _owed(app):
            pass


async def _owed(app: App) -> int:
    async with app.store.read() as store:
        counted = select(func.count()).select_from(Letter).where(Letter.state == "new")
        return await store.scalar(counted) or 0


async def test_it_answers_and_stops_and_goes_on_where_it_was(
    tmp_path: Path, tg: FakeTelegram, wang: Person
) -> None:
    async with staged(tmp_path) as stage:
        first = built(stage.app, tg)
        async with running(first):
            await wang.starts()
            await tg.until(lambda: wang.private.said)
            await until_noted(first)
        await wang.says(wang.private, "/language en")  # while it is down
        async with running(built(stage.app, tg)):
            await tg.until(lambda: len(wang.private.said) == 2)
            await wang.says(wang.private, "/help")
            await tg.until(lambda: len(wang.private.said) == 3)
    assert "邻里" in wang.private.said[0].text
    assert "What I can do" in wang.private.last.text
    assert not tg.violations


async def test_a_webhook_is_no_different(tmp_path: Path, tg: FakeTelegram, wang: Person) -> None:
    web = Starlette()
    async with staged(tmp_path) as stage, serving(web) as address:
        platform = TelegramPlatform(tg.token, tg.base_url, webhook=(address, "a-secret"), pace=FAST)
        web.router.routes.extend(platform.routes())
        app = App(stage.app.settings, stage.app.store, [platform], reader=shipped_reader())
        async with running(app):
            await wang.starts()
            await tg.until(lambda: wang.private.said)
    assert "邻里" in wang.private.last.text
    assert not tg.calls("getUpdates")
