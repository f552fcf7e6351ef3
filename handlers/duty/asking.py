"""/duty: who is on duty now and who comes next, here; privately also one's own next turns."""

from __future__ import annotations

from handlers.chat.outgoing import Rows, button
from handlers.context import Context
from handlers.directory import bases, places
from handlers.duty import boards, gaps, stretches, texts
from handlers.duty.boards import Board
from handlers.duty.manning import Manned
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.queries import duty as query
from storage.queries.duty import Found
from storage.tables import Area

MOST_ROTAS = 12


async def duty(ctx: Context, rest: str) -> None:
    """/duty [PLACE]."""
    found = await _rotas(ctx, rest)
    shown = await boards.boards_of(ctx, found[:MOST_ROTAS])
    lines = [await line(ctx, each) for each in shown]
    if any([await unnamed(ctx, each) for each in shown]):
        lines.append(ctx.word(ctx.chat_language, "duty.names_private"))
    if len(found) > MOST_ROTAS:
        lines.append(ctx.word(ctx.chat_language, "duty.more_rotas", n=len(found) - MOST_ROTAS))
    buttons: Rows = ()
    mine = await stretches.turns_of(ctx, ctx.person.id) if ctx.private else []
    if mine:
        lines += ["", ctx.t("duty.your_turns")]
        lines += [stretches.label(ctx, board, [turn]) for board, turn in mine]
        buttons = (
            (
                button(ctx.t("duty.button_swap"), "duty:swap"),
                button(ctx.t("duty.button_calendar"), "duty:ics"),
            ),
        )
    none = ctx.word(ctx.chat_language, "duty.none_here")
    text = "\n".join(lines) or none
    ctx.answer_text(text, title=ctx.word(ctx.chat_language, "duty.now_title"), buttons=buttons)


async def _rotas(ctx: Context, rest: str) -> Found:
    """Those of the place above and at it, and for staff and groups those below."""
    try:
        base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    except RefusalError:
        return await query.of_person(ctx.store, ctx.person.id, ctx.now)
    path = base.path
    if rest:
        path = (await places.find_place(ctx, base, rest)).path
    found = await query.over(ctx.store, areas_query.ids_of(path))
    found += await query.below_paths(ctx.store, [path], only_on=True)
    if ctx.private and not rest:
        found += await query.of_person(ctx.store, ctx.person.id, ctx.now)
    return list({rota.id: (rota, area) for rota, area in found}.values())


async def unnamed(ctx: Context, board: Board) -> bool:
    """Whether those on duty are not named in this chat."""
    return await texts.unnamed(ctx, board, private=ctx.private)


async def line(ctx: Context, board: Board, *, following: bool = True) -> str:
    """Who is on duty now, and (if asked for) who comes next."""
    language, hidden = ctx.chat_language, await unnamed(ctx, board)
    turn = board.on(ctx.now)
    values = {"rota": board.rota.name, "area": await _area(ctx, board.area)}
    if turn is None:
        said = ctx.word(language, "duty.line_off", **values)
    elif turn.people:
        names = texts.crew(ctx, language, board, turn.people, unnamed=hidden)
        end = texts.until(ctx, language, board, turn.end)
        said = ctx.word(language, "duty.line_now", names=names, end=end, **values)
    else:
        meant = turn.start in await gaps.intended(ctx, board)
        said = ctx.word(language, "duty.line_off" if meant else "duty.line_empty", **values)
    coming = board.coming(ctx.now, 1) if following else []
    return f"{said}\n{_next(ctx, board, coming[0], hidden=hidden)}" if coming else said


def _next(ctx: Context, board: Board, coming: Manned, *, hidden: bool) -> str:
    language = ctx.chat_language
    return ctx.word(
        language,
        "duty.line_next",
        when=texts.turn(ctx, language, board, coming),
        names=texts.crew(ctx, language, board, coming.people, unnamed=hidden),
    )


async def _area(ctx: Context, area: Area) -> str:
    return await places.full_name(ctx, area)
