"""The answers to "is it solved?": one for each voice; "not solved" opens it again (R42-R48)."""

from __future__ import annotations

from handlers.requests import access, callback_asking, moving
from handlers.requests.case import Case, load
from handlers.requests.given import Given
from handlers.requests.joining import add_voice, may_reopen
from handlers.requests.noting import note, refresh
from handlers.requests.rules import ALIVE, Move, State
from handlers.work import RefusalError, Work
from storage.queries import requests as query
from storage.tables import Person, Request


async def solved(work: Work, request: Request, person: Person) -> Case:
    """Somebody affected says it is solved; when all households said so it is closed.

    Raises RefusalError where it is not said to be done (yet), or where this person has no voice.
    """
    await query.lock(work.store, request)
    case = await load(work, request)
    voice = await case.voices.of(person.id)
    if case.state is not State.DONE:
        raise await access.already(case, person)
    if voice is None:
        raise RefusalError("callback.not_yours", number=request.number)
    if voice.verdict == "solved":
        raise RefusalError("callback.said_already")
    await callback_asking.thank(case, voice)
    voice.verdict, voice.verdict_at = "solved", work.now
    await note(case, "said_solved", person)
    await case.voices.count()
    if await callback_asking.answered(case):
        return await moving.move(work, request, Move.CONFIRM, person)
    await refresh(case)
    return case


async def not_solved(
    work: Work, request: Request, person: Person, given: Given | None = None
) -> Case:
    """Somebody affected says it is not: it is open again, one rung up.

    A neighbour who never joined is counted first: "from any affected household" (R43).
    """
    request = await access.follow(work, request)
    await query.lock(work.store, request)
    case = await load(work, request)
    if case.state in ALIVE:
        raise await access.already(case, person)
    await may_reopen(case, person)
    await add_voice(case, person)
    voice = await case.voices.of(person.id)
    if voice is not None:
        await callback_asking.thank(case, voice)
        voice.verdict, voice.verdict_at = "not_solved", work.now
        voice.verdict_reason = given.code or given.reason if given else None
    return await moving.move(work, request, Move.NOT_SOLVED, person, given or Given())


async def why(work: Work, request: Request, person: Person, code: str) -> None:
    """The reason behind a "not solved", told afterwards (R48)."""
    case = await load(work, request)
    voice = await case.voices.of(person.id)
    if voice is None or voice.verdict != "not_solved":
        raise RefusalError("access.old_button")
    voice.verdict_reason = code
    await note(case, "said_why", person, code=code)
    request.reason_code = code if case.state is State.OPEN else request.reason_code
    await work.store.flush()
    await refresh(case)
