"""/help: what this person may do here, in their words; and nothing else."""

from __future__ import annotations

from handlers.context import Context
from handlers.directory import access


async def help_(ctx: Context, rest: str) -> None:
    """List the commands that this person may use in this chat; /help NAME explains one."""
    wanted = rest.strip().lstrip("/").casefold()
    rights = await _rights_anywhere(ctx)
    lines: list[str] = []
    for offer in ctx.book.offers:
        names = {offer.name, *offer.aliases}
        if offer.hidden or (offer.right and offer.right not in rights):
            continue
        if wanted and wanted not in names:
            continue
        if offer.where in ("both", "private" if ctx.private else "group"):
            name = offer.aliases[0] if ctx.language == "zh" and offer.aliases else offer.name
            lines.append(f"/{name}　{ctx.t(f'help.{offer.name}')}")
    if not lines:
        ctx.answer("help.none")
        return
    intro = ctx.t("help.intro_private" if ctx.private else "help.intro_group")
    ctx.answer_text("\n".join((intro, *lines)), title=ctx.t("help.title"))


async def _rights_anywhere(ctx: Context) -> set[str]:
    found: set[str] = set()
    for right in ("answer", "file", "confirm_home", "remind", "correct", "assign", "manage"):
        if await access.areas_with(ctx, right):
            found.add(right)
    return found
