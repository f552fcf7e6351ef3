"""/swap: which turn is offered to whom, for one of theirs or as a favour."""

from __future__ import annotations

from collections.abc import Sequence

from handlers import forms
from handlers.chat.incoming import Message
from handlers.chat.outgoing import Content, Rows
from handlers.context import Context
from handlers.directory import finding, paging, roster
from handlers.duty import agreeing, standing_in, stretches
from handlers.work import RefusalError
from storage.queries import swaps as swaps_query
from storage.tables import Draft, Swap

FORM = "swap"


PEOPLE_ON_A_PAGE = 21


#: Answers that are typed: what each says.
ANSWERS = {"yes": "yes", "同意": "yes", "好": "yes", "no": "no", "不同意": "no", "不行": "no"}


async def swap(ctx: Context, rest: str) -> None:
    """/swap: one's next turns, a button each; /swap yes and /swap no answer who asked."""
    answer = ANSWERS.get(rest.strip().casefold())
    if answer is not None:
        asked = await swaps_query.asked_of(ctx.store, ctx.person.id)
        if asked is None:
            raise RefusalError("duty.swap_none")
        await agreeing.answer(ctx, asked, answer)
        return
    mine = await stretches.stretches_of(ctx, ctx.person.id)
    if not mine:
        raise RefusalError("duty.no_turns")
    data = [[board.rota.id, *stretches.kept(turns)] for board, turns in mine]
    draft = await forms.start(ctx, FORM, "mine", {"mine": data})
    rows = [
        (forms.choice(draft, stretches.label(ctx, board, turns), f"swap:mine:{number}"),)
        for number, (board, turns) in enumerate(mine)
    ]
    _put(ctx, "duty.swap_which", (*rows, (forms.drop_button(ctx, draft),)))


def _put(ctx: Context, key: str, rows: Rows, **values: object) -> None:
    ctx.edit_pressed(Content(text=ctx.t(key, **values), buttons=rows))


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "swap:<yes|no|back>:<swap>", and those of the form with its token behind."""
    what, *rest = arguments
    if what in ("yes", "no", "back"):
        asked = await ctx.store.get(Swap, int(rest[0]))
        if asked is None:
            raise RefusalError("access.old_button")
        await agreeing.answer(ctx, asked, what)
        return
    draft, picked = await forms.pressed(ctx, rest, "duty.swap_form_gone", FORM)
    if not _is_offered(draft, what, int(picked[0])):
        raise RefusalError("duty.swap_form_gone")
    await STEPS[what](ctx, draft, int(picked[0]))


async def _chose_mine(ctx: Context, draft: Draft, number: int) -> None:
    """Which turn to give: now for which one of the others'."""
    rota_id, stamp, count = draft.data["mine"][number]
    board = await standing_in.fresh(ctx, rota_id)
    theirs = stretches.to_choose(board, ctx.now, ctx.person.id, whole=count > 1)
    data = {
        **draft.data,
        "rota": rota_id,
        "gives": [stamp, count],
        "theirs": [[*stretches.kept(turns), person] for person, turns in theirs],
    }
    draft = await forms.start(ctx, FORM, "theirs", data)
    said = [
        f"{board.names([person])} {stretches.in_words(ctx, ctx.language, board, turns)}"[:60]
        for person, turns in theirs
    ]
    rows = [(forms.choice(draft, text, f"swap:for:{number}"),) for number, text in enumerate(said)]
    favour = forms.choice(draft, ctx.t("duty.button_favour"), "swap:favour:0")
    _put(ctx, "duty.swap_for", (*rows, (favour,), (forms.drop_button(ctx, draft),)))


async def _chose_theirs(ctx: Context, draft: Draft, number: int) -> None:
    stamp, count, person = draft.data["theirs"][number]
    await agreeing.ask(ctx, draft, person, (stamp, count))


async def _favour(ctx: Context, draft: Draft, page: int) -> None:
    """Somebody stands in for nothing: who? Anybody may be named."""
    draft = await forms.start(ctx, FORM, "who", dict(draft.data))
    board = await standing_in.fresh(ctx, draft.data["rota"])
    total, people = await roster.people(
        ctx,
        board.area.path,
        "",
        but=ctx.person.id,
        offset=page * PEOPLE_ON_A_PAGE,
        limit=PEOPLE_ON_A_PAGE,
    )
    members = [p for p in board.people.values() if p.id != ctx.person.id] if page == 0 else []
    found = list({each.id: each for each in (*members, *people)}.values())
    buttons = [forms.choice(draft, each.name[:30], f"swap:who:{each.id}") for each in found]
    rows = [tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3)]
    token = draft.data["token"]
    turns = paging.turns(
        ctx,
        page,
        total,
        lambda number: f"swap:favour:{number}:{token}",
        on_a_page=PEOPLE_ON_A_PAGE,
    )
    _put(ctx, "duty.swap_who", (*rows, *turns, (forms.drop_button(ctx, draft),)))


async def on_words(ctx: Context, draft: Draft, message: Message) -> bool:
    """A name where somebody is looked for who stands in."""
    if draft.step != "who" or not message.text.strip():
        return False
    person = await finding.find_person(ctx, message.text)
    await agreeing.ask(ctx, draft, person.id, None)
    return True


async def _chose_person(ctx: Context, draft: Draft, person: int) -> None:
    await agreeing.ask(ctx, draft, (await finding.person_numbered(ctx, person)).id, None)


STEPS = {
    "mine": _chose_mine,
    "for": _chose_theirs,
    "favour": _favour,
    "who": _chose_person,
}


#: Those of the form's buttons that choose from a list which it keeps.
LISTED = frozenset({"mine", "for"})


#: What the form must know already for each of them.
NEEDS = {"mine": "mine", "for": "theirs", "favour": "rota", "who": "rota"}


def _is_offered(draft: Draft, what: str, number: int) -> bool:
    """Whether the form has come so far that this button stands under it."""
    if NEEDS[what] not in draft.data:
        return False
    listed = draft.data[NEEDS[what]] if what in LISTED else range(number + 1)
    return number < len(listed)
