"""The whole program running by itself on the stage, until the test is over; it must never end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from sqlalchemy import select

from bot.app import App
from bot.clock import Clock
from bot.platforms.telegram.platform import TelegramPlatform
from storage.tables import Letter, Update
from tests.bot.platforms.telegram.conftest import FAST
from tests.dialogues.telegram.stage import TelegramStage
from tests.patience import PATIENCE


@asynccontextmanager
async def going(stage: TelegramStage, clock: Clock | None = None) -> AsyncGenerator[App]:
    """The program of the stage, going by itself: fetching, handling, sending, ticking."""
    await stage.dies()
    await stage.app.close()
    platform = TelegramPlatform(stage.tg.token, stage.tg.base_url, pace=FAST)
    reader = stage.app.desk.reader
    settings, at = stage.app.settings, clock or stage.clock
    app = App(settings, stage.store, [platform], clock=at, reader=reader)
    task = asyncio.get_running_loop().create_task(app.run())
    try:
        yield app
        assert not task.done(), "whatever goes wrong, the program goes on"
    finally:
        task.cancel()
        await asyncio.wait((task,))
        await app.close()


async def until(condition: Callable[[], object]) -> None:
    """Wait for it; raises AssertionError if it does not come."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    while not condition():
        assert loop.time() < end, "waited in vain"
        await asyncio.sleep(0.01)


async def all_is_done(stage: TelegramStage) -> None:
    """Wait until nothing is left to handle or to send; nothing was given up on the way."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    while await _left(stage):
        assert loop.time() < end, await _left(stage)
        await asyncio.sleep(0.01)


async def _left(stage: TelegramStage) -> list[str]:
    async with stage.store.read() as store:
        updates = (await store.scalars(select(Update.key).where(Update.state != "done"))).all()
        failed = (await store.scalars(select(Update.key).where(Update.tries > 0))).all()
        letters = (await store.scalars(select(Letter.body).where(Letter.state == "new"))).all()
    return [*updates, *failed, *letters]
