"""What "done" must come with, by category: what was done by code, in words, with a photo (R34)."""

from __future__ import annotations

from config.terms import Evidence
from handlers.requests.case import Case
from handlers.requests.given import Given
from handlers.work import RefusalError
from storage.queries import said
from storage.tables import Person


class EvidenceError(RefusalError):
    """Something is missing with "done"; `missing` says what."""

    def __init__(self, case: Case, missing: Evidence) -> None:
        super().__init__(f"request.evidence_{missing}", number=case.request.number)
        self.missing: Evidence = missing


async def need(case: Case, actor: Person, given: Given) -> None:
    """Raise EvidenceError for the first thing that is missing."""
    known = case.policy.categories.get(case.request.category)
    for each in known.evidence if known else ():
        if not await _there(case, each, actor, given):
            raise EvidenceError(case, each)


async def _there(case: Case, what: Evidence, actor: Person, given: Given) -> bool:
    if what == "code":
        return bool(given.code)
    if what == "words":
        return bool((given.reason or "").strip())
    return await said.shows_something(case.work.store, case.request.id, actor.id)
