"""The web app put together from its parts: guard, page, files, webhooks, probes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.pictures import LARGEST_BODY
from bot.web.files import UPLOAD, Files
from bot.web.guard import Guard
from bot.web.page import STATIC, Page
from bot.web.site import Site


def assembled(
    site: Site | None,
    probes: Iterable[BaseRoute],
    webhooks: Iterable[BaseRoute] = (),
    public_url: str = "",
    any_host: Collection[str] = (),
) -> Starlette:
    """The app from its parts; without a site there is no page.

    The paths of `any_host` answer by whatever name they are asked.
    """
    outside = list(webhooks)
    routes = [*outside, *probes]
    if site is not None:
        routes += [*Page(site).routes(), *Files(site).routes()]
        routes.append(Mount("/static", _Fresh(directory=STATIC)))
    web = Starlette(routes=routes)
    open_paths = [route.path for route in outside if isinstance(route, Route)]
    bodies = {UPLOAD: 2 * LARGEST_BODY}  # beyond one of them it says itself what is wrong
    web.add_middleware(
        Guard,
        public_url=public_url,
        open_paths=open_paths,
        bodies=bodies,
        any_host=any_host,
    )
    return web


class _Fresh(StaticFiles):
    """The page's files: asked for anew each time, answered "not changed" when they are not."""

    def file_response(self, *args: Any, **more: Any) -> Response:
        """A file that may be kept, but not used unasked."""
        response = super().file_response(*args, **more)
        response.headers["cache-control"] = "no-cache"
        return response
