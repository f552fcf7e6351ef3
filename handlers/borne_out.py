"""What somebody said a few lines ago is opened as theirs: who bore it out joins or adds to it."""

from __future__ import annotations

from dataclasses import replace

from handlers.chat.incoming import Message, Sender
from handlers.context import Context
from handlers.directory import people
from handlers.hearing import Glance
from handlers.reporting import report_of
from handlers.requests import lifecycle, questions
from handlers.understanding import seconding
from handlers.understanding.meaning import Heard, Reason
from storage.tables import Request


async def open_earlier(ctx: Context, glance: Glance, message: Message) -> Request | None:
    """The request of the earlier message; None when that is not remembered any more."""
    first = ctx.memory.heard(glance.meaning.bears_out or "")
    if first is None:
        return None
    said = _said(ctx, message, first)
    report = await report_of(ctx, replace(glance, heard=first), said)
    _, reporter = await people.meet_sender(ctx, said.chat, said.sender)
    request = await lifecycle.open_request(ctx, replace(report, reporter=reporter))
    await questions.outrun(ctx, reporter, first.key)
    if first.sender == message.sender.id:
        await lifecycle.add_detail(ctx, request, message)
    else:
        await join(ctx, request, message)
    return request


async def second(ctx: Context, glance: Glance, message: Message) -> Request | None:
    """The request of a neighbour who is asked if it is one: somebody else says the same. None: it
    was answered meanwhile, or is not remembered any more."""
    first = ctx.memory.heard(glance.seconds or "")
    if first is None:
        return None
    said = _said(ctx, message, first)
    _, asked = await people.meet_sender(ctx, said.chat, said.sender)
    if not await questions.stands(ctx, asked, first.key):
        return None
    report = seconding.report_of(ctx.desk.reader, first, glance.scene.view())
    reasons = (Reason("request", "borne_out", weight=1.0), *report.reasons)
    meaning = replace(report, bears_out=first.key, reasons=reasons)
    return await open_earlier(ctx, replace(glance, meaning=meaning), message)


def _said(ctx: Context, message: Message, first: Heard) -> Message:
    """The earlier message as it came, as far as it is remembered."""
    pictures = ctx.memory.pictures_of(first.key)
    return Message(
        message.chat,
        Sender(first.sender, first.name),
        first.at,
        first.key,
        first.text,
        media=tuple(each.media for each in pictures),
        album=next((each.album for each in pictures), None),
    )


async def join(ctx: Context, request: Request, message: Message) -> None:
    """Whoever says "me too" joins; what they say besides is read by who is asked as well."""
    await lifecycle.join(ctx, request, ctx.person, chat=ctx.chat, said=message, in_words=True)
