"""`linli run`: the program with its web app, until it is stopped."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog

from bot import garbage
from bot.app import App, opened
from bot.desk_errors import DeskError
from bot.listening import listen
from bot.logs import set_up_logs
from bot.only_one import only_one
from bot.roles import ALL, Role
from config.settings import Settings, load_settings

log = structlog.get_logger("linli.serve")

#: Seconds that the page waits at most for the first answers elsewhere: to load it takes as long.
FIRST_ANSWERS = 0.5

Serve = Callable[[App, socket.socket, asyncio.Event], Awaitable[None]]


async def run(given: dict[str, Any], role: Sequence[str] = ()) -> int:
    """Run with the settings of the environment and what the command line gave over them."""
    settings = load_settings(**given)
    set_up_logs(settings.log_level, settings.log_format)
    roles = roles_of(role, settings)
    if roles != ALL:
        settings = _of_a_part(settings, roles)
    with listen(settings) as listening, only_one(settings):
        port: int = listening.getsockname()[1]  # 0 picked one: what tells an address needs it
        async with opened(settings.model_copy(update={"port": port}), roles=roles) as app:
            _warn_if_deaf(app)
            if settings.demo:
                await _prepare_demo(app)
            await _until_stopped(app, listening)
    return 0


def roles_of(named: Sequence[str], settings: Settings) -> frozenset[Role]:
    """The roles of these names; none: all. Raises DeskError for what cannot be."""
    unknown = sorted(set(named) - set(Role))
    if unknown:
        raise DeskError("role_unknown", role=unknown[0], roles=", ".join(Role))
    if named and settings.database_url.startswith("sqlite"):
        raise DeskError("role_on_sqlite")
    return frozenset(map(Role, named)) or ALL


def _of_a_part(settings: Settings, roles: frozenset[Role]) -> Settings:
    """The web chat is one process's: its pages hear nothing of what others say.

    Others post to an intake alone; the rest, of which there may be many on one machine, take a
    free port for their health unless they are given one.
    """
    changed: dict[str, Any] = {"web_chat": False, "demo": False}
    if Role.INTAKE not in roles and "port" not in settings.model_fields_set:
        changed["port"] = 0
    log.info("serve.no_web_chat", roles=sorted(roles))
    return settings.model_copy(update=changed)


def _warn_if_deaf(app: App) -> None:
    """Without a platform everything looks well, and nobody is heard."""
    if not app.platforms:
        remedy = app.desk.words.say(app.settings.language, "doctor.no_platform")
        log.warning("serve.nobody_heard", remedy=remedy)


async def _prepare_demo(app: App) -> None:
    from bot.sample import load_sample
    from bot.web.turning import catch_up

    await load_sample(app)
    await catch_up(app.clock, app.store)


async def _until_stopped(app: App, listening: socket.socket) -> None:
    garbage.all_is_loaded()
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
    if app.roles == ALL and any(name != "local" for name in app.platforms):
        await app.caught_up(FIRST_ANSWERS)
    serve = await asyncio.to_thread(_load)
    await serve(app, listening, stop)


def _load() -> Serve:
    from bot.web.server import serve

    return serve
