"""/stats: the numbers of the places that one may see; /monthly: those of a month as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from handlers.chat.outgoing import Content, Rows, button
from handlers.commands import Command, Subject
from handlers.context import Context
from handlers.directory import access as rights
from handlers.directory import bases, places
from handlers.directory.several import SeveralError
from handlers.directory.zones import zone_at
from handlers.requests import lists
from handlers.sections import Scope, Section
from handlers.statistics import asking, monthly, periods, texts
from handlers.statistics.periods import Period
from handlers.statistics.report import Ask, Report
from handlers.work import RefusalError, Work
from storage.queries import areas as areas_query
from storage.tables import Area

NAMED = ("month", "month_before", "week", "week_before")
VIEWS: Mapping[str, Callable[[Work, str, Report], list[str]]] = {
    "area": texts.areas,
    "category": texts.categories,
    "rung": texts.rungs,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks the numbers of."""

    paths: tuple[str, ...]
    period: Period | None = None
    baseline: Period | None = None
    area: Area | None = None


async def stats(ctx: Context, rest: str) -> None:
    """/stats [PERIOD [BASELINE]] [PLACE]: how many, the three rates, how long it took."""
    await _show(ctx, "all", await _wanted(ctx, rest))


async def parses(ctx: Context, rest: str) -> bool:
    """Whether all of it names a period or a place."""
    try:
        await _wanted(ctx, rest)
    except SeveralError:
        return True
    except RefusalError:
        return False
    return True


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "stats:<view>:<period>:<place>" (place 0: those that one may see)."""
    view, begins, area_id = arguments
    period = periods.beginning(begins)
    area = await ctx.store.get(Area, int(area_id)) if int(area_id) else None
    if period is None or (int(area_id) and area is None):
        raise RefusalError("access.old_button")
    paths = await _allowed(ctx, area)
    await _show(ctx, view, Wanted(paths, period, None, area))


async def _wanted(ctx: Context, rest: str) -> Wanted:
    """A period, its baseline and a place, as far as they are named.

    Raises RefusalError for words that are none of these.
    """
    paths = await _allowed(ctx, None)
    said = read(ctx, rest)
    area = await _place(ctx, said.others) if said.others else None
    if area is not None:
        paths = await _allowed(ctx, area)
    facts = await areas_query.facts_at(ctx.store, areas_query.ids_of(paths[0])[-1])
    period, baseline = said.periods(ctx.now.astimezone(zone_at(ctx, facts)).date())
    return Wanted(paths, period, baseline, area)


@dataclass(frozen=True, slots=True)
class Said:
    """What words ask for: months, or periods by their names, as they stand; and other words, of a
    place."""

    spans: Sequence[Period | str]
    others: str

    def periods(self, today: date) -> tuple[Period | None, Period | None]:
        """The period and its baseline, as far as they are said."""
        found = [
            periods.named(each, today) if isinstance(each, str) else each for each in self.spans
        ]
        period, baseline, *_ = (*found, None, None)
        return period, baseline


def read(work: Work, text: str) -> Said:
    """Take the periods out of what was said. Raises RefusalError for more of them than two."""
    months, others = periods.months_at(text)
    names, found = _names_of_periods(work), dict[int, Period | str](months)
    pattern = lists.any_of(names)
    found |= {each.start(): names[each[0].casefold()] for each in pattern.finditer(others)}
    if len(found) > 2:
        raise RefusalError("stats.period_unknown", text=text[:40])
    others = " ".join(pattern.sub(" ", others).split())
    return Said([found[place] for place in sorted(found)], others)


def _names_of_periods(work: Work) -> dict[str, str]:
    return {
        said.casefold(): name
        for name in NAMED
        for said in (name, *work.desk.words.every(f"stats.period.{name}"))
    }


async def _place(ctx: Context, words: str) -> Area:
    base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    area, others = await places.place_in(ctx, base, words)
    if area is None or others:
        raise RefusalError("stats.period_unknown", text=(others or words)[:40])
    return area


async def _allowed(ctx: Context, area: Area | None) -> tuple[str, ...]:
    """The places whose numbers this person may see; a place named must lie in them."""
    paths = await asking.upto_building(ctx, await lists.paths_of(ctx))
    if area is None:
        return tuple(paths)
    if not any(area.path.startswith(path) for path in paths):
        raise RefusalError("access.not_yours")
    return tuple(await asking.upto_building(ctx, [area.path]))


async def _show(ctx: Context, view: str, wanted: Wanted) -> None:
    facts = await areas_query.facts_at(ctx.store, areas_query.ids_of(wanted.paths[0])[-1])
    ask = await asking.ask_at(ctx, facts, wanted.period, wanted.baseline)
    check_begun(ctx, ctx.language, ask)
    found = await asking.numbers(ctx, wanted.paths, ask, {view} & VIEWS.keys())
    scope = scope_of(ctx, facts, wanted.paths, ask.period)
    lines = await _lines(ctx, view, found, scope)
    content = Content(
        title=texts.title(ctx, ctx.language, found),
        text="\n".join(lines),
        buttons=_buttons(ctx, view, found, wanted),
    )
    ctx.edit_pressed(content)


def check_begun(work: Work, language: str, ask: Ask) -> None:
    """Raises RefusalError for a period that is still to come."""
    if ask.period.begin > ask.today:
        period = texts.period_name(work, language, ask.period)
        raise RefusalError("stats.not_begun", period=period)


def scope_of(
    work: Work, facts: areas_query.AreaFacts, paths: Sequence[str], period: Period
) -> Scope:
    """The same for other subjects: from the first moment to the one behind the last."""
    zone = zone_at(work, facts)
    begin, end = (datetime.combine(day, time(), zone) for day in (period.begin, period.end))
    return Scope(tuple(paths), begin, end)


async def _lines(ctx: Context, view: str, found: Report, scope: Scope) -> list[str]:
    if view in VIEWS:
        return VIEWS[view](ctx, ctx.language, found)
    if view == "define":
        return texts.definitions(ctx, ctx.language)
    lines = [
        *texts.whole(ctx, ctx.language, found),
        "",
        *texts.definitions(ctx, ctx.language),
    ]
    return lines + await added(ctx, ctx.language, ctx.book.sections, scope)


async def added(work: Work, language: str, sections: Sequence[Section], scope: Scope) -> list[str]:
    """What other subjects add: a heading and its lines each."""
    lines: list[str] = []
    for section in sections:
        if told := await section.run(work, language, scope):
            lines += ["", work.word(language, section.title)]
            lines += [work.word(language, each.key, **each.values) for each in told]
    return lines


def _buttons(ctx: Context, view: str, found: Report, wanted: Wanted) -> Rows:
    period = found.ask.period
    area = wanted.area.id if wanted.area else 0

    def data(which: str, of: Period) -> str:
        return f"stats:{which}:{of.key}:{area}"

    views = [each for each in ("all", *VIEWS) if each != view]
    earlier, today = periods.before(period), found.ask.today
    near = [earlier, periods.month_of(today), periods.week_of(today)]
    times = dict.fromkeys(each for each in near if each != period)
    name = texts.period_name
    return (
        tuple(button(ctx.t(f"stats.view.{each}"), data(each, period)) for each in views),
        tuple(button(name(ctx, ctx.language, each), data(view, each)) for each in times),
    )


async def month(ctx: Context, rest: str) -> None:
    """/monthly [MONTH] [PLACE]: the last month (or another) as a picture and an Excel sheet."""
    held = await rights.require_somewhere(ctx, "manage")
    wanted = await _wanted(ctx, rest)
    area = wanted.area or held[0]
    await rights.require(ctx, "manage", area.path)
    facts = await areas_query.facts_at(ctx.store, area.id)
    today = ctx.now.astimezone(zone_at(ctx, facts)).date()
    period = wanted.period or periods.before(periods.month_of(today))
    if period.kind != "month":
        raise RefusalError("stats.months_only")
    ask = await asking.ask_at(ctx, facts, period, wanted.baseline)
    check_begun(ctx, ctx.language, ask)
    if not ctx.can(ctx.chat.platform).files:
        raise RefusalError("stats.no_files")
    await monthly.send(ctx, ctx.chat, ctx.language, area, ask)


SUBJECT = Subject(
    commands=(
        Command("stats", stats, ("统计", "三率"), parses=parses, nameless=True),
        Command("monthly", month, ("月报",), right="manage", where="private", sends_file=True),
    ),
    presses={"stats": on_press},
)
