"""The web app of a running program: the page of the web chat, webhooks, probes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.app import App
from bot.clock import SystemClock
from bot.web.assembly import assembled
from bot.web.probes import Probes
from bot.web.site import Site
from bot.web.turning import Turner
from storage.queries import due


@runtime_checkable
class Posted(Protocol):
    """A platform to which others post (webhooks)."""

    def routes(self) -> Sequence[BaseRoute]:
        """What must be served for it."""
        ...


def web_app(app: App) -> Starlette:
    """The web app of a program: the page where the web chat is on, webhooks, probes."""
    site = _site(app)
    webhooks = [
        route
        for platform in app.platforms.values()
        if isinstance(platform, Posted)
        for route in platform.routes()
    ]
    probes = Probes(app)
    return assembled(site, probes.routes(), webhooks, app.settings.public_url, probes.by_any_name())


def _site(app: App) -> Site | None:
    if app.local is None:
        return None
    turn = None
    if app.settings.demo and isinstance(app.clock, SystemClock):
        turn = Turner(app.clock, app.ticks.tick, _next_due(app), _settled(app))
    return Site(
        local=app.local,
        store=app.store,
        clock=app.clock,
        words=app.desk.words,
        policy=app.desk.policy,
        zone=ZoneInfo(app.settings.timezone),
        turn=turn,
    )


def _next_due(app: App) -> Callable[[datetime], Awaitable[datetime | None]]:
    async def next_due(after: datetime) -> datetime | None:
        async with app.store.read() as store:
            return await due.next_at(store, after)

    return next_due


def _settled(app: App) -> Callable[[], Awaitable[bool]]:
    """Whether everything that came in is handled and everything that is to be said is said."""

    async def settled() -> bool:
        if app.inbox.backlog:
            return False
        async with app.store.read() as store:
            return not await due.letters_wait(store, app.clock.now())

    return settled
