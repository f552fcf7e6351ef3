"""What each move changes in a request, one small function a move; who and when is the table's."""

from __future__ import annotations

from datetime import timedelta

from handlers.context import RefusalError
from handlers.requests import corrections, opening, pages, routing, taking_back
from handlers.requests.case import Case, count_households
from handlers.requests.deadlines import again_after
from handlers.requests.given import (
    BY_NAME,
    Data,
    Effect,
    Given,
    ask,
    ask_these,
    by_name,
    ended,
    need_reason,
)
from handlers.requests.routing import Asked
from handlers.requests.rules import REOPENABLE, Ending, Move, State, Who, ending_of
from storage.queries import directory as directory_query
from storage.queries import requests as query
from storage.tables import Person

LONGEST_WAIT = timedelta(days=366)


async def take(case: Case, actor: Person | None, given: Given) -> Data:
    """Somebody says: I see to it."""
    assert actor is not None
    before = case.page_of(actor.id)
    case.request.holder_id = actor.id
    await pages.hold(case, actor, before.role if before else BY_NAME)
    return {}


async def pass_on(case: Case, actor: Person | None, given: Given) -> Data:
    """To a named person, else to the next rung."""
    me = frozenset({actor.id} if actor else ())
    if given.to is not None:
        asked = await by_name(case, given.to, actor)
    else:
        asked = await routing.plan(case.work, case.matter, case.request.rung + 1, me)
    if asked.nobody_reachable:
        raise RefusalError("request.nobody_above")
    pages.retire_all(case)
    case.request.holder_id = None
    return await ask_these(case, asked)


async def help_(case: Case, actor: Person | None, given: Given) -> Data:
    """The next rung, or a named person, is asked to come along."""
    if given.to is not None:
        asked = await by_name(case, given.to, actor)
    else:
        known = {page.person_id for page in case.pages}
        without = frozenset({*known, actor.id if actor else 0, case.request.holder_id or 0})
        asked = await routing.plan(case.work, case.matter, case.request.rung + 1, without)
    if asked.nobody_reachable:
        raise RefusalError("request.nobody_above")
    await pages.ask(case, asked)
    return opening.asked_data(case, asked)


async def wait(case: Case, actor: Person | None, given: Given) -> Data:
    """For a stated reason until a stated moment; both are public (R41)."""
    now = case.work.now
    if given.until is None:
        raise RefusalError("request.wait_when")
    if not now < given.until < now + LONGEST_WAIT:
        raise RefusalError("request.wait_past")
    need_reason(given)
    request = case.request
    if request.holder_id is None and actor is not None:
        request.holder_id = actor.id
        await pages.hold(case, actor, BY_NAME)
    request.resume_at = given.until
    request.reason, request.reason_code = given.reason, given.code
    return {}


async def resume(case: Case, actor: Person | None, given: Given) -> Data:
    """The stated moment has come, or it goes on earlier: the holder is asked again."""
    request = case.request
    request.resume_at = request.reason = request.reason_code = None
    due = case.due().answer
    request.solve_due = max(request.solve_due or due, due)
    if actor is None and request.holder_id is not None:
        asked = Asked(request.rung, ((case.people[request.holder_id], BY_NAME),), None)
        await pages.ask(case, asked)
    return {}


async def done(case: Case, actor: Person | None, given: Given) -> Data:
    """Said to be solved; the reporter's own word counts as the answer to the question."""
    request = case.request
    worked = case.whos & {Who.ASKED, Who.HOLDER, Who.STAFF}
    if request.holder_id is None and actor is not None and worked:
        request.holder_id = actor.id
    case.done_by = actor.id if actor else None
    request.reason, request.reason_code = given.reason, given.code
    for voice in case.supporters:
        voice.verdict = voice.verdict_at = voice.verdict_reason = None
        if actor is not None and voice.person_id == actor.id and not worked:
            voice.verdict, voice.verdict_at = "solved", case.work.now
    return {}


async def cannot(case: Case, actor: Person | None, given: Given) -> Data:
    """It cannot be solved here."""
    need_reason(given)
    ended(case, Ending.CANNOT, given)
    return {}


async def refer(case: Case, actor: Person | None, given: Given) -> Data:
    """Somebody outside has it now."""
    need_reason(given)
    ended(case, Ending.REFERRED, given)
    return {}


async def confirm(case: Case, actor: Person | None, given: Given) -> Data:
    """Everybody who was asked says it is solved."""
    case.request.ending = Ending.SOLVED.value
    return {}


async def not_solved(case: Case, actor: Person | None, given: Given) -> Data:
    """It is open again, and the next rung is asked (R43, R48)."""
    request = case.request
    if case.state is State.CLOSED:
        _still_open_for_reopening(case)
    had = await _who_had_it(case)
    pages.retire_all(case)
    request.round += 1
    request.holder_id = request.reason = request.reason_code = None
    request.solve_due = case.due().solve
    return await ask_these(case, await _further_up(case, had))


