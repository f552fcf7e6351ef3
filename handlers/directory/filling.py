"""What is missing behind a command is asked for by buttons; the command then runs as if typed.

A command that misses a part calls `ask`; what is picked or written is put behind its line, and the
command runs again with it: it is the command alone that knows what it needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from config.terms import Right
from handlers import forms
from handlers.chat.incoming import Message, Press
from handlers.chat.outgoing import Button, Content, Rows
from handlers.context import Context
from handlers.directory import bases, finding, paging, picking, places, roster
from handlers.directory.several import SeveralError
from handlers.directory.zones import zone_of
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.tables import Draft, Person

FORM = "fill"
#: The step at which one of several places or people of the same name is chosen.
WHICH = "which"
PEOPLE_ON_A_PAGE = 24
CHOICES_ON_A_PAGE = 12
#: Days away that are offered.
SPANS = (1, 3, 7, 14)
NOBODY = "-"


class Part(StrEnum):
    """What a command may miss."""

    PLACE = "place"
    PERSON = "person"
    DEPUTY = "deputy"
    ROLE = "role"
    HELD = "held"  #: one of the roles that somebody has
    DAYS = "days"
    WORDS = "words"


PEOPLE = (Part.PERSON, Part.DEPUTY)


async def ask(
    ctx: Context, command: str, line: str, part: Part, *, right: Right = "manage"
) -> None:
    """Ask for the next part of `/command line`; `right`: over which places one may choose."""
    data = {"command": command, "line": line, "right": right}
    draft = await forms.start(ctx, FORM, part.value, data)
    if part is Part.PLACE:
        rows = await picking.browse(ctx, draft, FORM, await picking.tops(ctx, right))
        await _show(ctx, draft, rows)
    elif part in PEOPLE:
        await _show_people(ctx, draft, 0)
    else:
        await _show(ctx, draft, (*await _rows(ctx, draft, part), (forms.drop_button(ctx, draft),)))


async def offer(
    ctx: Context, command: str, line: str, part: Part, choices: Sequence[tuple[str, str]]
) -> None:
    """Ask for a part of `/command line` of which only these can be meant: name, words."""
    draft = await forms.start(ctx, FORM, part.value, {"command": command, "line": line})
    rows = tuple((forms.choice(draft, name, f"fill:add:{words}"),) for name, words in choices)
    await _show(ctx, draft, (*rows, (forms.drop_button(ctx, draft),)))


async def _show(ctx: Context, draft: Draft, rows: Rows, more: str = "") -> None:
    key = f"filling.{draft.data['command']}_{draft.step}"
    text = ctx.t(key if ctx.desk.words.has(key) else f"filling.{draft.step}")
    _put(ctx, Content(text=f"{text}\n{more}".strip(), buttons=rows))


def _put(ctx: Context, content: Content) -> None:
    if isinstance(ctx.incoming, Press):
        ctx.edit_pressed(content)
    else:
        ctx.show(ctx.chat, f"fill:{ctx.person.id}:{ctx.message_id}", content)


async def _rows(ctx: Context, draft: Draft, part: Part) -> Rows:
    if part is Part.ROLE:
        roles = [
            forms.choice(draft, roster.role_name(ctx, ctx.language, role), f"fill:add:{role}")
            for role in ctx.policy.roles
        ]
        return _in_rows(roles, 2)
    return await _days(ctx, draft) if part is Part.DAYS else ()


def _in_rows(buttons: Sequence[Button], wide: int) -> Rows:
    return tuple(tuple(buttons[i : i + wide]) for i in range(0, len(buttons), wide))


async def _show_people(ctx: Context, draft: Draft, page: int) -> None:
    """Those who hold a role in the same places, a page of them, narrowed by what was written."""
    total, found = await _people(ctx, str(draft.data.get("word", "")), page)
    buttons = [forms.choice(draft, each.name, f"fill:add:{finding.token(each)}") for each in found]
    rows = (*_in_rows(buttons, 3), *_turns(ctx, draft, page, total, PEOPLE_ON_A_PAGE))
    if draft.step == Part.DEPUTY:
        none = forms.choice(draft, ctx.t("filling.button_nobody"), f"fill:add:{NOBODY}")
        rows = (*rows, (none,))
    many = total > PEOPLE_ON_A_PAGE
    more = ctx.t("filling.people_many", n=total) if many else ""
    await _show(ctx, draft, (*rows, (forms.drop_button(ctx, draft),)), more)


async def _people(ctx: Context, word: str, page: int) -> tuple[int, Sequence[Person]]:
    base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    at, most = page * PEOPLE_ON_A_PAGE, PEOPLE_ON_A_PAGE
    return await roster.people(ctx, base.path, word, but=ctx.person.id, offset=at, limit=most)


def _turns(ctx: Context, draft: Draft, page: int, total: int, on_a_page: int) -> Rows:
    token = draft.data["token"]
    return paging.turns(
        ctx, page, total, lambda number: f"fill:page:{number}:{token}", on_a_page=on_a_page
    )


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


async def run(ctx: Context, command: str, line: str) -> None:
    """Run a command with what stands behind its name; where that names several, ask which.

    What was begun is then rolled back, and nothing of it is said.
    """
    said = len(ctx.tray)
    try:
        async with ctx.store.begin_nested():
            await ctx.book.runs[command](ctx, line)
    except SeveralError as several:
        if several.text not in line:
            raise
        for row in (ctx.chat, ctx.person, ctx.account):
            await ctx.store.refresh(row)
        del ctx.tray[said:]
        await _ask_which(ctx, command, line, several)


async def _ask_which(ctx: Context, command: str, line: str, several: SeveralError) -> None:
    data = {
        "command": command,
        "line": line,
        "text": several.text,
        "choices": [list(each) for each in several.choices],
    }
    await _show_choices(ctx, await forms.start(ctx, FORM, WHICH, data), 0)


async def _show_choices(ctx: Context, draft: Draft, page: int) -> None:
    choices: list[tuple[str, str]] = draft.data["choices"]
    first = page * CHOICES_ON_A_PAGE
    rows = tuple(
        (forms.choice(draft, name, f"fill:{WHICH}:{number}"),)
        for number, (name, _) in enumerate(choices[first : first + CHOICES_ON_A_PAGE], first)
    )
    turns = _turns(ctx, draft, page, len(choices), CHOICES_ON_A_PAGE)
    text = ctx.t("filling.which", text=draft.data["text"])
    _put(ctx, Content(text=text, buttons=(*rows, *turns, (forms.drop_button(ctx, draft),))))


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "fill:at:<area>:<page>", "fill:here:<area>", "fill:add:<words>", "fill:page:<page>"
    and "fill:which:<number>", each with the form's token."""
    draft, (what, *rest) = await forms.pressed(ctx, arguments, "filling.gone", FORM)
    if what == "add":
        await _go_on(ctx, draft, f"{draft.data['line']} {rest[0]}")
    elif what == "page":
        show = _show_choices if draft.step == WHICH else _show_people
        await show(ctx, draft, int(rest[0]))
    elif what == WHICH and draft.step == WHICH:
        choices = draft.data["choices"]
        if int(rest[0]) >= len(choices):
            raise RefusalError("filling.gone")
        _, chosen = choices[int(rest[0])]
        await _go_on(ctx, draft, str(draft.data["line"]).replace(draft.data["text"], chosen, 1))
    else:
        await _go_to(ctx, draft, what, rest)


