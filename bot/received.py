"""Raw updates as they came, durably kept, each of them once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.lanes import Lanes
from bot.storable import storable
from bot.waiting import Waiting
from handlers.chat.platform import RawUpdate
from storage.engine import Store
from storage.queries import intake


async def keep_received(
    store: Store,
    shared: Lanes | None,
    platform: str,
    updates: Sequence[RawUpdate],
    now: datetime,
) -> list[Waiting]:
    """Keep these, and note for others who share the work that something waits; what is new."""
    stored = [storable(each) for each in updates]
    rows = [
        {
            "platform": platform,
            "key": each.key,
            "lane": f"{platform}:{each.lane}",
            "body": body,
            "received_at": now,
        }
        for each, body in stored
    ]
    async with store.write() as session:
        if shared is not None:
            await shared.note(session, (f"{platform}:{each.lane}" for each, _ in stored))
        fresh = {key: row_id for row_id, key in await intake.keep_updates(session, rows)}
    return [
        Waiting(row_id, platform, f"{platform}:{each.lane}", each.body)
        for each, _ in stored
        if (row_id := fresh.pop(each.key, None))
    ]
