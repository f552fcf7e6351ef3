"""Where the bot only answers: what nobody asked for waits until somebody there wants something.

Unofficial accounts that speak by themselves are put out (R18). What waited goes with the answer;
what is older than a day says nothing any more and is dropped, but for standing messages.
"""

from __future__ import annotations

from datetime import timedelta

from handlers.context import Context, Sendable, Work
from storage.queries import noise as query

#: Nobody needs a reminder of yesterday.
STALE_AFTER = timedelta(days=1)


def must(work: Work, out: Sendable) -> bool:
    """Whether this must wait: nobody in its chat wants anything of the bot now."""
    if not work.can(out.platform).answers_only:
        return False
    return not (isinstance(work, Context) and _is_here(work, out))


def _is_here(ctx: Context, out: Sendable) -> bool:
    return (out.platform, out.chat) == (ctx.chat.platform, ctx.chat.external_id)


async def release(ctx: Context) -> None:
    """Somebody wants something here: what waited goes along, as far as it still says anything."""
    if ctx.can(ctx.chat.platform).answers_only:
        stale = ctx.now - STALE_AFTER
        await query.release(ctx.store, ctx.chat, ctx.now, stale)
