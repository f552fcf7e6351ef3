"""Plain words and reactions on a card or a page, with the same effect as its buttons (R9)."""

from __future__ import annotations

from handlers.chat.incoming import Message, Reaction
from handlers.chat.outgoing import Mark
from handlers.context import Context
from handlers.directory.several import SeveralError
from handlers.requests import (
    access,
    acts,
    answering,
    asking_more,
    callback,
    details,
    inquiries,
    joining,
    moving,
    over,
    progress,
    speaking,
    texts,
)
from handlers.requests.case import Case, load
from handlers.requests.given import Given
from handlers.requests.plain_words import Spoken
from handlers.requests.rules import ALIVE, Move, State, Who
from storage.queries import requests as query
from storage.tables import Request

THUMBS = frozenset({"👍", "👍🏻", "👍🏼", "👍🏽", "👍🏾", "👍🏿", "❤", "❤️", "✅"})
SEEN = frozenset({"👀", "👌", "👌🏻", "🫡"})
DOWN = frozenset({"👎", "👎🏻"})


async def on_reply(ctx: Context, request: Request, message: Message) -> bool:
    """Do what a reply to one of the bot's messages says; False: it says nothing certain."""
    spoken = speaking.hear(ctx, message.text)
    if spoken is None and inquiries.asks(ctx, message.text):
        await inquiries.answer(ctx, request)
        return True
    request = await access.follow(ctx, request)
    if await over.note_still(ctx, request, message):
        return True
    if spoken is None:
        answered = await _whether_solved(ctx, request, message)
        return answered or await _of_holder(ctx, request, message)
    if progress.cannot_come(ctx, request, spoken):
        await progress.note_update(ctx, request, message)
        return True
    return await _obeyed(ctx, request, spoken, message)


async def _obeyed(ctx: Context, request: Request, spoken: Spoken, message: Message) -> bool:
    if spoken.kind == "join":
        await _join(ctx, request, message)
        return True
    try:
        obeyed = await speaking.obey(ctx, request, ctx.person, spoken, message.text)
    except SeveralError as several:  # "转给王师傅"
        await asking_more.among(ctx, request, "pass", several)
        return True
    if not obeyed:
        asked = await _ask_when(ctx, request, spoken, message)
        return asked or await _of_holder(ctx, request, message)
    if spoken.kind == "not_solved":
        await answering.keep_besides(ctx, request)
    acknowledge(ctx, message)
    return True


async def on_words(ctx: Context, request: Request, message: Message) -> bool:
    """The same for words that are no reply: who says them to the bot alone is told what they did,
    and who has it and takes it again is still on it."""
    spoken = speaking.hear(ctx, message.text)
    if spoken is None:
        return False
    before = request.state
    if not await on_reply(ctx, request, message):
        held = request.holder_id == ctx.person.id and before == State.TAKEN
        still = ctx.private and held and spoken.kind == "take"
        if still:
            acts.did(ctx, request, "still")
        return still
    goes_on = before in ALIVE and spoken.kind == "not_solved"
    told = goes_on or progress.cannot_come(ctx, request, spoken)
    if ctx.private and not told and not await asking_more.waits(ctx, request):
        acts.did(ctx, request, _verb(spoken, request, before))
    return True


async def _whether_solved(ctx: Context, request: Request, message: Message) -> bool:
    """A mere "yes" or "no" of those who are asked whether it is solved."""
    solved = answering.says_solved(ctx, message.text)
    if solved is None or request.state != State.DONE:
        return False
    whos = await access.whos(await load(ctx, request), ctx.person)
    if whos.isdisjoint({Who.REPORTER, Who.SUPPORTER}):
        return False
    if solved:
        await callback.solved(ctx, request, ctx.person)
    else:
        said = speaking.answer_in(ctx, message.text) if ctx.private else message.text
        given = Given(reason=texts.short(said, speaking.MOST_WORDS) or None)
        await callback.not_solved(ctx, request, ctx.person, given)
        await answering.keep_besides(ctx, request)
    acknowledge(ctx, message)
    return True


#: What words did, by the name under which it is told.
VERBS = {"pass_on": "pass", "up": "pass", "busy": "pass", "join": "metoo", "not_solved": "no"}


def _verb(spoken: Spoken, request: Request, before: str) -> str:
    if spoken.kind != "done":
        return VERBS.get(spoken.kind, spoken.kind)
    if before == State.DONE:
        return "ok"
    return "done" if request.state == State.DONE else "done_at_once"


async def _of_holder(ctx: Context, request: Request, message: Message) -> bool:
    """A line or a picture from whoever holds it shows life (R26); a line may say more besides."""
    if request.holder_id != ctx.person.id or request.state != State.TAKEN:
        return False
    if not message.media:
        await progress.note_update(ctx, request, message)
        return False
    await details.add_detail(ctx, request, message)
    return True


def acknowledge(ctx: Context, message: Message) -> None:
    """The card shows what was done; the words that did it get a quiet mark."""
    if not ctx.private:
        ctx.mark(ctx.chat, message.message_id, Mark.HEARD)


async def _join(ctx: Context, request: Request, message: Message) -> None:
    await joining.join(ctx, request, ctx.person, chat=ctx.chat, said=message)
    acknowledge(ctx, message)


async def _ask_when(ctx: Context, request: Request, spoken: Spoken, message: Message) -> bool:
    """ "Waiting for parts" without a day: until when, is asked by buttons (R41)."""
    if spoken.kind != "wait" or request.state not in ALIVE:
        return False
    case = await load(ctx, request)
    if (await access.whos(case, ctx.person)).isdisjoint(speaking.WORKERS):
        return False
    await asking_more.when(ctx, request, spoken.code or "other", words=message.text)
    return True


async def on_reaction(ctx: Context, request: Request, reaction: Reaction) -> bool:
    """👍 on the card: me too, or solved when that is asked; 👀 by who is asked: taken."""
    request = await access.follow(ctx, request)
    kept = await query.message(ctx.store, ctx.chat.id, reaction.message_id)
    if kept is None or kept.role not in ("card", "page"):
        return False
    if reaction.removed:
        thumb = reaction.emoji in THUMBS
        return thumb and await joining.leave(ctx, request, ctx.person)
    case = await load(ctx, request)
    case.whos = await access.whos(case, ctx.person)
    return await _react(ctx, case, reaction.emoji)


async def _react(ctx: Context, case: Case, emoji: str) -> bool:
    if emoji in SEEN:
        return await _seen(ctx, case)
    if emoji in DOWN:
        return await _down(ctx, case)
    if emoji in THUMBS:
        return await _thumb(ctx, case)
    return False


async def _seen(ctx: Context, case: Case) -> bool:
    if Who.ASKED not in case.whos or case.state is not State.OPEN:
        return False
    await moving.move(ctx, case.request, Move.TAKE, ctx.person)
    return True


async def _down(ctx: Context, case: Case) -> bool:
    if case.state is not State.DONE or case.whos.isdisjoint({Who.REPORTER, Who.SUPPORTER}):
        return False
    await callback.not_solved(ctx, case.request, ctx.person)
    return True


async def _thumb(ctx: Context, case: Case) -> bool:
    if case.state is State.DONE:
        await callback.solved(ctx, case.request, ctx.person)
        return True
    if case.state not in ALIVE or case.whos & {Who.ASKED, Who.HOLDER}:
        return False
    return await joining.join(ctx, case.request, ctx.person, chat=ctx.chat)
