"""Who is on duty at a place now: for whoever must ask somebody."""

from __future__ import annotations

from datetime import datetime

from handlers.context import Work
from handlers.duty import boards
from storage.queries import directory as directory_query
from storage.queries import duty as query
from storage.tables import Person


async def on_duty(work: Work, area_path: str, now: datetime) -> list[Person]:
    """The people of the desks and lines at this place or above it, the nearest first; maybe none.

    Rounds are not desks: who walks is not who answers.
    """
    ids = directory_query.ids_of(area_path)
    found: dict[int, Person] = {}
    for rota, area in reversed(await query.over(work.store, ids)):
        if rota.points:
            continue
        board = await boards.board_of(work, rota, area)
        turn = board.on(now)
        for person in turn.people if turn else ():
            found.setdefault(person, board.people[person])
    return list(found.values())
