"""`linli run`: the program with its web app, until it is stopped."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import structlog
import typer
import uvicorn

from bot.app import App, opened
from bot.logs import set_up_logs
from bot.sample import load_sample
from bot.web.app import web_app
from config.settings import Settings, load_settings

log = structlog.get_logger("linli.serve")


async def run(given: dict[str, Any]) -> int:
    """Run with the settings of the environment and what the command line gave over them."""
    settings = load_settings(**given)
    set_up_logs(settings.log_level, settings.log_format)
    async with opened(settings) as app:
        if settings.demo:
            await load_sample(app)
        await _until_stopped(app, settings)
    return 0


async def _until_stopped(app: App, settings: Settings) -> None:
    server = _server(app, settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(app.run()), group.create_task(_serve(server))]
            group.create_task(_announce(server))
            await stop.wait()
            log.info("app.stopping")
            server.should_exit = True
            for task in tasks[:1]:
                task.cancel()
    except* asyncio.CancelledError:
        pass


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
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    return server


async def _serve(server: uvicorn.Server) -> None:
    try:
        await server.serve()
    except SystemExit:
        raise typer.Exit(2) from None


async def _announce(server: uvicorn.Server) -> None:
    while not server.started:
        await asyncio.sleep(0.02)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"Linli is running. Open http://{shown}:{port}/ in a browser. Ctrl+C stops it.")
