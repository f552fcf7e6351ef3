"""Whether WeCom's server answers at all, without showing it who asks."""

from __future__ import annotations

import asyncio

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

OFFICIAL = "wss://openws.work.weixin.qq.com"
SECONDS = 10.0


async def answers(url: str) -> bool:
    """Whether a connection can be opened there (`url` empty: to WeCom's own server)."""
    try:
        async with asyncio.timeout(SECONDS), connect(url or OFFICIAL, ping_interval=None):
            return True
    except (OSError, TimeoutError, WebSocketException):
        return False
