"""Plain words in private that answer the one open question "is it solved?" ("还没好")."""

from __future__ import annotations

from handlers.chat.incoming import Message
from handlers.context import Context
from handlers.requests import acts, details, plain_words, speaking
from storage.queries import in_hands
from storage.tables import Request

#: Longer than this and it may well speak of something else.
MOST = 24


async def answer(ctx: Context, text: str, category: str | None) -> Request | None:
    """The request whose question was answered; None: it is no answer, or to which is not certain.

    `category` is what the words seem to be about, if anything.
    """
    solved = says_solved(ctx, text) if len(text) <= MOST else None
    if solved is None:
        return None
    asked = await in_hands.asked_back(ctx.store, ctx.person.id, ctx.now)
    if len(asked) != 1 or category not in (None, "other", asked[0].category):
        return None
    if solved:
        await acts.solved(ctx, asked[0], "")
    else:
        await acts.unsolved(ctx, asked[0], speaking.answer_in(ctx, text) or text.strip())
        await keep_besides(ctx, asked[0])
    return asked[0]


async def keep_besides(ctx: Context, request: Request) -> None:
    """Who works on it reads what somebody said to the bot alone besides "no"; nobody else does."""
    message = ctx.incoming
    if not ctx.private or not isinstance(message, Message):
        return
    if speaking.says_more(ctx, message.text):
        await details.add_detail(ctx, request, message)


def says_solved(ctx: Context, text: str) -> bool | None:
    """Whether words say that it is solved; None: they say nothing of that."""
    spoken = speaking.hear(ctx, text)
    if spoken is None:
        return plain_words.is_solved(plain_words.phrases_of(ctx.desk.words), text)
    return {"done": True, "not_solved": False}.get(spoken.kind)
