"""What the clock does with promises: forget a question, remind once, see whether it was kept."""

from __future__ import annotations

from datetime import timedelta

import structlog

from handlers.chat.outgoing import Content
from handlers.manner import Manner
from handlers.promises import cards, making, rules
from handlers.promises.rules import BROKEN, OPEN, PAUSED, VOID
from handlers.requests import access
from handlers.requests.case import Case, load
from handlers.requests.promised import COME
from handlers.requests.rules import ALIVE, State
from handlers.work import Work
from storage.queries import promises as query
from storage.queries import requests as request_query
from storage.tables import Person, Promise, Request

log = structlog.get_logger("linli.promises")

AT_ONCE = 100
#: One with which something went wrong is looked at again after this, and stops no other.
AGAIN_AFTER = timedelta(minutes=10)


async def due(work: Work) -> int:
    """Look at the promises that are due; gives how many. Several processes may."""
    found = await query.claim(work.store, work.now, work.now + AGAIN_AFTER, AT_ONCE)
    for promise in found:
        await _one(work, promise)
    return len(found)


async def _one(work: Work, promise: Promise) -> None:
    said, promise_id = len(work.tray), promise.id
    try:
        async with work.store.begin_nested():
            await _look(work, promise)
    except Exception:
        del work.tray[said:]
        log.exception("due.failed", promise=promise_id)


async def _look(work: Work, promise: Promise) -> None:
    request = await work.store.get(Request, promise.request_id)
    if promise.state != OPEN or request is None:
        making.drop(promise)
        return
    request = await access.follow(work, request)
    await request_query.lock(work.store, request)
    case = await load(work, request)
    if work.now < promise.due:
        await _remind(case, promise)
    else:
        await _end(case, promise)
    await work.store.flush()


async def _remind(case: Case, promise: Promise) -> None:
    """Once, when its maker can be told; not of what is done or waits meanwhile."""
    promise.next_at = promise.due
    if case.state not in (State.OPEN, State.TAKEN):
        return
    await _know(case, promise)
    at = case.tell_at(promise.person_id)
    if case.work.now < at < promise.due:
        promise.next_at = at
        return
    promise.reminded_at = case.work.now
    if at < promise.due:
        _tell(case, promise, cards.reminder(case, _language(case, promise), promise))


async def _end(case: Case, promise: Promise) -> None:
    """Kept or broken by what was at the promised moment, however late the clock looks."""
    store = case.work.store
    state = await query.state_at(store, case.request.id, promise.due)
    came = promise.kind == COME and await query.heard_of(
        store, case.request.id, promise.person_id, promise.said_at, promise.due
    )
    outcome = rules.verdict(state, case.request.ending, came=came)
    if outcome == PAUSED:
        if await _wait_along(case, promise):
            return
        outcome = VOID
    await making.settle(case, promise, outcome)
    if outcome == BROKEN and case.state in ALIVE:
        await _know(case, promise)
        _tell(case, promise, cards.broken(case, _language(case, promise), promise))


async def _wait_along(case: Case, promise: Promise) -> bool:
    """A lawful pause, whose reason and day were told, moves the promise with it (R41)."""
    request = case.request
    until = request.resume_at
    if case.state is not State.WAITING or until is None or until <= case.work.now:
        return False
    promise.due, promise.moves = until, promise.moves + 1
    promise.reason, promise.reason_code = request.reason, request.reason_code
    request.promised_due = until
    await making.plan(case, promise)
    return True


async def _know(case: Case, promise: Promise) -> None:
    person = await case.work.store.get(Person, promise.person_id)
    if person is not None:
        await case.know([person])
    await case.know_hours([promise.person_id])


def _language(case: Case, promise: Promise) -> str:
    address = case.addresses.get(promise.person_id)
    return address.language if address else case.language


def _tell(case: Case, promise: Promise, content: Content) -> None:
    """In private, when they may be told; who has no private chat reads the card."""
    address = case.addresses.get(promise.person_id)
    if address is None or address.chat is None:
        return
    delay = case.tell_at(promise.person_id) - case.work.now
    case.work.say(address.chat, content, Manner(about=case.request.id, delay=delay or None))
