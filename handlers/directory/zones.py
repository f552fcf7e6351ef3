"""The time zone and the moments of the place from which somebody speaks."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.context import Context
from handlers.directory import bases
from handlers.work import RefusalError, Work
from storage.queries.areas import AreaFacts


def zone_at(work: Work, facts: AreaFacts | None) -> ZoneInfo:
    """A place's time zone, else the installation's."""
    return ZoneInfo((facts.timezone if facts else None) or work.desk.defaults.timezone)


async def zone_of(ctx: Context) -> ZoneInfo:
    """The time zone of the place from which this person speaks."""
    try:
        base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    except RefusalError:
        return zone_at(ctx, None)
    return zone_at(ctx, base)


def clock_text(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as people read it: "12-01 08:00"."""
    return moment.astimezone(zone).strftime("%m-%d %H:%M")
