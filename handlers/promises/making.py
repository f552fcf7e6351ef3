"""Promises given, moved and settled: each changes the ledger, the card and the history together."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.promises import rules
from handlers.promises.rules import ASKED, BROKEN, DROPPED, KEPT, OPEN
from handlers.requests import access, clocking, endings, moving, noting, telling, texts
from handlers.requests.case import Case, load
from handlers.requests.deadlines import Hours, told
from handlers.requests.routing import BY_NAME
from handlers.requests.rules import ALIVE, Move, State, Who
from handlers.requests.speaking import WORKERS
from handlers.work import RefusalError, Work
from storage.queries import people as people_query
from storage.queries import promises as query
from storage.queries import requests as request_query
from storage.tables import Person, Promise, Request

#: A question that nobody answers is forgotten after this.
ASKED_FOR = timedelta(days=1)
FARTHEST = timedelta(days=366)
MOST_WORDS = 200


async def case_of(work: Work, request: Request, person: Person) -> Case:
    """The request itself, locked, with what its promiser is to it.

    Raises RefusalError where it has ended, or is not theirs to promise.
    """
    request = await access.follow(work, request)
    await request_query.lock(work.store, request)
    case = await load(work, request)
    case.whos = await access.whos(case, person)
    if case.state not in ALIVE:
        raise RefusalError("promises.over", number=request.number)
    if case.whos.isdisjoint(WORKERS):
        raise RefusalError("promises.not_staff", number=request.number)
    return case


async def ask(case: Case, person: Person, kind: str, due: datetime) -> Promise:
    """A promise that is not confirmed yet; what was asked before and not answered is dropped, so
    that the buttons of an older question say no other day than it does."""
    before = await query.asked_of(case.work.store, case.request.id, person.id)
    if before is not None:
        drop(before)
    promise = Promise(
        request_id=case.request.id,
        person_id=person.id,
        role=await role_of(case, person),
        kind=kind,
        state=ASKED,
        due=due,
        first_due=due,
        said_at=case.work.now,
        next_at=case.work.now + ASKED_FOR,
    )
    case.work.store.add(promise)
    await case.work.store.flush()
    return promise


def drop(promise: Promise) -> None:
    """It was not meant so, or nobody answered."""
    promise.next_at = None
    promise.state = DROPPED if promise.state in (ASKED, OPEN) else promise.state


async def role_of(case: Case, person: Person) -> str:
    """As which somebody promises: as they were asked, else by their nearest role there."""
    page = case.page_of(person.id)
    known = case.work.policy.roles
    if page is not None and page.role in known:
        return page.role
    held = await people_query.roles_of(case.work.store, person.id)
    over = [
        (len(area.path), role)
        for role, area in held
        if case.request.area_path.startswith(area.path)
        and "answer" in case.work.policy.rights(role)
    ]
    return max(over)[1] if over else BY_NAME


def check(case: Case, due: datetime) -> None:
    """Raises RefusalError where a promise cannot be for such a moment."""
    if not case.work.now < due < case.work.now + FARTHEST:
        raise RefusalError("promises.past", number=case.request.number)


async def give(case: Case, promise: Promise, person: Person) -> None:
    """It is meant so: it stands in the ledger and on the card; who promises takes it, too."""
    check(case, promise.due)
    if case.state is State.OPEN and Who.ASKED in case.whos:
        await moving.move(case.work, case.request, Move.TAKE, person)
        case = await load(case.work, case.request)
    promise.state, promise.said_at = OPEN, case.work.now
    await plan(case, promise)
    until, kind = promise.due.isoformat(), promise.kind
    await noting.note(case, "promise", person, until=until, kind=kind)
    await _show(case, promise)


async def plan(case: Case, promise: Promise) -> None:
    """When the clock looks at it next: to remind of it once, then at its end."""
    before = case.policy.promises.remind.calendar
    await case.know_hours([promise.person_id])
    own = case.hours.get(promise.person_id, Hours())

    def may_be_told(moment: datetime) -> datetime:
        if case.emergency:
            return moment
        return told(moment, case.quiet, own, case.calendar)

    at = rules.remind_at(case.work.now, promise.due, before, may_be_told)
    promise.next_at = at or promise.due
    promise.reminded_at = None if at else case.work.now


async def _show(case: Case, promise: Promise) -> None:
    """The card says so; the clocks only where the policy wants it."""
    request = case.request
    request.promised_due, request.promised_as = promise.due, promise.kind
    _let_be(case, promise.due)
    await case.work.store.flush()
    await noting.refresh(case)


def _let_be(case: Case, due: datetime) -> None:
    """Where the policy says so, whoever took it need not be heard of before the promised moment."""
    if case.policy.promises.clocks != "progress" or case.state is not State.TAKEN:
        return
    case.request.progress_due = max(case.request.progress_due or due, case.awake(due))
    clocking.look_again(case)


async def move(
    case: Case, promise: Promise, due: datetime, person: Person, code: str | None, words: str | None
) -> None:
    """Another day, with a reason; those who wait are told both."""
    check(case, due)
    reason = texts.short(words, MOST_WORDS) if words else None
    promise.due, promise.moves = due, promise.moves + 1
    promise.reason, promise.reason_code = reason, code
    await plan(case, promise)
    until = due.isoformat()
    await noting.note(case, "promise_moved", person, until=until, code=code, reason=reason)
    await _show(case, promise)
    word = telling.Told("told_promise_moved", {"code": code, "reason": reason}, due)
    await endings.tell_all(case, person, word)


async def take_back(case: Case, promise: Promise, person: Person) -> None:
    """A slip of the finger: as if nothing had been promised; the history tells both.

    Raises RefusalError where it is too late for that.
    """
    if case.work.now - promise.said_at > rules.TAKEN_BACK_FOR or promise.moves:
        raise RefusalError("promises.too_late", number=case.request.number)
    drop(promise)
    await noting.note(case, "promise_back", person)
    await case.work.store.flush()
    await _on_card(case, promise, DROPPED)
    await case.work.store.flush()
    await noting.refresh(case)


async def settle(case: Case, promise: Promise, outcome: str) -> None:
    """It was kept, broken, or came to nothing: counted by role, never told by name."""
    promise.state, promise.settled_at, promise.next_at = outcome, case.work.now, None
    person = await case.work.store.get(Person, promise.person_id)
    if outcome in (KEPT, BROKEN):
        await noting.note(case, f"promise_{outcome}", None)
    await case.work.store.flush()
    await _on_card(case, promise, outcome)
    if outcome == BROKEN and case.state in ALIVE:
        word = telling.Told("told_promise_broken", {}, promise.due)
        await endings.tell_all(case, person, word)
    await case.work.store.flush()
    if case.state in ALIVE:
        await noting.refresh(case)


async def _on_card(case: Case, promise: Promise, outcome: str) -> None:
    """Another promise that still stands is shown; else that this one was broken, or nothing."""
    request = case.request
    other = await query.standing(case.work.store, request.id)
    if other is not None:
        request.promised_due, request.promised_as = other.due, other.kind
    elif outcome == BROKEN:
        request.promised_due, request.promised_as = promise.due, BROKEN
    else:
        request.promised_due = request.promised_as = None
