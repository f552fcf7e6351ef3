"""A progress line told in the group by anyone; who works on it may move it by saying so."""

from __future__ import annotations

from handlers.context import Context
from handlers.directory import groups
from handlers.directory.several import SeveralError
from handlers.requests import access, asking_more, speaking, texts, voices
from handlers.requests.case import load
from handlers.requests.evidence import EvidenceError
from handlers.requests.rules import ALIVE, Who
from handlers.work import RefusalError, Work
from storage.tables import Chat, Person, Request


async def still_so(work: Work, request: Request, person: Person, text: str) -> bool:
    """Whether somebody affected says of what is being dealt with that it is not solved: those who
    deal with it should read that."""
    spoken = speaking.hear(work, text)
    if spoken is None or spoken.kind != "not_solved":
        return False
    case = await load(work, await voices.follow(work, request))
    whos = await access.whos(case, person)
    affected = bool(whos & {Who.REPORTER, Who.SUPPORTER}) and Who.HOLDER not in whos
    return case.state in ALIVE and affected


async def note_update(
    work: Work, request: Request, *, person: Person, chat: Chat, message_id: str, text: str
) -> None:
    """Keep the line in the history; make the move it means, if this person may make it."""
    case = await load(work, await voices.follow(work, request))
    if not await voices.keep_message(case, "update", person, chat, message_id):
        return
    voices.note(case, "update", person, text=texts.short(text))
    await work.store.flush()
    spoken = speaking.hear(work, text)
    if spoken is None or spoken.kind == "join":
        return
    try:
        async with work.store.begin_nested():
            await speaking.obey(work, case.request, person, spoken, text)
    except SeveralError as several:  # "转给王师傅": of several of that name it is asked which
        await work.store.refresh(case.request)
        if isinstance(work, Context):
            await asking_more.among(work, case.request, "pass", several)
    except EvidenceError as error:
        await work.store.refresh(case.request)
        await groups.tell(work, person.id, error.key, delay=None, **error.values)
    except RefusalError:
        await work.store.refresh(case.request)  # plain talk is not answered with a refusal
