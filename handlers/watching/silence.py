"""Groups that used to talk and are not heard any more: whoever manages them is told (R14)."""

from __future__ import annotations

from datetime import timedelta

from handlers.watching import alarms
from handlers.work import Work
from storage.queries import watching as query
from storage.tables import Chat, Pulse

#: A silence that cannot be judged now is looked at again after this.
AGAIN_AFTER = timedelta(minutes=30)


async def due(work: Work, limit: int = 50) -> int:
    """Tell of groups whose silence is unusual now; gives how many were looked at."""
    found = await query.claim_silent(work.store, work.now, work.now + AGAIN_AFTER, limit)
    for pulse in found:
        await _look(work, pulse)
    return len(found)


async def _look(work: Work, pulse: Pulse) -> None:
    chat = await work.store.get(Chat, pulse.chat_id)
    if chat is not None and not work.desk.in_touch(chat.platform):
        return  # nobody is heard there, and that is told by itself
    pulse.look_at = None  # until it is heard again
    if chat is not None and chat.present:
        await alarms.on(work, alarms.of_chat("silent", chat), since=pulse.last_at)
