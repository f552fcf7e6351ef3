"""Who may talk to the web app: known hosts, the page itself, nobody else's script."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
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
    "x-frame-options": "DENY",
}
#: Where people come over TLS, their browsers shall never ask without it again.
OVER_TLS = {"strict-transport-security": "max-age=31536000"}
#: Bytes that may be posted to a path that takes no files.
MOST_POSTED = 64_000
REFUSED = (
    b"This request does not come from the page itself. Open the address that linli printed when "
    b"it started; behind another name, set LINLI_PUBLIC_URL to the address that people open.\n"
)
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Refuses foreign hosts (DNS rebinding) and foreign origins; says what a page may load."""

    def __init__(
        self,
        app: ASGIApp,
        public_url: str = "",
        open_paths: Collection[str] = (),
        bodies: Mapping[str, int] | None = None,
        any_host: Collection[str] = (),
    ) -> None:
        own = urlsplit(public_url)
        self._app = app
        self._own = own.hostname
        self._headers = HEADERS | (OVER_TLS if own.scheme == "https" else {})
        self._open = frozenset(open_paths)  #: webhooks, which prove themselves by a secret
        self._any_host = frozenset(any_host)  #: machines ask by the names of their own network
        self._bodies = bodies or {}  #: bytes that may be posted to paths that take files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through what may pass."""
        if scope["type"] not in ("http", "websocket") or scope["path"] in self._open:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        sending = _with_headers(send, self._headers)
        known = scope["path"] in self._any_host or self._known(headers.get("host", ""))
        if not known:
            await _refuse(scope, sending, 421)
        elif _changes(scope) and not _same_origin(headers):
            await _refuse(scope, sending, 403)
        else:
            most = self._bodies.get(scope["path"], MOST_POSTED)
            await self._app(scope, _up_to(receive, most), sending)

    def _known(self, host: str) -> bool:
        name = "" if "@" in host else _named(f"//{host}").hostname or ""
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
    return _named(headers.get("origin", "")).netloc == headers.get("host")


def _named(address: str) -> SplitResult:
    """The parts of an address; none of what is no address at all ("[")."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _up_to(receive: Receive, most: int) -> Receive:
    """Stop listening to whoever posts more than this."""
    came = 0

    async def receiving() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if message["type"] == "http.request" and came > most:
            raise HTTPException(413, "This is too large.")
        return message

    return receiving


async def _refuse(scope: Scope, send: Send, status: int) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    plain = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": plain})
    await send({"type": "http.response.body", "body": REFUSED})


def _with_headers(send: Send, given: Mapping[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in given.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
