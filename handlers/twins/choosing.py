"""A number that somebody writes to the bot is the button that it stands for."""

from __future__ import annotations

from datetime import timedelta

from handlers import forms
from handlers.chat.incoming import Message, Press
from handlers.chat.outgoing import Say, SendFile, Show
from handlers.chat.platform import Speaks
from handlers.context import Context
from handlers.twins import numbers
from handlers.work import RefusalError
from storage.queries import choices

#: What waited longer for somebody to speak is no longer true.
STALE = timedelta(hours=12)


async def spoken_to(ctx: Context) -> None:
    """The bot was called or has something to answer in a group in which it only answers: what
    waited for that is said along with it. Talk among neighbours is no call."""
    if ctx.private or ctx.can(ctx.chat.platform).speaks is not Speaks.ANSWERING:
        return
    where = (ctx.chat.platform, ctx.chat.external_id)
    did = ctx.incoming
    called = isinstance(did, Press) or (isinstance(did, Message) and did.to_bot)
    answers = (each.out for each in ctx.tray if isinstance(each.out, Say | Show | SendFile))
    if called or any((each.platform, each.chat) == where for each in answers):
        await choices.release(ctx.store, *where, ctx.now, ctx.now - STALE)


async def pressed(ctx: Context, message: Message) -> Press | None:
    """The press that a message is; None: it is something else.

    What begins with a number that is offered and goes on otherwise is asked back: the number and
    the words may mean two different requests.
    """
    can = ctx.can(ctx.chat.platform)
    if not can.needs_words or message.edited or not (message.to_bot or ctx.private):
        return None
    written = numbers.read(message.own)
    if written is None or written.of_a_request:
        return None
    where = (ctx.chat.platform, ctx.chat.external_id)
    chosen = await choices.chosen(ctx.store, *where, written.number, ctx.now)
    if chosen is None or not await _may_be(ctx, chosen.data):
        return None
    if not (written.bare or written.names(chosen.label)):
        raise RefusalError("twins.number_or_words", number=written.number)
    return Press(
        chat=message.chat,
        sender=message.sender,
        at=message.at,
        message_id=message.message_id,
        data=chosen.data,
        press_id="",
        by_number=True,
    )


async def _may_be(ctx: Context, data: str) -> bool:
    """Whoever is filling in a form may mean its next answer, unless the number is the form's."""
    draft = await forms.draft_of(ctx)
    return draft is None or data.endswith(f":{draft.data.get('token')}")
