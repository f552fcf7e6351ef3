"""What a rota's buttons do, in words: "/值班表 暂停 红管家", "/rota cover Night line 3-9 Wang"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers.context import Context
from handlers.directory import finding
from handlers.duty import boards
from handlers.duty.boards import Board
from handlers.duty.manning import Manned
from handlers.duty.phrases import DATE, LineError, day_said
from handlers.work import RefusalError
from storage.queries import duty as query
from storage.tables import Area

VERBS = {
    "pause": "pause",
    "暂停": "pause",
    "resume": "resume",
    "恢复": "resume",
    "delete": "delete",
    "删除": "delete",
    "change": "edit",
    "修改": "edit",
    "hours": "hours",
    "工时": "hours",
    "log": "log",
    "记录": "log",
    "cover": "cover",
    "代班": "cover",
}
SHOW, COVER, PUT = "show", "cover", "put"
LOOK_AHEAD = timedelta(days=200)

#: What is to be done with which rota, and with which of its turns and people.
Said = tuple[str, Board, Sequence[str]]


async def read(ctx: Context, areas: Sequence[Area], text: str) -> Said | None:
    """What a line says of a rota that is there; None: it speaks of none, and may make one."""
    first, _, more = text.partition(" ")
    verb = VERBS.get(first.casefold())
    named = await _rota(ctx, areas, more if verb else text)
    if named is None:
        return None
    board, rest = named
    if verb == COVER and rest:
        return PUT, board, await _turn_and_person(ctx, board, rest)
    return None if rest else (verb or SHOW, board, ())


async def _rota(ctx: Context, areas: Sequence[Area], text: str) -> tuple[Board, str] | None:
    """The rota whose name the text begins with (its place may stand in front), and what follows."""
    said = text.strip().casefold()
    found = await query.below_paths(ctx.store, [area.path for area in areas])
    for rota, area in sorted(found, key=lambda pair: -len(pair[0].name)):
        for name in (rota.name, f"{area.name} {rota.name}"):
            rest = said.removeprefix(name.casefold())
            if rest != said and (not rest or rest[0] == " "):
                kept = text.strip()[len(name) :].strip()
                return await boards.board_of(ctx, rota, area), kept
    return None


async def _turn_and_person(ctx: Context, board: Board, rest: str) -> Sequence[str]:
    day, _, name = rest.partition(" ")
    if not DATE.match(day):
        raise RefusalError("duty.date_unknown", text=day[:20])
    turn = _turn_on(ctx, board, day)
    if turn is None:
        raise RefusalError("duty.turn_gone")
    person = await finding.find_person(ctx, name)
    return f"{turn.start.timestamp():.0f}", str(person.id)


def _turn_on(ctx: Context, board: Board, day: str) -> Manned | None:
    """The first turn to come that begins on a day."""
    try:
        wanted = day_said(day, ctx.now.astimezone(board.zone).date())
    except LineError as error:
        raise RefusalError(error.key, **error.values) from None
    coming = board.between(ctx.now, ctx.now + LOOK_AHEAD)
    theirs = (each for each in coming if each.start > ctx.now)
    return next((e for e in theirs if f"{e.start.astimezone(board.zone):%Y-%m-%d}" == wanted), None)
