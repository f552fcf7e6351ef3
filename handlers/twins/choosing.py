"""A number that somebody writes to the bot is the button that it stands for."""

from __future__ import annotations

import re
from datetime import timedelta

from handlers import forms
from handlers.chat.incoming import Message, Press
from handlers.chat.platform import Speaks
from handlers.context import Context
from handlers.understanding.normal import plain
from storage.queries import choices

NUMBER = re.compile(r"(?:选|回复)?\s*(\d{2,3})\s*[.。!！号]?")
#: So long a number is good for; older ones may have been given anew.
LASTS = timedelta(days=7)
#: What waited longer for somebody to speak is no longer true.
STALE = timedelta(hours=12)


async def spoken_to(ctx: Context) -> None:
    """Somebody speaks in a group in which the bot only answers: what waited for it is said."""
    if not ctx.private and ctx.can(ctx.chat.platform).speaks is Speaks.ANSWERING:
        where = (ctx.chat.platform, ctx.chat.external_id)
        await choices.release(ctx.store, *where, ctx.now, ctx.now - STALE)


async def pressed(ctx: Context, message: Message) -> Press | None:
    """The press that a message is; None: it is something else."""
    can = ctx.can(ctx.chat.platform)
    if not can.needs_words or message.edited or not (message.to_bot or ctx.private):
        return None
    found = NUMBER.fullmatch(plain(message.own).strip())
    if found is None:
        return None
    where = (ctx.chat.platform, ctx.chat.external_id)
    data = await choices.chosen(ctx.store, *where, int(found[1]), ctx.now - LASTS)
    if data is None or not await _may_be(ctx, data):
        return None
    return Press(
        chat=message.chat,
        sender=message.sender,
        at=message.at,
        message_id=message.message_id,
        data=data,
        press_id="",
        by_number=True,
    )


async def _may_be(ctx: Context, data: str) -> bool:
    """Whoever is filling in a form may mean its next answer, unless the number is the form's."""
    draft = await forms.draft_of(ctx)
    return draft is None or data.endswith(f":{draft.data.get('token')}")
