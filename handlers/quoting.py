"""Which message a quote means, where its platform repeats the words and names no message.

What we said of a request has its number in it; what people reported is kept with their request. So
nothing needs to be remembered for it, and a quote is understood after a restart, by any process.
"""

from __future__ import annotations

import re
from dataclasses import replace

from handlers.chat.incoming import Message, Quote
from handlers.context import Context
from handlers.understanding.normal import plain
from storage.queries import quotes as query

NUMBER = re.compile(r"[#＃](\d{1,6})(?!\d)")
NO_LETTERS = re.compile(r"[\W_]+")
COMMAND = re.compile(r"^\s*/\S+\s+")
#: A quote may be cut: so many letters are enough, and fewer are too common to mean one message.
COMPARED, LEAST = 30, 4


async def resolved(ctx: Context, message: Message) -> Message:
    """The message as an answer to the one that it quotes, if that is about a request.

    Who quotes and says nothing beside it says the quoted words themselves.
    """
    quote = message.quote
    if quote is None or message.reply_to is not None or not quote.own.strip():
        return message
    found = await _ours(ctx, quote) or await _reported(ctx, quote)
    return replace(message, reply_to=found, text=quote.own) if found else message


async def _ours(ctx: Context, quote: Quote) -> str | None:
    numbers = set(NUMBER.findall(plain(quote.words)))
    if len(numbers) != 1:
        return None
    return await query.shown_of(ctx.store, ctx.chat.id, int(numbers.pop()))


async def _reported(ctx: Context, quote: Quote) -> str | None:
    wanted = {_letters(quote.words), _letters(COMMAND.sub("", quote.words))}
    wanted = {each for each in wanted if len(each) >= LEAST}
    if not wanted:
        return None
    said = await query.said_in(ctx.store, ctx.chat.id)
    return next((each.message_id for each in said if _letters(each.text) in wanted), None)


def _letters(text: str) -> str:
    return NO_LETTERS.sub("", text)[:COMPARED]
