"""The turns to come of somebody, one by one and in a row: what may be given away."""

from __future__ import annotations

from datetime import datetime

from handlers.context import Context
from handlers.duty import boards, texts
from handlers.duty.boards import Board
from handlers.duty.manning import Manned
from handlers.work import Work
from storage.queries import duty as query

MOST_TURNS = 8
#: Rows of turns that are offered as a whole, and turns that are looked through for them.
MOST_ROWS, MOST_LOOKED_AT = 3, 60


async def turns_of(ctx: Context, person_id: int) -> list[tuple[Board, Manned]]:
    """The next turns of somebody in all rotas, the first one first."""
    found: list[tuple[Board, Manned]] = []
    for rota, area in await query.of_person(ctx.store, person_id, ctx.now):
        board = await boards.board_of(ctx, rota, area)
        found += [(board, each) for each in board.coming(ctx.now, MOST_TURNS, person_id)]
    return sorted(found, key=lambda pair: pair[1].start)[:MOST_TURNS]


Stretch = list[Manned]


async def stretches_of(ctx: Context, person_id: int) -> list[tuple[Board, Stretch]]:
    """What somebody may give away: each turn, and all that they have in a row."""
    mine = await turns_of(ctx, person_id)
    rows: list[tuple[Board, Stretch]] = []
    for board in {each.rota.id: each for each, _ in mine}.values():
        rows += [(board, row) for row in in_a_row(board, ctx.now, person_id) if len(row) > 1]
    whole = sorted(rows, key=lambda pair: pair[1][0].start)[:MOST_ROWS]
    return [*whole, *((board, [turn]) for board, turn in mine)]


def in_a_row(board: Board, now: datetime, person: int) -> list[Stretch]:
    """The turns of somebody to come, those in a row together."""
    found: list[Stretch] = []
    last = False
    for each in board.coming(now, MOST_LOOKED_AT):
        theirs = person in each.people
        if theirs and last:
            found[-1].append(each)
        elif theirs:
            found.append([each])
        last = theirs
    return found


def kept(turns: Stretch) -> list[int]:
    """What a form keeps of them: when the first one begins (seconds since 1970), how many."""
    return [int(turns[0].start.timestamp()), len(turns)]


def label(ctx: Context, board: Board, turns: Stretch) -> str:
    """Turns in one line: which rota, from when to when."""
    return f"{board.rota.name} {in_words(ctx, ctx.language, board, turns)}"[:60]


def in_words(work: Work, language: str, board: Board, turns: Stretch) -> str:
    """Turns in a row: when they are, and how many."""
    if not turns:
        return "-"
    when = texts.turn(work, language, board, turns[0])
    if len(turns) == 1:
        return when
    return work.word(language, "duty.stretch", when=when, n=len(turns))


def to_choose(board: Board, now: datetime, mine: int, *, whole: bool) -> list[tuple[int, Stretch]]:
    """The turns of the others, the next first; all in a row for all in a row."""
    found: list[tuple[int, Stretch]] = []
    for person in board.people:
        if person != mine:
            rows = in_a_row(board, now, person)
            parts = rows if whole else [[each] for row in rows for each in row]
            found += [(person, part) for part in parts if not shared(part, mine)]
    return sorted(found, key=lambda pair: pair[1][0].start)[:MOST_TURNS]


def shared(turns: Stretch, person: int) -> bool:
    """Whether somebody has one of these turns."""
    return any(person in each.people for each in turns)
