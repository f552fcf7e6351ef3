"""What is added to a request, changed or taken back by those who speak of it (R7, R11)."""

from __future__ import annotations

from handlers.chat.incoming import Message, Recalled
from handlers.context import Context
from handlers.directory import places
from handlers.requests import (
    access,
    editing,
    moving,
    pages,
    peoples_word,
    plain_words,
    texts,
)
from handlers.requests.case import Case, load
from handlers.requests.given import Anew, Edited, Given
from handlers.requests.joining import leave
from handlers.requests.noting import grows, keep_words, note, refresh
from handlers.requests.rules import ALIVE, Move, State, Who, may
from handlers.work import RefusalError, Work
from storage.queries import areas as areas_query
from storage.queries import requests as query
from storage.queries.said import OWN_WORDS
from storage.tables import Area, Chat, Person, Request


async def add_detail(
    ctx: Context, request: Request, message: Message, *, wordless: bool = False
) -> None:
    """A message adds a fact or a picture; who is asked or holds it sees it on their page.

    `wordless`: its words are none of the request's (a command, say).
    """
    request = await access.follow(ctx, request)
    if await query.message(ctx.store, ctx.chat.id, message.message_id) is not None:
        return
    case = await load(ctx, request)
    if await keep_words(case, ctx.person, ctx.chat, message, wordless=wordless):
        grows(case, ctx.person, ctx.chat, message.message_id, joined=False)
    await refresh(case)
    await pages.send_pictures(case, ctx.chat, message.media)


async def narrow(
    work: Work, request: Request, person: Person, area: Area, *, guessed: bool = False
) -> bool:
    """A detail names a place within that of the request: it is there, and perhaps somebody
    else's. Whether it was moved.

    `guessed`: its own words name none, and these name nothing else: of its reporter they count
    wherever that is.
    """
    request = await access.follow(work, request)
    known = request.area_path.startswith(area.path)
    if known or request.state not in ALIVE:
        return False
    case = await load(work, request)
    whos = await access.whos(case, person)
    if not may(State(request.state), Move.MOVE, whos) or peoples_word.shared(case):
        return False
    inside = area.path.startswith(request.area_path)
    if not inside and not (guessed and Who.REPORTER in whos and await _unsettled(case, area)):
        return False
    await moving.move(work, request, Move.MOVE, person, Given(area=area, told=True))
    return True


async def _unsettled(case: Case, area: Area) -> bool:
    """Whether it may as well be in that place of its neighbourhood, for nobody put it right."""
    whole = await places.neighbourhood_of(case.work, case.request.area_path)
    if whole not in areas_query.ids_of(area.path):
        return False
    return not await peoples_word.corrected(case, (Move.MOVE,))


async def request_of_album(work: Work, chat: Chat, album: str) -> Request | None:
    """The request to which the other pictures of an album belong."""
    return await query.by_album(work.store, chat.id, album)


async def change_detail(
    ctx: Context, request: Request, message: Message, anew: Anew | None = None
) -> None:
    """A message of the request was edited: its words change, what they were stays on record.

    `anew`: what the report says otherwise now. A report that its sender changed into none is
    cancelled, as one that is taken back.
    """
    row = await query.message(ctx.store, ctx.chat.id, message.message_id)
    if row is None or row.text == message.text or row.role not in OWN_WORDS:
        return
    before, row.text = row.text, message.text
    if row.role == "report":
        request.words = message.text
    case = await load(ctx, request)
    words = Edited(texts.short(before), texts.short(message.text))
    phrases = plain_words.phrases_of(ctx.desk.words)
    unsaid = row.role == "report" and plain_words.unsays(phrases, message.text)
    holds = await editing.holds(case, anew) if anew is not None and not unsaid else Anew()
    if editing.weighs(case, holds):
        given = Given(anew=holds, edited=words)
        case = await moving.move(ctx, request, Move.EDIT, ctx.person, given)
    else:
        await _reworded(case, holds, words, unsaid=unsaid)
    if anew is not None and not unsaid:
        await editing.tell_holder(case, ctx.person, message.text)


async def _reworded(case: Case, holds: Anew, words: Edited, *, unsaid: bool) -> None:
    """It is the same matter in other words, or none any more (`unsaid`)."""
    assert isinstance(case.work, Context)
    person = case.work.person
    editing.tell_exactly(case, holds)
    await note(case, "edit", person, was=words.was, text=words.text)
    await case.work.store.flush()
    if not (unsaid and await _withdrawn(case, person)):
        await refresh(case)


async def recall_detail(ctx: Context, request: Request, recalled: Recalled) -> None:
    """A message was taken back: its words and pictures go, a line of history stays.

    A report that nobody else joined is cancelled with it; one that others joined goes on.
    """
    row = await query.message(ctx.store, ctx.chat.id, recalled.message_id)
    if row is None or row.role not in (*OWN_WORDS, "join"):
        return
    if row.role == "join":
        await leave(ctx, request, ctx.person)
        return
    row.text, row.media = "", []
    if row.role == "report":
        request.words = ""
    case = await load(ctx, request)
    await note(case, "recall", ctx.person)
    await ctx.store.flush()
    if row.role == "report" and await _withdrawn(case, ctx.person):
        return
    await refresh(case)


async def _withdrawn(case: Case, person: Person) -> bool:
    if case.state not in ALIVE or case.households > 1:
        return False
    try:
        given = Given(code="not_needed")
        await moving.move(case.work, case.request, Move.CANCEL, person, given)
    except RefusalError:
        return False
    return True
