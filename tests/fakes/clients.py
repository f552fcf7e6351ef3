"""A second client beside python-telegram-bot, so that the fake is no mirror of the first."""

from __future__ import annotations

from typing import Any, Self

import aiohttp

from tests.fakes.bot_api import FakeTelegram


class Bare:
    """A client that knows nothing: posts JSON and gives back status and result or description."""

    def __init__(self, tg: FakeTelegram) -> None:
        self._tg = tg
        self._http = aiohttp.ClientSession()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def __call__(self, method: str, **params: Any) -> tuple[int, Any]:
        url = f"{self._tg.base_url}{self._tg.token}/{method}"
        async with self._http.post(url, json=params) as answer:
            body = await answer.json()
            return answer.status, body.get("result", body.get("description"))
