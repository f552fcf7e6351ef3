"""Turning the clocks of a request by the stop rules, and when the clock must look at it next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from config.spans import Span, days, hours
from handlers.requests import deadlines, stop_rules
from handlers.requests.case import Case
from handlers.requests.rules import ALIVE, State
from storage.tables import Request

#: Those of the clocks that are promises, by which a request is measured.
PROMISES = ("answer_due", "progress_due", "solve_due", "resume_at", "callback_due")


def turn(case: Case, event: str) -> dict[str, Any]:
    """Turn the clocks by an event; gives the promises that it changed, for the history."""
    request = case.request
    before = promises(request)
    case.keep(stop_rules.apply(event, case.clocks, case.terms))
    return changed(request, before)


def promises(request: Request) -> dict[str, datetime | None]:
    """The promises as they stand."""
    return {name: getattr(request, name) for name in PROMISES}


def changed(request: Request, before: Mapping[str, datetime | None]) -> dict[str, Any]:
    """The promises that are others now, for the history."""
    now = {
        name: _text(getattr(request, name))
        for name, was in before.items()
        if getattr(request, name) != was
    }
    return {"clocks": now} if now else {}


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def look_again(case: Case) -> None:
    """Write down the next moment at which the clock must look at the request."""
    request = case.request
    if request.late_at is not None and (request.solve_due or case.work.now) > case.work.now:
        request.late_at = None  # it has a new promise
    if request.ages_at is None and request.tabled_at is None and case.state in ALIVE:
        request.ages_at = case.terms.after(days(case.policy.ageing.days))
    request.due_at = deadlines.next_due(State(request.state), case.moments)


def again_wait(case: Case, times: int) -> Span:
    """How long until those of the last rung, asked so often already, are asked once more (R59)."""
    first = (case.wait or case.deadline.answer).calendar
    longest = case.policy.deadlines.again.calendar
    return hours(deadlines.again_after(first, times, longest) / timedelta(hours=1))


def shows_life(case: Case) -> dict[str, Any]:
    """Whoever holds it was heard of: the progress clock begins anew (R26); what that changed."""
    changed = turn(case, stop_rules.PROGRESS)
    look_again(case)
    return changed
