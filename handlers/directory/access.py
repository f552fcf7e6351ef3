"""The one checked way to what a person may do: rights come from roles held at a place or above."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.policy import Policy
from config.terms import Right
from handlers.context import Context
from handlers.directory import bases, places, roster
from handlers.work import RefusalError, Work
from storage.queries import areas as areas_query
from storage.queries import people as people_query
from storage.tables import Area, Leave

#: How many of those who may are named.
MOST_NAMED = 3


async def rights_over(
    store: AsyncSession, policy: Policy, person_id: int, path: str
) -> frozenset[Right]:
    """What a person may do at a place: the union over the roles held there or above."""
    ids = set(areas_query.ids_of(path))
    held = await people_query.roles_of(store, person_id)
    rights: set[Right] = set()
    for role, area in held:
        if area.id in ids:
            rights |= policy.rights(role)
    return frozenset(rights)


async def may(work: Work, person_id: int, right: Right, path: str) -> bool:
    """Whether a person has a right at a place. Who speaks as a group or a channel has none."""
    if isinstance(work, Context) and work.anonymous and person_id == work.person.id:
        return False
    return right in await rights_over(work.store, work.policy, person_id, path)


async def in_office(work: Work, person_id: int) -> bool:
    """Whether somebody holds an office, or stands in for who does, now or later."""
    if await people_query.roles_of(work.store, person_id):
        return True
    stands_in = select(Leave.id).where(Leave.deputy_id == person_id, Leave.ends > work.now)
    return await work.store.scalar(stands_in.limit(1)) is not None


async def require(ctx: Context, right: Right, path: str) -> None:
    """Raise RefusalError, which says who may, unless the speaker has the right at the place."""
    if not await may(ctx, ctx.person.id, right, path):
        raise await refusal(ctx, right, path)


async def refusal(ctx: Context, right: Right, path: str | None = None) -> RefusalError:
    """Who may, in words: by role, and by name those nearest to the place (else to who speaks)."""
    roles = [name for name, role in ctx.policy.roles.items() if right in role.rights]
    called = [roster.role_name(ctx, ctx.language, role) for role in roles]
    names = await _nearest(ctx, roles, path or await _own_path(ctx))
    key = "access.no_right" if path is None else "access.not_here"
    between = ctx.t("request.between")
    people = ctx.t("access.people", names=between.join(names)) if names else ""
    return RefusalError(key, roles=between.join(called), people=people)


async def _nearest(ctx: Context, roles: Sequence[str], path: str | None) -> list[str]:
    if path is None:
        return []
    held = await people_query.holders_over(ctx.store, path, roles)
    names = [each.person.name for each in held if each.person.id != ctx.person.id]
    return list(dict.fromkeys(names))[:MOST_NAMED]


async def _own_path(ctx: Context) -> str | None:
    try:
        return (await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)).path
    except RefusalError:
        return None


async def areas_with(ctx: Context, right: Right) -> list[Area]:
    """The places at which the person who speaks has a right (the tops; all below is theirs too)."""
    if ctx.anonymous:
        return []
    held = await people_query.roles_of(ctx.store, ctx.person.id)
    found = {area.path: area for role, area in held if right in ctx.policy.rights(role)}
    tops = [found[path] for path in places.outermost(found)]
    return sorted(tops, key=lambda area: (len(area.path), area.id))


async def require_somewhere(ctx: Context, right: Right) -> list[Area]:
    """The places of `areas_with`; raises RefusalError when there is none."""
    areas = await areas_with(ctx, right)
    if not areas:
        raise await refusal(ctx, right)
    return areas
