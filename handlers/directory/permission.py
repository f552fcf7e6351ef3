"""Who may use a command at all; told before it asks for anything that is missing."""

from __future__ import annotations

from handlers.context import Context, Offer
from handlers.directory import access
from storage.queries import request_lists as list_query
from storage.queries.request_lists import Wanted


async def may(ctx: Context, command: Offer) -> bool:
    """Whether the person who speaks holds its right somewhere, or it concerns a request of theirs.

    What may be done to which request or place, the command itself asks.
    """
    if command.right is None or await access.areas_with(ctx, command.right):
        return True
    return command.concerned and await _is_concerned(ctx)


async def require(ctx: Context, command: Offer) -> None:
    """Raise RefusalError, which says who may, unless this person may."""
    if command.right is not None and not await may(ctx, command):
        raise await access.refusal(ctx, command.right)


async def _is_concerned(ctx: Context) -> bool:
    """Whether there is a request that they reported, joined, hold or are asked about."""
    return bool(await list_query.count(ctx.store, Wanted(person_id=ctx.person.id)))
