"""Serves the web app on a socket that is bound already, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Generator

import structlog
import typer

from bot.app import App
from bot.loaded import hollow
from bot.web import guard
from bot.web.app import web_app
from bot.web.socket import LARGEST_WISH

# Its command line brings another one along, and what watches files and starts processes: 2 MB.
with hollow("uvicorn.main", "Server", "main", "run"):
    from uvicorn.config import Config
    from uvicorn.server import Server

log = structlog.get_logger("linli.serve")

#: A wish in the widest signs; more than that nobody's browser sends.
LARGEST_FRAME = 4 * LARGEST_WISH
#: Requests and sockets that are open together; whoever comes then is told to come again (503).
MOST_AT_ONCE = 1000

OPEN_TO_ALL = (
    "the web chat asks nobody who they are: whoever reaches this address may play everybody. "
    "Set LINLI_WEB_CHAT=false, or LINLI_HOST=127.0.0.1"
)


class _Server(Server):
    """Leaves signals to us, and says where it listens once it does."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """We stop the whole program, not only the web app."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then print the address."""
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            typer.echo(f"Linli is running: http://{shown}:{port}/  (Ctrl+C stops it)")


def warn_if_open(host: str, *, web_chat: bool) -> None:
    """Say loudly that strangers can reach the web chat, where they can."""
    if web_chat and not guard.is_loopback(host):
        log.warning("web.open_to_all", host=host, remedy=OPEN_TO_ALL)


async def serve(app: App, listening: socket.socket, stop: asyncio.Event) -> None:
    """Serve until `stop` is set."""
    warn_if_open(app.settings.host, web_chat=app.local is not None)
    server = _Server(
        Config(
            web_app(app),
            host=app.settings.host,
            port=app.settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            # The chat alone speaks by sockets; their library takes 3 MB.
            ws="none" if app.local is None else "auto",
            timeout_graceful_shutdown=3,
            ws_max_size=LARGEST_FRAME,
            limit_concurrency=MOST_AT_ONCE,
        )
    )
    serving = asyncio.ensure_future(server.serve([listening]))
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait((serving, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    server.should_exit = True
    await serving
