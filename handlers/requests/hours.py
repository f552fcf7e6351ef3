"""/hours: when somebody wants no word, and when they are there for requests (R37)."""

from __future__ import annotations

import re
from typing import Any

from handlers.context import Context
from handlers.work import RefusalError
from storage.queries import clocks as query
from storage.tables import PersonHours

SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-~—到至]\s*(\d{1,2}):(\d{2})")
QUIET = frozenset({"quiet", "安静", "免打扰"})
DUTY = frozenset({"duty", "值守", "在岗"})
OFF = frozenset({"off", "no", "关", "取消", "无"})
WORKING = frozenset({"工作日", "working", "workdays", "weekdays"})
DAYS = re.compile(r"([1-7])(?:\s*[-~到至]\s*([1-7]))?")


async def hours(ctx: Context, rest: str) -> None:
    """/hours [quiet 21:00-08:00 | duty 09:00-18:00 working | off]"""
    row = await query.hours_row(ctx.store, ctx.person.id)
    what, _, more = rest.strip().partition(" ")
    name = what.casefold()
    if not name:
        ctx.answer_text(_shown(ctx, row))
        return
    if row is None:
        row = PersonHours(person_id=ctx.person.id, quiet=None, duty=None)
        ctx.store.add(row)
    if name in OFF:
        row.quiet = row.duty = None
    elif name in QUIET:
        row.quiet = None if more.strip().casefold() in OFF else _span(more)
    elif name in DUTY:
        row.duty = None if more.strip().casefold() in OFF else {**_span(more), "days": _days(more)}
    else:
        raise RefusalError("hours.how")
    await ctx.store.flush()
    ctx.answer_text(_shown(ctx, row))


def _span(text: str) -> dict[str, Any]:
    found = SPAN.search(text)
    if found is None or int(found[1]) > 23 or int(found[3]) > 23:
        raise RefusalError("hours.how")
    if int(found[2]) > 59 or int(found[4]) > 59:
        raise RefusalError("hours.how")
    start, end = f"{int(found[1]):02d}:{found[2]}", f"{int(found[3]):02d}:{found[4]}"
    if start == end:
        raise RefusalError("hours.how")
    return {"start": start, "end": end}


def _days(text: str) -> list[int] | str:
    """The days behind the hours: "working", "1-5", "1,3,5"; none named: all."""
    rest = SPAN.sub("", text).strip().casefold()
    if not rest:
        return list(range(1, 8))
    if rest in WORKING:
        return "working"
    found = {
        day
        for each in DAYS.finditer(rest)
        for day in range(int(each[1]), int(each[2] or each[1]) + 1)
    }
    if not found:
        raise RefusalError("hours.how")
    return sorted(found)


def _shown(ctx: Context, row: PersonHours | None) -> str:
    quiet, duty = (row.quiet, row.duty) if row else (None, None)
    lines = [
        ctx.t("hours.quiet", span=f"{quiet['start']}-{quiet['end']}")
        if quiet
        else ctx.t("hours.quiet_none"),
        ctx.t("hours.duty", span=f"{duty['start']}-{duty['end']}", days=_days_shown(ctx, duty))
        if duty
        else ctx.t("hours.duty_none"),
        ctx.t("hours.danger"),
    ]
    return "\n".join(lines)


def _days_shown(ctx: Context, duty: dict[str, Any]) -> str:
    days = duty["days"]
    if days == "working":
        return ctx.t("hours.working")
    if len(days) == 7:
        return ctx.t("hours.every_day")
    return ctx.t("request.between").join(ctx.t(f"request.weekday.{day}") for day in days)
