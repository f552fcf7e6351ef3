"""What each move changes in a request, one small function a move; who and when is the table's."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from handlers.requests import (
    absent,
    access,
    callback_asking,
    corrections,
    editing,
    evidence,
    opening,
    pages,
    routing,
    taking_back,
    telling,
    texts,
)
from handlers.requests.case import Case
from handlers.requests.clocking import again_wait
from handlers.requests.given import (
    Data,
    Effect,
    Given,
    ask_these,
    by_name,
    ended,
    need_reason,
)
from handlers.requests.routing import BY_NAME, Asked
from handlers.requests.rules import REOPENABLE, Ending, Move, State, Who, ending_of
from handlers.requests.voices import count_households
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.queries import people as people_query
from storage.queries import requests as query
from storage.tables import Person

LONGEST_WAIT = timedelta(days=366)


async def take(case: Case, actor: Person | None, given: Given) -> Data:
    """Somebody says: I see to it; one more, where the rung wants several (R32)."""
    assert actor is not None
    before = case.page_of(actor.id)
    if case.state is State.TAKEN and (before is None or before.answered_at is not None):
        raise await access.already(case, actor)
    case.acked = True
    if before is not None:
        before.answered_at, before.bundle = case.work.now, None
    if case.request.holder_id is not None:
        return {"along": True}
    case.request.holder_id = actor.id
    await pages.hold(case, actor, before.role if before else BY_NAME)
    return {}


async def pass_on(case: Case, actor: Person | None, given: Given) -> Data:
    """To a named person, else to the next rung.

    "I can't" of one of several who are asked leaves the matter to the others.
    """
    me = frozenset({actor.id} if actor else ())
    if given.only_me and _others_asked(case, me):
        _step_back(case, me)
        return {"others": True}
    if given.to is not None:
        asked = await by_name(case, given.to, actor)
    else:
        asked = await routing.plan(case.work, case.matter, case.request.rung + 1, me)
    if asked.nobody_reachable:
        raise RefusalError("request.nobody_above")
    pages.retire_all(case)
    case.request.holder_id = None
    return await ask_these(case, asked)


def _others_asked(case: Case, me: frozenset[int]) -> bool:
    """Whether others of the highest rung are asked as well, and nobody has taken it."""
    top = max((page.rung for page in case.pages), default=0)
    others = [page for page in case.pages if page.rung == top and page.person_id not in me]
    return case.state is State.OPEN and bool(others)


def _step_back(case: Case, me: frozenset[int]) -> None:
    for page in [each for each in case.pages if each.person_id in me]:
        pages.retire(case, page)


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
    _lawful(case, given)
    request = case.request
    if request.holder_id is None and actor is not None:
        request.holder_id = actor.id
        await pages.hold(case, actor, BY_NAME)
    request.resume_at = given.until
    request.reason, request.reason_code = given.reason, given.code
    request.pauses += 1
    await _tell_waiting(case, actor, given)
    return {}


def _lawful(case: Case, given: Given) -> None:
    """A pause is as long and as often as the policy lets it be."""
    limits, number = case.policy.pauses, case.request.number
    if case.request.pauses >= limits.most:
        raise RefusalError("request.wait_often", number=number, n=limits.most)
    longest = case.calendar.add(case.work.now, limits.longest_for(given.code))
    last = datetime.combine(longest.astimezone(case.zone).date(), time.max, case.zone)
    if given.until is not None and given.until > last:
        until = texts.day(case.work, access.best(case, None), last, case.zone)
        raise RefusalError("request.wait_long", number=number, until=until)


async def _tell_waiting(case: Case, actor: Person | None, given: Given) -> None:
    """Those who wait for it learn why and until when (R41)."""
    assert given.until is not None
    code, reason = given.code, given.reason
    told = telling.Told("told_waiting", {"code": code, "reason": reason}, given.until)
    await telling.voices(case, actor, told)


async def resume(case: Case, actor: Person | None, given: Given) -> Data:
    """The stated moment has come, or it goes on earlier: the holder is asked again."""
    request = case.request
    request.resume_at = request.reason = request.reason_code = None
    if actor is None and request.holder_id is not None:
        asked = Asked(request.rung, ((case.people[request.holder_id], BY_NAME),), None)
        await pages.ask(case, asked)
    return {}


async def done(case: Case, actor: Person | None, given: Given) -> Data:
    """Said to be solved; the reporter's own word counts as the answer to the question."""
    request = case.request
    worked = case.whos & {Who.ASKED, Who.HOLDER, Who.STAFF}
    if worked and actor is not None:
        await evidence.need(case, actor, given)
    request.reminded_at, case.reminded = None, False
    if request.holder_id is None and actor is not None and worked:
        request.holder_id = actor.id
    case.done_by = actor.id if actor else None
    request.reason, request.reason_code = given.reason, given.code
    for voice in await case.voices.all():
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
    request.holder_id = request.reason = request.reason_code = request.reminded_at = None
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
    over = set(areas_query.ids_of(case.request.area_path))
    held = await people_query.roles_of(case.work.store, person_id)
    roles = {role for role, area in held if area.id in over}
    ladder = routing.ladder_of(case.policy, case.matter)
    return next((i for i, rung in enumerate(ladder) if roles & set(rung.roles)), 0)


