"""/rota: making, listing, changing, pausing and deleting rotas; and all that duty answers to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from handlers import forms
from handlers.chat.incoming import Message
from handlers.chat.outgoing import Content, button
from handlers.commands import Command, Subject
from handlers.context import Context
from handlers.directory import access, finding, paging, roster
from handlers.directory.audit import record
from handlers.duty import (
    asking,
    boards,
    cards,
    changes,
    drafting,
    exporting,
    gaps,
    making,
    round_log,
    rounds,
    standing_in,
    swapping,
    worded,
)
from handlers.duty.boards import Board
from handlers.work import RefusalError
from storage.queries import duty as query
from storage.tables import Area, Audit, Draft, Rota

LIST_WORDS = frozenset({"list", "列表", "查看", "全部"})
PEOPLE_ON_A_PAGE = 18
COVER = "cover"


async def rota(ctx: Context, rest: str) -> None:
    """/rota lists with buttons; /rota [PLACE] NAME WHEN: PEOPLE previews and asks to save.

    /rota NAME shows one; /rota pause|resume|delete|change|hours NAME; /rota cover NAME DAY PERSON.
    """
    areas = await access.require_somewhere(ctx, "manage")
    if not rest or rest in LIST_WORDS:
        await _list(ctx, areas)
        return
    said = await worded.read(ctx, areas, rest)
    if said is None:
        await drafting.from_line(ctx, areas, rest, {})
        return
    what, board, arguments = said
    await access.require(ctx, "manage", board.area.path)
    await PRESSES[what](ctx, board, arguments)


async def _list(ctx: Context, areas: Sequence[Area], page: int = 0) -> None:
    found = await query.below_paths(ctx.store, [area.path for area in areas])
    ctx.edit_pressed(cards.listing(ctx, found, page))


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "rota:<what>[:<rota>[:<turn>[:<person>]]]"; those of the form end with its token."""
    what, *rest = arguments
    if what in drafting.FORM_PRESSES:
        draft, picked = await forms.pressed(ctx, rest, "duty.form_gone", drafting.FORM)
        await drafting.FORM_PRESSES[what](ctx, draft, picked)
        return
    if what in ("list", "new"):
        areas = await access.require_somewhere(ctx, "manage")
        page = int(rest[0]) if rest else 0
        await (_list(ctx, areas, page) if what == "list" else drafting.begin(ctx))
        return
    board = await boards.board(ctx, int(rest[0])) if rest else None
    if board is None or what not in PRESSES:
        raise RefusalError("duty.gone")
    await access.require(ctx, "manage", board.area.path)
    await PRESSES[what](ctx, board, rest[1:])


async def _show(ctx: Context, board: Board, arguments: Sequence[str] = ()) -> None:
    ctx.edit_pressed(await cards.detail(ctx, board))


async def _pause(ctx: Context, board: Board, arguments: Sequence[str]) -> None:
    await _stop(ctx, board, "paused")
    await record(ctx, "rota_pause", detail={"rota": board.rota.id})
    ctx.toast(ctx.t("duty.paused"))
    await _show(ctx, board)


async def _stop(ctx: Context, board: Board, state: str) -> None:
    """Nobody has turns any more, and the clock no longer looks at it."""
    await changes.stopped(ctx, board)
    board.rota.state, board.rota.next_at, board.rota.check_at = state, None, None


async def _resume(ctx: Context, board: Board, arguments: Sequence[str]) -> None:
    await _on_again(ctx, board)
    await record(ctx, "rota_resume", detail={"rota": board.rota.id})
    ctx.toast(ctx.t("duty.resumed"))
    await _show(ctx, board)


async def _on_again(ctx: Context, board: Board, state: str = "on") -> None:
    board.rota.state = state
    for column, value in making.columns(board.rule, ctx.now, on=state == "on").items():
        setattr(board.rota, column, value)
    changes.forget(board.rota)
    if state == "on":
        await changes.tell(ctx, board)


async def _delete(ctx: Context, board: Board, arguments: Sequence[str]) -> None:
    undo = {"rota": board.rota.id, "state": board.rota.state}
    await _stop(ctx, board, "ended")
    audit = await record(ctx, "rota_delete", detail={"area": board.area.id}, undo=undo)
    back = button(ctx.t("directory.button_undo"), f"undo:{audit.id}")
    text = ctx.t("duty.deleted", rota=board.rota.name)
    ctx.edit_pressed(Content(text=text, buttons=((back,),)))


async def undo_delete(ctx: Context, audit: Audit) -> None:
    """A deleted rota comes back, its people told."""
    back = audit.undo or {}
    found = await ctx.store.get(Rota, int(back["rota"]))
    area = await ctx.store.get(Area, found.area_id) if found else None
    if found is None or area is None:
        raise RefusalError("directory.undo_gone")
    board = await boards.board_of(ctx, found, area)
    await _on_again(ctx, board, str(back["state"]))


