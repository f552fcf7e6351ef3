"""Somebody says plainly that what a request is about is over: theirs to end, or to be asked."""

from __future__ import annotations

from handlers.chat.incoming import Message
from handlers.context import Context
from handlers.requests import access, acts, noting, progress, speaking, telling, texts
from handlers.requests.case import Case, load
from handlers.requests.plain_words import Spoken
from handlers.requests.rules import ALIVE, Who
from storage.queries import requests as query
from storage.tables import Request

#: Whose own word it is: they have it, or see to it.
CONCERNED = frozenset({Who.REPORTER, Who.SUPPORTER, Who.HOLDER})


async def note_over(ctx: Context, request: Request, message: Message) -> None:
    """Keep the line in the history. Of those concerned it is the answer, or ends the work; a
    neighbour's word ends nothing, and whoever reported it is asked."""
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
    if not ended and not before and whos.isdisjoint(speaking.WORKERS):
        await _ask_whether(ctx, await load(ctx, case.request))
    if ctx.private:
        acts.did(ctx, case.request, "done_at_once")


async def _ask_whether(ctx: Context, case: Case) -> None:
    """Of who reported it, else of who holds it; once, however many say so, until it moves."""
    request = case.request
    people = (each for each in (request.reporter_id, request.holder_id) if each is not None)
    person_id = next((each for each in people if each != ctx.person.id), None)
    if person_id is not None and case.state in ALIVE:
        await telling.one(case, person_id, telling.Told("told_over"))
