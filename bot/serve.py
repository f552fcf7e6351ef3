"""`linli run`: the program with its web app, until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Generator
from typing import Any

import structlog
import typer
import uvicorn

from bot.app import App, opened
from bot.listening import listen
from bot.logs import set_up_logs
from bot.sample import load_sample
from bot.web import guard
from bot.web.app import web_app
from bot.web.turning import catch_up
from config.settings import Settings, load_settings

log = structlog.get_logger("linli.serve")

OPEN_TO_ALL = (
    "the web chat asks nobody who they are: whoever reaches this address may play everybody. "
    "Set LINLI_WEB_CHAT=false, or LINLI_HOST=127.0.0.1"
)


async def run(given: dict[str, Any]) -> int:
    """Run with the settings of the environment and what the command line gave over them."""
    settings = load_settings(**given)
    set_up_logs(settings.log_level, settings.log_format)
    with listen(settings) as listening:
        async with opened(settings) as app:
            if settings.demo:
                await load_sample(app)
                await catch_up(app.clock, app.store)
            if app.local is not None and not guard.is_loopback(settings.host):
                log.warning("web.open_to_all", host=settings.host, remedy=OPEN_TO_ALL)
            await _until_stopped(app, settings, listening)
    return 0


async def _until_stopped(app: App, settings: Settings, listening: socket.socket) -> None:
    server = _server(app, settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(app.run())
        web = group.create_task(server.serve([listening]))
        stopped = group.create_task(stop.wait())
        await asyncio.wait((running, web, stopped), return_when=asyncio.FIRST_COMPLETED)
        log.info("app.stopping")
        server.should_exit = True
        running.cancel()
        stopped.cancel()


class _Server(uvicorn.Server):
    """Leaves signals to us, and says where it listens once it does."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """We stop the whole program, not only the web app."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then print the address."""
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            typer.echo(f"Linli is running: http://{shown}:{port}/  (Ctrl+C stops it)")


def _server(app: App, settings: Settings) -> uvicorn.Server:
    config = uvicorn.Config(
        web_app(app),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    return _Server(config)
