"""The address of the web app, taken before anything else happens."""

from __future__ import annotations

import socket

from bot.desk_errors import DeskError
from config.settings import Settings


def listen(settings: Settings) -> socket.socket:
    """A socket bound to the host and port. Raises DeskError when they cannot be had."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return _bound(socket.socket(family, kind, proto), address)
    except OSError as error:
        raise DeskError(
            "port_taken",
            host=settings.host,
            port=settings.port,
            why=error.strerror or str(error),
        ) from None


def _bound(made: socket.socket, address: object) -> socket.socket:
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)  # pyright: ignore[reportArgumentType] - its shape is the family's
        made.listen(128)  # two sockets may be bound to one port, only one may listen
    except OSError:
        made.close()
        raise
    return made
