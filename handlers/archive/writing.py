"""The lines of an archive: an event file (docs/numbers.md) in which each request stands whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from handlers.statistics import events
from handlers.statistics.chain import Chain
from handlers.statistics.events import Pseudonym
from handlers.work import Work
from storage.queries import archiving as query
from storage.queries import statistics as statistics_query

#: Under this name a line holds all of one request; its events follow, as numbers are made of them.
WHOLE = "archived"
AT_ONCE = 500


async def lines(
    work: Work, before: datetime, pseudonym: Pseudonym, chain: Chain
) -> AsyncIterator[str]:
    """All that ended before a moment; `chain` has the last seal when the lines are all taken."""
    async for line in events.begun(work, chain):
        yield line
    inside = await statistics_query.above_of_inside(work.store)
    last = 0
    while ids := await query.ripe_after(work.store, before, last, AT_ONCE):
        last = ids[-1]
        found = await query.whole(work.store, ids)
        told = await statistics_query.lines_of(work.store, ids)
        for request_id in ids:
            yield chain.add({WHOLE: found[request_id]})
            for event, household in told.get(request_id, ()):
                fields: dict[str, Any] | None = await events.told(
                    work, event, household, (inside, pseudonym)
                )
                if fields is not None:
                    yield chain.add(fields)
    yield chain.end()
