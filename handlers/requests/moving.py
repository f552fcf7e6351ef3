"""The one function by which a request changes: table, who, effect, event, pages, card, words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.chat.outgoing import Mark
from handlers.requests import (
    access,
    callback_asking,
    cards,
    clocking,
    endings,
    lessons,
    measured,
    pages,
)
from handlers.requests.case import Case, load
from handlers.requests.effects import EFFECTS
from handlers.requests.given import Given
from handlers.requests.rules import ALIVE, Move, State
from handlers.requests.stop_rules import event_of
from handlers.work import Work
from storage.queries import requests as query
from storage.queries import said as said_query
from storage.tables import Event, Person, Request

MARKS: Mapping[State, Mark] = {State.TAKEN: Mark.TAKEN, State.DONE: Mark.DONE}


async def move(
    work: Work,
    request: Request,
    kind: Move,
    actor: Person | None,
    given: Given | None = None,
) -> Case:
    """Make a move as `actor` (None: the clock).

    Raises RefusalError: "request.already" when somebody was first, "request.not_allowed", or what
    the move itself needs. Of two at once one waits, reads the state anew, and is refused (R28).
    """
    await query.lock(work.store, request)
    case = await load(work, request)
    step = await begin(case, kind, actor, given)
    await work.store.flush()
    await lessons.moved(case, kind, actor)
    return await finish(case, step)


@dataclass(frozen=True, slots=True)
class Step:
    """A move that was made and not yet told."""

    kind: Move
    before: State
    actor: Person | None


async def begin(case: Case, kind: Move, actor: Person | None, given: Given | None = None) -> Step:
    """The first half of a move: all that changes, but nothing is said yet.

    The case was read under a lock in this transaction; the second half wants it flushed.
    """
    request = case.request
    rule = await access.check(case, kind, actor)
    before, given = case.state, given or Given()
    if actor is not None:
        case.people.setdefault(actor.id, actor)
    data = await EFFECTS[kind](case, actor, given)
    changed = clocking.turn(case, event_of(kind, before, enough=case.enough))
    request.state = (case.returns or rule.to).value
    _settle(case, before)
    _record(case, kind, actor, before, {**_data(given, data), **changed})
    return Step(kind, before, actor)


async def finish(case: Case, step: Step) -> Case:
    """The second half: pages, cards and words show what became of it."""
    await pages.follow_up(case)
    await _tell(case, step)
    actor = step.actor
    if step.kind in endings.TOLD:
        await endings.tell_end(case, actor)
    if case.state is State.DONE and actor is not None and await callback_asking.answered(case):
        return await move(case.work, case.request, Move.CONFIRM, actor)
    return case


def _settle(case: Case, before: State) -> None:
    """What goes with the state it is in now: pages, its end, the clock's next look."""
    request, now = case.request, case.work.now
    request.changed_at = now
    if case.state is State.CLOSED:
        request.ended_at = now
    elif before is State.CLOSED:
        request.ended_at = request.ending = None
    if case.state not in ALIVE:
        pages.retire_all(case)
    elif case.state is State.TAKEN and case.enough:
        _retire_unanswered(case, before)
    elif case.state is State.WAITING and before is State.OPEN:
        pages.retire_all(case, but=request.holder_id)
    clocking.look_again(case)


def _retire_unanswered(case: Case, before: State) -> None:
    """Enough have taken it: the others of the rung are no longer asked (helpers still are)."""
    if before is not State.OPEN and not (case.acked and case.request.wanted > 1):
        return
    for page in [each for each in case.pages if each.person_id != case.request.holder_id]:
        if page.answered_at is None and page not in case.fresh:
            pages.retire(case, page)


def _data(given: Given, data: dict[str, Any]) -> dict[str, Any]:
    """What the event keeps: what was said with the move, and what the effect adds."""
    said = {
        "reason": given.reason,
        "code": given.code,
        "until": given.until.isoformat() if given.until else None,
        "to": given.to.name if given.to else None,
        **data,
    }
    return {key: value for key, value in said.items() if value not in (None, "", [], {})}


def _record(
    case: Case, move: Move, actor: Person | None, before: State, data: dict[str, Any]
) -> None:
    case.event = Event(
        request_id=case.request.id,
        at=case.work.now,
        move=move.value,
        actor_id=actor.id if actor else None,
        state_from=before.value,
        state_to=case.state.value,
        data={**data, **measured.stands(case, actor)},
        uncounted=measured.NEW,
    )
    case.work.store.add(case.event)


async def _tell(case: Case, step: Step) -> None:
    """Pages, card, the quiet mark on the report, and the question whether it is solved."""
    before = step.before
    if case.state is State.DONE and before is not State.DONE:
        await callback_asking.ask_all(case)
    elif before is State.DONE and case.state is not State.DONE:
        await callback_asking.take_back(case)
    elif case.state is State.DONE and step.kind is not Move.REMIND:
        await callback_asking.show_again(case)
    await pages.show(case)
    cards.show_cards(case)
    if case.state is not before and case.state in MARKS:
        await _mark(case, MARKS[case.state])


async def _mark(case: Case, mark: Mark) -> None:
    report = await said_query.report(case.work.store, case.request.id)
    chat = next((each for each in case.chats if report and each.id == report.chat_id), None)
    if report is not None and chat is not None and ":" not in report.message_id:
        case.work.mark(chat, report.message_id, mark)
