"""What is missing behind a command is asked for by buttons; the command then runs as if typed.

A command that misses a part calls `ask`; what is picked or written is put behind its line, and the
command runs again with it: it is the command alone that knows what it needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select

from config.policy import Right
from handlers import forms
from handlers.chat import Content, Message, Press, Rows
from handlers.context import Context
from handlers.directory import picking, places
from handlers.directory.places import SeveralError
from handlers.directory.zones import zone_of
from storage.queries import directory as query
from storage.tables import Area, Draft, Person, RoleHeld

FORM = "fill"
#: The step at which one of several places of the same name is chosen.
WHICH = "which"
MOST_PEOPLE = 24
MOST_PLACES = 12
#: Days away that are offered.
SPANS = (1, 3, 7, 14)
NOBODY = "-"


class Part(StrEnum):
    """What a command may miss."""

    PLACE = "place"
    PERSON = "person"
    DEPUTY = "deputy"
    ROLE = "role"
    DAYS = "days"
    WORDS = "words"


async def ask(
    ctx: Context, command: str, line: str, part: Part, *, right: Right = "manage"
) -> None:
    """Ask for the next part of `/command line`; `right`: over which places one may choose."""
    data = {"command": command, "line": line, "right": right}
    draft = await forms.start(ctx, FORM, part.value, data)
    if part is Part.PLACE:
        rows = await picking.browse(ctx, draft, FORM, await picking.tops(ctx, right))
    else:
        rows = (*await _rows(ctx, draft, part), (forms.drop_button(ctx, draft),))
    await _show(ctx, part, command, rows)


async def _show(ctx: Context, part: Part, command: str, rows: Rows) -> None:
    key = f"filling.{command}_{part.value}"
    text = ctx.t(key if ctx.desk.words.has(key) else f"filling.{part.value}")
    content = Content(text=text, buttons=rows)
    if isinstance(ctx.incoming, Press):
        ctx.edit_pressed(content)
    else:
        ctx.show(ctx.chat, f"fill:{ctx.person.id}:{ctx.message_id}", content)


async def _rows(ctx: Context, draft: Draft, part: Part) -> Rows:
    if part in (Part.PERSON, Part.DEPUTY):
        return await _people(ctx, draft, nobody=part is Part.DEPUTY)
    if part is Part.ROLE:
        roles = [
            forms.choice(draft, ctx.t(f"roles.{role}"), f"fill:add:{role}")
            for role in ctx.policy.roles
        ]
        return tuple(tuple(roles[i : i + 2]) for i in range(0, len(roles), 2))
    if part is Part.DAYS:
        return await _days(ctx, draft)
    return ()


async def _people(ctx: Context, draft: Draft, *, nobody: bool) -> Rows:
    """Those who hold a role in the same places; anybody else is named in words."""
    base = await places.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    rows = await ctx.store.execute(
        select(Person)
        .join(RoleHeld, RoleHeld.person_id == Person.id)
        .join(Area, Area.id == RoleHeld.area_id)
        .where(query.below(base.path) | Area.id.in_(query.ids_of(base.path)))
        .where(Person.id != ctx.person.id)
        .order_by(Person.name)
        .distinct()
        .limit(MOST_PEOPLE)
    )
    people = [
        forms.choice(draft, each.name, f"fill:add:person.{each.id}") for each in rows.scalars()
    ]
    found = tuple(tuple(people[i : i + 3]) for i in range(0, len(people), 3))
    none = forms.choice(draft, ctx.t("filling.button_nobody"), f"fill:add:{NOBODY}")
    return (*found, (none,)) if nobody else found


async def _days(ctx: Context, draft: Draft) -> Rows:
    today = ctx.now.astimezone(await zone_of(ctx)).date()
    buttons = [
        forms.choice(
            draft,
            ctx.t("filling.button_days", n=span),
            f"fill:add:{today:%Y-%m-%d} {today + timedelta(days=span - 1):%Y-%m-%d}",
        )
        for span in SPANS
    ]
    return (tuple(buttons[:2]), tuple(buttons[2:]))


async def which(ctx: Context, command: str, line: str, several: SeveralError) -> None:
    """The line names a place that there are several of: which one is meant?"""
    data = {"command": command, "line": line, "text": several.text}
    draft = await forms.start(ctx, FORM, WHICH, data)
    rows = tuple(
        (forms.choice(draft, name, f"{FORM}:{WHICH}:{area.id}"),)
        for name, area in several.choices[:MOST_PLACES]
    )
    drop = (forms.drop_button(ctx, draft),)
    content = Content(text=ctx.t("filling.which", text=several.text), buttons=(*rows, drop))
    ctx.show(ctx.chat, f"{FORM}:{ctx.person.id}:{ctx.message_id}", content)


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "fill:at:<area>:<page>", "fill:here:<area>", "fill:add:<words>",
    "fill:which:<area>", each with the form's token."""
    draft, (what, *rest) = await forms.pressed(ctx, arguments, "filling.gone", FORM)
    if what == "add":
        await _go_on(ctx, draft, f"{draft.data['line']} {rest[0]}")
    elif what == WHICH and draft.step == WHICH:
        token = places.TOKEN_OF.format(rest[0])
        await _go_on(ctx, draft, str(draft.data["line"]).replace(draft.data["text"], token, 1))
    else:
        await _go_to(ctx, draft, what, rest)


async def _go_to(ctx: Context, draft: Draft, what: str, rest: Sequence[str]) -> None:
    """Into a place; one with nothing below it but households is chosen at once."""
    area = await query.area_by_id(ctx.store, int(rest[0]))
    if area is not None and (what == "here" or not await picking.below(ctx, area)):
        await _go_on(ctx, draft, f"{draft.data['line']} {places.token(area)}")
        return
    tops = await picking.tops(ctx, draft.data["right"])
    rows = await picking.browse(ctx, draft, FORM, tops, area, int(rest[1]))
    await _show(ctx, Part.PLACE, str(draft.data["command"]), rows)


async def _go_on(ctx: Context, draft: Draft, line: str) -> None:
    """The command runs with the line; while it misses more, it asks again."""
    command = str(draft.data["command"])
    await forms.end(ctx)
    if isinstance(ctx.incoming, Press):
        ctx.edit_pressed(Content(text=ctx.t("filling.chosen")))
    await ctx.book.runs[command](ctx, line.strip())


async def on_words(ctx: Context, draft: Draft, message: Message) -> bool:
    """What is written counts like what is picked."""
    text = message.text.strip()
    if not text or draft.step == WHICH:
        return False
    await _go_on(ctx, draft, f"{draft.data['line']} {text}")
    return True
