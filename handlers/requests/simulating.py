"""/ladder PLACE CATEGORY: what would happen when, were it reported now: the real policy, walked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.context import Context
from handlers.directory import bases, places
from handlers.directory.roster import role_name
from handlers.directory.zones import zone_at
from handlers.requests import clocking, lists, routing, texts
from handlers.requests.case import Case
from handlers.requests.routing import Asked, Matter
from handlers.requests.rules import State
from handlers.requests.stop_rules import Clock
from handlers.requests.voices import Voices
from handlers.understanding.meaning import Urgency
from handlers.work import Work
from storage.queries import areas as areas_query
from storage.queries.areas import AreaFacts
from storage.tables import Request

#: A ladder with many laps is not shown to its end.
MOST_STEPS = 16


@dataclass(frozen=True, slots=True)
class Step:
    """What happens at a moment: who is asked, told when, until when they may answer."""

    at: datetime
    asked: Asked
    told: tuple[datetime, ...]  #: when each of those asked is told: not before they wake
    until: datetime
    again: bool


async def simulate(work: Work, matter: Matter) -> list[Step]:
    """The ladder climbed by the functions that climb it in earnest; nobody ever answers."""
    steps: list[Step] = []
    asked = await routing.plan(work, matter)
    at, lap, again, times = work.now, 0, False, 1
    while len(steps) < MOST_STEPS:
        case = _case(work, matter, at)
        case.wait = asked.step.wait if asked.step else None
        if again:
            times += 1
            case.wait = clocking.again_wait(case, times)
        await case.know_hours(person.id for person, _ in asked.people)
        told = tuple(case.tell_at(person.id, role) for person, role in asked.people)
        steps.append(Step(at, asked, told, case.terms.end(Clock.LADDER), again))
        if again:
            break
        at = steps[-1].until
        found = await routing.climb(case.work, matter, asked.rung, lap)
        asked, lap, again = found.asked, found.lap, found.again
    return steps


def _case(work: Work, matter: Matter, at: datetime) -> Case:
    """A request that is none: never kept, only asked for its clocks."""
    facts = matter.facts
    request = Request(
        root_id=facts.root_id,
        number=0,
        category=matter.category,
        urgency=matter.urgency,
        area_id=facts.area_id,
        area_path=facts.path,
        state=State.OPEN.value,
    )
    return Case(
        Work(work.desk, work.store, at),
        request,
        facts,
        {},
        [],
        Voices(work.store, request, found=()),
        [],
    )


async def ladder(ctx: Context, rest: str) -> None:
    """/ladder [PLACE] [CATEGORY] [URGENCY]"""
    urgency, rest = lists.taken_out(rest, _names_of_urgencies(ctx))
    category, rest = lists.taken_out(rest, texts.categories_by_name(ctx))
    base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    facts = base
    if rest:
        area = await places.find_place(ctx, base, rest)
        facts = await areas_query.facts_at(ctx.store, area.id)
    matter = Matter(category or "other", urgency or Urgency.NORMAL.value, facts)
    zone = zone_at(ctx, facts)
    lines = [_line(ctx, step, zone) for step in await simulate(ctx, matter)]
    lines += _clocks(ctx, matter, zone)
    ctx.answer_text("\n".join(lines), title=_title(ctx, matter, facts))


def _names_of_urgencies(ctx: Context) -> dict[str, str]:
    return {
        name.casefold(): each.value
        for each in Urgency
        for name in (each.value, *ctx.desk.words.every(f"request.urgency.{each}"))
    }


def _title(ctx: Context, matter: Matter, facts: AreaFacts) -> str:
    return ctx.t(
        "ladder.title",
        where=texts.place(ctx, ctx.language, facts, {}, room=True),
        what=texts.category(ctx, ctx.language, matter.category),
        urgency=ctx.t(f"request.urgency.{matter.urgency}"),
    )


def _line(ctx: Context, step: Step, zone: ZoneInfo) -> str:
    when = texts.moment(ctx, ctx.language, step.at, zone)
    if not step.asked.people:
        return ctx.t("ladder.step_nobody", when=when)
    names = [
        _name(ctx, name.name, role, told if told > step.at else None, zone)
        for (name, role), told in zip(step.asked.people, step.told, strict=True)
    ]
    who = ctx.t("request.between").join(names)
    line = ctx.t("ladder.step_again" if step.again else "ladder.step", when=when, who=who)
    return line + _more(ctx, step)


def _name(ctx: Context, name: str, role: str, told: datetime | None, zone: ZoneInfo) -> str:
    called = ctx.t("request.person", name=name, role=role_name(ctx, ctx.language, role))
    if told is None:
        return called
    when = texts.moment(ctx, ctx.language, told, zone)
    return called + ctx.t("ladder.told_later", when=when)


def _more(ctx: Context, step: Step) -> str:
    """How they are asked, how many must answer, and who was passed over."""
    lines: list[str] = []
    if step.asked.wanted > 1:
        lines.append(ctx.t("ladder.wanted", n=step.asked.wanted))
    if step.asked.step is not None and step.asked.step.how != "private":
        lines.append(ctx.t(f"ladder.how_{step.asked.step.how}"))
    for each in () if step.again else step.asked.skipped:
        role = role_name(ctx, ctx.language, each.role)
        why = ctx.t(f"list.skipped.{each.why}")
        lines.append(ctx.t("list.why_skipped", role=role, name=each.name, why=why))
    return "".join(f"\n　{line}" for line in lines)


def _clocks(ctx: Context, matter: Matter, zone: ZoneInfo) -> list[str]:
    terms = _case(ctx, matter, ctx.now).terms
    values = {
        name: texts.moment(ctx, ctx.language, terms.end(clock), zone)
        for name, clock in (("answer", Clock.ANSWER), ("solve", Clock.SOLVE))
    }
    lines = [ctx.t("ladder.clocks", **values)]
    hotline = matter.facts.hotline
    if hotline:
        lines.append(ctx.t("ladder.hotline", number=hotline))
    return lines
