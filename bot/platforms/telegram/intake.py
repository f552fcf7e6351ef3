"""Updates on their way in: kept raw before Telegram is told that they arrived.

The library's own intake confirms updates before anyone has handled them, and stops for ever at one
it cannot read; so updates are taken as they are, and reading them is somebody else's matter.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.platforms.telegram.errors import delivery_error
from bot.platforms.telegram.identity import Identity
from bot.platforms.telegram.reading import ALLOWED_UPDATES, lane_of
from bot.platforms.telegram.request import AiohttpRequest
from handlers.chat.platform import Intake, PassingError, RawUpdate

log = structlog.get_logger("linli.telegram")

Update = dict[str, Any]


def raw_updates(updates: Sequence[Update], me: Identity) -> list[RawUpdate]:
    """Updates with their key and lane; what has no number cannot be confirmed and is left out."""
    return [
        RawUpdate(f"{me.id}:{each['update_id']}", lane_of(each), each)
        for each in updates
        if isinstance(each.get("update_id"), int)
    ]


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds."""

    poll: float = 30.0  #: how long Telegram may keep a poll waiting (50 at most)
    grace: float = 15.0  #: a poll that lasts this much longer is given up
    turn: float = 1.0  #: how often a process looks whether it is the one that polls
    first_pause: float = 1.0
    longest_pause: float = 30.0
    webhook: float = 600.0  #: how often Telegram is asked whether its webhook is well


class Polling:
    """Asks for updates, one poll after the other."""

    def __init__(
        self, request: AiohttpRequest, base_url: str, me: Identity, pace: Pace | None = None
    ) -> None:
        self._request = request
        self._url = f"{base_url}/getUpdates"
        self._me = me
        self._pace = pace or Pace()
        self._failures = 0

    async def run(self, intake: Intake) -> None:
        """Receive until cancelled."""
        offset: int | None = None
        while True:
            if not await intake.our_turn(self._me.platform):
                # Two that poll with one token throw each other out (HTTP 409).
                await asyncio.sleep(self._pace.turn)
                continue
            try:
                updates = await self._ask(offset)
                kept = raw_updates(updates, self._me)
                await intake.receive(self._me.platform, kept)
            except Exception as error:  # they were not confirmed, so they come again
                log.debug("telegram.poll_cut", exc_info=True)
                await self._rest(error)
            else:
                self._failures = 0
                # Told to Telegram with the next poll: only now are these confirmed.
                numbers = [each["update_id"] for each in updates]
                offset = max(numbers) + 1 if numbers else offset

    async def _ask(self, offset: int | None) -> list[Update]:
        given: dict[str, Any] = {
            "timeout": int(self._pace.poll),
            # Telegram remembers the last list it was told, whoever told it: never leave it out.
            "allowed_updates": json.dumps(ALLOWED_UPDATES),
        }
        if offset is not None:
            given["offset"] = offset
        longest = self._pace.poll + self._pace.grace
        async with asyncio.timeout(longest):
            url = f"{self._url}?{urlencode(given)}"
            return cast("list[Update]", await self._request.post(url, read_timeout=longest))

    async def _rest(self, error: Exception) -> None:
        """Wait before the next poll; a connection that fails repeatedly is made anew."""
        self._failures += 1
        pause = self._pause(error)
        if self._failures > 1 or pause > 0:
            key = next((key for kind, key in FINDINGS.items() if isinstance(error, kind)), "")
            log.warning(key or "telegram.poll_failed", error=repr(error), pause=pause)
        if self._failures > 1 or isinstance(error, TimeoutError):
            await self._request.shutdown()
        await asyncio.sleep(pause)

    def _pause(self, error: Exception) -> float:
        told = delivery_error(error) if isinstance(error, TelegramError) else None
        if isinstance(error, RetryAfter) and isinstance(told, PassingError) and told.retry_after:
            return told.retry_after.total_seconds()
        if self._failures == 1 and not isinstance(error, Conflict | InvalidToken):
            return 0.0  # connections are cut all the time: again at once
        return min(self._pace.longest_pause, self._pace.first_pause * 2 ** min(self._failures, 10))


#: What an operator can do something about has a name of its own in the log.
FINDINGS: dict[type[Exception], str] = {
    Conflict: "telegram.somebody_else_polls_with_this_token",
    InvalidToken: "telegram.token_refused",
}
