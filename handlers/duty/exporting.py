"""/duty_calendar: one's own turns as a file for any calendar."""

from __future__ import annotations

from datetime import timedelta

from handlers.context import Context
from handlers.directory import places
from handlers.directory.zones import zone_of
from handlers.duty import boards
from handlers.duty.icalendar import Entry, calendar
from handlers.work import RefusalError
from storage.queries import duty as query

AHEAD = timedelta(days=180)
MOST = 1000


async def export(ctx: Context, rest: str) -> None:
    """Send the turns of the next half year of the person who asks."""
    if not ctx.can(ctx.chat.platform).files:
        raise RefusalError("duty.calendar_no_files")
    entries: list[Entry] = []
    for rota, area in await query.of_person(ctx.store, ctx.person.id, ctx.now):
        board = await boards.board_of(ctx, rota, area)
        place = await places.full_name(ctx, area)
        entries += [
            Entry(
                f"duty-{rota.id}-{each.start.timestamp():.0f}-{ctx.person.id}@linli",
                each.start,
                each.end,
                rota.name,
                place,
            )
            for each in board.between(ctx.now, ctx.now + AHEAD)
            if ctx.person.id in each.people
        ]
    if not entries:
        raise RefusalError("duty.no_turns")
    entries.sort(key=lambda each: each.start)
    name = ctx.t("duty.calendar_name")
    body = calendar(entries[:MOST], name=name, zone=str(await zone_of(ctx)), now=ctx.now)
    caption = ctx.t("duty.calendar_caption", n=len(entries[:MOST]))
    ctx.send_file(ctx.chat, "linli-duty.ics", body, caption)