async def _who_had_it(case: Case) -> frozenset[int]:
    """Who held it, or said how it ended."""
    spoke = await query.last_worker(case.work.store, case.request.id)
    return frozenset(each for each in (case.request.holder_id, spoke) if each)


async def _further_up(case: Case, had: frozenset[int]) -> Asked:
    """The next rung above who had it last, and none of them, whatever other role they hold."""
    request = case.request
    start = max([request.rung, *[await _rung_of(case, each) for each in had]]) + 1
    own = {request.reporter_id} if request.reporter_id and not request.filed_by else set[int]()
    for without in (had | own, frozenset[int]()):  # asked once more rather than nobody
        asked = await routing.plan(case.work, case.matter, start, without)
        if not asked.nobody_reachable:
            break
    return asked


async def _rung_of(case: Case, person_id: int) -> int:
    """The rung on which somebody stands by a role over the place; 0 for none."""
    over = set(directory_query.ids_of(case.request.area_path))
    held = await directory_query.roles_of(case.work.store, person_id)
    roles = {role for role, area in held if area.id in over}
    ladder = routing.ladder_of(case.work.policy, case.matter)
    return next((i for i, rung in enumerate(ladder) if roles & set(rung)), 0)


def _still_open_for_reopening(case: Case) -> None:
    """A late "not solved" counts for a time that the community sets (R7, R44)."""
    request, callback = case.request, case.work.policy.callback
    days = timedelta(days=callback.reopen_days)
    if request.ending not in REOPENABLE:
        raise RefusalError("request.not_reopened", number=request.number)
    if request.ended_at is None or case.work.now > request.ended_at + days:
        raise RefusalError(
            "request.too_late", number=request.number, days=f"{callback.reopen_days:g}"
        )


async def close(case: Case, actor: Person | None, given: Given) -> Data:
    """A coordinator ends it, with a reason."""
    need_reason(given)
    ended(case, ending_of(Move.CLOSE, given.code) or Ending.NOT_NEEDED, given)
    return {}


async def cancel(case: Case, actor: Person | None, given: Given) -> Data:
    """It is no request. The reporter alone cannot say so once other households joined."""
    if actor is not None and Who.CORRECTOR not in case.whos:
        others = [each for each in case.supporters if each.person_id != actor.id]
        if others and count_households(case.supporters) > 1:
            raise RefusalError("request.others_too", n=count_households(others))
    ended(case, ending_of(Move.CANCEL, given.code) or Ending.CANCELLED, given)
    return {}


async def climb(case: Case, actor: Person | None, given: Given) -> Data:
    """Nobody answered in time: the next rung is asked; who was asked may still take it.

    Where nobody is further up the last rung is asked again, ever more rarely.
    """
    request, before = case.request, case.request.rung
    data = await ask(case, before + 1)
    if request.rung != before:
        return data
    times = await query.times_asked(case.work.store, request.id, before)
    deadlines = case.work.policy.deadlines
    longest = timedelta(hours=deadlines.again)
    wait = again_after(deadlines.of(request.urgency).to_answer, times, longest)
    request.answer_due = case.awake(case.work.now + wait)
    return {**data, "again": True}


async def expire(case: Case, actor: Person | None, given: Given) -> Data:
    """Taken and forgotten: it is nobody's again, and all are asked anew (R26).

    Or the question whether it is solved stayed unanswered: that is "unknown" (R47).
    """
    if case.state is State.DONE:
        solved = any(each.verdict == "solved" for each in case.supporters)
        case.request.ending = (Ending.SOLVED if solved else Ending.UNKNOWN).value
        for voice in case.supporters:
            voice.verdict = voice.verdict if voice.verdict != "asked" else "unknown"
        return {}
    request, held = case.request, case.person(case.request.holder_id)
    pages.retire_all(case)
    request.holder_id = None
    asked = await routing.plan(case.work, case.matter, request.rung + 1)
    if held is not None and held.id not in {person.id for person, _ in asked.people}:
        again = (*asked.people, (held, BY_NAME))
        asked = Asked(asked.rung, again, asked.hotline, asked.skipped, asked.last)
    return await ask_these(case, asked)


EFFECTS: dict[Move, Effect] = {
    **corrections.EFFECTS,
    **taking_back.EFFECTS,
    Move.TAKE: take,
    Move.PASS_ON: pass_on,
    Move.HELP: help_,
    Move.WAIT: wait,
    Move.RESUME: resume,
    Move.DONE: done,
    Move.CANNOT: cannot,
    Move.REFER: refer,
    Move.CONFIRM: confirm,
    Move.NOT_SOLVED: not_solved,
    Move.CLOSE: close,
    Move.CANCEL: cancel,
    Move.CLIMB: climb,
    Move.EXPIRE: expire,
}
