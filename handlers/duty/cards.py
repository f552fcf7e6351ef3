"""What rotas look like to those who make them: the list, one of them, its preview, its turns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers import forms
from handlers.chat.outgoing import Button, Content, Rows, button
from handlers.context import Context
from handlers.directory import paging, places
from handlers.duty import gaps, making, texts
from handlers.duty.boards import Board
from handlers.duty.fairness import Load, loads
from storage.queries import accounts as accounts_query
from storage.queries import duty as query
from storage.queries import people as people_query
from storage.tables import Area, Draft, Person, Rota

BACK, AHEAD = timedelta(days=90), timedelta(days=28)
MOST_TURNS = 10
IN_A_ROW = 3


async def about(ctx: Context, board: Board) -> str:
    """All that a rota says of itself, and its next turns."""
    language = ctx.language
    arrow = ctx.t("duty.arrow")
    together = ctx.t("duty.together")
    lines = [
        ctx.t("duty.about", rota=board.rota.name, area=await places.full_name(ctx, board.area)),
        making.describe(ctx.desk.words, language, board.rule),
        ctx.t("duty.people", names=arrow.join(_crews(ctx, board, together))),
    ]
    if board.rota.points:
        points = ctx.t("duty.and").join(str(each) for each in board.rota.points)
        lines.append(ctx.t("duty.points", points=points))
    if board.rule.off:
        lines.append(ctx.t("duty.off", days=ctx.t("duty.and").join(board.rule.off)))
    coming = texts.runs(ctx, language, board)
    lines += [ctx.t("duty.coming"), *coming] if coming else [ctx.t("duty.coming_none")]
    return "\n".join([*lines, *await _warnings(ctx, board)])


async def _warnings(ctx: Context, board: Board) -> list[str]:
    """Who cannot be told of their turns, and how many turns nobody has (R29, R30)."""
    everybody = list(dict.fromkeys(person for crew in board.crews for person in crew))
    accounts = await accounts_query.accounts(ctx.store, everybody) if everybody else []
    reached = {account.person_id for account, _ in accounts}
    unreached = board.names((each for each in everybody if each not in reached), ctx.t("duty.and"))
    meant = await gaps.intended(ctx, board)
    ahead = board.between(ctx.now, ctx.now + gaps.WINDOW)
    empty = [each for each in ahead if not each.people and each.start not in meant]
    return [
        *([ctx.t("duty.unreached", names=unreached)] if unreached else []),
        *([ctx.t("duty.gaps_ahead", n=len(empty))] if empty else []),
    ]


def _crews(ctx: Context, board: Board, together: str) -> list[str]:
    names = [board.names(crew, together) for crew in board.crews]
    if board.rule.by != "weekday":
        return names
    days = (ctx.t(f"duty.weekday_{day}") for day in board.rule.days)
    return [
        f"{ctx.t('duty.days_list', days=day)} {name}"
        for day, name in zip(days, names, strict=False)
    ]


async def question(ctx: Context, draft: Draft, board: Board) -> Content:
    """What was understood, with the next turns, before it is saved."""
    text = f"{ctx.t('duty.understood')}\n{await about(ctx, board)}\n{ctx.t('duty.right')}"
    save = forms.choice(draft, ctx.t("duty.button_save"), "rota:save", "primary")
    drop = forms.drop_button(ctx, draft, "duty.button_cancel")
    return Content(text=text, buttons=((save, drop),))


def listing(ctx: Context, found: Sequence[tuple[Rota, Area]], page: int) -> Content:
    """The rotas, a button each, a page of them."""
    rows: list[tuple[Button, ...]] = []
    for rota, area in paging.on_page(found, page):
        key = "duty.list_line" if rota.state == "on" else "duty.list_paused"
        line = ctx.t(key, rota=rota.name, area=area.name)
        rows.append((button(line[:60], f"rota:show:{rota.id}"),))
    rows += paging.turns(ctx, page, len(found), lambda number: f"rota:list:{number}")
    rows.append((button(ctx.t("duty.button_new"), "rota:new", "primary"),))
    first = ctx.t("duty.list_how" if found else "duty.list_none")
    return Content(
        title=ctx.t("duty.list_title", n=len(found)),
        text=f"{first}\n{ctx.t('duty.usage')}",
        buttons=tuple(rows),
    )


async def detail(ctx: Context, board: Board) -> Content:
    """One rota with what can be done with it."""
    on = board.rota.state == "on"
    text = await about(ctx, board)
    return Content(
        text=text if on else f"{ctx.t('duty.is_paused')}\n{text}",
        buttons=_actions(ctx, board.rota, on=on),
    )


def _actions(ctx: Context, rota: Rota, *, on: bool) -> Rows:
    def act(name: str, style: str | None = None) -> Button:
        return button(ctx.t(f"duty.button_{name}"), f"rota:{name}:{rota.id}", style)

    turn = (act("cover"), act("hours")) if on else (act("hours"),)
    return (
        (*turn, act("log")) if rota.points else turn,
        (act("pause") if on else act("resume"), act("edit")),
        (act("delete", "danger"), button(ctx.t("duty.button_back"), "rota:list")),
    )


def turns(ctx: Context, board: Board) -> Content:
    """The next turns, a button each: who stands in?"""
    rows = [
        (
            button(
                ctx.t(
                    "duty.line_turn",
                    when=texts.turn(ctx, ctx.language, board, each),
                    names=texts.people(ctx, ctx.language, board, each.people),
                )[:60],
                f"rota:turn:{board.rota.id}:{each.start.timestamp():.0f}",
            ),
        )
        for each in board.coming(ctx.now, MOST_TURNS)
    ]
    back = (button(ctx.t("duty.button_back"), f"rota:show:{board.rota.id}"),)
    return Content(text=ctx.t("duty.cover_which"), buttons=(*rows, back))


def who(ctx: Context, rota_id: int, stamp: int, people: Sequence[Person], more: Rows) -> Content:
    """Those who may stand in, a button each."""
    buttons = [button(p.name[:30], f"rota:put:{rota_id}:{stamp}:{p.id}") for p in people]
    rows = [tuple(buttons[at : at + IN_A_ROW]) for at in range(0, len(buttons), IN_A_ROW)]
    back = (button(ctx.t("duty.button_back"), f"rota:cover:{rota_id}"),)
    return Content(text=ctx.t("duty.cover_who"), buttons=(*rows, *more, back))


async def hours(ctx: Context, board: Board) -> Content:
    """Hours and nights served and to come, in the order of the rota; for those who coordinate."""
    shifts = await query.shifts(ctx.store, board.rota.id, ctx.now - BACK)
    past = loads(
        ((each.person_id, each.starts, each.ends) for each in shifts if each.person_id is not None),
        ctx.now,
        board.zone,
    )
    until = ctx.now + AHEAD
    ahead = loads(
        (
            (person, max(each.start, ctx.now), each.end)
            for each in board.between(ctx.now, until)
            for person in each.people
        ),
        until,
        board.zone,
    )
    order = dict.fromkeys([*(p for crew in board.crews for p in crew), *past, *ahead])
    people = await people_query.people(ctx.store, order)
    lines = [
        ctx.t(
            "duty.hours_line",
            name=people[each].name,
            past=_load(ctx, past.get(each)),
            ahead=_load(ctx, ahead.get(each)),
        )
        for each in order
        if each in people
    ]
    back = (button(ctx.t("duty.button_back"), f"rota:show:{board.rota.id}"),)
    return Content(
        title=ctx.t("duty.hours_title", rota=board.rota.name),
        text="\n".join([ctx.t("duty.hours_how", back=BACK.days, ahead=AHEAD.days), *lines]),
        buttons=(back,),
    )


def _load(ctx: Context, load: Load | None) -> str:
    load = load or Load()
    return ctx.t("duty.load", hours=f"{load.hours:g}", nights=len(load.nights))
