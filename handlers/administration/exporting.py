"""/export: the requests below one's places as an Excel file, safe to open."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any

from sqlalchemy import select

from handlers.context import Context
from handlers.directory import access
from handlers.directory.audit import record
from handlers.directory.zones import zone_of
from handlers.understanding.phones import without_numbers
from handlers.work import RefusalError
from storage.base import begins_with
from storage.tables import Area, Person, Request

COLUMNS = ("number", "opened", "area", "category", "urgency", "state", "ending", "holder", "words")
MOST = 50_000
#: What no cell may hold: control characters, halves of signs, and two that XML knows not.
NO_SIGN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: What begins a formula, also as it is typed on a Chinese keyboard.
COMPUTED = tuple("=+-@＝＋－＠")


async def export(ctx: Context, rest: str) -> None:
    """Send the list of requests of all places that this person manages; nobody's name but staff."""
    areas = await access.require_somewhere(ctx, "manage")
    if not ctx.private:
        raise RefusalError("access.only_private")
    if rest:
        raise RefusalError("export.nothing_behind", text=rest[:40])
    rows = [row for area in areas for row in await _rows(ctx, area)]
    await record(ctx, "export", detail={"rows": len(rows)})
    name = f"linli-{ctx.now.astimezone(await zone_of(ctx)).strftime('%Y%m%d')}.xlsx"
    body = workbook([ctx.t(f"export.{column}") for column in COLUMNS], rows)
    ctx.send_file(ctx.chat, name, body, ctx.t("export.caption", n=len(rows)))


async def _rows(ctx: Context, area: Area) -> list[list[Any]]:
    zone = await zone_of(ctx)
    found = await ctx.store.execute(
        select(Request, Area.name, Person.name)
        .join(Area, Area.id == Request.area_id)
        .outerjoin(Person, Person.id == Request.holder_id)
        .where(begins_with(Request.area_path, area.path))
        .order_by(Request.id)
        .limit(MOST)
    )
    return [
        [
            each.number,
            each.opened_at.astimezone(zone).replace(tzinfo=None),
            place,
            ctx.t(f"categories.{each.category}"),
            ctx.t(f"request.urgency.{each.urgency}"),
            ctx.t(f"request.state.{each.state}"),
            ctx.t(f"request.ending.{each.ending}") if each.ending else "",
            holder or "",
            without_numbers(each.words),
        ]
        for each, place, holder in found.all()
    ]


def workbook(head: list[str], rows: list[list[Any]]) -> bytes:
    """An Excel file of one sheet. A cell that a program could take for a formula becomes text."""
    from openpyxl import Workbook  # 8 MB that a bot at rest does not need

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(head)
    for row in rows:
        sheet.append([cell_of(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cell_of(value: object) -> object:
    """A value as a cell: control characters dropped, "=1+1" shown and not computed."""
    if isinstance(value, int | float | datetime) or value is None:
        return value
    text = NO_SIGN.sub("", str(value))[:32_000]
    return f"'{text}" if text.lstrip()[:1] in COMPUTED else text
