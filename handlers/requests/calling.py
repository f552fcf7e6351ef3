"""Danger of which it is not sure where: those near where it may be are called as well."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.requests import access
from handlers.requests.case import load
from handlers.requests.noting import note, refresh
from handlers.requests.replanning import ask_as_well
from handlers.requests.rules import ALIVE
from handlers.work import Work
from storage.queries import areas as areas_query
from storage.queries import requests as query
from storage.tables import Area, Person, Request


async def call_near(work: Work, request: Request, person: Person, near: Iterable[Area]) -> None:
    """Call whoever is called for danger in one of these places and was not called yet.

    `person`: by whose words it may be there.
    """
    request = await access.follow(work, request)
    await query.lock(work.store, request)
    case = await load(work, request)
    if not case.emergency or case.state not in ALIVE:
        return
    called = False
    for area in near:
        facts = await areas_query.facts_at(work.store, area.id)
        if facts.root_id != request.root_id or request.area_path.startswith(facts.path):
            continue
        if asked := await ask_as_well(case, facts):
            await note(case, "called", person, **asked)
            await work.store.flush()
            called = True
    if called:
        await refresh(case)
