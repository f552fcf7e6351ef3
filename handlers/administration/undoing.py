"""/undo and its button: a change is taken back by who made it, or by a manager."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from handlers.context import Context, RefusalError, button
from handlers.directory import access
from handlers.directory.zones import clock_text, zone_of
from storage.tables import Audit, Person

MOST = 5


async def undo(ctx: Context, rest: str) -> None:
    """/undo: one's last changes that can still be taken back, a button each."""
    rows = await ctx.store.scalars(
        select(Audit)
        .where(Audit.actor_id == ctx.person.id, Audit.undo.is_not(None), Audit.undone_at.is_(None))
        .order_by(Audit.id.desc())
        .limit(MOST)
    )
    lines = [line for line in rows.all() if line.command in ctx.book.undos]
    if not lines:
        raise RefusalError("settings.undo_none")
    zone = await zone_of(ctx)
    buttons = tuple(
        (button(f"{clock_text(line.at, zone)} {name_of(ctx, line)}", f"undo:{line.id}"),)
        for line in lines
    )
    ctx.answer("settings.undo_choose", buttons=buttons)


def name_of(ctx: Context, line: Audit) -> str:
    """What an audit line did, in words."""
    key = f"audit.{line.command}"
    return ctx.t(key) if ctx.desk.words.has(key) else line.command


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "undo:<audit id>"."""
    line = await ctx.store.get(Audit, int(arguments[0])) if arguments else None
    run = ctx.book.undos.get(line.command) if line else None
    if line is None or line.undo is None or run is None:
        raise RefusalError("directory.undo_gone")
    if line.actor_id != ctx.person.id and not await access.areas_with(ctx, "manage"):
        raise RefusalError("access.not_here")
    if line.undone_at is not None:
        raise RefusalError(
            "settings.undo_done", when=clock_text(line.undone_at, await zone_of(ctx))
        )
    await run(ctx, line)
    line.undone_at = ctx.now
    ctx.toast(ctx.t("settings.undone_short"))
    ctx.answer("settings.undone", what=name_of(ctx, line))


async def audit_log(ctx: Context, rest: str) -> None:
    """/audit: the last commands that changed something, by whom."""
    await access.require_somewhere(ctx, "manage")
    rows = await ctx.store.execute(
        select(Audit, Person.name)
        .outerjoin(Person, Person.id == Audit.actor_id)
        .order_by(Audit.id.desc())
        .limit(20)
    )
    zone = await zone_of(ctx)
    lines = [
        ctx.t(
            "settings.audit_line",
            when=clock_text(line.at, zone),
            who=name or ctx.t("settings.audit_program"),
            what=name_of(ctx, line) + (ctx.t("settings.audit_undone") if line.undone_at else ""),
        )
        for line, name in rows.all()
    ]
    ctx.answer_text("\n".join(lines) or ctx.t("settings.audit_none"))
