"""/undo and its button: a change is taken back by who made it, or by a manager."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, or_, select

from config.terms import Right
from handlers.administration import preferences
from handlers.chat.outgoing import Content, button
from handlers.context import Context
from handlers.directory import access, paging, places
from handlers.directory.zones import clock_text, zone_of
from handlers.requests import texts
from handlers.work import RefusalError
from storage.base import begins_with
from storage.tables import Area, Audit, Chat, Person, Reminder, Request

MOST = 5
OF_REQUESTS = "request_"
#: The right with which a change is made, where that is not "manage".
MADE_WITH: Mapping[str, Right] = {"reminder_delete": "remind"}


async def undo(ctx: Context, rest: str) -> None:
    """/undo: one's last changes that can still be taken back, a button each."""
    rows = await ctx.store.scalars(
        select(Audit)
        .where(Audit.actor_id == ctx.person.id, Audit.undo.is_not(None), Audit.undone_at.is_(None))
        .where(Audit.command.in_(ctx.book.undos))
        .order_by(Audit.id.desc())
        .limit(MOST)
    )
    lines = rows.all()
    if not lines:
        raise RefusalError("settings.undo_none")
    zone = await zone_of(ctx)
    buttons = [
        (button(f"{clock_text(line.at, zone)} {await whole_name(ctx, line)}", f"undo:{line.id}"),)
        for line in lines
    ]
    ctx.answer("settings.undo_choose", buttons=tuple(buttons))


def name_of(ctx: Context, line: Audit) -> str:
    """What an audit line did, in words."""
    key = f"audit.{line.command}"
    return ctx.t(key) if ctx.desk.words.has(key) else line.command


async def whole_name(ctx: Context, line: Audit) -> str:
    """What an audit line did, and to what: the request's number, the person, role and place."""
    found = [await find(ctx, line.detail) for find in ABOUT]
    return " ".join([name_of(ctx, line), *(each for each in found if each)])


async def _request(ctx: Context, detail: Mapping[str, Any]) -> str:
    request = await ctx.store.get(Request, int(detail.get("request") or 0))
    return f"#{request.number}" if request else ""


async def _person(ctx: Context, detail: Mapping[str, Any]) -> str:
    person = await ctx.store.get(Person, int(detail.get("person") or 0))
    return person.name if person else ""


async def _role(ctx: Context, detail: Mapping[str, Any]) -> str:
    key = f"roles.{detail.get('role')}"
    return ctx.t(key) if ctx.desk.words.has(key) else ""


async def _area(ctx: Context, detail: Mapping[str, Any]) -> str:
    area = await ctx.store.get(Area, int(detail.get("area") or 0))
    return await places.full_name(ctx, area) if area else ""


async def _reminder(ctx: Context, detail: Mapping[str, Any]) -> str:
    reminder = await ctx.store.get(Reminder, int(detail.get("reminder") or 0))
    return ctx.t("settings.audit_text", text=texts.short(reminder.text, 20)) if reminder else ""


async def _field(ctx: Context, detail: Mapping[str, Any]) -> str:
    key = f"settings.name_{detail.get('field')}"
    return ctx.t(key) if ctx.desk.words.has(key) else ""


async def _into(ctx: Context, detail: Mapping[str, Any]) -> str:
    request = await ctx.store.get(Request, int(detail.get("into") or 0))
    return f"→ #{request.number}" if request else ""


async def _group(ctx: Context, detail: Mapping[str, Any]) -> str:
    chat = await ctx.store.get(Chat, int(detail.get("chat") or 0))
    return ctx.t("settings.audit_text", text=chat.title) if chat and chat.title else ""


async def _change(ctx: Context, detail: Mapping[str, Any]) -> str:
    """ "(lift → water)": what it was and what it became."""
    kind, *both = detail.get("change") or ("",)
    if kind not in VALUES:
        return ""
    before, after = [await VALUES[kind](ctx, detail, each) for each in both]
    return ctx.t("settings.audit_change", before=before, after=after)


