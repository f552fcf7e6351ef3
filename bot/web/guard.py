"""Who may talk to the web app: known hosts, the page itself, nobody else's script."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
REFUSED = (
    b"This request does not come from the page itself. Open the address that linli printed when "
    b"it started; behind another name, set LINLI_PUBLIC_URL to the address that people open.\n"
)
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Refuses foreign hosts (DNS rebinding) and foreign origins; says what a page may load."""

    def __init__(
        self, app: ASGIApp, public_url: str = "", open_paths: Collection[str] = ()
    ) -> None:
        self._app = app
        self._own = urlsplit(public_url).hostname
        self._open = frozenset(open_paths)  #: webhooks, which prove themselves by a secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through what may pass."""
        if scope["type"] not in ("http", "websocket") or scope["path"] in self._open:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not self._known(headers.get("host", "")):
            await _refuse(scope, send, 421)
        elif _changes(scope) and not _same_origin(headers):
            await _refuse(scope, send, 403)
        else:
            await self._app(scope, receive, _with_headers(send))

    def _known(self, host: str) -> bool:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or name == self._own or _is_address(name)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _changes(scope: Scope) -> bool:
    return scope["type"] == "websocket" or scope["method"] not in READING


def _same_origin(headers: Headers) -> bool:
    return urlsplit(headers.get("origin", "")).netloc == headers.get("host")


async def _refuse(scope: Scope, send: Send, status: int) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    plain = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": plain})
    await send({"type": "http.response.body", "body": REFUSED})


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
