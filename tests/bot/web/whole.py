"""The whole program with its page: the real reader, rules and delivery behind a real browser."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path

from sqlalchemy import select

from bot.app import App
from bot.clock import SystemClock
from bot.platforms.local import LocalPlatform
from bot.web.app import web_app
from config.settings import Settings
from storage.tables import Area, Chat
from tests.bot.web.kit import (
    GROUP,
    MONDAY,
    new_store,
    people_directory,
    people_town,
    serving,
)
from tests.fakes.reader import shipped_reader


@contextlib.asynccontextmanager
async def program(folder: Path) -> AsyncGenerator[tuple[App, str]]:
    """The program over a town of five, on a Monday morning; with its address."""
    async with new_store(folder) as store:
        clock = monday_clock()
        local = LocalPlatform(store, clock, "")
        settings = Settings(_env_file=None, data_dir=folder)  # pyright: ignore[reportCallIssue]
        app = App(settings, store, [local], clock=clock, reader=shipped_reader())
        await people_town(local)
        await people_directory(store)
        await _bind(app)
        async with running(app), serving(web_app(app)) as url:
            yield app, url


def monday_clock() -> SystemClock:
    """A clock that runs like any other, from Monday at nine: no quiet hours, no holiday."""
    clock = SystemClock()
    clock.offset = MONDAY - clock.now()
    return clock


@contextlib.asynccontextmanager
async def running(app: App) -> AsyncGenerator[None]:
    """The program runs: it receives, handles, sends and ticks."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(app.run())
        try:
            yield
        finally:
            task.cancel()


async def _bind(app: App) -> None:
    async with app.store.write() as store:
        building = await store.scalar(select(Area).where(Area.kind == "building"))
        assert building is not None
        store.add(
            Chat(
                platform="local",
                external_id=GROUP,
                kind="group",
                title="和平里3栋邻里群",
                area_id=building.id,
                administrator=True,
                greeted_at=MONDAY,
            )
        )
