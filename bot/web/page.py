"""The page's own routes: the page, its socket, its words, who can be played, the clock."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body
from starlette.responses import FileResponse, Response
from starlette.websockets import WebSocket

from bot.web.cast import cast
from bot.web.site import Site
from bot.web.socket import clock_event, converse
from bot.web.turning import target

STATIC = Path(__file__).parent / "static"
SUBJECTS = ("page.", "roles.")


class Page:
    """What the page asks of the server."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def router(self) -> APIRouter:
        """Its routes."""
        routes = APIRouter()
        routes.add_api_route("/", self.page, response_model=None)
        routes.add_api_route("/api/words", self.words)
        routes.add_api_route("/api/people", self.people)
        routes.add_api_route("/api/rooms", self.rooms)
        routes.add_api_route("/api/clock", self.turn, methods=["POST"], response_model=None)
        routes.add_api_websocket_route("/ws", self.socket)
        return routes

    async def page(self) -> Response:
        """The page itself."""
        return FileResponse(STATIC / "index.html", headers={"cache-control": "no-cache"})

    async def socket(self, socket: WebSocket) -> None:
        """What happens, as it happens."""
        await converse(socket, self._site)

    async def words(self) -> dict[str, dict[str, Any]]:
        """What the page says, in every language."""
        words = self._site.words
        return {
            language: {
                key: words.raw(language, key)
                for key in sorted(words.keys(language))
                if key.startswith(SUBJECTS)
            }
            for language in words.languages
        }

    async def people(self) -> dict[str, Any]:
        """Who can be played."""
        return await cast(self._site)

    async def rooms(self) -> list[dict[str, Any]]:
        """All groups."""
        return await self._site.local.rooms()

    def _tell_clock(self) -> None:
        self._site.local.pages.tell_all(clock_event(self._site))

    async def turn(
        self, by: Annotated[Literal["10m", "1h", "8h", "1d", "morning"], Body(embed=True)]
    ) -> Response:
        """Turn the clock forward, in a demonstration."""
        site = self._site
        if site.turn is None:
            return Response(status_code=404)
        await site.turn(target(site.clock.now(), by, site.zone), self._tell_clock)
        return Response(status_code=204)
