"""The one checked way to what a person may do: rights come from roles held at a place or above."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from config.policy import Policy, Right
from handlers.context import Context, RefusalError, Work
from storage.queries import directory as query
from storage.tables import Area


async def rights_over(
    store: AsyncSession, policy: Policy, person_id: int, path: str
) -> frozenset[Right]:
    """What a person may do at a place: the union over the roles held there or above."""
    ids = set(query.ids_of(path))
    held = await query.roles_of(store, person_id)
    rights: set[Right] = set()
    for role, area in held:
        if area.id in ids:
            rights |= policy.rights(role)
    return frozenset(rights)


async def may(work: Work, person_id: int, right: Right, path: str) -> bool:
    """Whether a person has a right at a place."""
    return right in await rights_over(work.store, work.policy, person_id, path)


async def require(ctx: Context, right: Right, path: str) -> None:
    """Raise RefusalError unless the person who speaks has the right at the place."""
    if not await may(ctx, ctx.person.id, right, path):
        raise RefusalError("access.not_here")


async def areas_with(ctx: Context, right: Right) -> list[Area]:
    """The places at which the person who speaks has a right (the tops; all below is theirs too)."""
    held = await query.roles_of(ctx.store, ctx.person.id)
    found = {area.id: area for role, area in held if right in ctx.policy.rights(role)}
    return sorted(found.values(), key=lambda area: (len(area.path), area.id))


async def require_somewhere(ctx: Context, right: Right) -> list[Area]:
    """The places of `areas_with`; raises RefusalError when there is none."""
    areas = await areas_with(ctx, right)
    if not areas:
        raise RefusalError("access.no_right")
    return areas
