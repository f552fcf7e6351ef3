"""/remind: making, listing, changing, pausing, deleting and previewing reminders in chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers import forms
from handlers.chat.incoming import Message
from handlers.chat.outgoing import Content, button
from handlers.commands import Command, Subject
from handlers.context import Context
from handlers.directory import access, bases, places
from handlers.directory.audit import record
from handlers.directory.picking import AreaQuestion
from handlers.directory.zones import zone_of
from handlers.reminders import cards
from handlers.reminders.phrases import parse_when
from handlers.reminders.rules import from_data, next_after, to_data
from handlers.reminders.times import WhenError
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.queries import reminders as query
from storage.tables import Area, Audit, Draft, Reminder

FORM = "remind"
AREA = AreaQuestion("rem", "remind", "reminders.ask_area", "reminders.form_gone")
LIST_WORDS = frozenset({"list", "列表", "查看", "全部"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A reminder as far as it was said."""

    area: Area
    rule: dict[str, Any]
    text: str


async def remind(ctx: Context, rest: str) -> None:
    """/remind lists with buttons; /remind WHEN [AREA] TEXT asks "did I understand?" and saves."""
    areas = await access.require_somewhere(ctx, "remind")
    if not rest or rest in LIST_WORDS:
        await _list(ctx, areas)
        return
    wanted = await _understand(ctx, areas, rest)
    if not wanted.text:
        data = {"area": wanted.area.id, "rule": wanted.rule, "id": None}
        await _ask(ctx, "text", data)
        return
    await _ask_to_save(ctx, wanted, None)


async def parses(ctx: Context, rest: str) -> bool:
    """Whether it begins with a time, as a reminder does."""
    try:
        parse_when(rest, ctx.now, str(await zone_of(ctx)))
    except WhenError as error:
        return error.key != "reminders.when_unknown"
    return True


async def _ask(ctx: Context, step: str, data: dict[str, Any]) -> None:
    """Ask for the step's answer in words."""
    draft = await forms.start(ctx, FORM, step, data)
    ctx.answer(f"reminders.ask_{step}", buttons=((forms.drop_button(ctx, draft),),))


async def _understand(ctx: Context, areas: Sequence[Area], line: str) -> Wanted:
    zone = str(await zone_of(ctx))
    try:
        rule, rest = parse_when(line, ctx.now, zone)
    except WhenError as error:
        raise RefusalError(error.key, **error.values) from None
    area, text = await _area_and_text(ctx, areas, rest)
    await access.require(ctx, "remind", area.path)
    return Wanted(area, to_data(rule), text)


async def _area_and_text(ctx: Context, areas: Sequence[Area], rest: str) -> tuple[Area, str]:
    """The first words name a place if there is such a place; else the chat's own is meant."""
    base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    if len(rest.split()) > 1:
        area, text = await places.place_first(ctx, base, rest)
        if area is not None and text:
            return area, text
    own = await areas_query.area_by_id(ctx.store, base.area_id) if not ctx.private else None
    return own or areas[0], rest


