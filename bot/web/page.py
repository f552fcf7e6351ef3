"""The page's own routes: the page, its socket, its words, who can be played, the clock."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from bot.web.cast import cast
from bot.web.site import Site
from bot.web.socket import clock_event, converse
from bot.web.turning import target

STATIC = Path(__file__).parent / "static"
SUBJECTS = ("page.", "roles.")


class Turn(BaseModel):
    """How far the clock is turned forward."""

    by: Literal["10m", "1h", "8h", "1d", "morning"]


class Page:
    """What the page asks of the server."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[BaseRoute]:
        """Its routes."""
        return [
            Route("/", self.page),
            Route("/api/words", self.words),
            Route("/api/people", self.people),
            Route("/api/rooms", self.rooms),
            Route("/api/clock", self.turn, methods=["POST"]),
            WebSocketRoute("/ws", self.socket),
        ]

    async def page(self, _request: Request) -> Response:
        """The page itself."""
        return FileResponse(STATIC / "index.html", headers={"cache-control": "no-cache"})

    async def socket(self, socket: WebSocket) -> None:
        """What happens, as it happens."""
        await converse(socket, self._site)

    async def words(self, _request: Request) -> Response:
        """What the page says, in every language."""
        words = self._site.words
        said: dict[str, dict[str, Any]] = {
            language: {
                key: words.raw(language, key)
                for key in sorted(words.keys(language))
                if key.startswith(SUBJECTS)
            }
            for language in words.languages
        }
        return JSONResponse(said)

    async def people(self, _request: Request) -> Response:
        """Who can be played."""
        return JSONResponse(await cast(self._site))

    async def rooms(self, _request: Request) -> Response:
        """All groups."""
        return JSONResponse(await self._site.local.rooms())

    def _tell_clock(self) -> None:
        self._site.local.pages.tell_all(clock_event(self._site))

    async def turn(self, request: Request) -> Response:
        """Turn the clock forward, in a demonstration: {"by": "1h"}; else 422."""
        site = self._site
        try:
            by = Turn.model_validate_json(await request.body()).by
        except ValidationError:
            return Response(status_code=422)
        if site.turn is None:
            return Response(status_code=404)
        await site.turn(target(site.clock.now(), by, site.zone), self._tell_clock)
        return Response(status_code=204)
