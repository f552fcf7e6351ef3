"""Patience with the database: what it could not do while it was away is done when it is back.

Away is what passes by itself or by an operator's hand: the server gone, the disk full or read-only,
another program's lock. No message is to blame for it, so none is counted as failed and given up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from storage.trouble import passes, reason

log = structlog.get_logger("linli.database")

T = TypeVar("T")

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 5.0  #: seconds
REMEDY = "nothing is lost; it goes on when the disk has room or the database server is back"


def _nothing() -> None:
    """Nothing to do in between."""


async def patiently(
    work: Callable[[], Awaitable[T]], doing: str, again: Callable[[], None] = _nothing
) -> T:
    """Do the work, again and again while the database is away; `again` is called before each.

    Whether a commit was made whose answer was lost is not known: the work must be such that it
    does nothing the second time. Raises whatever else goes wrong with it.
    """
    pause = 0.0
    while True:
        try:
            done = await work()
        except Exception as error:
            if not passes(error):
                raise
            if not pause:
                tell_away(error, doing)
        else:
            if pause:
                log.info("database.back", doing=doing)
            return done
        pause = min(LONGEST_PAUSE, pause * 2 or FIRST_PAUSE)
        await asyncio.sleep(pause)
        again()


def tell_change(known: str | None, error: BaseException, doing: str) -> None:
    """For what is tried every second anyway: tell it unless it was `known` before (Store.away)."""
    if known is None or not passes(error):
        tell_away(error, doing)


def tell_away(error: BaseException, doing: str) -> None:
    """Tell the operator what cannot be done now, why, and that it will be."""
    log.error("database.away", doing=doing, error=reason(error), remedy=REMEDY)