async def _ask_to_save(ctx: Context, wanted: Wanted, reminder_id: int | None) -> None:
    data = {"area": wanted.area.id, "rule": wanted.rule, "text": wanted.text, "id": reminder_id}
    draft = await forms.start(ctx, FORM, "confirm", data)
    zone = await zone_of(ctx)
    content = await cards.question(
        ctx, draft, wanted.area, from_data(wanted.rule), wanted.text, zone
    )
    ctx.show(ctx.chat, f"rem:{ctx.person.id}:{ctx.message_id}", content)


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "rem:<what>[:<id>]"; those of the form have its token behind."""
    what, *rest = arguments
    if what in FORM_PRESSES:
        draft, picked = await forms.pressed(ctx, rest, "reminders.form_gone", FORM)
        await FORM_PRESSES[what](ctx, draft, picked)
        return
    if what in ("list", "new"):
        areas = await access.require_somewhere(ctx, "remind")
        page = int(rest[0]) if rest else 0
        await (_list(ctx, areas, page) if what == "list" else _ask_area(ctx))
        return
    reminder = await ctx.store.get(Reminder, int(rest[0])) if rest else None
    area = await ctx.store.get(Area, reminder.area_id) if reminder else None
    if reminder is None or area is None or reminder.state == "ended" or what not in PRESSES:
        raise RefusalError("reminders.gone")
    await access.require(ctx, "remind", area.path)
    await PRESSES[what](ctx, reminder, area)


async def _list(ctx: Context, areas: Sequence[Area], page: int = 0) -> None:
    found = await query.below_paths(ctx.store, [area.path for area in areas])
    ctx.edit_pressed(cards.listing(ctx, found, await zone_of(ctx), page))


async def _show(ctx: Context, reminder: Reminder, area: Area) -> None:
    ctx.edit_pressed(await cards.detail(ctx, reminder, area, await zone_of(ctx)))


async def _pause(ctx: Context, reminder: Reminder, area: Area) -> None:
    reminder.state = "paused"
    await record(ctx, "reminder_pause", detail={"reminder": reminder.id})
    ctx.toast(ctx.t("reminders.paused"))
    await _show(ctx, reminder, area)


async def _resume(ctx: Context, reminder: Reminder, area: Area) -> None:
    reminder.state, reminder.next_at = "on", next_after(from_data(reminder.rule), ctx.now)
    await record(ctx, "reminder_resume", detail={"reminder": reminder.id})
    ctx.toast(ctx.t("reminders.resumed", date=await _shown(ctx, reminder.next_at)))
    await _show(ctx, reminder, area)


async def _delete(ctx: Context, reminder: Reminder, area: Area) -> None:
    undo = {"reminder": reminder.id, "state": reminder.state}
    reminder.state = "ended"
    audit = await record(ctx, "reminder_delete", detail=undo, undo=undo)
    back = button(ctx.t("directory.button_undo"), f"undo:{audit.id}")
    text = ctx.t("reminders.deleted", text=reminder.text[:60])
    ctx.edit_pressed(Content(text=text, buttons=((back,),)))


async def undo_delete(ctx: Context, audit: Audit) -> None:
    """A deleted reminder comes back, its next moment computed anew."""
    back = audit.undo or {}
    reminder = await ctx.store.get(Reminder, int(back["reminder"]))
    if reminder is None:
        raise RefusalError("directory.undo_gone")
    reminder.state = str(back["state"])
    reminder.next_at = next_after(from_data(reminder.rule), ctx.now)


async def _preview(ctx: Context, reminder: Reminder, area: Area) -> None:
    title = f"⏰ {ctx.word(ctx.group_language, 'reminders.title')}"
    ctx.answer_text(reminder.text, title=title)


async def _change(ctx: Context, reminder: Reminder, area: Area) -> None:
    data = {"area": area.id, "rule": dict(reminder.rule), "id": reminder.id}
    await _ask(ctx, "change", data)


async def _shown(ctx: Context, moment: datetime | None) -> str:
    zone = await zone_of(ctx)
    return moment.astimezone(zone).strftime("%m-%d %H:%M") if moment else "-"


async def _ask_area(ctx: Context) -> None:
    draft = await forms.start(ctx, FORM, "area", {"id": None})
    await AREA.ask(ctx, draft)


async def _looked_into(ctx: Context, draft: Draft, arguments: Sequence[str]) -> None:
    if area := await AREA.looked_into(ctx, draft, arguments):
        await _chose_area(ctx, draft, area)


async def _picked_area(ctx: Context, draft: Draft, arguments: Sequence[str]) -> None:
    await _chose_area(ctx, draft, await AREA.picked(ctx, arguments))


async def _chose_area(ctx: Context, draft: Draft, area: Area) -> None:
    await access.require(ctx, "remind", area.path)
    await forms.start(ctx, FORM, "when", {**draft.data, "area": area.id})
    ctx.edit_pressed(cards.choose_when(ctx, draft))


async def _picked_when(ctx: Context, draft: Draft, arguments: Sequence[str]) -> None:
    key = f"reminders.common_{arguments[0]}"
    if not ctx.desk.words.has(key):
        raise RefusalError("reminders.form_gone")
    line = ctx.t(key)
    rule, _ = parse_when(line, ctx.now, str(await zone_of(ctx)))
    await forms.start(ctx, FORM, "text", {**draft.data, "rule": to_data(rule)})
    text = f"{line}\n{ctx.t('reminders.ask_text')}"
    ctx.edit_pressed(Content(text=text, buttons=((forms.drop_button(ctx, draft),),)))


async def _save(ctx: Context, draft: Draft, arguments: Sequence[str] = ()) -> None:
    data = dict(draft.data)
    area = await ctx.store.get(Area, int(data["area"])) if draft.step == "confirm" else None
    if area is None:
        raise RefusalError("reminders.form_gone")
    await access.require(ctx, "remind", area.path)
    await forms.end(ctx)
    reminder = await ctx.store.get(Reminder, int(data["id"])) if data["id"] else None
    if reminder is None:
        reminder = Reminder(created_by=ctx.person.id, created_at=ctx.now)
        ctx.store.add(reminder)
    reminder.area_id, reminder.text, reminder.rule = area.id, str(data["text"]), data["rule"]
    reminder.state, reminder.next_at = "on", next_after(from_data(data["rule"]), ctx.now)
    await ctx.store.flush()
    await record(ctx, "reminder", detail={"reminder": reminder.id})
    text = ctx.t("reminders.saved", date=await _shown(ctx, reminder.next_at))
    ctx.edit_pressed(Content(text=f"{reminder.text}\n{text}"))


PRESSES = {
    "show": _show,
    "pause": _pause,
    "resume": _resume,
    "del": _delete,
    "view": _preview,
    "edit": _change,
}
FORM_PRESSES = {
    "at": _looked_into,
    "here": _picked_area,
    "when": _picked_when,
    "save": _save,
}


async def on_words(ctx: Context, draft: Draft, message: Message) -> bool:
    """The form's next answer in words."""
    if draft.step == "confirm":
        return await forms.answered(ctx, draft, message.text, _save)
    steps = {"area": _said_area, "when": _said_when, "text": _said_text, "change": _said_change}
    step = steps.get(draft.step)
    if step is None or not message.text.strip():
        return False
    await step(ctx, dict(draft.data), message.text.strip())
    return True


