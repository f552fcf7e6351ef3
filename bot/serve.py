"""`linli run`: the program with its web app, until it is stopped."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from bot.app import App, opened
from bot.listening import listen
from bot.logs import set_up_logs
from config.settings import load_settings

log = structlog.get_logger("linli.serve")

#: Seconds that the page waits at most for the first answers elsewhere: to load it takes as long.
FIRST_ANSWERS = 0.5

Serve = Callable[[App, socket.socket, asyncio.Event], Awaitable[None]]


async def run(given: dict[str, Any]) -> int:
    """Run with the settings of the environment and what the command line gave over them."""
    settings = load_settings(**given)
    set_up_logs(settings.log_level, settings.log_format)
    with listen(settings) as listening:
        async with opened(settings) as app:
            if settings.demo:
                await _prepare_demo(app)
            await _until_stopped(app, listening)
    return 0


async def _prepare_demo(app: App) -> None:
    from bot.sample import load_sample
    from bot.web.turning import catch_up

    await load_sample(app)
    await catch_up(app.clock, app.store)


async def _until_stopped(app: App, listening: socket.socket) -> None:
    gc.freeze()
    gc.enable()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(app.run())
        web = group.create_task(_serve(app, listening, stop))
        stopped = group.create_task(stop.wait())
        await asyncio.wait((running, web, stopped), return_when=asyncio.FIRST_COMPLETED)
        log.info("app.stopping")
        stop.set()
        running.cancel()


async def _serve(app: App, listening: socket.socket, stop: asyncio.Event) -> None:
    """The web app is loaded when what waited on other platforms has been answered."""
    if any(name != "local" for name in app.platforms):
        await app.caught_up(FIRST_ANSWERS)
    serve = await asyncio.to_thread(_load)
    await serve(app, listening, stop)


def _load() -> Serve:
    from bot.web.server import serve

    return serve
