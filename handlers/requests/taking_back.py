"""What it changes in a request that a correction is taken back: it stands where it stood before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from itertools import groupby

from handlers.directory import access as rights
from handlers.requests import access, cards, clocking, endings, opening, pages, telling, texts
from handlers.requests.case import Case, load
from handlers.requests.given import BY_NAME, Data, Effect, Given, ask
from handlers.requests.routing import Asked
from handlers.requests.rules import Move, State
from handlers.requests.standing import Stood
from handlers.requests.stop_rules import Clock
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.queries import people as people_query
from storage.queries import requests as query
from storage.tables import Area, Event, Person, Request

#: What may have happened since and is taken back with it. Anything else was somebody's decision.
GOES_TOO = frozenset({Move.TAKE, Move.CLIMB, Move.HELP, Move.GROW})


async def undo(case: Case, actor: Person | None, given: Given) -> Data:
    """A correction is taken back; refused where others have decided something since."""
    stood, made = given.stood, given.undoes
    if stood is None or made is None or Move(made.move) not in WAYS:
        raise RefusalError("directory.undo_gone")
    before = clocking.promises(case.request)
    data = await WAYS[Move(made.move)](case, actor, stood, made)
    data |= clocking.changed(case.request, before)
    return {**data, "undoes": made.id, "undone": made.move}


async def _since(case: Case, made: Event) -> list[tuple[Event, str | None]]:
    """What changed it since, without what was taken back meanwhile."""
    events = await query.events(case.work.store, case.request.id)
    later = [(each, name) for each, name in events if each.id > made.id and each.state_to]
    spans = [(each.data.get("undoes", 0), each.id) for each, _ in later if each.move == Move.UNDO]
    return [
        (each, name)
        for each, name in later
        if not any(first <= each.id <= last for first, last in spans)
    ]


async def _refuse_after(case: Case, actor: Person | None, made: Event, *kinds: Move) -> None:
    """Raise RefusalError where something of these kinds (none: that does not go too) happened."""
    for each, name in await _since(case, made):
        if Move(each.move) in kinds if kinds else Move(each.move) not in GOES_TOO:
            word, language = case.work.word, access.best(case, actor)
            raise RefusalError(
                "request.undo_late",
                number=case.request.number,
                who=name or word(language, "request.by_itself"),
                what=word(language, f"request.event.{each.move}"),
                when=texts.when(case, language, each.at),
            )


async def _recategorise(case: Case, actor: Person | None, stood: Stood, made: Event) -> Data:
    case.request.category = stood.category
    return {"category": stood.category}


async def _urge(case: Case, actor: Person | None, stood: Stood, made: Event) -> Data:
    case.request.urgency = stood.urgency
    return {"urgency": stood.urgency}


async def _move(case: Case, actor: Person | None, stood: Stood, made: Event) -> Data:
    area = await case.work.store.get(Area, stood.area)
    if area is None:
        raise RefusalError("directory.undo_gone")
    request = case.request
    request.area_id, request.area_path, request.place = area.id, area.path, dict(stood.place)
    case.facts = areas_query.facts_of(await areas_query.line_of(case.work.store, area.path))
    return {"area": area.name}


Way = Callable[[Case, Person | None, Stood, Event], Awaitable[Data]]


def _asking_as_before(change: Way) -> Way:
    """What it is about returns; while nobody took it, those who were asked before are asked."""

    async def run(case: Case, actor: Person | None, stood: Stood, made: Event) -> Data:
        if case.state is State.CLOSED:
            raise await access.already(case, actor)
        await _refuse_after(case, actor, made, Move(made.move))
        data = await change(case, actor, stood, made)
        if await _since(case, made):
            case.request.solve_due = stood.clocks["solve_due"]
            return data
        _turn_back(case, stood, case.state)
        if case.state is State.OPEN:
            pages.retire_all(case)
            data |= await _ask_again(case, stood)
        return data

    return run


async def _unassign(case: Case, actor: Person | None, stood: Stood, made: Event) -> Data:
    await _refuse_after(case, actor, made)
    taker = case.request.holder_id
    data = await _return(case, stood)
    if taker and taker not in (case.request.holder_id, actor.id if actor else None):
        await telling.one(case, taker, telling.Told("told_unassigned"))
    return data


async def _reopen(case: Case, actor: Person | None, stood: Stood, made: Event) -> Data:
    await _refuse_after(case, actor, made)
    data = await _return(case, stood)
    await endings.tell_open_again(case, actor)
    return data


async def _unmerge(case: Case, actor: Person | None, stood: Stood, made: Event) -> Data:
    """The voices that went along come back; both reporters learn that they are two again."""
    await _refuse_after(case, actor, made)
    into = await case.work.store.get(Request, case.request.merged_into or 0)
    if into is None:
        raise RefusalError("directory.undo_gone")
    case.request.merged_into = None
    await _bring_back(case, into, made.data.get("voices", ()))
    await _tell_apart(case, into, actor)
    return {**await _return(case, stood), "from": into.number}


async def _tell_apart(case: Case, into: Request, actor: Person | None) -> None:
    own = case.request
    told = {into.reporter_id: (into, own), own.reporter_id: (own, into)}
    for person_id, (mine, other) in told.items():
        if person_id is not None and (actor is None or person_id != actor.id):
            values = {"number": mine.number, "other": other.number}
            await telling.one(case, person_id, telling.Told("told_unmerged", values))


async def _bring_back(case: Case, into: Request, voices_moved: list[int]) -> None:
    """Whoever was counted there only because of the merge is not any more."""
    if into.state == State.CLOSED:
        return  # who was asked there has answered there
    if into.promised_due == case.request.promised_due:
        into.promised_due = into.promised_as = None
    there = await load(case.work, into)
    moved = frozenset(voices_moved)
    await there.voices.drop([each for each in await there.voices.all() if each.person_id in moved])
    await pages.show(there)
    cards.show_cards(there)


async def _return(case: Case, stood: Stood) -> Data:
    """State, holder, rung and deadlines as they were; whoever is not here any more is passed."""
    request = case.request
    pages.retire_all(case)
    request.rung, request.ending = stood.rung, None
    request.reason, request.reason_code = stood.reason, stood.code
    case.returns, request.holder_id = stood.state, None
    if stood.state is State.DONE:
        request.holder_id = stood.holder
        _turn_back(case, stood, State.DONE)
        case.done_by = await query.done_by(case.work.store, request.id)
        await _know(case, [each for each in (case.done_by, stood.holder) if each])
        return {}
    holder = await _still_here(case, [stood.holder] if stood.holder else [])
    if stood.state is not State.OPEN and holder:
        request.holder_id = stood.holder
        _turn_back(case, stood, stood.state)
        return await _ask_again(case, stood, also=holder)
    case.returns = State.OPEN
    _turn_back(case, stood, State.OPEN)
    return await _ask_again(case, stood)


def _turn_back(case: Case, stood: Stood, state: State) -> None:
    """Its clocks stand as they stood; one that people act by and that has run out begins anew."""
    request, terms = case.request, case.terms
    for name, moment in stood.clocks.items():
        setattr(request, name, moment)
    request.wanted, request.lap = stood.wanted, stood.lap
    acts = {
        State.OPEN: ("climb_at", Clock.LADDER),
        State.TAKEN: ("progress_due", Clock.PROGRESS),
        State.DONE: ("callback_due", Clock.CALLBACK),
    }
    if state is State.OPEN:
        request.answered_at = request.progress_due = request.resume_at = None
    if state in acts:
        name, clock = acts[state]
        setattr(request, name, _later(stood.clocks[name], case.work.now) or terms.end(clock))


def _later(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment and moment > now else None


async def _know(case: Case, ids: list[int]) -> None:
    case.people.update(await people_query.people(case.work.store, ids))


async def _still_here(case: Case, ids: list[int]) -> list[int]:
    """Those of these people who may still answer for the place."""
    await _know(case, ids)
    path = case.request.area_path
    return [each for each in ids if await rights.may(case.work, each, "answer", path)]


async def _ask_again(case: Case, stood: Stood, also: list[int] | None = None) -> Data:
    """Those who were asked are asked again, each on their rung; if none is left, the ladder."""
    here = await _still_here(case, [person for person, _, _ in stood.asked])
    asked = [each for each in stood.asked if each[0] in here]
    known = {person for person, _, _ in asked}
    asked += [(each, BY_NAME, stood.rung) for each in also or () if each not in known]
    if not asked:
        request = case.request
        own = request.reporter_id if not request.filed_by else None
        return await ask(case, stood.rung, frozenset({own} if own else ()))
    rungs = [
        Asked(rung, tuple((case.people[person], role) for person, role, _ in on), None)
        for rung, on in groupby(sorted(asked, key=lambda each: each[2]), key=lambda each: each[2])
    ]
    for each in rungs:
        await pages.ask(case, each, call=each is rungs[-1])
    for page in case.fresh:
        page.answered_at = case.work.now if page.person_id in stood.answered else None
    return opening.asked_data(case, rungs[-1])


WAYS: Mapping[Move, Way] = {
    Move.RECATEGORISE: _asking_as_before(_recategorise),
    Move.CORRECT: _asking_as_before(_urge),
    Move.MOVE: _asking_as_before(_move),
    Move.ASSIGN: _unassign,
    Move.CLOSE: _reopen,
    Move.MERGE: _unmerge,
}

EFFECTS: dict[Move, Effect] = {Move.UNDO: undo}