async def _said_area(ctx: Context, data: dict[str, Any], text: str) -> None:
    base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    area = await places.find_place(ctx, base, text)
    await access.require(ctx, "remind", area.path)
    draft = await forms.start(ctx, FORM, "when", {**data, "area": area.id})
    ctx.say(ctx.chat, cards.choose_when(ctx, draft))


async def _said_when(ctx: Context, data: dict[str, Any], text: str) -> None:
    try:
        rule, rest = parse_when(text, ctx.now, str(await zone_of(ctx)))
    except WhenError as error:
        raise RefusalError(error.key, **error.values) from None
    data["rule"] = to_data(rule)
    if rest:
        await _said_text(ctx, data, rest)
        return
    await _ask(ctx, "text", data)


async def _said_text(ctx: Context, data: dict[str, Any], text: str) -> None:
    area = await ctx.store.get(Area, int(data["area"]))
    if area is None:
        raise RefusalError("reminders.form_gone")
    await _ask_to_save(ctx, Wanted(area, data["rule"], text), data["id"])


async def _said_change(ctx: Context, data: dict[str, Any], text: str) -> None:
    await _said_when(ctx, data, text)


SUBJECT = Subject(
    commands=(Command("remind", remind, ("提醒",), right="remind", parses=parses),),
    presses={"rem": on_press},
    forms={FORM: on_words},
    undos={"reminder_delete": undo_delete},
)
