"""Reading for many requests at once: what a batch has read of people is read once (`Work.memo`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from handlers.work import Work
from storage.queries import accounts as accounts_query
from storage.queries import clocks as clock_query
from storage.queries.accounts import Reach
from storage.tables import PersonHours


class OfRequest(Protocol):
    """A row that belongs to a request."""

    @property
    def request_id(self) -> Any:
        """Which."""
        ...


Row = TypeVar("Row", bound=OfRequest)
Kept = TypeVar("Kept")


def by_request(rows: Iterable[Row]) -> dict[int, list[Row]]:
    """Rows by the request they belong to, in their order."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.request_id, []).append(row)
    return found


async def accounts(work: Work, person_ids: Sequence[int]) -> Sequence[Reach]:
    """The accounts of people (`directory.accounts`), each read once in a batch."""

    async def read(ids: Sequence[int]) -> dict[int, list[Reach]]:
        found: dict[int, list[Reach]] = {each: [] for each in ids}
        for reach in await accounts_query.accounts(work.store, ids):
            found[reach[0].person_id].append(reach)
        return found

    return [each for some in await _each(work, "accounts", person_ids, read) for each in some]


async def hours(work: Work, person_ids: Sequence[int]) -> Sequence[PersonHours]:
    """When these people can be told, each read once in a batch."""

    async def read(ids: Sequence[int]) -> dict[int, list[PersonHours]]:
        found: dict[int, list[PersonHours]] = {each: [] for each in ids}
        for row in await clock_query.hours_of(work.store, ids):
            found[row.person_id].append(row)
        return found

    return [each for some in await _each(work, "hours", person_ids, read) for each in some]


async def _each(
    work: Work,
    what: str,
    ids: Sequence[int],
    read: Callable[[Sequence[int]], Awaitable[dict[int, list[Kept]]]],
) -> list[list[Kept]]:
    if work.memo is None:
        found = await read(ids) if ids else {}
        return [found[each] for each in dict.fromkeys(ids)]
    new = [each for each in dict.fromkeys(ids) if (what, each) not in work.memo]
    if new:
        work.memo.update({(what, key): rows for key, rows in (await read(new)).items()})
    return [work.memo[(what, each)] for each in dict.fromkeys(ids)]