async def _go_to(ctx: Context, draft: Draft, what: str, rest: Sequence[str]) -> None:
    """Into a place; one with nothing below it but households is chosen at once."""
    area = await areas_query.area_by_id(ctx.store, int(rest[0]))
    if area is not None and (what == "here" or not await picking.below(ctx, area)):
        await _go_on(ctx, draft, f"{draft.data['line']} {places.token(area)}")
        return
    tops = await picking.tops(ctx, draft.data["right"])
    rows = await picking.browse(ctx, draft, FORM, tops, area, int(rest[1]))
    await _show(ctx, draft, rows)


async def _go_on(ctx: Context, draft: Draft, line: str) -> None:
    """The command runs with the line; while it misses more, it asks again."""
    command = str(draft.data["command"])
    await forms.end(ctx)
    if isinstance(ctx.incoming, Press):
        ctx.edit_pressed(Content(text=ctx.t("filling.chosen")))
    await run(ctx, command, line.strip())


async def on_words(ctx: Context, draft: Draft, message: Message) -> bool:
    """What is written counts like what is picked; a part of a name narrows who is offered."""
    text = message.text.strip()
    if not text or draft.step == WHICH:
        return False
    if not (draft.step in PEOPLE and await _narrows(ctx, draft, text)):
        await _go_on(ctx, draft, f"{draft.data['line']} {text}")
    return True


async def _narrows(ctx: Context, draft: Draft, text: str) -> bool:
    """Whether it is nobody's name, but a part of some names (or the name of a role)."""
    try:
        await finding.find_person(ctx, text)
    except SeveralError:
        return False
    except RefusalError:
        total, _ = await _people(ctx, text, 0)
    else:
        return False
    if total:
        word = {**draft.data, "word": text}
        await _show_people(ctx, await forms.start(ctx, FORM, draft.step, word), 0)
    return total > 0
