"""Somebody says plainly that what a request is about is over: theirs to end, or to be asked."""

from __future__ import annotations

from handlers.chat.incoming import Message
from handlers.context import Context
from handlers.requests import (
    access,
    acts,
    answering,
    details,
    noting,
    plain_words,
    progress,
    speaking,
    telling,
    texts,
)
from handlers.requests.case import Case, load
from handlers.requests.plain_words import Spoken
from handlers.requests.rules import ALIVE, Who
from storage.queries import request_lists as list_query
from storage.queries import requests as query
from storage.tables import Request

#: Whose own word it is: they have it, or see to it, or are asked to.
CONCERNED = frozenset({Who.REPORTER, Who.SUPPORTER, Who.HOLDER, Who.ASKED})
#: Who has the fault at home.
AFFECTED = frozenset({Who.REPORTER, Who.SUPPORTER})
#: Of so many of theirs it is looked which is meant.
MOST_OF_THEIRS = 8


async def note_over(ctx: Context, request: Request, message: Message) -> None:
    """Keep the line in the history. Of those concerned, or asked to see to it, it is the answer, or
    ends the work; anybody else's word ends nothing, and whoever reported it is asked."""
    case = await load(ctx, await access.follow(ctx, request))
    if not await noting.keep_message(case, "update", ctx.person, ctx.chat, message.message_id):
        return
    before = await query.told_over(ctx.store, case.request.id)
    await noting.note(case, "update", ctx.person, text=texts.short(message.text), over=True)
    await ctx.store.flush()
    whos = await access.whos(case, ctx.person)
    done = Spoken("done")
    says_so = not whos.isdisjoint(CONCERNED) or speaking.hear(ctx, message.text) == done
    ended = says_so and await progress.moved(ctx, case.request, done, message.text)
    if not ended and not before and Who.HOLDER not in whos:
        await _ask_whether(ctx, await load(ctx, case.request))
    if ctx.private:
        acts.did(ctx, case.request, "done_at_once")


async def note_still(ctx: Context, request: Request, message: Message) -> bool:
    """Somebody affected answers the bot alone that it is not over: kept, and it goes on. Whether
    it was that."""
    if not ctx.private or answering.says_solved(ctx, message.text) is not False:
        return False
    case = await load(ctx, await access.follow(ctx, request))
    whos = await access.whos(case, ctx.person)
    if case.state not in ALIVE or Who.HOLDER in whos or whos.isdisjoint(AFFECTED):
        return False
    said = plain_words.clauses(message.text)
    if len(said) > 1 or message.media:  # who works on it reads what is said besides
        await details.add_detail(ctx, case.request, message)
    elif not await noting.keep_message(case, "update", ctx.person, ctx.chat, message.message_id):
        return True
    await noting.note(case, "update", ctx.person, text=texts.short(said[0]), still=True)
    acts.did(ctx, case.request, "goes_on")
    return True


async def answered_alone(ctx: Context, message: Message) -> Request | None:
    """The one request of theirs of which a neighbour told that it is over, and they say "还没"."""
    no = len(message.text) <= answering.MOST and answering.says_solved(ctx, message.text) is False
    if message.forwarded or not no:
        return None
    theirs = list_query.Wanted(voice_id=ctx.person.id, states=tuple(each.value for each in ALIVE))
    rows = await list_query.listed(ctx.store, theirs, limit=MOST_OF_THEIRS)
    told = [row.request for row in rows if await query.told_over(ctx.store, row.request.id)]
    noted = len(told) == 1 and await note_still(ctx, told[0], message)
    return told[0] if noted else None


async def _ask_whether(ctx: Context, case: Case) -> None:
    """Of who reported it, else of who holds it; once, however many say so, until it moves."""
    request = case.request
    people = (each for each in (request.reporter_id, request.holder_id) if each is not None)
    person_id = next((each for each in people if each != ctx.person.id), None)
    if person_id is not None and case.state in ALIVE:
        await telling.one(case, person_id, telling.Told("told_over"))
