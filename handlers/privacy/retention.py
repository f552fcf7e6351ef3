"""What is kept no longer goes, once a night, by classes whose time is policy (R55)."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.requests.nightly import next_night
from handlers.work import Work
from storage.queries import clocks as clock_query
from storage.queries import sweeps

CHORE = "retention"
#: What is due goes in the next night; after two it is late.
GRACE = timedelta(days=2)


async def due(work: Work) -> int:
    """One batch of each class; how many rows that were: it is called again until none are left."""
    seen = await clock_query.chore_due(work.store, CHORE)
    if seen is None:
        await clock_query.begin_chore(work.store, CHORE, next_night(work))
    if seen is None or seen > work.now:
        return 0
    done = sum([await sweep(work.store, before(work, name)) for name, sweep in SWEEPS])
    if done:
        return done
    work.forgot = True
    await clock_query.claim_chore(work.store, CHORE, seen, next_night(work))
    return 0


async def ended(work: Work) -> int:
    """One batch of what goes so long after the end of a request; done before one goes elsewhere."""
    return sum([await sweeps.SWEEPS[name](work.store, before(work, name)) for name in OF_ENDED])


#: Classes whose rows go into an archive with their request.
OF_ENDED = ("texts", "photos", "notices")
SWEEPS = tuple(sweeps.SWEEPS.items())


def before(work: Work, name: str) -> datetime:
    """What is older than this goes."""
    return work.now - timedelta(days=work.policy.retention.days(name))


async def late(work: Work) -> dict[str, int]:
    """By class, how many rows should have gone two nights ago (a hundred: or more)."""
    found = {
        name: await sweeps.overdue(work.store, name, before(work, name) - GRACE)
        for name, _ in SWEEPS
    }
    return {name: n for name, n in found.items() if n}
