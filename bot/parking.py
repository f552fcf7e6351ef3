"""An update that could not be handled: what is told of it, and what is kept of what went wrong."""

from __future__ import annotations

from typing import Any

from bot.patience import patiently
from bot.waiting import Waiting
from storage.engine import Store
from storage.queries import intake


def facts(update: Waiting, error: Exception) -> dict[str, Any]:
    """What an operator needs of it; none of its words."""
    return {
        "platform": update.platform,
        "update": update.id,
        "tries": update.tries,
        "error": type(error).__name__,
    }


async def park(store: Store, update: Waiting, error: Exception, *, dead: bool) -> None:
    """Keep how often it was tried and what went wrong; dead: it is not tried again."""

    async def work() -> None:
        async with store.write() as session:
            await intake.park_update(
                session, update.id, type(error).__name__, tries=update.tries, dead=dead
            )

    await patiently(work, "parking a message")
