"""A request is about something else, or somewhere else: others may be the right ones to ask."""

from __future__ import annotations

from dataclasses import asdict, replace

from handlers.requests import opening, pages, routing
from handlers.requests.case import Case
from handlers.requests.given import Data, ask_these
from handlers.requests.rules import State
from handlers.understanding.meaning import Place
from storage.queries import areas as areas_query
from storage.queries import requests as query
from storage.queries.areas import AreaFacts
from storage.tables import Area


async def put(case: Case, area: Area, place: Place | None = None) -> None:
    """It is there; `place`: what is known of it beside the tree."""
    case.request.area_id, case.request.area_path = area.id, area.path
    put_beside(case, place or Place())
    case.facts = areas_query.facts_of(await areas_query.line_of(case.work.store, area.path))


def put_beside(case: Case, place: Place) -> None:
    """What is known of its place beside the tree; a spot that is known stays known."""
    known = {**asdict(place), "spot": place.spot or case.request.place.get("spot")}
    case.request.place = {key: value for key, value in known.items() if value}


async def replan(case: Case, *, unless_same: bool = False) -> Data:
    """While nobody took it, others may be the right ones to ask."""
    if case.state is not State.OPEN:
        return {}
    asked = await routing.plan(case.work, case.matter, without=_own(case))
    now_asked = {page.person_id for page in case.pages}
    if unless_same and {person.id for person, _ in asked.people} == now_asked:
        return {}
    pages.retire_all(case)
    return await ask_these(case, asked)


async def ask_as_well(case: Case, there: AreaFacts | None = None) -> Data:
    """Whoever is to be asked now and was not; all others are asked as before.

    `there`: where it may be as well.
    """
    request, store = case.request, case.work.store
    matter = replace(case.matter, facts=there) if there is not None else case.matter
    asked = await routing.plan(case.work, matter, without=_own(case))
    known = await query.asked_ever(store, request.id) | {request.holder_id}
    more = tuple(each for each in asked.people if each[0].id not in known)
    if not more:
        return {}
    together = max((page.rung for page in case.pages), default=asked.rung)
    await pages.ask(case, replace(asked, people=more, rung=together))
    request.rung = max(request.rung, asked.rung)  # up from there, if nobody answers
    return opening.asked_data(case, replace(asked, people=more, skipped=()))


def _own(case: Case) -> frozenset[int]:
    """Whose own report it is."""
    reporter = case.request.reporter_id
    return frozenset({reporter} if reporter and not case.request.filed_by else ())
