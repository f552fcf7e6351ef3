"""What is said with a move, and what every effect of a move has in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from handlers.directory import access as rights
from handlers.requests import opening, pages, routing
from handlers.requests.case import Case
from handlers.requests.routing import BY_NAME, Asked
from handlers.requests.rules import Ending
from handlers.requests.standing import Stood
from handlers.understanding.meaning import Place
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.queries import people as people_query
from storage.tables import Area, Event, Person, Request

Data = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Anew:
    """What an edited report says otherwise; None: as before, or nothing that is sure."""

    category: str | None = None
    urgency: str | None = None
    asset: str | None = None
    area: Area | None = None
    place: Place | None = None
    reasons: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


@dataclass(frozen=True, slots=True)
class Edited:
    """Words that were changed, shortened as the history keeps them."""

    was: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was said with a move."""

    reason: str | None = None
    code: str | None = None
    until: datetime | None = None
    to: Person | None = None
    only_me: bool = False  #: "I can't": the others of the rung are still asked
    away: int | None = None  #: somebody asked turned out to be on leave: others in their place
    into: Request | None = None
    area: Area | None = None
    place: Place | None = None  #: what is known of it beside the tree
    anew: Anew | None = None  #: what the changed words of the report say otherwise
    edited: Edited | None = None
    told: bool = False  #: a detail named the place: nobody put it right
    category: str | None = None
    urgency: str | None = None
    stood: Stood | None = None  #: where it stood before what is taken back
    undoes: Event | None = None  #: what is taken back


#: Changes the request (its state is set by the table); gives what the event keeps.
Effect = Callable[[Case, Person | None, Given], Awaitable[Data]]


async def ask(case: Case, from_rung: int, but: frozenset[int] = frozenset()) -> Data:
    """Ask the ladder from a rung on."""
    asked = await routing.plan(case.work, case.matter, from_rung, but)
    return await ask_these(case, asked)


async def ask_these(case: Case, asked: Asked) -> Data:
    """Ask people who were chosen, for as long as their rung says."""
    await pages.ask(case, asked)
    case.request.rung, case.request.wanted = asked.rung, asked.wanted
    case.wait = asked.step.wait if asked.step else None
    return opening.asked_data(case, asked)


async def by_name(case: Case, person: Person, actor: Person | None) -> Asked:
    """Ask somebody by name: they must be able to answer here, and be somebody else."""
    if actor is not None and actor.id == person.id:
        raise RefusalError("request.not_yourself")
    if not await rights.may(case.work, person.id, "answer", case.request.area_path):
        raise RefusalError("request.not_staff", name=person.name)
    await case.know([person])
    ids = set(areas_query.ids_of(case.request.area_path))
    held = await people_query.roles_of(case.work.store, person.id)
    role = next((role for role, area in held if area.id in ids), BY_NAME)
    return Asked(case.request.rung, ((person, role),), case.facts.hotline)


def ended(case: Case, ending: Ending, given: Given) -> None:
    """How it ended, and why."""
    case.request.ending = ending.value
    case.request.reason, case.request.reason_code = given.reason, given.code


def need_reason(given: Given) -> None:
    """Closing needs a reason, as a code or in words (R34)."""
    if not given.reason and not given.code:
        raise RefusalError("request.reason_needed")
