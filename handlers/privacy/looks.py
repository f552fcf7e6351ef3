"""/who_saw_me: who was shown how to reach this person, when, and for which request (R53)."""

from __future__ import annotations

from handlers.context import Context
from handlers.directory.roster import role_name
from handlers.directory.zones import clock_text, zone_of
from storage.queries import privacy as query
from storage.queries.privacy import Seen

MOST = 20


async def who_saw_me(ctx: Context, rest: str) -> None:
    """The newest looks; nobody else's."""
    found = await query.looks_at(ctx.store, ctx.person.id, limit=MOST)
    if not found:
        ctx.answer("privacy.nobody_looked")
        return
    zone = await zone_of(ctx)
    lines = [line_of(ctx, each, clock_text(each.look.at, zone)) for each in found]
    ctx.answer_text("\n".join(lines), title=ctx.t("privacy.looks_title"))


def line_of(ctx: Context, seen: Seen, when: str) -> str:
    """One look in words."""
    what = [ctx.t(f"privacy.what_{each}") for each in seen.look.what.split()]
    return ctx.t(
        "privacy.look",
        when=when,
        name=seen.viewer,
        role=role_name(ctx, ctx.language, seen.look.role),
        what=ctx.t("privacy.and").join(what),
        number=seen.number,
    )
