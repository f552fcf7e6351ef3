"""An archive without somebody who was forgotten after it was written: the facts stay.

The lines of a file, one by one; which rows name people, and which columns hold words, is read from
the tables, as it is for the database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from secrets import randbits
from typing import Any

from handlers.archive.writing import WHOLE
from handlers.privacy.rules import data_without, history_without
from handlers.statistics.chain import Chain, checked
from storage.queries import scrubbing, traces
from storage.secrets import FLOOR

#: Stands where somebody stood: the number of no row.
NOBODY = 0
#: In the last line of a file that was written anew: the seals that it had before.
REPLACES = "replaces"

Row = dict[str, Any]
WORDS: Mapping[str, frozenset[str]] = {
    table.name: frozenset(each.name for each in columns) for table, columns in scrubbing.TEXTS
}


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody who was forgotten."""

    person: int  #: the number of the row that is gone; 0: not known any more
    needles: Sequence[str]  #: what is looked for in all texts
    names: Collection[str]  #: what is looked for as a whole value, where they took part
    instead: str


def lines(
    found: Iterable[str], gone: Sequence[Gone], above: Mapping[int, int], chain: Chain
) -> Iterator[str]:
    """The lines of a file written anew; `above`: what is above each flat of `flats`.

    Raises BrokenError where the old ones are not whole.
    """
    for _, seal, fields in checked(found):
        if fields.get("end") is True:
            yield chain.end({REPLACES: [*fields.get(REPLACES, []), seal]})
        elif WHOLE in fields:
            whole = fields[WHOLE]
            for each in gone:
                whole = _without(whole, each, above)
            yield chain.add({**fields, WHOLE: whole})
        else:
            yield chain.add(fields)


def places(found: Iterable[str], gone: Sequence[Gone]) -> set[int]:
    """Where those requests are that they reported: flats among them say where they lived."""
    people = {each.person for each in gone}
    return {
        int(fields[WHOLE]["request"]["area_id"])
        for _, _, fields in checked(found)
        if WHOLE in fields and _reporter(fields[WHOLE]["request"]) in people
    }


def _reporter(request: Row) -> int | None:
    known = request.get("reporter_id")
    return known if known is not None else request.get("filed_by")


def _without(whole: Row, gone: Gone, above: Mapping[int, int]) -> Row:
    request, rows = whole["request"], whole["rows"]
    mine = gone.person and _reporter(request) == gone.person
    names = gone.names if _takes_part(whole, gone.person) else ()
    flat = int(request["area_id"])
    told: Row = {
        table: [
            _clean(gone, names, table, row) for row in some if not _dropped(table, row, gone.person)
        ]
        for table, some in _parted(rows, gone.person).items()
    }
    request = _clean(gone, names, "request", request)
    if mine:
        request |= {"words": "", "reasons": []}
        place: Row = request.get("place") or {}
        request["place"] = {key: value for key, value in place.items() if key != "room"}
        if flat in above:
            request, told = _raised(request, told, flat, above[flat])
    return {"request": request, "rows": told}


def _takes_part(whole: Row, person: int) -> bool:
    tables = [("request", [whole["request"]]), *whole["rows"].items()]
    return bool(person) and any(
        row.get(name) == person for table, some in tables for row in some for name in _people(table)
    )


@cache
def _people(table: str) -> list[str]:
    """The columns of a table that name people."""
    named = (*traces.DROPPED, *traces.CLEARED, *traces.KEPT)
    return [column for where, column in named if where == table]


def _dropped(table: str, row: Row, person: int) -> bool:
    """Whether a row is about the person alone."""
    mine = [column for where, column in traces.DROPPED if where == table]
    return bool(person) and any(row.get(each) == person for each in mine)


#: Here a name may be the whole value, whatever else it means.
WHOLE_NAMES = frozenset({("event", "data"), ("request", "reason")})
#: What somebody said, sent and gave as a reason goes with them.
OWN: Mapping[str, Row] = {
    "request_message": {"text": "", "media": [], "album": None},
    "supporter": {"verdict_reason": None},
    "promise": {"reason": None},
}


def _clean(gone: Gone, names: Collection[str], table: str, row: Row) -> Row:
    theirs = gone.person and gone.person in [row.get(each) for each in _people(table)]
    own = OWN.get(table, {}) if theirs else {}
    return {
        name: _value(gone, names, (table, name), value) for name, value in {**row, **own}.items()
    }


def _value(gone: Gone, names: Collection[str], where: tuple[str, str], value: Any) -> Any:
    table, name = where
    if name in _people(table):
        return NOBODY if gone.person and value == gone.person else value
    if value is None or name not in WORDS.get(table, ()):
        return value
    if where == ("event", "data"):
        value = history_without(value, gone.person or -1, NOBODY)
    whole = names if where in WHOLE_NAMES else ()
    return data_without(value, gone.needles, gone.instead, whole=whole)


def _parted(rows: Mapping[str, list[Row]], person: int) -> dict[str, list[Row]]:
    """Who spoke for one home counts as one still, by a number that leads to no home."""
    voices = rows.get("supporter", [])
    homes = {row["home_key"] for row in voices if row.get("person_id") == person}
    new = {home: FLOOR | randbits(61) for home in homes - {None}}
    if not person or not new:
        return dict(rows)
    parted = [{**row, "home_key": new.get(row["home_key"], row["home_key"])} for row in voices]
    return {**rows, "supporter": parted}


def _raised(request: Row, rows: Row, flat: int, above: int) -> tuple[Row, Row]:
    """The stairwell is enough for a fact."""
    path = str(request["area_path"]).removesuffix(f"{flat}/")
    events = [_raised_event(row, flat, above) for row in rows.get("event", [])]
    told = {**rows, "event": events} if events else rows
    return {**request, "area_id": above, "area_path": path}, told


def _raised_event(row: Row, flat: int, above: int) -> Row:
    stands = row["data"].get("stands")
    if not stands or stands.get("area") != flat:
        return row
    return {**row, "data": {**row["data"], "stands": {**stands, "area": above}}}
