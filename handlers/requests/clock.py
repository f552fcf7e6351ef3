"""What the clock does with requests that are due: climb, resume, expire, remind, age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog

from handlers.requests import clocking, moving, routing
from handlers.requests.case import Case, load, load_all
from handlers.requests.deadlines import due_move
from handlers.work import Work
from storage.queries import requests as query
from storage.tables import Request

log = structlog.get_logger("linli.requests")

#: A request with which something went wrong is looked at again after this, and stops no other.
AGAIN_AFTER = timedelta(minutes=10)


async def due(work: Work, limit: int = 500) -> int:
    """Do what is due; gives how many. Several processes may: each request is claimed by one."""
    claimed = await query.claim_due(work.store, work.now, work.now + AGAIN_AFTER, limit)
    if claimed and not await _together(work, claimed):
        for request in claimed:
            await _one(work, request)
    return len(claimed)


async def _together(work: Work, requests: Sequence[Request]) -> bool:
    """All of them in one savepoint, read and written together; False: one of them fails."""
    said, work.memo = len(work.tray), {}
    try:
        async with work.store.begin_nested():
            cases = await load_all(work, requests)
            for case in cases:  # all reading first: each question later on writes what was changed
                await routing.cast_at(work, case.matter)
            begun = [(case, await _begin(case)) for case in cases]
            await work.store.flush()
            for case, step in begun:
                if step is not None:
                    await moving.finish(case, step)
            await work.store.flush()
    except Exception:
        del work.tray[said:]
        log.exception("due.one_by_one", requests=len(requests))
        return False
    finally:
        work.memo = None
    return True


async def _begin(case: Case) -> moving.Step | None:
    """Make the move that is due; None: what was due came to nothing meanwhile."""
    kind = due_move(case.state, case.moments, case.work.now)
    if kind is not None:
        return await moving.begin(case, kind, None)
    clocking.look_again(case)
    return None


async def _one(work: Work, request: Request) -> None:
    """One request in a savepoint; on an error it stands as it was, with its later moment."""
    said = len(work.tray)
    number = request.number
    try:
        async with work.store.begin_nested():
            await query.lock(work.store, request)
            case = await load(work, request)
            step = await _begin(case)
            await work.store.flush()
            if step is not None:
                await moving.finish(case, step)
    except Exception:
        del work.tray[said:]
        log.exception("due.failed", request=number)
