"""Plain words in private that answer the one open question "is it solved?" ("还没好")."""

from __future__ import annotations

from handlers.context import Context
from handlers.requests import acts, plain_words, speaking
from storage.queries import requests as query
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
    asked = await query.asked_back(ctx.store, ctx.person.id, ctx.now)
    if len(asked) != 1 or category not in (None, "other", asked[0].category):
        return None
    if solved:
        await acts.solved(ctx, asked[0], "")
    else:
        await acts.unsolved(ctx, asked[0], text.strip())
    return asked[0]


def says_solved(ctx: Context, text: str) -> bool | None:
    """Whether words say that it is solved; None: they say nothing of that."""
    spoken = speaking.hear(ctx, text)
    if spoken is None:
        return plain_words.is_solved(plain_words.phrases_of(ctx.desk.words), text)
    return {"done": True, "not_solved": False}.get(spoken.kind)
