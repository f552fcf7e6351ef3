"""The one function by which a request changes: table, who, effect, event, pages, card, words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from handlers.chat import Mark
from handlers.context import Work
from handlers.requests import access, callback_asking, cards, deadlines, endings, pages
from handlers.requests.case import Case, load
from handlers.requests.effects import EFFECTS
from handlers.requests.given import Given
from handlers.requests.rules import ALIVE, Move, State
from storage.queries import requests as query
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
    rule = await access.check(case, kind, actor)
    before, given = case.state, given or Given()
    if actor is not None:
        case.people.setdefault(actor.id, actor)
    data = await EFFECTS[kind](case, actor, given)
    request.state = (case.returns or rule.to).value
    _settle(case, before)
    _record(case, kind, actor, before, _data(given, data))
    await work.store.flush()
    await pages.follow_up(case)
    await _tell(case, before)
    if kind in endings.TOLD:
        await endings.tell_end(case, actor)
    if case.state is State.DONE and actor is not None and callback_asking.answered(case):
        return await move(work, request, Move.CONFIRM, actor)
    return case


def _settle(case: Case, before: State) -> None:
    """Deadlines and what goes with the state it is in now."""
    request, now = case.request, case.work.now
    request.changed_at = now
    if case.state is State.CLOSED:
        request.ended_at = now
    elif before is State.CLOSED:
        request.ended_at = request.ending = None
    request.due_at = deadlines.next_due(
        case.state,
        answer=request.answer_due,
        solve=_solve_clock(case),
        resume=request.resume_at,
        callback=_callback_clock(case, before),
    )
    if case.state not in ALIVE:
        pages.retire_all(case)
    elif before is State.OPEN and case.state is not State.OPEN:
        pages.retire_all(case, but=request.holder_id)


def _solve_clock(case: Case) -> datetime | None:
    """A request taken when it was late already gets as long as an answer takes, then asks again."""
    solve = case.request.solve_due
    return solve if solve is None or solve > case.work.now else case.due().answer


def _callback_clock(case: Case, before: State) -> datetime | None:
    if before is State.DONE:
        return case.request.due_at
    hours = timedelta(hours=case.work.policy.callback.hours)
    return case.awake(case.work.now + hours)


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
        data=data,
    )
    case.work.store.add(case.event)


async def _tell(case: Case, before: State) -> None:
    """Pages, card, the quiet mark on the report, and the question whether it is solved."""
    if case.state is State.DONE and before is not State.DONE:
        await callback_asking.ask_all(case)
    elif before is State.DONE and case.state is not State.DONE:
        await callback_asking.take_back(case)
    elif case.state is State.DONE:
        await callback_asking.show_again(case)
    await pages.show(case)
    cards.show_cards(case)
    if case.state is not before and case.state in MARKS:
        await _mark(case, MARKS[case.state])


async def _mark(case: Case, mark: Mark) -> None:
    report = next((each for each in await case.words() if each.role == "report"), None)
    chat = next((each for each in case.chats if report and each.id == report.chat_id), None)
    if report is not None and chat is not None and ":" not in report.message_id:
        case.work.mark(chat, report.message_id, mark)