async def _area_value(ctx: Context, detail: Mapping[str, Any], value: Any) -> str:
    return await _area(ctx, {"area": value})


async def _holder_value(ctx: Context, detail: Mapping[str, Any], value: Any) -> str:
    return await _person(ctx, {"person": value}) or ctx.t("settings.audit_nobody")


async def _category_value(ctx: Context, detail: Mapping[str, Any], value: Any) -> str:
    return texts.category(ctx, ctx.language, str(value))


async def _urgency_value(ctx: Context, detail: Mapping[str, Any], value: Any) -> str:
    return ctx.t(f"request.urgency.{value}")


async def _set_value(ctx: Context, detail: Mapping[str, Any], value: Any) -> str:
    return preferences.shown(ctx, str(detail.get("field")), value)


#: How the values of a change are said, by its kind.
VALUES: Mapping[str, Callable[[Context, Mapping[str, Any], Any], Awaitable[str]]] = {
    "area": _area_value,
    "holder": _holder_value,
    "category": _category_value,
    "urgency": _urgency_value,
    "value": _set_value,
}

#: What an audit line may be about, in the order in which it is said.
ABOUT: tuple[Callable[[Context, Mapping[str, Any]], Awaitable[str]], ...] = (
    _request,
    _person,
    _role,
    _area,
    _group,
    _reminder,
    _field,
    _into,
    _change,
)


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "undo:<audit id>"."""
    line = await ctx.store.get(Audit, int(arguments[0])) if arguments else None
    run = ctx.book.undos.get(line.command) if line else None
    if line is None or line.undo is None or run is None:
        raise RefusalError("directory.undo_gone")
    await _may_take_back(ctx, line)
    if line.undone_at is not None:
        raise RefusalError(
            "settings.undo_done", when=clock_text(line.undone_at, await zone_of(ctx))
        )
    await run(ctx, line)
    line.undone_at = ctx.now
    ctx.toast(ctx.t("settings.undone_short"))
    ctx.answer("settings.undone", what=await whole_name(ctx, line))


async def _may_take_back(ctx: Context, line: Audit) -> None:
    """One's own change as long as one could still make it: who was dismissed brings nobody and
    nothing back. Those of requests ask the table of moves."""
    own = line.actor_id == ctx.person.id
    if own and line.command.startswith(OF_REQUESTS):
        return
    right = MADE_WITH.get(line.command, "manage") if own else "manage"
    await access.require(ctx, right, line.area_path or "")


async def audit_log(ctx: Context, rest: str) -> None:
    """/audit: what was changed in one's places (or by oneself), by whom; the last ones first."""
    await _show_audit(ctx, 0)


async def on_turn(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "audit:<page>"."""
    await _show_audit(ctx, int(arguments[0]))


async def _show_audit(ctx: Context, page: int) -> None:
    areas = await access.require_somewhere(ctx, "manage")
    there = [begins_with(Audit.area_path, area.path) for area in areas]
    if any(area.parent_id is None for area in areas):  # older lines have no place
        there.append(Audit.area_path.is_(None))
    theirs = or_(Audit.actor_id == ctx.person.id, *there)
    total = await ctx.store.scalar(select(func.count()).select_from(Audit).where(theirs)) or 0
    rows = await ctx.store.execute(
        select(Audit, Person.name)
        .outerjoin(Person, Person.id == Audit.actor_id)
        .where(theirs)
        .order_by(Audit.id.desc())
        .offset(page * paging.LINES)
        .limit(paging.LINES)
    )
    zone = await zone_of(ctx)
    lines = [
        ctx.t(
            "settings.audit_line",
            when=clock_text(line.at, zone),
            who=name or ctx.t("settings.audit_program"),
            what=await whole_name(ctx, line)
            + (ctx.t("settings.audit_undone") if line.undone_at else ""),
        )
        for line, name in rows.all()
    ]
    content = Content(
        text="\n".join(lines) or ctx.t("settings.audit_none"),
        buttons=paging.turns(ctx, page, total, lambda number: f"audit:{number}"),
    )
    ctx.edit_pressed(content)
