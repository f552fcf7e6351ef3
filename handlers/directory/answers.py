"""Questions that the bot can answer from what it knows: who is in charge, was it reported, when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

from sqlalchemy import select

from handlers.context import Context
from storage.queries import areas as areas_query
from storage.queries import offices
from storage.queries import people as people_query
from storage.queries.areas import AreaFacts
from storage.tables import Area, Reminder, Request

#: Of a building with more units no more are named.
MOST_UNITS = 12

Answer = Callable[[Context, AreaFacts, Request | None], Awaitable[bool]]


async def answer(ctx: Context, question: str, request: Request | None) -> bool:
    """Answer shortly, or stay silent (False) when there is nothing certain to say."""
    run = ANSWERS.get(question)
    if run is None or ctx.chat.area_id is None:
        return False
    return await run(ctx, await areas_query.facts_at(ctx.store, ctx.chat.area_id), request)


async def _holders(ctx: Context, facts: AreaFacts, roles: list[str]) -> bool:
    found = await people_query.holders_over(ctx.store, facts.path, roles)
    if not found:
        return False
    lines = [
        ctx.word(
            ctx.chat_language,
            "directory.answer_holder",
            role=ctx.word(ctx.chat_language, f"roles.{each.role}"),
            name=each.person.name,
        )
        for each in found[:4]
    ]
    if facts.hotline:
        lines.append(ctx.word(ctx.chat_language, "directory.answer_hotline", number=facts.hotline))
    ctx.answer_text("\n".join(lines))
    return True


async def _manager(ctx: Context, facts: AreaFacts, request: Request | None) -> bool:
    return await _holders(ctx, facts, ["property_manager", "grid_worker"])


async def _captain(ctx: Context, facts: AreaFacts, request: Request | None) -> bool:
    return await _holders(ctx, facts, ["unit_captain", "building_captain", "neighbourhood_captain"])


async def _unit_captain(ctx: Context, facts: AreaFacts, request: Request | None) -> bool:
    """Those of the building: of the asker's own unit first. Who is in a unit's group means that."""
    building = await _building(ctx, facts)
    if building is None or "unit" in facts.codes:
        return await _captain(ctx, facts, request)
    held = await offices.held_under(ctx.store, building.path, "unit_captain")
    homes = [area.path for _, area in await people_query.homes_of(ctx.store, ctx.person.id)]
    own = [each for each in held if any(home.startswith(each[1].path) for home in homes)]
    found = [*own, *(each for each in held if each not in own)][:MOST_UNITS]
    if not found:
        return await _captain(ctx, facts, request)
    language = ctx.chat_language
    role = ctx.word(language, "roles.unit_captain")
    lines = [
        ctx.word(
            language, "directory.answer_holder_at", place=area.name, role=role, name=person.name
        )
        for person, area in found
    ]
    ctx.answer_text("\n".join(lines))
    return True


async def _building(ctx: Context, facts: AreaFacts) -> Area | None:
    """That of the chat, else the one of the place in which the asker lives."""
    homes = [area.path for _, area in await people_query.homes_of(ctx.store, ctx.person.id)]
    for path in (facts.path, *(home for home in homes if home.startswith(facts.path))):
        line = await areas_query.line_of(ctx.store, path)
        found = next((each for each in line if each.kind == "building"), None)
        if found is not None:
            return found
    return None


async def _hotline(ctx: Context, facts: AreaFacts, request: Request | None) -> bool:
    if not facts.hotline:
        return await _manager(ctx, facts, request)
    ctx.answer_text(ctx.word(ctx.chat_language, "directory.answer_hotline", number=facts.hotline))
    return True


async def _status(ctx: Context, facts: AreaFacts, request: Request | None) -> bool:
    if request is None:
        return False
    language = ctx.chat_language
    holder = None
    if request.holder_id is not None:
        holder = (await people_query.people(ctx.store, [request.holder_id])).get(request.holder_id)
    ctx.answer_text(
        ctx.word(
            language,
            "directory.answer_status" if holder else "directory.answer_status_open",
            number=request.number,
            state=ctx.word(language, f"request.state.{request.state}"),
            name=holder.name if holder else "",
        ),
        about=request.id,
    )
    return True


async def _next_reminder(ctx: Context, facts: AreaFacts, request: Request | None) -> bool:
    reminder = await ctx.store.scalar(
        select(Reminder)
        .where(Reminder.area_id.in_(areas_query.ids_of(facts.path)), Reminder.state == "on")
        .where(Reminder.next_at > ctx.now)
        .order_by(Reminder.next_at)
        .limit(1)
    )
    if reminder is None or reminder.next_at is None:
        return False
    zone = ZoneInfo(facts.timezone or ctx.desk.defaults.timezone)
    when = reminder.next_at.astimezone(zone).strftime("%m-%d %H:%M")
    ctx.answer_text(
        ctx.word(ctx.chat_language, "directory.answer_reminder", when=when, text=reminder.text)
    )
    return True


async def _help(ctx: Context, facts: AreaFacts, request: Request | None) -> bool:
    ctx.answer_text(ctx.word(ctx.chat_language, "directory.answer_help"))
    return True


ANSWERS: dict[str, Answer] = {
    "manager": _manager,
    "captain": _captain,
    "unit_captain": _unit_captain,
    "hotline": _hotline,
    "status": _status,
    "next_reminder": _next_reminder,
    "help": _help,
}
