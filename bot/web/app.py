"""The web app: the page of the web chat, its socket, files, the demonstration's clock, health."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from fastapi import APIRouter, FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.staticfiles import StaticFiles

from bot.app import App
from bot.clock import SystemClock
from bot.web.files import Files
from bot.web.guard import Guard
from bot.web.page import STATIC, Page
from bot.web.site import Site
from bot.web.turning import Turner
from storage.queries import post

Health = Callable[[], Awaitable[dict[str, Any]]]


@runtime_checkable
class Posted(Protocol):
    """A platform to which others post (webhooks)."""

    def routes(self) -> Sequence[BaseRoute]:
        """What must be served for it."""
        ...


def web_app(app: App) -> FastAPI:
    """The web app of a program: the page where the web chat is on, webhooks, /health."""
    site = _site(app)
    webhooks = [
        route
        for platform in app.platforms.values()
        if isinstance(platform, Posted)
        for route in platform.routes()
    ]
    return assembled(site, health_of(app), webhooks, app.settings.public_url)


def _site(app: App) -> Site | None:
    if app.local is None:
        return None
    turn = None
    if app.settings.demo and isinstance(app.clock, SystemClock):
        turn = Turner(app.clock, app.ticks.tick, lambda: not app.inbox.backlog)
    return Site(
        local=app.local,
        store=app.store,
        clock=app.clock,
        words=app.desk.words,
        policy=app.desk.policy,
        zone=ZoneInfo(app.settings.timezone),
        turn=turn,
    )


def health_of(app: App) -> Health:
    """Whether the database answers, and how much waits."""

    async def health() -> dict[str, Any]:
        try:
            async with app.store.read() as store:
                await post.next_letter_at(store)
        except (SQLAlchemyError, OSError) as error:
            return {"ok": False, "database": type(error).__name__}
        return {
            "ok": True,
            "version": app.desk.defaults.version,
            "platforms": list(app.platforms),
            "waiting": app.inbox.backlog,
        }

    return health


def assembled(
    site: Site | None, health: Health, webhooks: Iterable[BaseRoute] = (), public_url: str = ""
) -> FastAPI:
    """The app from its parts; without a site there is no page."""
    web = FastAPI(title="Linli", docs_url=None, redoc_url=None, openapi_url=None)
    outside = list(webhooks)
    web.router.routes.extend(outside)
    web.include_router(_health_route(health))
    if site is not None:
        web.include_router(Page(site).router())
        web.include_router(Files(site).router())
        web.mount("/static", _Fresh(directory=STATIC))
    open_paths = [route.path for route in outside if isinstance(route, Route)]
    web.add_middleware(Guard, public_url=public_url, open_paths=open_paths)
    return web


class _Fresh(StaticFiles):
    """The page's files: asked for anew each time, answered "not changed" when they are not."""

    def file_response(self, *args: Any, **more: Any) -> Response:
        """A file that may be kept, but not used unasked."""
        response = super().file_response(*args, **more)
        response.headers["cache-control"] = "no-cache"
        return response


def _health_route(health: Health) -> APIRouter:
    async def answer() -> Response:
        found = await health()
        return JSONResponse(found, 200 if found["ok"] else 503)

    routes = APIRouter()
    routes.add_api_route("/health", answer, response_model=None)
    return routes
