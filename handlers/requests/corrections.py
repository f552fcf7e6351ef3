"""What a correction changes in a request: its place, category, urgency, person, or which it is.

The commands that ask for it are in `correction_commands`, the way back in `taking_back`.
"""

from __future__ import annotations

from handlers.directory import places
from handlers.requests import cards, opening, pages, telling
from handlers.requests.case import Case, load
from handlers.requests.given import Data, Effect, Given, ask_these, by_name, ended
from handlers.requests.replanning import ask_as_well, put, replan
from handlers.requests.rules import ALIVE, Ending, Move, State
from handlers.understanding.meaning import Heard, Place, Scene
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.queries import voices as voices_query
from storage.tables import Area, Person, Request, Supporter


async def merge(case: Case, actor: Person | None, given: Given) -> Data:
    """It lives on in another; its voices go along (R6)."""
    into, request = given.into, case.request
    if into is None or into.id == request.id or into.root_id != request.root_id:
        raise RefusalError("request.merge_other")
    if into.state == State.CLOSED:
        raise RefusalError("request.merge_closed", number=into.number)
    there = await voices_query.supporters(case.work.store, into.id)
    known = {each.person_id for each in there}
    moved = [each for each in await case.voices.all() if each.person_id not in known]
    case.work.store.add_all(
        Supporter(
            request_id=into.id,
            person_id=each.person_id,
            home_key=each.home_key,
            at=each.at,
        )
        for each in moved
    )
    request.merged_into, case.into = into.id, into
    if into.promised_due is None:  # what was promised of the one holds for both
        into.promised_due, into.promised_as = request.promised_due, request.promised_as
    await case.work.store.flush()
    joined = await load(case.work, into)
    await pages.show(joined)
    cards.show_cards(joined)
    await _tell_both(case, into, actor)
    ended(case, Ending.MERGED, Given(reason=f"#{into.number}"))
    return {"into": into.number, "voices": [each.person_id for each in moved]}


async def _tell_both(case: Case, into: Request, actor: Person | None) -> None:
    """Whoever reported either of them learns that they are one now (R6)."""
    told = {request.reporter_id: request for request in (into, case.request)}
    for person_id, theirs in told.items():
        if person_id is not None and (actor is None or person_id != actor.id):
            key = "told_merged" if theirs is case.request else "told_joined"
            values = {"number": case.request.number, "into": into.number}
            await telling.one(case, person_id, telling.Told(key, values))


async def split(case: Case, actor: Person | None, given: Given) -> Data:
    """A second matter in it becomes a request of its own; both name each other."""
    if not given.reason:
        raise RefusalError("request.split_words")
    request, place = case.request, Place(**case.request.place)
    heard = Heard(key="0", at=case.work.now, sender="", text=given.reason)
    meaning = case.work.desk.reader.report(heard, Scene(area=place))
    child = await opening.open_request(
        case.work,
        opening.Report(
            words=given.reason,
            category=given.category or meaning.category or request.category,
            kind=meaning.kind or request.kind,
            urgency=meaning.urgency or request.urgency,
            place=place,
            area_id=request.area_id,
            chat=case.chats[0] if case.chats else None,
            reporter=case.person(request.reporter_id),
            filed_by=case.person(request.filed_by),
            message_id=None,
            note={"split_from": request.number},
        ),
    )
    case.child = child
    return {"child": child.number, "child_id": child.id}


async def assign(case: Case, actor: Person | None, given: Given) -> Data:
    """A named person is asked, and nobody else."""
    if given.to is None:
        raise RefusalError("request.assign_whom")
    asked = await by_name(case, given.to, None)
    pages.retire_all(case)
    case.request.holder_id = None
    return await ask_these(case, asked)


async def recategorise(case: Case, actor: Person | None, given: Given) -> Data:
    """It is about something else, so perhaps somebody else's."""
    if given.category not in case.work.policy.categories:
        raise RefusalError("request.category_unknown", text=given.category or "")
    before = case.request.category
    case.request.category = given.category
    return {"from": before, "category": given.category, **await replan(case)}


async def relocate(case: Case, actor: Person | None, given: Given) -> Data:
    """It is somewhere else, so perhaps somebody else's."""
    if given.area is None:
        raise RefusalError("request.move_where")
    request, area = case.request, given.area
    if areas_query.ids_of(area.path)[0] != request.root_id:
        raise RefusalError("request.move_where")
    before, within = request.area_id, area.path.startswith(request.area_path)
    await put(case, area, given.place)
    told = {"told": True} if given.told else {}
    if not (given.told and within):
        await _tell_holder(case, actor, area)
    return {"from": before, "area": area.name, **told, **await _ask_there(case)}


async def _ask_there(case: Case) -> Data:
    """In danger nobody who was called is sent away, and who is near is called whoever has it."""
    if case.emergency and case.state in ALIVE:
        return await ask_as_well(case)
    return await replan(case, unless_same=True)


async def _tell_holder(case: Case, actor: Person | None, area: Area) -> None:
    """Whoever has it in hand must not go where it is not."""
    holder = case.request.holder_id
    if case.state in ALIVE and holder is not None and (actor is None or holder != actor.id):
        place = await places.full_name(case.work, area)
        await telling.one(case, holder, telling.Told("told_moved", {"place": place}))


async def grow(case: Case, actor: Person | None, given: Given) -> Data:
    """More households say so than its place holds: whoever serves the wider one is asked too."""
    assert given.area is not None
    before = case.request.area_id
    await put(case, given.area, given.place)
    return {"from": before, "area": given.area.name, **await ask_as_well(case)}


async def correct(case: Case, actor: Person | None, given: Given) -> Data:
    """It is more or less urgent."""
    if given.urgency is None:
        raise RefusalError("request.urgency_unknown")
    request, before = case.request, case.request.urgency
    request.urgency = given.urgency
    return {"from": before, "urgency": given.urgency, **await replan(case)}


EFFECTS: dict[Move, Effect] = {
    Move.MERGE: merge,
    Move.SPLIT: split,
    Move.ASSIGN: assign,
    Move.RECATEGORISE: recategorise,
    Move.MOVE: relocate,
    Move.GROW: grow,
    Move.CORRECT: correct,
}
