"""Who is away when they could be told is not told: whoever stands in is, or the next rung (R27)."""

from __future__ import annotations

from dataclasses import replace

from handlers.requests import opening, pages, routing
from handlers.requests.case import Case
from handlers.requests.given import Data


async def instead(case: Case, person_id: int, without: frozenset[int]) -> Data:
    """Ask in place of somebody, by the ladder as it is now; the others of the rung stay asked."""
    page = case.page_of(person_id)
    if page is not None:
        pages.retire(case, page)
    asked = await routing.plan(case.work, case.matter, case.request.rung, without)
    new = tuple(each for each in asked.people if case.page_of(each[0].id) is None)
    others = any(each.rung == case.request.rung for each in case.pages)
    if not new or (others and asked.rung != case.request.rung):
        return {"others": True, "instead": True}
    await pages.ask(case, replace(asked, people=new))
    case.request.rung, case.request.wanted = asked.rung, asked.wanted
    case.wait = asked.step.wait if asked.step else None
    return {**opening.asked_data(case, replace(asked, people=new)), "instead": True}
