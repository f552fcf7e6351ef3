"""What stands in an archive: requests, and the events of which numbers are made. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from handlers.archive.writing import WHOLE
from handlers.statistics.chain import SEAL, BrokenError, checked
from handlers.statistics.events import Pseudonym

Whole = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """What a whole file holds."""

    versions: Mapping[int, int]  #: by request, as it was written
    seal: str


def held(lines: Iterable[str]) -> Held:
    """Check a file from its first line to its last. Raises BrokenError."""
    versions: dict[int, int] = {}
    last = ""
    for number, seal, fields in checked(lines):
        last = seal
        if WHOLE in fields:
            try:
                row = fields[WHOLE]["request"]
                versions[int(row["id"])] = int(row["version"])
            except (KeyError, ValueError, TypeError):
                raise BrokenError(number, "shape") from None
    return Held(versions, last)


def requests(lines: Iterable[str]) -> Iterator[Whole]:
    """All requests of a file. Raises BrokenError."""
    for _, _, fields in checked(lines):
        if WHOLE in fields:
            yield fields[WHOLE]


def events(
    lines: Iterable[str], ids: Collection[int], pseudonym: Pseudonym
) -> Iterator[dict[str, Any]]:
    """The events of these requests, without their seals. Raises BrokenError.

    Others stand in the file and were changed before they could be taken out: they are still in
    the database, with more history than the file knows.
    """
    wanted: int | None = None
    for _, _, fields in checked(lines):
        if WHOLE in fields:
            found = int(fields[WHOLE]["request"]["id"])
            wanted = found if found in ids else None
        elif "event" in fields and wanted is not None:
            told = {key: value for key, value in fields.items() if key != SEAL}
            yield {**told, "request": pseudonym(f"request:{wanted}")}
