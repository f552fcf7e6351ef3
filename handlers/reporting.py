"""A message as a report: what, where and how urgent, and how it was read."""

from __future__ import annotations

from dataclasses import replace

from handlers.chat.incoming import Message
from handlers.context import Context
from handlers.directory import bases, places
from handlers.hearing import Glance
from handlers.requests import lessons, questions
from handlers.requests.lifecycle import Report
from handlers.understanding import belated
from handlers.understanding.meaning import Meaning, Outcome, Urgency
from handlers.understanding.seen import Read, see, where_from


async def report_of(ctx: Context, glance: Glance, message: Message) -> Report:
    """A message as a report: what, where and how urgent as far as understood."""
    facts = glance.scene.facts
    if ctx.private or not places.is_somewhere(facts):
        facts = await bases.meant_by(ctx, facts, message.text)
    report = await report_at(ctx, glance.meaning, message, facts.path)
    return _as_read(glance, report)


def _as_read(glance: Glance, report: Report) -> Report:
    """With what is kept of how it was read: to learn from, and to say why (/why)."""
    heard, scene, meaning = glance.heard, glance.scene.view(), glance.meaning
    if meaning.bears_out is not None:
        scene = belated.scene_before(heard, scene)
    opens = meaning.outcome is Outcome.OPEN
    known = meaning.read if isinstance(meaning.read, Read) else None
    known = known if known is not None and known.heard is heard else None
    seen = see(heard, scene, meaning.category, known)
    read = lessons.as_read(seen, lessons.HEARD, opens=opens)
    where = [reason.kept() for reason in where_from(heard, scene, meaning.place, known)]
    return replace(report, read=read, reasons=[*report.reasons, *where])


async def report_at(ctx: Context, meaning: Meaning, message: Message, path: str | None) -> Report:
    """The report of a message that is about a place at or under `path` (None: not known yet)."""
    area_id = questions.NOWHERE
    if path:
        area_id = await places.sure_area(ctx, path, meaning.place, clash=meaning.clash)
    return Report(
        words=message.text,
        category=meaning.category or "other",
        kind=(meaning.kind or "help"),
        urgency=(meaning.urgency or Urgency.NORMAL),
        place=meaning.place,
        asset=meaning.asset,
        area_id=area_id,
        chat=ctx.chat,
        reporter=ctx.person,
        filed_by=None,
        message_id=message.message_id,
        album=message.album,
        media=message.media,
        earlier=ctx.memory.pictures_with(message),
        confidence=meaning.confidence,
        reasons=[reason.kept() for reason in meaning.reasons],
        language=ctx.chat_language,
    )