async def _edit(ctx: Context, board: Board, arguments: Sequence[str]) -> None:
    data = {"area": board.area.id, "id": board.rota.id, "name": board.rota.name}
    draft = await forms.start(ctx, drafting.FORM, "change", data)
    line = making.whole_line(ctx.desk.words, ctx.language, board)
    drop = ((forms.drop_button(ctx, draft),),)
    ctx.edit_pressed(Content(text=ctx.t("duty.ask_change", line=line), buttons=drop))


async def _cover(ctx: Context, board: Board, arguments: Sequence[str]) -> None:
    ctx.edit_pressed(cards.turns(ctx, board))


async def _turn(ctx: Context, board: Board, arguments: Sequence[str]) -> None:
    """A turn was chosen: who stands in? Anybody may be named."""
    await forms.start(ctx, COVER, "who", {"rota": board.rota.id, "turn": arguments[0]})
    stamp, page = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 0
    turn = board.at(datetime.fromtimestamp(stamp, UTC))
    total, people = await roster.people(
        ctx,
        board.area.path,
        "",
        but=0,
        offset=page * PEOPLE_ON_A_PAGE,
        limit=PEOPLE_ON_A_PAGE,
    )
    first = [*board.people.values()] if page == 0 else []
    taken = turn.people if turn else ()
    shown = {each.id: each for each in (*first, *people) if each.id not in taken}
    more = paging.turns(
        ctx,
        page,
        total,
        lambda number: f"rota:turn:{board.rota.id}:{stamp}:{number}",
        on_a_page=PEOPLE_ON_A_PAGE,
    )
    ctx.edit_pressed(cards.who(ctx, board.rota.id, stamp, list(shown.values()), more))


async def on_cover_words(ctx: Context, draft: Draft, message: Message) -> bool:
    """The name of who stands in."""
    if not message.text.strip():
        return False
    board = await standing_in.fresh(ctx, draft.data["rota"])
    await access.require(ctx, "manage", board.area.path)
    person = await finding.find_person(ctx, message.text)
    await _put(ctx, board, [draft.data["turn"], str(person.id)])
    return True


async def _put(ctx: Context, board: Board, arguments: Sequence[str]) -> None:
    """Somebody stands in for one turn: all whom it concerns are told."""
    start = datetime.fromtimestamp(int(arguments[0]), UTC)
    taker = await finding.person_numbered(ctx, int(arguments[1]))
    turn = board.at(start)
    if turn is None or start <= ctx.now or board.rota.state != "on":
        raise RefusalError("duty.turn_gone")
    giver = turn.places[0].person if turn.places else None
    await standing_in.give(ctx, board, start, giver, taker.id, "stand_in")
    await forms.end(ctx, COVER)
    await record(ctx, "duty_cover", detail={"rota": board.rota.id, "person": taker.id})
    board = await standing_in.fresh(ctx, board.rota.id)
    await changes.tell(ctx, board)
    ctx.toast(ctx.t("duty.cover_kept"))
    ctx.edit_pressed(cards.turns(ctx, board))


async def _hours(ctx: Context, board: Board, arguments: Sequence[str]) -> None:
    """Privately alone: what each served is nobody else's to compare."""
    if not ctx.private:
        raise RefusalError("access.only_private")
    ctx.edit_pressed(await cards.hours(ctx, board))


async def _log(ctx: Context, board: Board, arguments: Sequence[str]) -> None:
    ctx.edit_pressed(await round_log.content(ctx, board))


async def _pictures(ctx: Context, board: Board, arguments: Sequence[str]) -> None:
    """Privately alone, like hours: pictures of a yard are nobody else's."""
    if not ctx.private:
        raise RefusalError("access.only_private")
    await round_log.pictures(ctx, board)


PRESSES: dict[str, Callable[[Context, Board, Sequence[str]], Awaitable[None]]] = {
    "show": _show,
    "pause": _pause,
    "resume": _resume,
    "delete": _delete,
    "edit": _edit,
    "cover": _cover,
    "turn": _turn,
    "put": _put,
    "hours": _hours,
    "log": _log,
    "pictures": _pictures,
}


async def on_duty_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "duty:swap" and "duty:ics" under one's own turns."""
    if arguments[0] == "swap":
        await swapping.swap(ctx, "")
    elif arguments[0] == "ics":
        await exporting.export(ctx, "")
    else:
        raise RefusalError("access.old_button")


SUBJECT = Subject(
    commands=(
        Command("duty", asking.duty, ("谁值班", "值班"), nameless=True),
        Command("rota", rota, ("值班表",), right="manage"),
        # For whoever has turns, with a role or without; /duty offers them to these.
        Command("swap", swapping.swap, ("换班",), hidden=True),
        Command("round", rounds.round_, ("巡视",), where="private", hidden=True),
        Command("duty_calendar", exporting.export, ("值班日历",), where="private", hidden=True),
    ),
    presses={
        "rota": on_press,
        "duty": on_duty_press,
        "swap": swapping.on_press,
        "gap": gaps.on_press,
        "rnd": rounds.on_press,
    },
    forms={
        drafting.FORM: drafting.on_words,
        swapping.FORM: swapping.on_words,
        rounds.FORM: rounds.on_words,
        COVER: on_cover_words,
    },
    undos={"rota_delete": undo_delete},
)
