"""Asks the sums for the numbers of a place and a period."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from handlers.directory import places
from handlers.directory.zones import zone_at
from handlers.requests import routing
from handlers.statistics import periods
from handlers.statistics.periods import Period
from handlers.statistics.report import Ask, Curves, Report, Sums, Wait, report
from handlers.statistics.rules import Marks
from handlers.work import Work
from storage.queries import areas as areas_query
from storage.queries import statistics as query
from storage.queries.areas import AreaFacts
from storage.queries.statistics import Alike, Cells
from storage.tables import Area

#: So many months are drawn.
MONTHS = 12
#: Kinds of places whose buildings are named with their neighbourhood.
ABOVE = ("district", "subdistrict", "community")


async def ask_at(
    work: Work, facts: AreaFacts, period: Period | None, baseline: Period | None
) -> Ask:
    """What is asked at a place; without a period its own month, without a baseline its policy's."""
    today = work.now.astimezone(zone_at(work, facts)).date()
    period = period or periods.month_of(today)
    return Ask(period, baseline or _baseline(work, facts, period), today, work.now)


def _baseline(work: Work, facts: AreaFacts, period: Period) -> Period:
    own = routing.policy_at(work.policy, facts).statistics.baseline
    if own and period.kind == "month":
        return periods.month_of(date.fromisoformat(f"{own}-01"))
    return periods.before(period)


async def numbers(work: Work, paths: Sequence[str], ask: Ask) -> Report:
    """The numbers of the requests at or under these paths."""
    paths = await upto_building(work, paths)
    known = await query.places(work.store, paths)
    areas = [area.id for area in known]
    cells = Cells(ask.period.begin, ask.period.end, areas)
    before = await _volume(work, ask.baseline, areas)
    sums = await (_of_month if ask.period.kind == "month" else _of_days)(work, cells, before)
    facts = await areas_query.facts_at(work.store, areas_query.ids_of(paths[0])[-1])
    small = routing.policy_at(work.policy, facts).statistics.small
    found = report(ask, sums, await _waits(work, cells, ask), small)
    by_id = {area.id: area for area in known}
    top = top_of([await work.store.get_one(Area, facts.area_id)] if len(paths) == 1 else [])
    return replace(
        found,
        title=await title(work, paths),
        names={
            each: await places.full_name(work, by_id[each], top)
            for each in sums.areas
            if each in by_id
        },
    )


def top_of(tops: Sequence[Area]) -> Area | None:
    """The neighbourhood that needs no naming, where the numbers are those of one."""
    return tops[0] if len(tops) == 1 and tops[0].kind not in ABOVE else None


async def title(work: Work, paths: Sequence[str]) -> str:
    """The names of these places."""
    names: list[str] = []
    for path in paths:
        facts = await areas_query.facts_at(work.store, areas_query.ids_of(path)[-1])
        names.append(await places.name_at(work, facts))
    return "、".join(names)


async def curves(work: Work, paths: Sequence[str], ask: Ask) -> Curves:
    """How many there were by day and by month."""
    known = await query.places(work.store, await upto_building(work, paths))
    areas = [area.id for area in known]
    days = await query.by_day(work.store, Cells(ask.period.begin, ask.period.end, areas))
    months = periods.last_months(ask.period, MONTHS)
    known_months = await query.by_month(work.store, Cells(months[0].begin, months[-1].end, areas))
    return Curves(
        {each: days.get(each, 0) for each in periods.days_of(ask.period)},
        [(each, known_months.get(each.begin, 0)) for each in months],
    )


async def _volume(work: Work, period: Period, areas: Sequence[int]) -> int:
    cells = Cells(period.begin, period.end, areas)
    asked = query.by_month if period.kind == "month" else query.by_day
    return sum((await asked(work.store, cells)).values())


async def _of_month(work: Work, cells: Cells, before: int) -> Sums:
    areas = await query.sums_by_area(work.store, cells)
    kinds = await query.sums_by_kind(work.store, cells)
    return Sums(
        whole=_together(areas.values()),
        areas=areas,
        categories={
            each: _together(marks for (category, _), marks in kinds.items() if category == each)
            for each in {category for category, _ in kinds}
        },
        rungs={
            each: _together(marks for (_, rung), marks in kinds.items() if rung == each)
            for each in {rung for _, rung in kinds}
        },
        before=before,
    )


def _together(some: Iterable[Marks]) -> Marks:
    found: dict[str, int] = {}
    for marks in some:
        for mark, n in marks.items():
            found[mark] = found.get(mark, 0) + n
    return found


async def _of_days(work: Work, cells: Cells, before: int) -> Sums:
    """The same of a week, whose requests are few enough to be counted one by one."""
    found = await query.alike(work.store, cells)
    return Sums(
        whole=_by(found, _all).get(None, {}),
        areas=_by(found, lambda each: each.area),
        categories=_by(found, lambda each: each.category),
        rungs=_by(found, lambda each: each.rung),
        before=before,
    )


def _all(each: Alike) -> None:
    """One and the same for all."""


def _by(found: Sequence[Alike], facet: Callable[[Alike], Any]) -> dict[Any, Marks]:
    """The marks by a facet; requests that count alike are put together before their marks are."""
    alike: dict[Any, dict[tuple[str, ...], int]] = {}
    for each in found:
        some = alike.setdefault(facet(each), {})
        some[each.marks] = some.get(each.marks, 0) + each.n
    sums: dict[Any, Marks] = {}
    for key, some in alike.items():
        marks: dict[str, int] = {}
        for each, n in some.items():
            for mark in each:
                marks[mark] = marks.get(mark, 0) + n
        sums[key] = marks
    return sums


async def upto_building(work: Work, paths: Sequence[str]) -> list[str]:
    """A stairwell or a home has the numbers of its building: no number tells a home apart.

    Each place once: none that lies in another of them is counted a second time.
    """
    found: list[str] = []
    for path in paths:
        line = await areas_query.line_of(work.store, path)
        found.append([each.path for each in line if each.kind not in query.INSIDE][-1])
    return places.outermost(dict.fromkeys(found))


async def _waits(work: Work, cells: Cells, ask: Ask) -> list[Wait]:
    return [
        *(
            Wait(each.area, each.category, each.rung, answer=each.n)
            for each in await query.waiting(work.store, cells, ask.now, "answer")
        ),
        *(
            Wait(each.area, each.category, each.rung, solve=each.n)
            for each in await query.waiting(work.store, cells, ask.now, "solve")
        ),
    ]
