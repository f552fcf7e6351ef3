"""Small pieces of text that every view of duty is made of: a turn's time, names, what is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.context import Work
from handlers.duty.boards import Board
from handlers.duty.manning import Manned
from handlers.requests import texts
from handlers.requests.rules import State
from storage.queries import directory as directory_query
from storage.queries import request_lists as list_query
from storage.queries.request_lists import Wanted

UNENDED = tuple(state.value for state in State if state is not State.CLOSED)
#: Open requests that a handover names; how many more there are is told.
MOST_OPEN = 8
#: Changes of people that a preview shows, and turns that are looked through for them.
MOST_RUNS, MOST_TURNS = 5, 120


def when(work: Work, language: str, zone: ZoneInfo, start: datetime, end: datetime) -> str:
    """From when to when, in local time; the day of the end only where it is told apart."""
    return work.word(
        language,
        "duty.span",
        start=texts.moment(work, language, start, zone),
        end=f"{end.astimezone(zone):%H:%M}",
    )


def until(work: Work, language: str, board: Board, end: datetime) -> str:
    """The end of a turn: the time alone while it is today."""
    here, there = work.now.astimezone(board.zone), end.astimezone(board.zone)
    if here.date() == there.date():
        return f"{there:%H:%M}"
    return texts.moment(work, language, end, board.zone)


def turn(work: Work, language: str, board: Board, each: Manned) -> str:
    """A turn's time."""
    return when(work, language, board.zone, each.start, each.end)


def people(work: Work, language: str, board: Board, ids: Iterable[int]) -> str:
    """Their names; where there is nobody, that."""
    names = board.names(ids, work.word(language, "duty.and"))
    return names or work.word(language, "duty.nobody")


def runs(work: Work, language: str, board: Board, *, most: int = MOST_RUNS) -> list[str]:
    """The next turns with their people; those in a row of the same people are one line."""
    found: list[list[Manned]] = []
    running = board.on(work.now)
    for each in (*([running] if running else ()), *board.coming(work.now, MOST_TURNS)):
        if found and found[-1][-1].people == each.people:
            found[-1].append(each)
        elif len(found) == most:
            break
        else:
            found.append([each])
    return [_run(work, language, board, run) for run in found]


def _run(work: Work, language: str, board: Board, run: Sequence[Manned]) -> str:
    return work.word(
        language,
        "duty.line_run" if len(run) > 1 else "duty.line_turn",
        when=turn(work, language, board, run[0]),
        names=people(work, language, board, run[0].people),
    )


async def still_open(work: Work, language: str, path: str) -> str:
    """What is not ended at a place: number, matter, place, state; as a group may read it."""
    wanted = Wanted(paths=(path,), states=UNENDED)
    total = await list_query.count(work.store, wanted)
    if not total:
        return work.word(language, "duty.open_none")
    lines = [work.word(language, "duty.open_some", n=total)]
    for row in await list_query.listed(work.store, wanted, limit=MOST_OPEN):
        facts = await directory_query.facts_at(work.store, row.request.area_id)
        state = work.word(language, f"request.state.{row.request.state}")
        lines.append(
            work.word(
                language,
                "duty.open_line",
                number=row.request.number,
                what=texts.category(work, language, row.request.category),
                where=texts.place(work, language, facts, row.request.place, room=False),
                state=f"{state} {row.holder}" if row.holder else state,
            )
        )
    if total > MOST_OPEN:
        lines.append(work.word(language, "duty.open_more", n=total - MOST_OPEN))
    return "\n".join(lines)
