"""What each line of a request's history keeps of where it stands then, for the numbers.

The numbers are made of these lines alone (handlers/statistics), so that whoever has the lines can
make them again. They are counted later: a line that may change a number is marked so.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handlers.requests.case import Case
from handlers.requests.rules import State, Who
from storage.queries.counting import NEW
from storage.tables import Person

__all__ = ["NEW", "STANDS", "first", "stands"]

#: Under this name a line of history keeps it.
STANDS = "stands"
#: Who acts for those affected; any other person acts for those who help.
AFFECTED = frozenset({Who.REPORTER, Who.SUPPORTER})


def stands(case: Case, actor: Person | None) -> dict[str, Any]:
    """Where it stands: moments are seconds since 1970; a clock that stands still has none."""
    request = case.request
    still = request.paused_at is not None or case.state is State.DONE
    return {
        STANDS: {
            "by": _by(case, actor),
            "category": request.category,
            "area": request.area_id,
            "rung": request.rung,
            "ending": request.ending if case.state is State.CLOSED else None,
            "answer": _seconds(request.answer_due),
            "solve": None if still else _seconds(request.solve_due),
        }
    }


def first(case: Case, actor: Person | None) -> dict[str, Any]:
    """The same of a request that has just been opened, with the day it is where it is."""
    found = stands(case, actor)
    found[STANDS]["day"] = case.work.now.astimezone(case.zone).date().isoformat()
    return found


def _by(case: Case, actor: Person | None) -> str:
    if actor is None:
        return "clock"
    return "helper" if case.whos - AFFECTED else "affected"


def _seconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None
