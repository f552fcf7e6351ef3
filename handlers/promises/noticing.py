"""From what staff say of a request to the question whether a date is meant as a promise."""

from __future__ import annotations

from handlers.chat.incoming import Message
from handlers.context import Context
from handlers.directory.zones import zone_at
from handlers.manner import Manner
from handlers.promises import cards, making
from handlers.requests import access, plain_words, promised, speaking, texts
from handlers.requests.case import Case, load
from handlers.requests.promised import Promised
from handlers.requests.rules import ALIVE
from storage.queries import areas as areas_query
from storage.queries import promises as query
from storage.tables import Promise, Request

#: What a date may stand beside and still be a promise: all else has its own effect.
WITH = frozenset({"take"})


async def notice(ctx: Context, request: Request, message: Message) -> bool:
    """Ask who gave a date for a request whether it is meant as a promise; whether it was asked."""
    spoken = speaking.hear(ctx, message.text)
    if spoken is not None and spoken.kind not in WITH:
        return False
    facts = await areas_query.facts_at(ctx.store, request.area_id)
    wording = promised.wording_of(ctx.desk.words)
    found = promised.read(wording, message.text, ctx.now, zone_at(ctx, facts))
    if found is None:
        return False
    case = await load(ctx, await access.follow(ctx, request))
    case.whos = await access.whos(case, ctx.person)
    if case.whos.isdisjoint(speaking.WORKERS) or case.state not in ALIVE:
        return False
    return case.policy.promises.ask and await _ask(ctx, case, found, message)


async def notice_by_id(ctx: Context, request_id: int, message: Message) -> None:
    """The same for a line that was heard to be about a request."""
    request = await ctx.store.get(Request, request_id)
    if request is not None:
        await notice(ctx, request, message)


async def _ask(ctx: Context, case: Case, found: Promised, message: Message) -> bool:
    former = await query.open_of(ctx.store, case.request.id, ctx.person.id)
    if former is not None and former.due == found.due:
        return False  # said once more
    if found.due >= ctx.now + making.FARTHEST:
        return False
    promise = await making.ask(case, ctx.person, found.kind, found.due)
    if former is not None:
        _keep_reason(ctx, promise, message.text)
    await case.know([ctx.person])
    address = case.addresses[ctx.person.id]
    to = ctx.chat if ctx.private or address.chat is None else address.chat
    manner = Manner(about=case.request.id, reply_to=None if ctx.private else message.message_id)
    if to.id != ctx.chat.id:
        manner = Manner(about=case.request.id)
    content = cards.question(case, ctx.language, promise, bare=found.bare, former=former)
    ctx.show(to, cards.slot(promise), content, manner)
    return True


def _keep_reason(ctx: Context, promise: Promise, text: str) -> None:
    """Why a promise is moved, if it was said with the new date."""
    code = plain_words.why_wait(plain_words.phrases_of(ctx.desk.words), text)
    besides = promised.besides(promised.wording_of(ctx.desk.words), text)
    promise.reason_code = code
    promise.reason = texts.short(text, making.MOST_WORDS) if code or besides else None
