"""Delivery to a webhook: in order within a chat, the next only after a 2xx, repeated until then."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable

import aiohttp

from tests.fakes.bot_api.changes import Changes
from tests.fakes.bot_api.records import Json
from tests.fakes.bot_api.updates import Queued, Updates

GUARD_HEADER = "X-Telegram-Bot-Api-Secret-Token"
#: Kinds that Telegram keeps in order per person, not per chat.
PER_PERSON = frozenset({"callback_query", "chat_member", "chat_join_request"})
LONGEST_PAUSE = 60.0


class Webhook:
    """Posts updates to the address that was set, if one was."""

    def __init__(self, updates: Updates, changes: Changes, first_pause: float) -> None:
        self._updates = updates
        self._changes = changes
        self._first_pause = first_pause
        self._busy: set[Hashable] = set()
        self._given_out: set[int] = set()
        self.url = ""
        self.secret = ""
        self.most = 40
        self.longest_pause = LONGEST_PAUSE  #: seconds between two attempts
        self.last_error = ""

    def set(self, url: str, secret: str, most: int) -> None:
        """Deliver here from now on; an empty address ends it."""
        self.url, self.secret, self.most = url, secret, most
        self._changes.happened()

    def info(self) -> Json:
        """As WebhookInfo."""
        error = {"last_error_message": self.last_error} if self.last_error else {}
        pending = len(self._updates.queue)
        return {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": pending,
            **error,
        }

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as group:
            while True:
                await self._changes.wait(self._next, 3600)
                while update := self._next():
                    self._busy.add(_queue(update))
                    self._given_out.add(update.id)
                    group.create_task(self._deliver(http, update))

    def _next(self) -> Queued | None:
        """The first update whose queue is free."""
        if not self.url or len(self._busy) >= self.most:
            return None
        seen = set(self._busy)
        for update in self._updates.pending():
            queue = _queue(update)
            if update.id not in self._given_out and queue not in seen:
                return update
            seen.add(queue)
        return None

    async def _deliver(self, http: aiohttp.ClientSession, update: Queued) -> None:
        pause = 0.0
        while self.url and not await self._post(http, update):
            await asyncio.sleep(pause)
            pause = min(self.longest_pause, pause * 2 or self._first_pause)
        self._busy.discard(_queue(update))
        self._given_out.discard(update.id)
        if self.url:
            self._updates.drop(update)

    async def _post(self, http: aiohttp.ClientSession, update: Queued) -> bool:
        headers = {GUARD_HEADER: self.secret} if self.secret else {}
        self._changes.watch("came", "webhook", True)
        try:
            async with http.post(self.url, json=update.json(), headers=headers) as answer:
                self._changes.watch("done", "webhook", answer.status // 100 == 2)
                if answer.status // 100 == 2:
                    return True
                self.last_error = f"Wrong response from the webhook: {answer.status}"
        except aiohttp.ClientError as error:
            self.last_error = f"{type(error).__name__}: {error}"
        return False


def _queue(update: Queued) -> Hashable:
    kind, body = update.kind.removeprefix("edited_"), update.body
    if kind in PER_PERSON:
        return kind, body["from"]["id"]
    return kind, body.get("chat", {}).get("id")
