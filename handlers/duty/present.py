"""Who is on duty at a place now: for whoever must ask somebody."""

from __future__ import annotations

from handlers.duty import boards
from handlers.work import Work
from storage.queries import areas as areas_query
from storage.queries import duty as query
from storage.tables import Person


async def on_duty(work: Work, path: str, rota: str | None = None) -> list[Person]:
    """The people of the desks and lines at this place or above it, the nearest first; maybe none.

    Of one rota, if it is named. Rounds are not desks: who walks is not who answers.
    """
    ids = areas_query.ids_of(path)
    found: dict[int, Person] = {}
    for each, area in reversed(await query.over(work.store, ids)):
        if each.points or (rota is not None and each.name.casefold() != rota.casefold()):
            continue
        board = await boards.board_of(work, each, area)
        turn = board.on(work.now)
        for person in turn.people if turn else ():
            found.setdefault(person, board.people[person])
    return list(found.values())
