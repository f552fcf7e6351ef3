"""What the clock does with requests that are due: climb, resume, expire, remind, age."""

from __future__ import annotations

from datetime import timedelta

import structlog

from handlers.context import Work
from handlers.requests import clocking, moving
from handlers.requests.case import load
from handlers.requests.deadlines import due_move
from storage.queries import requests as query
from storage.tables import Request

log = structlog.get_logger("linli.requests")

#: A request with which something went wrong is looked at again after this, and stops no other.
AGAIN_AFTER = timedelta(minutes=10)


async def due(work: Work, limit: int = 200) -> int:
    """Do what is due; gives how many. Several processes may: each request is claimed by one."""
    found = await query.due(work.store, work.now, limit)
    done = 0
    for request in found:
        if await query.claim(work.store, request, work.now + AGAIN_AFTER):
            done += 1
            await _one(work, request)
    return done


async def _one(work: Work, request: Request) -> None:
    """One request in a savepoint; on an error it stands as it was, with its later moment."""
    said = len(work.tray)
    number = request.number
    try:
        async with work.store.begin_nested():
            await query.lock(work.store, request)
            case = await load(work, request)
            kind = due_move(case.state, case.moments, work.now)
            if kind is not None:
                await moving.move(work, request, kind, None)
            else:  # what was due came to nothing meanwhile
                clocking.look_again(case)
    except Exception:
        del work.tray[said:]
        log.exception("due.failed", request=number)
