"""The monthly report: a picture and an Excel sheet, on demand and on the first of a month."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from handlers.chat.outgoing import Content
from handlers.directory.addresses import address_of
from handlers.directory.zones import zone_at
from handlers.manner import Manner
from handlers.requests import deadlines, routing
from handlers.statistics import asking, drawing, periods, texts, workbooks
from handlers.statistics.fonts import NoFontError
from handlers.statistics.report import Ask, Report
from handlers.work import Work
from storage.queries import areas as areas_query
from storage.queries import clocks as chore_query
from storage.queries import people as people_query
from storage.queries import statistics as query
from storage.queries.areas import AreaFacts
from storage.tables import Area, Chat

log = structlog.get_logger("linli.statistics")

#: The nightly look: communities without a monthly report.
CHORE = "statistics"
#: A chore for each community; behind it stands the place's id.
MONTHLY = "month:"
AGAIN_AFTER = timedelta(hours=1)


async def send(work: Work, chat: Chat, language: str, area: Area, ask: Ask) -> None:
    """Lay both files into the tray for a chat; without a font only the sheet, and why."""
    found = await whole(work, area, ask)
    values = {"place": found.title, "period": texts.period_name(work, language, ask.period)}
    name = f"linli-{ask.period.begin:%Y-%m}"
    try:
        picture = drawing.picture(work, language, found)
    except NoFontError:
        work.say(chat, Content(text=work.word(language, "stats.no_font")))
    else:
        caption = work.word(language, "stats.report_caption", **values)
        work.send_file(chat, f"{name}.png", picture, caption, picture=True)
    sheet = workbooks.workbook(work, language, found)
    work.send_file(chat, f"{name}.xlsx", sheet, work.word(language, "stats.excel_caption"))


async def whole(work: Work, area: Area, ask: Ask) -> Report:
    """The numbers of a place with the curves of days and months."""
    found = await asking.numbers(work, [area.path], ask)
    return replace(found, curves=await asking.curves(work, [area.path], ask))


async def due(work: Work) -> int:
    """What is due of the numbers; how much was done (the tick asks again until nothing is)."""
    if name := await _claimed(work):
        await _one(work, name)
        return 1
    seen = await chore_query.chore_due(work.store, CHORE)
    if seen is None:
        await chore_query.begin_chore(work.store, CHORE, work.now)
        return 1
    if seen > work.now:
        return 0
    night = _next_night(work, ZoneInfo(work.desk.defaults.timezone))
    if not await chore_query.claim_chore(work.store, CHORE, seen, night):
        return 0
    await _begin(work)
    return 0


async def _one(work: Work, name: str) -> None:
    """One report in a savepoint; one with which it fails is tried again and stops no other."""
    said, area_id = len(work.tray), int(name.removeprefix(MONTHLY))
    try:
        async with work.store.begin_nested():
            await _post(work, area_id)
    except Exception:
        del work.tray[said:]
        log.exception("due.failed", area=area_id)
        await query.put_off(work.store, name, work.now + AGAIN_AFTER)


def _next_night(work: Work, zone: ZoneInfo) -> datetime:
    local = work.now.astimezone(zone)
    at = datetime.combine(local.date(), work.policy.nightly.at, zone)
    return at if at > work.now else at + timedelta(days=1)


async def _begin(work: Work) -> None:
    """Communities that are new get a report of their first whole month."""
    for area in await query.reported_places(work.store):
        facts = await areas_query.facts_at(work.store, area.id)
        await chore_query.begin_chore(work.store, f"{MONTHLY}{area.id}", _next_first(work, facts))


def _next_first(work: Work, facts: AreaFacts) -> datetime:
    """The next first of a month at a place, at the hour of its policy."""
    zone = zone_at(work, facts)
    today = work.now.astimezone(zone).date()
    at = routing.policy_at(work.policy, facts).statistics.at
    first = datetime.combine(periods.month_of(today).begin, at, zone)
    if first <= work.now:
        first = datetime.combine(periods.month_of(today).end, at, zone)
    return first


async def _claimed(work: Work) -> str | None:
    """A monthly report that is due, taken by this process alone; its chore's name."""
    for name, seen in await query.monthly_due(work.store, MONTHLY, work.now):
        area = await work.store.get(Area, int(name.removeprefix(MONTHLY)))
        if area is None:
            await query.forget_chore(work.store, name)
            continue
        facts = await areas_query.facts_at(work.store, area.id)
        if await chore_query.claim_chore(work.store, name, seen, _next_first(work, facts)):
            return name
    return None


async def _post(work: Work, area_id: int) -> None:
    """The month that has ended, to those who manage the place, when they may be disturbed."""
    area = await work.store.get_one(Area, area_id)
    facts = await areas_query.facts_at(work.store, area_id)
    zone = zone_at(work, facts)
    today = work.now.astimezone(zone).date()
    last = periods.before(periods.month_of(today))
    ask = await asking.ask_at(work, facts, last, None)
    delay = deadlines.awake(work.now, routing.policy_at(work.policy, facts).quiet, zone) - work.now
    managers = [role for role, each in work.policy.roles.items() if "manage" in each.rights]
    held = await people_query.holders_over(work.store, facts.path, managers)
    for person_id in dict.fromkeys(each.person.id for each in held):
        address = await address_of(work, person_id)
        if address is None or address.chat is None:
            continue
        if not work.can(address.chat.platform).files:
            found = await asking.numbers(work, [area.path], ask, ())
            text = "\n".join(texts.whole(work, address.language, found))
            told = Content(title=texts.title(work, address.language, found), text=text)
            work.say(address.chat, told, Manner(delay=delay))
            continue
        before = len(work.tray)
        await send(work, address.chat, address.language, area, ask)
        work.tray[before:] = [
            replace(each, not_before=each.not_before + delay) for each in work.tray[before:]
        ]
