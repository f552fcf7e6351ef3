"""What reminders look like in chat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers import forms
from handlers.chat.outgoing import Button, Content, Rows, button
from handlers.context import Context
from handlers.directory import paging, places
from handlers.reminders.describing import describe
from handlers.reminders.rules import Rule, from_data, upcoming
from storage.queries import chats as chats_query
from storage.tables import Area, Draft, Reminder

COMMON = 6
NEXT = 3

#: Days beyond it are not in every month.
SHORTEST_MONTH = 28


def dates(moments: Sequence[datetime], zone: ZoneInfo) -> str:
    """Moments as people read them."""
    return "、".join(each.astimezone(zone).strftime("%Y-%m-%d %H:%M") for each in moments) or "-"


async def question(
    ctx: Context, draft: Draft, area: Area, rule: Rule, text: str, zone: ZoneInfo
) -> Content:
    """What was understood, with the next three dates, before it is saved."""
    chats = await chats_query.group_chats_below(ctx.store, area.path)
    said = ctx.t(
        "reminders.understood",
        when=describe(ctx.desk.words, ctx.language, rule),
        area=await places.full_name(ctx, area),
        n=len(chats),
        text=text,
        dates=dates(upcoming(rule, ctx.now, NEXT), zone),
    )
    if rule.day > SHORTEST_MONTH:
        said += "\n" + ctx.t("reminders.last_day", day=rule.day)
    if not chats:
        said += "\n" + ctx.t("reminders.no_groups", area=await places.full_name(ctx, area))
    save = forms.choice(draft, ctx.t("reminders.button_save"), "rem:save", "primary")
    no = forms.drop_button(ctx, draft, "reminders.button_cancel")
    return Content(text=said, buttons=((save, no),))


def listing(
    ctx: Context, found: Sequence[tuple[Reminder, Area]], zone: ZoneInfo, page: int = 0
) -> Content:
    """The reminders, a button each, a page of them."""
    rows: list[tuple[Button, ...]] = []
    for reminder, area in paging.on_page(found, page):
        key = "reminders.line" if reminder.state == "on" else "reminders.line_paused"
        when = reminder.next_at.astimezone(zone).strftime("%m-%d %H:%M") if reminder.next_at else ""
        line = ctx.t(key, date=when, area=area.name, text=reminder.text)
        rows.append((button(line[:60], f"rem:show:{reminder.id}"),))
    rows += paging.turns(ctx, page, len(found), lambda number: f"rem:list:{number}")
    rows.append((button(ctx.t("reminders.button_new"), "rem:new", "primary"),))
    first = ctx.t("reminders.list_how" if found else "reminders.list_none")
    return Content(
        title=ctx.t("reminders.list_title", n=len(found)),
        text=f"{first}\n{ctx.t('reminders.usage')}",
        buttons=tuple(rows),
    )


async def detail(ctx: Context, reminder: Reminder, area: Area, zone: ZoneInfo) -> Content:
    """One reminder with what can be done with it."""
    rule, on = from_data(reminder.rule), reminder.state == "on"
    text = ctx.t(
        "reminders.detail" if on else "reminders.detail_paused",
        when=describe(ctx.desk.words, ctx.language, rule),
        area=await places.full_name(ctx, area),
        text=reminder.text,
        dates=dates(upcoming(rule, ctx.now, NEXT), zone),
    )
    return Content(text=text, buttons=_actions(ctx, reminder, on=on))


def _actions(ctx: Context, reminder: Reminder, *, on: bool) -> Rows:
    def act(name: str, verb: str, style: str | None = None) -> Button:
        return button(ctx.t(f"reminders.button_{name}"), f"rem:{verb}:{reminder.id}", style)

    turn = act("pause", "pause") if on else act("resume", "resume")
    return (
        (turn, act("change", "edit"), act("preview", "view")),
        (act("delete", "del", "danger"), button(ctx.t("reminders.button_back"), "rem:list")),
    )


def choose_when(ctx: Context, draft: Draft) -> Content:
    """Common times, a button each."""
    rows = [
        (forms.choice(draft, ctx.t(f"reminders.common_{i}"), f"rem:when:{i}"),)
        for i in range(1, COMMON + 1)
    ]
    drop = (forms.drop_button(ctx, draft),)
    return Content(text=ctx.t("reminders.ask_when"), buttons=(*rows, drop))
