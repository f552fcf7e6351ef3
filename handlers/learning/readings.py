"""What was taken for a request and what became of it; whether a group needs a question first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from handlers.learning.rules import Tally, acts
from handlers.work import Work
from storage.laying import fresh, lay
from storage.queries import areas as areas_query
from storage.queries import learning as query
from storage.tables import Chat, Reading, Request

MEASURED, ACT, SUGGEST = "measured", "act", "suggest"


def mode_of(setting: str, chat: Chat) -> str:
    """What a setting means in a chat: act or suggest. To the bot alone, nobody speaks in vain."""
    if setting != MEASURED:
        return setting
    return ACT if chat.kind == "private" or chat.acts_since is not None else SUGGEST


async def setting_of(work: Work, chat: Chat) -> str:
    """What is set for a chat: its own, else its place's, else the policy's."""
    own = chat.settings.get("mode")
    if own is None and chat.area_id is not None:
        own = (await areas_query.facts_at(work.store, chat.area_id)).settings.get("mode")
    return str(own or work.policy.understanding.mode)


async def keep(
    work: Work,
    chat: Chat,
    read: dict[str, Any],
    *,
    request: Request | None = None,
    right: bool | None = None,
) -> Reading:
    """Something was taken for a request: opened, or asked about and answered."""
    row = fresh(
        Reading,
        chat_id=chat.id,
        request_id=request.id if request is not None else None,
        at=work.now,
        opens=bool(read["opens"]),
        right=right,
        seen=read["seen"] if request is not None else {},
    )
    await lay(work.store, row)
    return row


async def tally(work: Work, chat: Chat) -> Tally:
    """How often the bot was right in a group lately."""
    bars = work.policy.understanding.trust
    settled = work.now - timedelta(hours=bars.settled_hours)
    return Tally.of(await query.verdicts(work.store, chat.id, settled, bars.newest))


async def weigh(work: Work, chat: Chat) -> Tally | None:
    """Go over to acting or back to asking as the cases say; the cases, if that changed."""
    if chat.kind != "group" or await setting_of(work, chat) != MEASURED:
        return None
    counted, acted = await tally(work, chat), chat.acts_since is not None
    if acts(counted, work.policy.understanding.trust, acted=acted) is acted:
        return None
    if not await query.turn(work.store, chat.id, None if acted else work.now):
        return None  # another process was first, and told it
    work.touched.add(chat.id)
    await work.store.refresh(chat)
    return counted
