"""Questions answered from what is known of a place: who is in charge, which reminder is next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select

from handlers.context import Context
from handlers.directory import groups
from handlers.understanding.questions import which_next
from storage.queries import areas as areas_query
from storage.queries import offices
from storage.queries import people as people_query
from storage.queries.areas import AreaFacts
from storage.tables import Area, Person, Reminder

#: Of more units or buildings no more are named.
MOST_PLACES = 12

Answer = Callable[[Context, AreaFacts, str], Awaitable[bool]]


async def answer(ctx: Context, question: str, text: str) -> bool:
    """Answer shortly, or stay silent (False) when there is nothing certain to say."""
    run = ANSWERS.get(question)
    if run is None or ctx.chat.area_id is None:
        return False
    return await run(ctx, await areas_query.facts_at(ctx.store, ctx.chat.area_id), text)


async def _holders(ctx: Context, facts: AreaFacts, roles: list[str]) -> bool:
    found = await people_query.holders_over(ctx.store, facts.path, roles)
    if not found:
        return False
    lines = [_line(ctx, each.role, each.person.name) for each in found[:4]]
    if facts.hotline:
        lines.append(ctx.word(ctx.chat_language, "directory.answer_hotline", number=facts.hotline))
    ctx.answer_text("\n".join(lines))
    return True


async def _manager(ctx: Context, facts: AreaFacts, text: str) -> bool:
    return await _holders(ctx, facts, ["property_manager", "grid_worker"])


async def _community(ctx: Context, facts: AreaFacts, text: str) -> bool:
    return await _holders(ctx, facts, ["coordinator"])


async def _captain(ctx: Context, facts: AreaFacts, text: str) -> bool:
    """The captains of the asker's building or above it; where that is unknown, of each one."""
    building = await _building(ctx, facts)
    if building is None:
        held = await offices.held_under(ctx.store, facts.path, "building_captain")
        if held:
            ctx.answer_text("\n".join(_lines_at(ctx, "building_captain", held[:MOST_PLACES])))
            return True
    elif not facts.path.startswith(building.path):
        facts = await areas_query.facts_at(ctx.store, building.id)
    return await _holders(ctx, facts, ["unit_captain", "building_captain", "neighbourhood_captain"])


async def _unit_captain(ctx: Context, facts: AreaFacts, text: str) -> bool:
    """Those of the building: of the asker's own unit first. Who is in a unit's group means that.

    Where their unit is unknown the building's own captain is named as well.
    """
    building = await _building(ctx, facts)
    if building is None or "unit" in facts.codes:
        return await _captain(ctx, facts, text)
    held = await offices.held_under(ctx.store, building.path, "unit_captain")
    homes = [area.path for _, area in await people_query.homes_of(ctx.store, ctx.person.id)]
    own = [each for each in held if any(home.startswith(each[1].path) for home in homes)]
    found = [*own, *(each for each in held if each not in own)][:MOST_PLACES]
    if not found:
        return await _captain(ctx, facts, text)
    lines = _lines_at(ctx, "unit_captain", found)
    if not any(home.startswith(building.path) for home in homes):
        above = await people_query.holders_over(ctx.store, building.path, ["building_captain"])
        lines += [_line(ctx, each.role, each.person.name) for each in above]
    ctx.answer_text("\n".join(lines))
    return True


def _line(ctx: Context, role: str, name: str) -> str:
    called = ctx.word(ctx.chat_language, f"roles.{role}")
    return ctx.word(ctx.chat_language, "directory.answer_holder", role=called, name=name)


def _lines_at(ctx: Context, role: str, held: Sequence[tuple[Person, Area]]) -> list[str]:
    language = ctx.chat_language
    called = ctx.word(language, f"roles.{role}")
    return [
        ctx.word(
            language, "directory.answer_holder_at", place=area.name, role=called, name=person.name
        )
        for person, area in held
    ]


async def _building(ctx: Context, facts: AreaFacts) -> Area | None:
    """That of the chat, else the one of the place in which the asker lives."""
    homes = [area.path for _, area in await people_query.homes_of(ctx.store, ctx.person.id)]
    for path in (facts.path, *(home for home in homes if home.startswith(facts.path))):
        line = await areas_query.line_of(ctx.store, path)
        found = next((each for each in line if each.kind == "building"), None)
        if found is not None:
            return found
    return None


async def _hotline(ctx: Context, facts: AreaFacts, text: str) -> bool:
    if not facts.hotline:
        return await _manager(ctx, facts, text)
    ctx.answer_text(ctx.word(ctx.chat_language, "directory.answer_hotline", number=facts.hotline))
    return True


async def _office_hours(ctx: Context, facts: AreaFacts, text: str) -> bool:
    """They are known to nobody here; who wants to know them can ring."""
    if not facts.hotline:
        return False
    word = ctx.word(ctx.chat_language, "directory.answer_hours", number=facts.hotline)
    ctx.answer_text(word)
    return True


async def _next_reminder(ctx: Context, facts: AreaFacts, text: str) -> bool:
    """The next one here; where something is named ("下次停水"), the next that tells of it."""
    about = which_next(text)
    found = (
        select(Reminder)
        .where(Reminder.area_id.in_(areas_query.ids_of(facts.path)), Reminder.state == "on")
        .where(Reminder.next_at > ctx.now)
        .order_by(Reminder.next_at)
        .limit(1)
    )
    if about is not None:
        found = found.where(Reminder.text.contains(about, autoescape=True))
    reminder = await ctx.store.scalar(found)
    if reminder is None or reminder.next_at is None:
        if about is None:
            ctx.answer_text(ctx.word(ctx.chat_language, "directory.answer_no_reminder"))
        return about is None
    zone = ZoneInfo(facts.timezone or ctx.desk.defaults.timezone)
    when = reminder.next_at.astimezone(zone).strftime("%m-%d %H:%M")
    ctx.answer_text(
        ctx.word(ctx.chat_language, "directory.answer_reminder", when=when, text=reminder.text)
    )
    return True


async def _help(ctx: Context, facts: AreaFacts, text: str) -> bool:
    heard = ctx.private or ctx.chat.hears_all
    key = "directory.answer_help" if heard else "directory.answer_help_mention"
    called = groups.called_in(ctx, ctx.chat, ctx.chat_language)
    ctx.answer_text(ctx.word(ctx.chat_language, key, called=called))
    return True


ANSWERS: dict[str, Answer] = {
    "manager": _manager,
    "captain": _captain,
    "unit_captain": _unit_captain,
    "community": _community,
    "hotline": _hotline,
    "office_hours": _office_hours,
    "next_reminder": _next_reminder,
    "help": _help,
}
