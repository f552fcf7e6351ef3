"""What the changed words of a report change in a request: as its sender's own correction.

While nobody took it or put it right, what they say otherwise holds. Danger holds always, and is
never taken back by it; whoever has it in hand is told.
"""

from __future__ import annotations

from dataclasses import asdict, replace

from handlers.requests import telling, texts
from handlers.requests.case import Case
from handlers.requests.given import Anew, Data, Effect, Given
from handlers.requests.peoples_word import corrected, shared
from handlers.requests.replanning import ask_as_well, put, put_beside, replan
from handlers.requests.rules import ALIVE, Move, State
from handlers.understanding.meaning import Urgency
from storage.tables import Person

HELD = (State.TAKEN, State.WAITING)


async def holds(case: Case, anew: Anew) -> Anew:
    """What of it holds for a request as it stands."""
    if case.state not in ALIVE:
        return Anew()
    danger = anew.urgency == Urgency.EMERGENCY and not case.emergency
    if danger:
        return anew
    if case.state is not State.OPEN or await corrected(case):
        return Anew()
    if case.households > 1 and anew.category is not None:
        return Anew()  # who joined did so for what it was
    if case.emergency:
        anew = replace(anew, urgency=None)  # it is less only when somebody says so
    if shared(case):
        anew = replace(anew, area=None, place=None)  # it is no single household's
    return anew


def weighs(case: Case, anew: Anew) -> bool:
    """Whether it is another matter now, and not only told more exactly."""
    elsewhere = anew.area is not None and anew.area.id != case.request.area_id
    graver = anew.urgency is not None and anew.urgency != case.request.urgency
    return bool(elsewhere or anew.category or graver)


def tell_exactly(case: Case, anew: Anew) -> None:
    """Where it is within the same place: the flat, the floor."""
    if anew.place is not None:
        put_beside(case, anew.place)


async def tell_holder(case: Case, actor: Person, text: str) -> None:
    """Whoever has it in hand learns that the words are others now."""
    holder = case.request.holder_id
    if case.state in HELD and holder is not None and holder != actor.id:
        told = telling.Told("told_edited", {"words": texts.short(text)})
        await telling.one(case, holder, told)


async def edit(case: Case, actor: Person | None, given: Given) -> Data:
    """It is about what the words say now, and perhaps somebody else's."""
    request, anew = case.request, given.anew or Anew()
    before = {"category": request.category, "urgency": request.urgency, "area": request.area_id}
    if anew.category is not None:
        request.category, request.asset = anew.category, anew.asset
    request.urgency = anew.urgency or request.urgency
    if anew.area is not None:
        await put(case, anew.area, anew.place)
    request.reasons = anew.reasons or request.reasons
    asked = await _ask(case, anew)
    area = {"area": anew.area.name} if anew.area is not None else {}
    words = asdict(given.edited) if given.edited is not None else {}
    now = {"category": anew.category, "urgency": anew.urgency, **area, **words}
    return {"from": before, **{key: value for key, value in now.items() if value}, **asked}


async def _ask(case: Case, anew: Anew) -> Data:
    called = case.emergency and anew.urgency is None  # nobody who was called is sent away
    if called or case.state is not State.OPEN:
        return await ask_as_well(case)
    return await replan(case, unless_same=not anew.urgency)


EFFECTS: dict[Move, Effect] = {Move.EDIT: edit}
