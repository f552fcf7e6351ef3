"""Counts what became of requests: later than it became so, and before anybody is told numbers.

A request's transaction only marks the lines of history that it writes. What is marked is counted by
the clock, or by whoever asks first, each in a transaction of its own that takes the marks away: who
is killed in it has counted nothing, and of two at once one waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from handlers.directory.zones import zone_at
from handlers.requests.measured import STANDS
from handlers.statistics.cells import Changes, Where, merged
from handlers.statistics.stories import Count, Key, Line, count_of, story_of
from handlers.work import Work
from storage.queries import areas as areas_query
from storage.queries import counting as query
from storage.queries.counting import NEW, OLD, Lacks, Marked, Was
from storage.queries.statistics import INSIDE, Past, histories
from storage.tables import Request

#: So many lines of history are counted together.
AT_ONCE = 200
#: By place, the places that numbers tell apart from the root down to it (`_line`).
Lines = dict[int, tuple[int, ...]]


async def settle(work: Work) -> None:
    """Count all that has happened up to now: whoever tells numbers does so first."""
    await work.store.flush()
    if lacks := await query.lacks(work.store, work.now):
        await query.take_turn(work.store, work.now)
        while await _count_some(work, lacks):
            pass


async def due(work: Work) -> int:
    """Some of it; whether more is left (the tick asks again until nothing is).

    A tick waits for nobody: what another process counts just now is left to it.
    """
    if await query.others_count(work.store):
        return 0
    await query.take_turn(work.store, work.now)
    if await _count_some(work, Lacks()):
        return 1
    # A few at each tick: a million requests of a version without numbers hold up no ladder.
    await _count(work, await query.marked(work.store, OLD, AT_ONCE), ())
    return 0


async def _count_some(work: Work, lacks: Lacks) -> bool:
    """Count as much as is counted together; whether there may be more."""
    some = await query.marked(work.store, NEW, AT_ONCE) if lacks.new else []
    late = await query.late(work.store, work.now, AT_ONCE) if lacks.late else []
    await _count(work, some, late)
    return max(len(some), len(late)) >= AT_ONCE


async def _count(work: Work, some: Sequence[Marked], late: Sequence[int]) -> None:
    """Take what these requests counted as off the sums, and put on what they count as now.

    `late`: nothing happened to them but that their time is over.
    """
    if not some and not late:
        return
    ids = sorted({each.request_id for each in some})
    known = await query.counted(work.store, [*ids, *late])
    before = {each: _was(row) for each, row in known.items()}
    lines: Lines = {}
    now = {each: before[each].at(work.now) for each in late}
    for request_id, events in (await histories(work.store, ids)).items():
        now[request_id] = await _now(work, events, lines)
    changed = {each: count for each, count in now.items() if count != before.get(each)}
    sums = Changes()
    for request_id, count in changed.items():
        if was := before.get(request_id):
            sums.add(was.key, was.marks, await _line(work, was.key.area, lines), -1)
        sums.add(count.key, count.marks, await _line(work, count.key.area, lines))
    await query.keep_counted(work.store, [_row(*each) for each in changed.items()])
    await _keep(work, sums)
    await query.unmark(work.store, some)


async def _now(work: Work, events: Sequence[Past], lines: Lines) -> Count:
    story = story_of([await line_of(work, event, lines) for event in events])
    assert story is not None  # of a line that is marked there is a history
    return count_of(story).at(work.now)


def _was(row: Was) -> Count:
    key = Key(row.day, row.area_id, row.category, row.rung)
    return Count(key, tuple(row.marks.split()), row.answer_by, row.solve_by)


def _row(request_id: int, now: Count) -> Was:
    key, marks = now.key, " ".join(now.marks)
    where = (key.day, key.area, key.category, key.rung)
    return Was(request_id, *where, marks, now.answer_by, now.solve_by)


async def _keep(work: Work, sums: Changes) -> None:
    """The sums with these changes; what comes to nothing has no row."""
    areas = {area for area, _ in sums.cells}
    known = await query.sums_at(work.store, areas, {period for _, period in sums.cells})
    rows: list[dict[str, Any]] = []
    gone: list[Where] = []
    for where, change in sorted(sums.cells.items()):
        found = merged(known.get(where), change)
        if any(found.values()):
            rows.append({"area_id": where[0], "period": where[1], **found})
        elif where in known:
            gone.append(where)
    await query.keep_sums(work.store, rows)
    await query.drop_sums(work.store, gone)


async def line_of(work: Work, event: Past, lines: Lines) -> Line:
    """A line of history as the numbers see it; places inside a building are the building."""
    stands = event.data.get(STANDS) or await guess(work, event)
    place = await _line(work, int(stands["area"]), lines)
    return line_from(event, stands, place[-1])


def line_from(event: Past, stands: Mapping[str, Any], area: int) -> Line:
    """The same, when it is known where it stands."""
    day = stands.get("day")
    return Line(
        id=event.id,
        at=event.at,
        move=event.move,
        state=event.state_to or "",
        by=str(stands["by"]),
        category=str(stands["category"]),
        area=area,
        rung=int(stands["rung"]),
        ending=stands["ending"],
        answer_due=_moment(stands["answer"]),
        solve_due=_moment(stands["solve"]),
        day=date.fromisoformat(day) if day else None,
        undoes=event.data.get("undoes"),
        undone=event.data.get("undone"),
    )


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None


async def _line(work: Work, area_id: int, lines: Lines) -> tuple[int, ...]:
    if area_id not in lines:
        facts = await areas_query.facts_at(work.store, area_id)
        spots = await areas_query.spots_on(work.store, facts.path)
        lines[area_id] = told_apart((each.id, each.kind) for each in spots)
    return lines[area_id]


def told_apart(line: Iterable[tuple[int, str]]) -> tuple[int, ...]:
    """Those of the places on a line that numbers tell apart: down to a building."""
    return tuple(area_id for area_id, kind in line if kind not in INSIDE)


async def guess(work: Work, event: Past) -> Mapping[str, Any]:
    """Lines of a version without numbers: the request stood there where it stands now."""
    request = await work.store.get_one(Request, event.request_id)
    facts = await areas_query.facts_at(work.store, request.area_id)
    opened = request.opened_at.astimezone(zone_at(work, facts)).date()
    return _guessed(event, request, opened)


def _guessed(event: Past, request: Request, opened: date) -> Mapping[str, Any]:
    """Where an old line says too little, what is known of its request now."""
    theirs = (request.reporter_id, request.filed_by)
    by = "affected" if event.actor_id in theirs else "helper"
    due = request.solve_due
    return {
        "by": by if event.actor_id else "clock",
        "category": request.category,
        "area": request.area_id,
        "rung": request.rung,
        "ending": request.ending if event.state_to == "closed" else None,
        "answer": int(request.answer_due.timestamp()) if request.answer_due else None,
        "solve": int(due.timestamp()) if due and request.paused_at is None else None,
        "day": opened.isoformat() if event.move == "open" else None,
    }
