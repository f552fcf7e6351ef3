"""The event file: every line of history without names, words or homes, sealed as a chain.

What stands in it and what it never holds: docs/numbers.md.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from config.subjects import StatisticsPolicy
from handlers.requests import routing
from handlers.requests.measured import STANDS
from handlers.statistics import counting
from handlers.statistics.chain import NAME, VERSION, Chain
from handlers.statistics.stories import BOUNDS, Line
from handlers.work import Work
from storage.queries import areas as areas_query
from storage.queries import statistics as query
from storage.queries.areas import ids_of
from storage.queries.statistics import Past
from storage.tables import Area

#: Lines that change no state and are told all the same: how many say so, and what they say.
NOTES = frozenset({"join", "leave", "said_solved"})
Pseudonym = Callable[[str], str]


async def written(
    work: Work, pseudonym: Pseudonym, chain: Chain, before: Iterable[Mapping[str, Any]] = ()
) -> AsyncIterator[str]:
    """The lines of the file; `chain` has the last seal when they are all taken.

    `before`: events that are in the database no more (handlers/archive).
    """
    async for line in begun(work, chain):
        yield line
    for fields in before:
        yield chain.add(fields)
    inside = await query.above_of_inside(work.store)
    async for event, household in query.lines(work.store):
        fields = await told(work, event, household, (inside, pseudonym))
        if fields is not None:
            yield chain.add(fields)
    yield chain.end()


async def begun(work: Work, chain: Chain) -> AsyncIterator[str]:
    """The first lines of a file: what it is, and all places."""
    yield chain.add(_head(work))
    async for fields in _places(work):
        yield chain.add(fields)


async def told(
    work: Work, event: Past, household: int | None, how: tuple[Mapping[int, int], Pseudonym]
) -> dict[str, Any] | None:
    """The line of an event; None for one that is of no account. `how`: the buildings of what is
    inside them, and what gives pseudonyms."""
    if event.state_to is None and event.move not in NOTES:
        return None
    stands = event.data.get(STANDS)
    if stands is None and event.state_to is not None:
        stands = await counting.guess(work, event)
    return _line(event, stands, how[0]) | _who(event, household, how[1])


def _head(work: Work) -> dict[str, Any]:
    return {
        "head": NAME,
        "version": VERSION,
        "as_of": work.now.astimezone(UTC).isoformat(),
        "zone": work.desk.defaults.timezone,
        **_compared(work.policy.statistics),
        "bounds_minutes": [each.total_seconds() / 60 for each in BOUNDS],
    }


async def _places(work: Work) -> AsyncIterator[dict[str, Any]]:
    """Buildings and what is above them: nothing inside a building is named."""
    rules = {"/": work.policy.statistics}
    for area in await query.all_places(work.store):
        fields = {"place": area.id, "kind": area.kind, "name": area.name, "path": area.path}
        if area.timezone:
            fields["zone"] = area.timezone
        above = rules[area.path.removesuffix(f"{area.id}/")]
        own = rules[area.path] = await _rules_at(work, area)
        yield fields if own == above else fields | _compared(own)


async def _rules_at(work: Work, area: Area) -> StatisticsPolicy:
    if not work.policy.places:
        return work.policy.statistics
    facts = await areas_query.facts_at(work.store, area.id)
    return routing.policy_at(work.policy, facts).statistics


def _compared(rules: StatisticsPolicy) -> dict[str, Any]:
    """What numbers are compared with, in the head and at a place where another policy holds."""
    return {"small": rules.small, "baseline": rules.baseline}


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
        at=read_moment(fields["at"]),
        move=str(fields["move"]),
        state=str(fields["state"]),
        by=str(fields["by"]),
        category=str(fields["category"]),
        area=int(fields["place"]),
        rung=int(fields["rung"]),
        ending=str(fields["ending"]) if "ending" in fields else None,
        answer_due=_moment(fields.get("answer_due")),
        solve_due=_moment(fields.get("solve_due")),
        day=date.fromisoformat(fields["day"]) if "day" in fields else None,
        undoes=fields.get("undoes"),
        undone=fields.get("undone"),
    )


def _moment(text: str | None) -> datetime | None:
    return read_moment(text) if text else None


def read_place(fields: Mapping[str, Any]) -> Area:
    """A place of the file. Raises KeyError, ValueError or TypeError."""
    path = str(fields["path"])
    if ids_of(path)[-1:] != [int(fields["place"])]:
        raise ValueError(path)
    return Area(
        id=int(fields["place"]),
        kind=str(fields["kind"]),
        name=str(fields["name"]),
        path=path,
        timezone=read_zone(fields["zone"]) if "zone" in fields else None,
    )


def read_zone(text: str) -> str:
    """The name of a time zone. Raises KeyError, ValueError or TypeError for one there is not."""
    try:
        return ZoneInfo(text).key
    except OSError:  # a folder of the zones' files, say
        raise ValueError(text) from None


def read_moment(text: str) -> datetime:
    """A moment of the file. Raises ValueError or TypeError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
