"""The official SDK behind a few typed functions: one connection, kept silent, hung up wholly."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Mapping
from typing import Any

with warnings.catch_warnings():
    # It asks websockets for a name of old, only to write it in an annotation.
    warnings.simplefilter("ignore", DeprecationWarning)
    import aibot  # pyright: ignore[reportMissingTypeStubs] - typed in part, and without stubs

Frame = Mapping[str, Any]

#: Seconds that hanging up may take: the other side may be gone.
HANG_UP = 6.0


class _Silent:
    """The SDK would write down what people say."""

    def debug(self, message: str, *given: object) -> None:
        """Nothing."""

    info = warn = error = debug


class Connection:
    """One connection of the SDK's client; it never connects anew by itself."""

    def __init__(self, bot: tuple[str, str], url: str, heartbeat: float) -> None:
        """`bot`: id and secret; `heartbeat`: seconds between two pings, of which two may fail."""
        options = aibot.WSClientOptions(
            *bot,
            ws_url=url,
            max_reconnect_attempts=0,
            heartbeat_interval=int(heartbeat * 1000),
            logger=_Silent(),
        )
        self._client: Any = aibot.WSClient(options)

    def hear(self, event: str, heard: Callable[..., None]) -> None:
        """Call a function at "message", "event", "authenticated" or "error"."""
        self._client.on(event, heard)

    async def connect(self) -> None:
        """Connect and ask to be let in; whether it worked is told by `open` and the events."""
        await self._client.connect()

    @property
    def open(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return bool(self._client.is_connected)

    async def answer(self, call: str, command: str, body: Mapping[str, Any]) -> Frame:
        """Send a command under a call's id; gives the acknowledgement.

        Raises RuntimeError for a refusal (its text has the code) or a line that is lost, and
        TimeoutError when nothing was acknowledged within five seconds.
        """
        return await self._client.reply({"headers": {"req_id": call}}, dict(body), command)

    async def push(self, chat: str, body: Mapping[str, Any]) -> Frame:
        """Send something to a chat by itself; raises as `answer` does."""
        return await self._client.send_message(chat, dict(body))

    async def hang_up(self) -> None:
        """Close it, and wait for what the SDK does about that behind its own back."""
        self._client.remove_all_listeners()
        self._client.on("error", _ignore)  # an error that nobody hears is raised
        before = asyncio.all_tasks()
        self._client.disconnect()
        if closing := asyncio.all_tasks() - before:
            await asyncio.wait(closing, timeout=HANG_UP)


def new_call(command: str) -> str:
    """An id for a command of our own."""
    return aibot.generate_req_id(command)


def decrypted(body: bytes, key: str) -> bytes:
    """What a file was before WeCom encrypted it. Raises ValueError for a wrong key."""
    try:
        return aibot.decrypt_file(body, key)
    except RuntimeError as error:
        raise ValueError("it cannot be decrypted") from error


def _ignore(_error: object) -> None:
    """It was hung up."""
