"""The page with the code to scan, for whoever has its address; and both on the terminal.

Whoever scans it logs an account in, so it goes neither into the log nor over the network.
"""

from __future__ import annotations

import io
import sys

import segno
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.platforms.wechat.door import Door, is_own, path_of
from bot.platforms.wechat.identity import Identity
from config.words import Catalogue

PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8">
<meta http-equiv="refresh" content="5"><meta name="viewport" content="width=device-width">
<title>Linli</title></head><body><p>{says}</p>{code}</body></html>
"""
#: A page of its own: nothing but the picture is loaded, and nobody frames it.
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; img-src data:; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
PASSED_ON_BY = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


class LoginPage:
    """Shows what must be scanned, or that nothing must."""

    def __init__(self, me: Identity, door: Door, words: Catalogue, language: str) -> None:
        self._me = me
        self._door = door
        self._words = words
        self._language = language

    def routes(self) -> list[Route]:
        """What the web app must serve."""
        return [Route(path_of(self._me.platform, "{key}"), self._shown)]

    async def _shown(self, request: Request) -> Response:
        if not self._door.opened_by(request.path_params["key"]):
            return PlainTextResponse("Not Found", 404)  # as where there is no page at all
        if not from_this_machine(request):
            return PlainTextResponse(self._say("only_here"), 403, HEADERS)
        if self._me.away:
            return self._page("away")
        if self._me.code:
            picture = segno.make(self._me.code).svg_data_uri(scale=6, border=4)
            return self._page("scan", f'<img alt="QR" src="{picture}">')
        return self._page("logged_in" if self._me.logged_in else "waiting")

    def _page(self, key: str, code: str = "") -> Response:
        says = self._say(key)
        page = PAGE.format(language=self._language, says=says, code=code)
        return HTMLResponse(page, headers=HEADERS)

    def _say(self, key: str) -> str:
        return self._words.say(self._language, f"puppet.{key}")


def from_this_machine(request: Request) -> bool:
    """Whether a browser on this machine asks, for an address of this machine; no proxy for it."""
    asks = request.client.host if request.client else ""
    named = request.url.hostname or ""
    # nginx says nothing of itself unless it is told to, but asks as no browser does.
    old = request.scope.get("http_version") == "1.0"
    passed_on = old or any(name in request.headers for name in PASSED_ON_BY)
    return is_own(asks) and (named == "localhost" or is_own(named)) and not passed_on


def draw(code: str, address: str) -> None:
    """Draw the code where somebody sits before the program; a log file gets nothing."""
    if sys.stderr.isatty():
        drawn = io.StringIO()
        segno.make(code).terminal(drawn, compact=True)
        sys.stderr.write(f"{drawn.getvalue()}{address}\n")
