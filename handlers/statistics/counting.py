"""Counts what became of requests, in the transaction in which it became so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from handlers.directory.zones import zone_at
from handlers.requests.measured import STANDS
from handlers.statistics.stories import Count, Key, Line, count_of, story_of
from handlers.work import Work
from storage.queries import areas as areas_query
from storage.queries import statistics as query
from storage.queries.statistics import Past, Was
from storage.tables import Request

#: A sum: the first day of its month, place, category, rung and mark.
Sum = tuple[date, int, str, int, str]


async def keep(works: Sequence[Work]) -> None:
    """Count anew the requests that these works changed; the session is flushed."""
    ids = sorted(set[int]().union(*(work.counted for work in works)))
    if not ids:
        return
    store = works[0].store
    histories, before = await query.histories(store, ids)
    old = [each for each in ids if each not in before and len(histories.get(each, ())) > 1]
    if old:  # of a version without numbers: they are counted with all of those, in their turn
        first = await query.first_counted(store)
        late = {each for each in old if first is None or each < first}
        histories = {each: lines for each, lines in histories.items() if each not in late}
    await _count(works[0], histories, before)


async def count(work: Work, ids: Sequence[int]) -> None:
    """Count these requests, whether they were counted before or not."""
    await _count(work, *await query.histories(work.store, ids))


async def _count(
    work: Work, histories: Mapping[int, Sequence[Past]], before: Mapping[int, Was]
) -> None:
    """Take what these requests counted as off the sums, and put on what they count as now."""
    sums: Counter[Sum] = Counter()
    buildings: dict[int, int] = {}
    rows: list[dict[str, Any]] = []
    for request_id, events in histories.items():
        story = story_of([await line_of(work, event, buildings) for event in events])
        assert story is not None
        now, row = count_of(story), before.get(request_id)
        if row is not None:
            for each in _sums(_was(row)):
                sums[each] -= 1
        for each in _sums(now):
            sums[each] += 1
        rows.append(_counted(request_id, now))
    await query.keep_counted(work.store, rows)
    changed = sorted((key, n) for key, n in sums.items() if n)
    await query.add(work.store, [_row(key, n) for key, n in changed])


def _was(row: Was) -> Count:
    return Count(Key(row.day, row.area_id, row.category, row.rung), tuple(row.marks.split()))


def _sums(count: Count) -> Iterator[Sum]:
    key = count.key
    for mark in count.marks:
        yield key.day.replace(day=1), key.area, key.category, key.rung, mark


def _row(key: Sum, n: int) -> dict[str, Any]:
    names = ("month", "area_id", "category", "rung", "mark")
    return {**dict(zip(names, key, strict=True)), "n": n}


def _counted(request_id: int, now: Count) -> dict[str, Any]:
    return {
        "request_id": request_id,
        "day": now.key.day,
        "area_id": now.key.area,
        "category": now.key.category,
        "rung": now.key.rung,
        "marks": " ".join(now.marks),
        "answer_by": now.answer_by,
        "solve_by": now.solve_by,
    }


async def line_of(work: Work, event: Past, buildings: dict[int, int]) -> Line:
    """A line of history as the numbers see it; places inside a building are the building."""
    stands = event.data.get(STANDS) or await guess(work, event)
    area = int(stands["area"])
    if area not in buildings:
        buildings[area] = await _building(work, area)
    return line_from(event, stands, buildings[area])


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


async def _building(work: Work, area_id: int) -> int:
    facts = await areas_query.facts_at(work.store, area_id)
    line = await areas_query.line_of(work.store, facts.path)
    return building_of([(each.id, each.kind) for each in line])


def building_of(line: Iterable[tuple[int, str]]) -> int:
    """The last of the places on a line that numbers tell apart."""
    return [area_id for area_id, kind in line if kind not in query.INSIDE][-1]


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


async def count_old(work: Work, limit: int) -> int:
    """Count requests that were never counted; how many there were."""
    ids = await query.uncounted(work.store, limit)
    if not ids:
        return 0
    await query.locked(work.store, ids)
    await count(work, ids)
    return len(ids)
