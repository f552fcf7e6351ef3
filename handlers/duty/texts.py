"""Small pieces of text that every view of duty is made of: a turn's time, names, what is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.duty.boards import Board
from handlers.duty.manning import Manned
from handlers.requests import texts
from handlers.requests.routing import policy_at
from handlers.requests.rules import State
from handlers.work import Work
from storage.queries import areas as areas_query
from storage.queries import request_lists as list_query
from storage.queries.areas import AreaFacts
from storage.queries.request_lists import Row, Wanted

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


async def unnamed(work: Work, board: Board, *, private: bool) -> bool:
    """Whether the community does not have those on duty named there (policy, [duty] names)."""
    if private:
        return False
    facts = await areas_query.facts_at(work.store, board.area.id)
    return policy_at(work.policy, facts).duty.names == "private"


def crew(
    work: Work, language: str, board: Board, ids: Sequence[int], *, unnamed: bool = False
) -> str:
    """The people of a turn by name; unnamed, that there is somebody."""
    if unnamed and ids:
        return work.word(language, "duty.somebody")
    return people(work, language, board, ids)


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


@dataclass(frozen=True, slots=True)
class StillOpen:
    """What is not ended at a place: number, matter, place, state; as a group may read it."""

    total: int
    rows: Sequence[tuple[Row, AreaFacts]]

    @classmethod
    async def at(cls, work: Work, path: str) -> StillOpen:
        """Read at a place; once in a batch."""
        key = (cls, path)
        if work.memo is not None and key in work.memo:
            return work.memo[key]
        found = await cls._read(work, path)
        if work.memo is not None:
            work.memo[key] = found
        return found

    @classmethod
    async def _read(cls, work: Work, path: str) -> StillOpen:
        wanted = Wanted(paths=(path,), states=UNENDED)
        rows = await list_query.listed(work.store, wanted, limit=MOST_OPEN + 1)
        many = len(rows) > MOST_OPEN
        total = await list_query.count(work.store, wanted) if many else len(rows)
        rows = rows[:MOST_OPEN]
        facts = [await areas_query.facts_at(work.store, row.request.area_id) for row in rows]
        return cls(total, list(zip(rows, facts, strict=True)))

    def told(self, work: Work, language: str) -> str:
        """In words."""
        if not self.total:
            return work.word(language, "duty.open_none")
        lines = [work.word(language, "duty.open_some", n=self.total)]
        lines += [_open_line(work, language, row, facts) for row, facts in self.rows]
        if self.total > MOST_OPEN:
            lines.append(work.word(language, "duty.open_more", n=self.total - MOST_OPEN))
        return "\n".join(lines)


def _open_line(work: Work, language: str, row: Row, facts: AreaFacts) -> str:
    state = work.word(language, f"request.state.{row.request.state}")
    return work.word(
        language,
        "duty.open_line",
        number=row.request.number,
        what=texts.category(work, language, row.request.category),
        where=texts.place(work, language, facts, row.request.place, room=False),
        state=f"{state} {row.holder}" if row.holder else state,
    )
