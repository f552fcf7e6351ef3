"""The event file: every line of history without names, words or homes, sealed as a chain.

What stands in it and what it never holds: docs/numbers.md.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from handlers.context import Work
from handlers.requests.measured import STANDS
from handlers.statistics import counting
from handlers.statistics.chain import NAME, VERSION, Chain
from handlers.statistics.stories import BOUNDS, Line
from storage.queries import statistics as query
from storage.queries.statistics import Past
from storage.tables import Area

#: Lines that change no state and are told all the same: how many say so, and what they say.
NOTES = frozenset({"join", "leave", "said_solved"})
Pseudonym = Callable[[str], str]


async def written(work: Work, pseudonym: Pseudonym, chain: Chain) -> AsyncIterator[str]:
    """The lines of the file; `chain` has the last seal when they are all taken."""
    yield chain.add(_head(work))
    inside = await query.above_of_inside(work.store)
    async for fields in _places(work):
        yield chain.add(fields)
    async for event, household in query.lines(work.store):
        if event.state_to is None and event.move not in NOTES:
            continue
        stands = event.data.get(STANDS)
        if stands is None and event.state_to is not None:
            stands = await counting.guess(work, event)
        yield chain.add(_line(event, stands, inside) | _who(event, household, pseudonym))
    yield chain.end()


def _head(work: Work) -> dict[str, Any]:
    own = work.policy.statistics
    return {
        "head": NAME,
        "version": VERSION,
        "as_of": work.now.astimezone(UTC).isoformat(),
        "zone": work.desk.defaults.timezone,
        "small": own.small,
        "baseline": own.baseline,
        "bounds_minutes": [each.total_seconds() / 60 for each in BOUNDS],
    }


async def _places(work: Work) -> AsyncIterator[dict[str, Any]]:
    """Buildings and what is above them: nothing inside a building is named."""
    for area in await query.all_places(work.store):
        fields = {"place": area.id, "kind": area.kind, "name": area.name, "path": area.path}
        yield {**fields, "zone": area.timezone} if area.timezone else fields


def _line(
    event: Past, stands: Mapping[str, Any] | None, inside: Mapping[int, int]
) -> dict[str, Any]:
    fields: dict[str, Any] = {"event": event.id, "at": _text(event.at), "move": event.move}
    if stands is None:
        return fields
    area = int(stands["area"])
    line = counting.line_from(event, stands, inside.get(area, area))
    told: dict[str, Any] = {
        "state": line.state,
        "by": line.by,
        "category": line.category,
        "place": line.area,
        "rung": line.rung,
        "ending": line.ending,
        "answer_due": _text(line.answer_due),
        "solve_due": _text(line.solve_due),
        "day": line.day.isoformat() if line.day else None,
        "undoes": line.undoes,
        "undone": line.undone,
    }
    return fields | {name: value for name, value in told.items() if value is not None}


def _who(event: Past, household: int | None, pseudonym: Pseudonym) -> dict[str, str]:
    """Which request, and which of those affected: by names that lead nowhere without the key."""
    found = {"request": pseudonym(f"request:{event.request_id}")}
    stands: Mapping[str, Any] = event.data.get(STANDS, {})
    affected = stands.get("by") == "affected" or event.move in NOTES
    if affected and event.actor_id is not None:
        home = f"household:{household}" if household else f"person:{event.actor_id}"
        found["household"] = pseudonym(home)
    return found


def _text(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def read_line(fields: Mapping[str, Any]) -> Line | None:
    """A line of the file as the numbers see it; None for one that changes no state.

    Raises KeyError, ValueError or TypeError for one that lacks something.
    """
    if "state" not in fields:
        return None
    return Line(
        id=int(fields["event"]),
        at=datetime.fromisoformat(fields["at"]),
        move=str(fields["move"]),
        state=str(fields["state"]),
        by=str(fields["by"]),
        category=str(fields["category"]),
        area=int(fields["place"]),
        rung=int(fields["rung"]),
        ending=fields.get("ending"),
        answer_due=_moment(fields.get("answer_due")),
        solve_due=_moment(fields.get("solve_due")),
        day=date.fromisoformat(fields["day"]) if "day" in fields else None,
        undoes=fields.get("undoes"),
        undone=fields.get("undone"),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def read_place(fields: Mapping[str, Any]) -> Area:
    """A place of the file. Raises KeyError, ValueError or TypeError."""
    return Area(
        id=int(fields["place"]),
        kind=str(fields["kind"]),
        name=str(fields["name"]),
        path=str(fields["path"]),
        timezone=fields.get("zone"),
    )
