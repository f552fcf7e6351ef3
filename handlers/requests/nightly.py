"""Once a night every ladder is walked; the coordinator hears once of rungs that reach nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.directory import groups
from handlers.directory.addresses import address_of
from handlers.directory.roster import role_name
from handlers.requests import deadlines, reachable
from handlers.requests.deadlines import Hours
from handlers.requests.reachable import Nobody, Town
from handlers.requests.worktime import WorkCalendar
from handlers.work import Work
from storage.queries import administration as admin_query
from storage.queries import areas as areas_query
from storage.queries import clocks as query

CHORE = "ladders"
#: So many places are named in a line; how many there are is told as well.
MOST_NAMED = 4
KINDS = ("neighbourhood", "building", "unit")


async def due(work: Work) -> int:
    """Walk the ladders, if it is time and no other process does."""
    seen = await query.chore_due(work.store, CHORE)
    following = next_night(work)
    if seen is None:
        await query.begin_chore(work.store, CHORE, following)
    elif seen <= work.now and await query.claim_chore(work.store, CHORE, seen, following):
        for root in await admin_query.root_paths(work.store):
            await _walk(work, root)
    return 0


def next_night(work: Work) -> datetime:
    """The next night."""
    zone = ZoneInfo(work.desk.defaults.timezone)
    local = work.now.astimezone(zone)
    for days in (0, 1):
        at = datetime.combine(local.date() + timedelta(days=days), work.policy.nightly.at, zone)
        if at > work.now:
            return at
    return work.now + timedelta(days=1)


async def _walk(work: Work, root: str) -> None:
    """What is new since the last night is told; what is mended is forgotten."""
    town, found = await reachable.walk(work, root)
    before = {
        (gap.area_id, gap.ladder, gap.rung): gap.id
        for gap in await query.gaps(work.store)
        if gap.area_id in town.tree
    }
    now = {(each.area_id, each.ladder, each.rung): each for each in found}
    new = [each for key, each in now.items() if key not in before]
    for each in new:
        await query.new_gap(work.store, each.area_id, each.ladder, each.rung, work.now)
    await query.closed_gaps(work.store, [i for key, i in before.items() if key not in now])
    if new:
        await _tell(work, town, new)


async def _tell(work: Work, town: Town, new: Sequence[Nobody]) -> None:
    """Each coordinator hears of the places that are theirs, in the morning."""
    managers = [role for role, each in work.policy.roles.items() if "manage" in each.rights]
    theirs: dict[int, list[Nobody]] = {}
    for each in new:
        for area_id in areas_query.ids_of(town.tree[each.area_id].path):
            for holder in town.holders.get(area_id, ()):
                if holder.role in managers:
                    theirs.setdefault(holder.person.id, []).append(each)
    told = await _told_at(work, list(theirs))
    for person_id, gaps in theirs.items():
        address = await address_of(work, person_id)
        language = address.language if address else work.desk.defaults.language
        lines = "\n".join(_lines(work, town, gaps, language))
        delay = told[person_id] - work.now
        await groups.tell(work, person_id, "ladder.nobody", delay=delay, lines=lines)


async def _told_at(work: Work, person_ids: Sequence[int]) -> dict[int, datetime]:
    """When each of these may be told: neither the community nor they sleep (R37)."""
    rows = await query.hours_of(work.store, person_ids)
    own = {row.person_id: Hours.of(row.quiet, row.duty) for row in rows}
    zone = ZoneInfo(work.desk.defaults.timezone)
    calendar = WorkCalendar(zone, work.policy.calendar)
    return {
        each: deadlines.told(work.now, work.policy.quiet, own.get(each, Hours()), calendar)
        for each in person_ids
    }


def _lines(work: Work, town: Town, gaps: Sequence[Nobody], language: str) -> list[str]:
    """Who is missing where: a line for each rung, whatever ladders it belongs to."""
    by_rung: dict[tuple[str, ...], list[int]] = {}
    for each in gaps:
        areas = by_rung.setdefault(each.ask, [])
        if each.area_id not in areas:
            areas.append(each.area_id)
    return [
        work.word(
            language,
            "ladder.nobody_line",
            who=work.word(language, "request.between").join(
                role_name(work, language, name) for name in ask
            ),
            where=_names(town, areas),
            n=len(areas),
        )
        for ask, areas in by_rung.items()
    ]


def _names(town: Town, areas: Sequence[int]) -> str:
    names = [
        "".join(
            town.tree[each].name
            for each in areas_query.ids_of(town.tree[area].path)
            if town.tree[each].kind in KINDS
        )
        for area in areas[:MOST_NAMED]
    ]
    return "、".join(names) + (" …" if len(areas) > MOST_NAMED else "")
