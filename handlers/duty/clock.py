"""What is due of duty: turns begin, rounds end, swaps are too late, and a look ahead. Each once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from config.words import LANGUAGES
from handlers.chat import Content
from handlers.context import Manner, Work
from handlers.directory.groups import language_of
from handlers.duty import boards, changes, gaps, making, rounds, swapping, telling, texts
from handlers.duty.boards import Board
from handlers.duty.manning import Manned
from storage.queries import duty as query
from storage.tables import Rota

log = structlog.get_logger("linli.duty")

AT_ONCE = 50
AGAIN_AFTER = timedelta(minutes=10)
#: Turns that passed while the program was down and are still written down.
MOST_PASSED = 500


async def due(work: Work) -> int:
    """Do what is due; how many were looked at. Several processes may: each is claimed by one."""
    count = 0
    for rota in await query.due(work.store, work.now, AT_ONCE):
        count += await _safely(work, rota, "next_at", partial(_turns, work, rota))
    for round_ in await query.late_rounds(work.store, work.now, AT_ONCE):
        count += await _safely(work, round_, "due_at", partial(rounds.missed, work, round_))
    for swap in await query.late_swaps(work.store, work.now, AT_ONCE):
        count += await _safely(work, swap, "due_at", partial(swapping.too_late, work, swap))
    for rota in await query.to_check(work.store, work.now, AT_ONCE):
        count += await _safely(work, rota, "check_at", partial(_look, work, rota))
    return count


async def _safely(
    work: Work, row: query.Due, column: str, run: Callable[[], Awaitable[None]]
) -> int:
    """One thing in a savepoint; one that fails is tried again later and stops no other."""
    said, number = len(work.tray), row.id
    try:
        async with work.store.begin_nested():
            await run()
    except Exception:
        del work.tray[said:]
        log.exception("due.failed", duty=f"{type(row).__name__} {number}")
        await query.put_off(work.store, type(row), number, **{column: work.now + AGAIN_AFTER})
    return 1


async def _turns(work: Work, rota: Rota) -> None:
    """Turns of a rota began. The one that is on is always looked at: what it says is said once."""
    seen = rota.next_at
    board = await boards.board(work, rota.id)
    if seen is None or board is None:
        return
    if not await query.claim(work.store, rota.id, seen, board.next_start(work.now)):
        return
    running = board.on(work.now)
    passed = [each for each in board.between(seen, work.now) if seen <= each.start]
    passed = [each for each in passed if each.end <= work.now][-MOST_PASSED:]
    begun = [*passed, running] if running else passed
    await query.served(work.store, [row for each in begun for row in _rows(rota, each)])
    if rota.points and passed:
        await _not_asked(work, board, len(passed))
    if running is not None:
        await _began(work, board, running)


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

    manner = Manner(delay=telling.until_morning(work, board.zone))
    await telling.to_coordinators(work, board.area.path, words, manner)


async def _began(work: Work, board: Board, turn: Manned) -> None:
    if not turn.people:
        await gaps.look(work, board)
    elif board.rota.points:
        await rounds.begin(work, board, turn)
    else:
        before = board.before(turn.start)
        left = before.people if before else ()
        if set(left) != set(turn.people):
            await _handover(work, board, turn, left)


async def _handover(work: Work, board: Board, turn: Manned, left: tuple[int, ...]) -> None:
    """Who comes takes over what is open; told in the place's own group and to those concerned."""
    mark = f"duty:{board.rota.id}:{turn.start.timestamp():.0f}"
    silent = telling.hushed(work, board.zone)
    path = board.area.path
    still = {each: await texts.still_open(work, each, path) for each in LANGUAGES}
    for chat in await telling.own_groups(work, board.area):
        language = await language_of(work, chat)
        title = work.word(language, "duty.handover_title", rota=board.rota.name)
        text = f"{_now(work, language, board, turn)}\n{still[language]}"
        manner = Manner(occasion=f"{mark}:{chat.id}", silent=silent, low=True)
        work.say(chat, Content(title=title, text=text), manner)

    def begins(language: str) -> Content:
        end = texts.until(work, language, board, turn.end)
        text = work.word(language, "duty.yours_now", rota=board.rota.name, end=end)
        return Content(text=f"{text}\n{still[language]}")

    def is_over(language: str) -> Content:
        names = texts.people(work, language, board, turn.people)
        text = work.word(language, "duty.yours_over", rota=board.rota.name, names=names)
        return Content(text=text)

    for person in turn.people:
        await telling.privately(work, person, begins, Manner(occasion=f"{mark}:p{person}"))
    for person in set(left) - set(turn.people):
        manner = Manner(occasion=f"{mark}:p{person}", silent=silent)
        await telling.privately(work, person, is_over, manner)


def _now(work: Work, language: str, board: Board, turn: Manned) -> str:
    return work.word(
        language,
        "duty.on_now",
        names=texts.people(work, language, board, turn.people),
        end=texts.until(work, language, board, turn.end),
    )


async def _look(work: Work, rota: Rota) -> None:
    """Ahead: whose turns changed by leave or holidays, and where nobody is."""
    seen = rota.check_at
    board = await boards.board(work, rota.id)
    if seen is None or board is None:
        return
    if await query.claim_check(work.store, rota.id, seen, making.next_check(work.now, board.zone)):
        await changes.tell(work, board)
        await gaps.look(work, board)
