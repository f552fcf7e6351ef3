"""/leave: who is away from when to when, and who stands in."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete

from handlers.context import Context
from handlers.directory import access, bases, filling, finding, groups
from handlers.directory.audit import record
from handlers.directory.filling import Part
from handlers.work import RefusalError
from storage.queries import duty as duty_query
from storage.queries import people as people_query
from storage.tables import Leave, Person

OFF = frozenset({"off", "取消", "cancel"})
DATE = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")


async def leave(ctx: Context, rest: str) -> None:
    """/leave 12-01 12-07 DEPUTY for oneself; coordinators: /leave PERSON 12-01 12-07 DEPUTY."""
    if not DATE.search(rest) and not (OFF & set(rest.split())):
        await filling.ask(ctx, "leave", rest, Part.DAYS)
        return
    words, days, after = _split(rest, ctx)
    person = await _absentee(ctx, words)
    if after in OFF or not DATE.search(rest):
        await _end_leave(ctx, person)
        return
    if not after:
        await filling.ask(ctx, "leave", rest, Part.DEPUTY)
        return
    starts, ends = days
    deputy = None if after == filling.NOBODY else await finding.find_person(ctx, after)
    if deputy is not None and deputy.id == person.id:
        raise RefusalError("directory.leave_self")
    await ctx.store.execute(delete(Leave).where(Leave.person_id == person.id, Leave.ends > ctx.now))
    ctx.store.add(
        Leave(
            person_id=person.id,
            starts=starts,
            ends=ends,
            deputy_id=deputy.id if deputy else None,
        )
    )
    await duty_query.check_soon(ctx.store, person.id, ctx.now)
    await record(ctx, "leave", detail={"person": person.id})
    shown: dict[str, Any] = {
        "name": person.name,
        "deputy": deputy.name if deputy else ctx.t("directory.nobody"),
    }
    ctx.answer(
        "directory.leave_kept",
        start=starts.astimezone(await _zone(ctx)).strftime("%m-%d"),
        end=(ends - timedelta(seconds=1)).astimezone(await _zone(ctx)).strftime("%m-%d"),
        **shown,
    )
    if deputy is not None:
        await groups.tell(ctx, deputy.id, "directory.leave_told", **shown)


def _split(rest: str, ctx: Context) -> tuple[str, tuple[datetime, datetime], str]:
    found = list(DATE.finditer(rest))
    if not found:
        return rest.strip(), (ctx.now, ctx.now), ""
    zone = ZoneInfo(ctx.desk.defaults.timezone)
    today = ctx.now.astimezone(zone).date()
    days = [_day(match, today) for match in found[:2]]
    first, last = days[0], days[-1]
    if last < first or last < today:
        raise RefusalError("directory.leave_order")
    starts = datetime.combine(first, time(), zone)
    ends = datetime.combine(last + timedelta(days=1), time(), zone)
    after = rest[found[min(len(found), 2) - 1].end() :].strip()
    return rest[: found[0].start()].strip(), (starts, ends), after


def _day(match: re.Match[str], today: date) -> date:
    year = int(match[1]) if match[1] else today.year
    try:
        day = date(year, int(match[2]), int(match[3]))
    except ValueError:
        raise RefusalError("directory.date_impossible", text=match[0]) from None
    # "01-05" said in December means next January.
    if not match[1] and day < today - timedelta(days=180):
        day = day.replace(year=year + 1)
    return day


async def _absentee(ctx: Context, words: str) -> Person:
    words = " ".join(word for word in words.split() if word not in OFF)
    if not words:
        return ctx.person
    person = await finding.find_person(ctx, words)
    if person.id != ctx.person.id:
        held = await people_query.roles_of(ctx.store, person.id)
        if not held:
            raise RefusalError("directory.leave_no_role", name=person.name)
        for _, area in held:
            await access.require(ctx, "manage", area.path)
    return person


async def _end_leave(ctx: Context, person: Person) -> None:
    await ctx.store.execute(delete(Leave).where(Leave.person_id == person.id, Leave.ends > ctx.now))
    await duty_query.check_soon(ctx.store, person.id, ctx.now)
    ctx.answer("directory.leave_ended", name=person.name)


async def _zone(ctx: Context) -> ZoneInfo:
    base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    return ZoneInfo(base.timezone or ctx.desk.defaults.timezone)
