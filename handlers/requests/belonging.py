"""Which request a message of a chat belongs to."""

from __future__ import annotations

from handlers.context import Context
from storage.queries import scenes as scene_query
from storage.tables import Request


async def request_of(ctx: Context, message_id: str | None) -> Request | None:
    """The request that a message of this chat belongs to."""
    if message_id is None:
        return None
    found = await scene_query.request_of_message(ctx.store, ctx.chat.id, message_id)
    return found[0] if found else None


async def request_of_own(ctx: Context, message_id: str | None) -> Request | None:
    """The request that a message of the bot's own (a card, a page) speaks of."""
    if message_id is None:
        return None
    found = await scene_query.request_of_message(ctx.store, ctx.chat.id, message_id)
    return found[0] if found and found[1] in ("card", "page") else None