def _still_open_for_reopening(case: Case) -> None:
    """A late "not solved" counts for a time, so often, and for those that the community says."""
    request, rules = case.request, case.policy.reopening
    if request.ending not in REOPENABLE:
        raise RefusalError("request.not_reopened", number=request.number)
    if request.ended_at is None or case.work.now > request.ended_at + timedelta(days=rules.days):
        raise RefusalError("request.too_late", number=request.number, days=f"{rules.days:g}")
    if request.round >= rules.times:
        raise RefusalError("request.too_often", number=request.number, n=rules.times)


async def close(case: Case, actor: Person | None, given: Given) -> Data:
    """A coordinator ends it, with a reason."""
    need_reason(given)
    ended(case, ending_of(Move.CLOSE, given.code) or Ending.NOT_NEEDED, given)
    return {}


async def cancel(case: Case, actor: Person | None, given: Given) -> Data:
    """It is no request. The reporter alone cannot say so once other households joined."""
    if actor is not None and Who.CORRECTOR not in case.whos:
        others = [each for each in await case.voices.all() if each.person_id != actor.id]
        if others and case.households > 1:
            raise RefusalError("request.others_too", n=count_households(others))
    ended(case, ending_of(Move.CANCEL, given.code) or Ending.CANCELLED, given)
    return {}


async def climb(case: Case, actor: Person | None, given: Given) -> Data:
    """Nobody answered in time: the next rung is asked; who was asked may still take it.

    Where nobody is further up it begins anew from the bottom, as often as the ladder says; then
    the last rung is asked again, ever more rarely.
    """
    if given.away is not None:
        return await absent.instead(case, given.away, _not_asked(case))
    request, wanted = case.request, case.request.wanted
    data = await _next_rung(case)
    if case.state is State.TAKEN:  # who took it already counts on the rung that asked them
        request.wanted = wanted
    return data


async def _next_rung(case: Case) -> Data:
    request, before = case.request, case.request.rung
    own = _not_asked(case)
    found = await routing.climb(case.work, case.matter, before, request.lap, own)
    data = await ask_these(case, found.asked)
    if found.lap != request.lap:
        request.lap = found.lap
        return {**data, "again": True, "lap": found.lap}
    if not found.again:
        return data
    times = await query.times_asked(case.work.store, request.id, before)
    case.wait = again_wait(case, times)
    return {**data, "again": True}


def _not_asked(case: Case) -> frozenset[int]:
    """Whoever has taken it already is not asked to take it."""
    holder = case.request.holder_id
    return frozenset({holder} if holder and case.state is State.TAKEN else ())


async def late(case: Case, actor: Person | None, given: Given) -> Data:
    """Not solved in time: those in charge of the place are told, once."""
    case.request.late_at = case.work.now
    await telling.managers(case, telling.Told("told_late"))
    return {}


async def age(case: Case, actor: Person | None, given: Given) -> Data:
    """Not solved for long: it is put on the next meeting's list, and never just closed (R35)."""
    case.request.tabled_at, case.request.ages_at = case.work.now, None
    if actor is None:
        await telling.managers(case, telling.Told("told_aged"))
    return {}


async def remind(case: Case, actor: Person | None, given: Given) -> Data:
    """Who has not answered "is it solved?" is asked once more (R47)."""
    await callback_asking.take_down(case)
    case.request.reminded_at, case.reminded = case.work.now, True
    await callback_asking.ask_again(case)
    return {}


async def expire(case: Case, actor: Person | None, given: Given) -> Data:
    """Taken and forgotten: it is nobody's again, and all are asked anew (R26).

    Or the question whether it is solved stayed unanswered: that is "unknown" (R47).
    """
    if case.state is State.DONE:
        case.request.ending = (Ending.SOLVED if case.voices.solved else Ending.UNKNOWN).value
        for voice in await case.voices.all():
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
    **editing.EFFECTS,
    Move.TAKE: take,
    Move.HAND_ON: pass_on,
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
    Move.LATE: late,
    Move.AGE: age,
    Move.REMIND: remind,
}
