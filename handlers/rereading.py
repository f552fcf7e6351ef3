"""An edited report is read anew: what it says otherwise, as far as that is sure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from handlers.chat.incoming import Message
from handlers.context import Context
from handlers.hearing import Glance
from handlers.reporting import report_of
from handlers.requests.lifecycle import Anew
from handlers.understanding.meaning import Meaning, Outcome
from handlers.understanding.rereading import Change, change
from storage.queries import requests as query
from storage.tables import Area


@dataclass(frozen=True, slots=True)
class Reread:
    """What a report says otherwise now, and whether it names a place that is not there."""

    anew: Anew
    clash: bool


async def reread(ctx: Context, glance: Glance, message: Message) -> Reread | None:
    """What an edited report says otherwise; None: nothing, or it is no report."""
    row = await query.message(ctx.store, ctx.chat.id, message.message_id)
    if row is None or row.role != "report" or not row.text.strip() or row.text == message.text:
        return None
    found, meaning = change(ctx.desk.reader.report, glance.heard, row.text, glance.scene.view())
    if not found.any:
        return None
    return Reread(await _anew(ctx, glance, message, found, meaning), found.clash)


async def _anew(
    ctx: Context, glance: Glance, message: Message, found: Change, meaning: Meaning
) -> Anew:
    read = replace(glance, meaning=replace(meaning, outcome=Outcome.OPEN))
    report = await report_of(ctx, read, message)
    area = await ctx.store.get(Area, report.area_id) if found.place else None
    return Anew(
        category=found.category,
        asset=report.asset,
        urgency=found.urgency,
        area=area,
        place=found.place,
        reasons=report.reasons,
    )
