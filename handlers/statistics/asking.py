"""Asks the sums for the numbers of a place and a period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from handlers.directory import places
from handlers.directory.zones import zone_at
from handlers.requests import routing
from handlers.statistics import counting, periods
from handlers.statistics.cells import by_part, together
from handlers.statistics.periods import Period
from handlers.statistics.report import Ask, Curves, Report, Sums, report
from handlers.statistics.rules import Marks
from handlers.statistics.stories import COUNTS
from handlers.work import Work
from storage.queries import areas as areas_query
from storage.queries import statistics as query
from storage.queries.areas import AreaFacts
from storage.tables import Area

#: So many months are drawn.
MONTHS = 12
#: What the numbers are told by.
PARTS = ("area", "category", "rung")
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


async def numbers(
    work: Work, paths: Sequence[str], ask: Ask, parts: Collection[str] = PARTS
) -> Report:
    """The numbers of the requests at or under these paths, with these parts of them.

    What was not counted yet is counted first: it wants a session that may write.
    """
    await counting.settle(work)
    paths = await upto_building(work, paths)
    facts = await areas_query.facts_at(work.store, areas_query.ids_of(paths[0])[-1])
    small = routing.policy_at(work.policy, facts).statistics.small
    sums = await _sums(work, paths, ask, parts)
    return replace(
        report(ask, sums, small),
        title=await title(work, paths),
        names=await _names(work, paths, sums.areas) if sums.areas else {},
    )


async def _names(work: Work, paths: Sequence[str], areas: Collection[int]) -> dict[int, str]:
    top = top_of(await query.places(work.store, tops(paths)))
    known = await query.places(work.store, areas)
    return {each.id: await places.full_name(work, each, top) for each in known}


async def _sums(work: Work, paths: Sequence[str], ask: Ask, parts: Collection[str]) -> Sums:
    areas, key, before = tops(paths), ask.period.key, ask.baseline.key
    found = await query.wholes(work.store, areas, [key, before])

    async def by(part: str, column: str) -> dict[str, Marks]:
        if part not in parts:
            return {}
        rows = await query.sums_of(work.store, column, areas, [key])
        return dict(by_part(together(rows)))

    return Sums(
        whole=together([words for (_, period), words in found.items() if period == key]),
        areas=await query.owns(work.store, paths, key) if "area" in parts else {},
        categories=await by("category", "categories"),
        rungs={int(each): marks for each, marks in (await by("rung", "rungs")).items()},
        before=sum(words.get(COUNTS, 0) for (_, each), words in found.items() if each == before),
    )


def tops(paths: Sequence[str]) -> list[int]:
    """The places of these paths."""
    return [areas_query.ids_of(path)[-1] for path in paths]


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
    await counting.settle(work)
    areas = tops(await upto_building(work, paths))
    days = together(await query.sums_of(work.store, "days", areas, [ask.period.key]))
    months = periods.last_months(ask.period, MONTHS)
    known = await query.wholes(work.store, areas, [each.key for each in months])
    many: Counter[str] = Counter()
    for (_, key), words in known.items():
        many[key] += words.get(COUNTS, 0)
    return Curves(
        {each: days.get(each.isoformat(), 0) for each in periods.days_of(ask.period)},
        [(each, many[each.key]) for each in months],
    )


async def upto_building(work: Work, paths: Sequence[str]) -> list[str]:
    """A stairwell or a home has the numbers of its building: no number tells a home apart.

    Each place once: none that lies in another of them is counted a second time.
    """
    found: list[str] = []
    for path in paths:
        line = await areas_query.line_of(work.store, path)
        found.append([each.path for each in line if each.kind not in query.INSIDE][-1])
    return places.outermost(dict.fromkeys(found))
