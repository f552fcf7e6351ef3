"""A single turn becomes somebody else's: by a swap, or because a coordinator says so."""

from __future__ import annotations

from datetime import datetime

from handlers.context import Context
from handlers.duty import boards
from handlers.duty.boards import Board
from handlers.duty.manning import How
from handlers.work import RefusalError
from storage.queries import duty as query


async def give(
    ctx: Context, board: Board, start: datetime, giver: int | None, taker: int, how: How
) -> None:
    """The turn that begins at `start` is served by `taker` in place of `giver` (None: nobody)."""
    turn = board.at(start)
    place = next((p for p in turn.places if p.person == giver), None) if turn else None
    if turn is None or place is None:
        raise RefusalError("duty.turn_gone")
    if taker in turn.people:
        raise RefusalError("duty.turn_theirs", name=board.names([taker]) or "-")
    values = {"rota_id": board.rota.id, "starts": start, "person_id": place.of, "to_id": taker}
    await query.change(ctx.store, {**values, "how": how, "by_id": ctx.person.id, "at": ctx.now})


async def fresh(ctx: Context, rota_id: int) -> Board:
    """The rota as it stands now; refused when it is gone."""
    board = await boards.board(ctx, rota_id)
    if board is None or board.rota.state != "on":
        raise RefusalError("duty.gone")
    return board
