"""What is due of duty: turns begin, rounds end, swaps are too late, and a look ahead. Each once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from handlers.chat.outgoing import Content
from handlers.duty import agreeing, boards, changes, gaps, handover, making, rounds, telling
from handlers.duty.boards import Board
from handlers.duty.manning import Manned
from handlers.work import Work
from storage.queries import duty as query
from storage.queries import rounds as rounds_query
from storage.queries import swaps as swaps_query
from storage.tables import Rota

log = structlog.get_logger("linli.duty")

AT_ONCE = 250
AGAIN_AFTER = timedelta(minutes=10)
#: Turns that passed while the program was down and are still written down.
MOST_PASSED = 500

Run = Callable[[], Awaitable[None]]


async def due(work: Work) -> int:
    """Do what is due; how many were looked at. Several processes may: each is claimed by one."""
    work.memo = {}
    try:
        return await _due(work)
    finally:
        work.memo = None


async def _due(work: Work) -> int:
    count = await _all(work, await query.due(work.store, work.now, AT_ONCE), "next_at", _turns)
    for round_ in await rounds_query.late(work.store, work.now, AT_ONCE):
        count += await _one(work, round_, round_.id, partial(rounds.missed, work, round_))
    for swap in await swaps_query.late(work.store, work.now, AT_ONCE):
        count += await _one(work, swap, swap.id, partial(agreeing.too_late, work, swap))
    seen = await query.to_check(work.store, work.now, AT_ONCE)
    return count + await _all(work, seen, "check_at", _look)


async def _all(
    work: Work,
    ids: Sequence[int],
    column: str,
    run: Callable[[Work, Sequence[int]], Awaitable[None]],
) -> int:
    """Rotas that are due together, read and written together; one by one if one of them fails."""
    if len(ids) > 1 and await _safely(
        work, partial(run, work, ids), "due.one_by_one", f"{len(ids)} rotas"
    ):
        return len(ids)
    for each in ids:
        if not await _safely(work, partial(run, work, [each]), "due.failed", f"Rota {each}"):
            await query.put_off(work.store, Rota, each, **{column: work.now + AGAIN_AFTER})
    return len(ids)


async def _one(work: Work, row: query.Due, number: int, run: Run) -> int:
    table = type(row)
    if not await _safely(work, run, "due.failed", f"{table.__name__} {number}"):
        await query.put_off(work.store, table, number, due_at=work.now + AGAIN_AFTER)
    return 1


async def _safely(work: Work, run: Run, failed: str, what: str) -> bool:
    """Do it in a savepoint; what fails leaves nothing behind and stops nothing else."""
    said = len(work.tray)
    try:
        async with work.store.begin_nested():
            await run()
    except Exception:
        del work.tray[said:]
        work.memo = {}
        log.exception(failed, duty=what)
        return False
    return True


async def _turns(work: Work, rota_ids: Sequence[int]) -> None:
    """Turns of rotas began. The one that is on is always looked at: what it says is said once."""
    found = await boards.boards_of(work, await query.rotas(work.store, rota_ids))
    seen = {each.rota.id: at for each in found if (at := each.rota.next_at) is not None}
    moves = {
        each.rota.id: (seen[each.rota.id], each.next_start(work.now))
        for each in found
        if each.rota.id in seen
    }
    taken = await query.claim(work.store, moves)
    begun = [
        Begun.of(each, seen[each.rota.id], work.now) for each in found if each.rota.id in taken
    ]
    await query.served(work.store, [row for each in begun for row in each.rows])
    await telling.know(work, [person for each in begun for person in each.people])
    for each in begun:
        if each.board.rota.points and each.passed:
            await _not_asked(work, each.board, len(each.passed))
        if each.running is not None:
            await _began(work, each, each.running)


@dataclass(frozen=True, slots=True)
class Begun:
    """What became of a rota since its turn that was seen: the turns over, and the one on now."""

    board: Board
    passed: Sequence[Manned]
    running: Manned | None
    left: Manned | None  #: the turn before the one that is on

    @classmethod
    def of(cls, board: Board, seen: datetime, now: datetime) -> Begun:
        """From the moment that was seen until now."""
        running = board.on(now)
        passed = [each for each in board.between(seen, now) if seen <= each.start]
        passed = [each for each in passed if each.end <= now][-MOST_PASSED:]
        return cls(board, passed, running, board.before(running.start) if running else None)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """As they were served."""
        begun = [*self.passed, *([self.running] if self.running else ())]
        return [row for each in begun for row in _rows(self.board.rota, each)]

    @property
    def people(self) -> set[int]:
        """Those who come and those who leave."""
        turns = [each for each in (self.running, self.left) if each is not None]
        return {person for each in turns for person in each.people}


def _rows(rota: Rota, each: Manned) -> list[dict[str, Any]]:
    row = {"rota_id": rota.id, "starts": each.start, "ends": each.end}
    if not each.people:
        return [{**row, "person_id": None, "how": "nobody"}]
    how = {place.person: place.how for place in each.places}
    return [{**row, "person_id": person, "how": how[person]} for person in each.people]


async def _not_asked(work: Work, board: Board, count: int) -> None:
    """Rounds fell into a time in which the program was down: told once, never a flood (R56)."""

    def words(language: str) -> Content:
        text = work.word(language, "duty.rounds_not_asked", rota=board.rota.name, n=count)
        return Content(text=text)

    await telling.to_coordinators(work, board, telling.said(words))


async def _began(work: Work, begun: Begun, turn: Manned) -> None:
    board, left = begun.board, begun.left.people if begun.left else ()
    if not turn.people:
        await gaps.look(work, board)
    elif board.rota.points:
        await rounds.begin(work, board, turn)
    elif set(left) != set(turn.people):
        await handover.hand_over(work, board, turn, left)


async def _look(work: Work, rota_ids: Sequence[int]) -> None:
    """Ahead: whose turns changed by leave or holidays, and where nobody is."""
    found = await boards.boards_of(work, await query.rotas(work.store, rota_ids))
    moves = {
        each.rota.id: (each.rota.check_at, making.next_check(work.now, each.zone))
        for each in found
        if each.rota.check_at is not None
    }
    taken = await query.claim_checks(work.store, moves)
    for each in found:
        if each.rota.id in taken:
            await changes.tell(work, each)
            await gaps.look(work, each)
