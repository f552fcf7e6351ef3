"""A progress line told in the group by anyone; who works on it may move it by saying so."""

from __future__ import annotations

from handlers.context import RefusalError, Work
from handlers.directory import groups
from handlers.requests import speaking, texts, voices
from handlers.requests.case import load
from handlers.requests.evidence import EvidenceError
from storage.queries import requests as query
from storage.tables import Chat, Person, Request, RequestMessage


async def note_update(
    work: Work, request: Request, *, person: Person, chat: Chat, message_id: str, text: str
) -> None:
    """Keep the line in the history; make the move it means, if this person may make it."""
    request = await voices.follow(work, request)
    if await query.message(work.store, chat.id, message_id) is not None:
        return
    work.store.add(
        RequestMessage(
            request_id=request.id,
            chat_id=chat.id,
            message_id=message_id,
            role="update",
            person_id=person.id,
            text="",
            media=[],
            at=work.now,
        )
    )
    case = await load(work, request)
    voices.note(case, "update", person, text=texts.short(text))
    await work.store.flush()
    spoken = speaking.hear(work, text)
    if spoken is None or spoken.kind == "join":
        return
    try:
        async with work.store.begin_nested():
            await speaking.obey(work, request, person, spoken, text)
    except EvidenceError as error:
        await work.store.refresh(request)
        await groups.tell(work, person.id, error.key, delay=None, **error.values)
    except RefusalError:
        await work.store.refresh(request)  # plain talk is not answered with a refusal
