"""A progress line told in the group by anyone; who works on it may move it by saying so."""

from __future__ import annotations

from handlers.chat.incoming import Message
from handlers.context import Context
from handlers.directory import groups
from handlers.directory.several import SeveralError
from handlers.requests import access, asking_more, inquiries, noting, speaking, texts
from handlers.requests.case import load
from handlers.requests.evidence import EvidenceError
from handlers.requests.plain_words import Spoken
from handlers.requests.rules import ALIVE, State, Who
from handlers.work import RefusalError, Work
from storage.tables import Person, Request


async def still_so(work: Work, request: Request, person: Person, text: str) -> bool:
    """Whether somebody affected says of what is being dealt with that it is not solved: those who
    deal with it should read that."""
    spoken = speaking.hear(work, text)
    if spoken is None or spoken.kind != "not_solved":
        return False
    case = await load(work, await access.follow(work, request))
    whos = await access.whos(case, person)
    affected = bool(whos & {Who.REPORTER, Who.SUPPORTER}) and Who.HOLDER not in whos
    return case.state in ALIVE and affected


async def note_update(ctx: Context, request: Request, message: Message) -> None:
    """Keep the line in the history; make the move it means, if this person may make it."""
    case = await load(ctx, await access.follow(ctx, request))
    if not await noting.keep_message(case, "update", ctx.person, ctx.chat, message.message_id):
        return
    spoken = None if message.forwarded else speaking.hear(ctx, message.text)
    other = _of_another(case.request, message.text)
    gives_up = not other and cannot_come(ctx, case.request, spoken)
    text = texts.short(message.text)
    await noting.note(case, "update", ctx.person, lives=not gives_up, text=text)
    await ctx.store.flush()
    if gives_up:
        await asking_more.cannot_come(ctx, case.request)
        return
    if other:
        return
    if spoken is not None and spoken.kind != "join":
        await moved(ctx, case.request, spoken, message.text)


def cannot_come(ctx: Context, request: Request, spoken: Spoken | None) -> bool:
    """Whether who has it says that they cannot come: no sign of life, and perhaps no help."""
    held = request.state == State.TAKEN and request.holder_id == ctx.person.id
    return held and spoken is not None and spoken.kind == "busy"


def _of_another(request: Request, text: str) -> bool:
    """Whether the words name another request, or a building, by its number."""
    said = inquiries.said_of_number(text)
    return said is not None and int(said[0]) != request.number


async def moved(ctx: Context, request: Request, spoken: Spoken, text: str) -> bool:
    """Make the move that words in the group mean, if this person may; plain talk is not answered
    with a refusal."""
    try:
        async with ctx.store.begin_nested():
            return await speaking.obey(ctx, request, ctx.person, spoken, text)
    except SeveralError as several:  # "转给王师傅": of several of that name it is asked which
        await ctx.store.refresh(request)
        await asking_more.among(ctx, request, "pass", several)
    except EvidenceError as error:
        await ctx.store.refresh(request)
        await groups.tell(ctx, ctx.person.id, error.key, delay=None, **error.values)
    except RefusalError:
        await ctx.store.refresh(request)
    return False
