"""Waiting for the fake's world to change, without sleeping; and who is told of each step."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

#: Told of a call (or a post to the webhook) when it comes and when it was applied, its answer not
#: yet given: when, the method ("webhook" for a post), whether it brings or confirms anything.
Watch = Callable[[Literal["came", "done"], str, bool], None]


class Changes:
    """Wakes all who wait whenever something happened."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()
        self.watch: Watch = lambda _when, _method, _moves: None

    def happened(self) -> None:
        """Something changed: whoever waits looks again."""
        waiting, self._waiting = self._waiting, set()
        for each in waiting:
            if not each.done():
                each.set_result(None)

    async def wait(self, condition: Callable[[], object], seconds: float) -> bool:
        """Wait until the condition holds; False if it does not within so many real seconds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not condition():
            left = end - loop.time()
            if left <= 0:
                return False
            changed = loop.create_future()
            self._waiting.add(changed)
            await asyncio.wait((changed,), timeout=left)
            self._waiting.discard(changed)
        return True
