"""Answering how a request stands: "#2 怎么样了", or "多久能好？" in reply to its card."""

from __future__ import annotations

import re

from handlers.context import Context
from handlers.requests import access, cards, plain_words
from handlers.requests.case import load
from handlers.work import RefusalError
from storage.tables import Request

NUMBERED = re.compile(r"^\s*[#＃№]\s?(\d{1,9})[\s,，:：]*(?=\D)(.+)$", re.DOTALL)
#: Longer than this and it asks nothing; and it may well be a story.
MOST, MOST_SAID = 24, 40


def names_number(text: str) -> bool:
    """Whether a short text begins with a request's number and says something of it."""
    return said_of_number(text) is not None


def said_of_number(text: str) -> tuple[str, str] | None:
    """The number with which a short text begins, and what it says of it."""
    found = NUMBERED.match(text) if len(text) <= MOST_SAID else None
    return (found[1], found[2]) if found else None


async def numbered(ctx: Context, number: str) -> Request | None:
    """The request that is named by its number; None: there is none, or not here."""
    try:
        return await access.by_number(ctx, number)
    except RefusalError:
        return None


async def by_number(ctx: Context, text: str) -> Request | None:
    """Answer a question that names a request; None: it asks nothing, or not here."""
    found = said_of_number(text)
    if found is None or len(text) > MOST or not asks(ctx, found[1]):
        return None
    request = await numbered(ctx, found[0])
    if request is not None:
        await answer(ctx, request)
    return request


def asks(ctx: Context, text: str) -> bool:
    """Whether a short text asks how something stands, or when it will be done."""
    said = plain_words.normal(text)
    return len(said) <= MOST and bool(plain_words.phrases_of(ctx.desk.words).status.search(said))


async def answer(ctx: Context, request: Request) -> None:
    """Where it stands, with whom, and until when."""
    case = await load(ctx, await access.follow(ctx, request))
    await case.know(case.people[page.person_id] for page in case.pages)
    language = ctx.chat_language
    lines = (cards.state_line(case, language), cards.deadline_line(case, language))
    ctx.answer_text(
        "\n".join(line for line in lines if line),
        title=cards.title(case, language),
        about=request.id,
    )
