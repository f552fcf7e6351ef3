"""Turns without anybody in the next days: told once, and remembered if they are meant so (R30)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from handlers.chat.outgoing import Button, Content, button
from handlers.context import Context
from handlers.directory import access
from handlers.duty import boards, telling, texts
from handlers.duty.boards import Board
from handlers.duty.telling import Note
from handlers.work import RefusalError, Work
from storage.queries import duty as query
from storage.tables import DutyGap

WINDOW = timedelta(days=7)
MOST_BUTTONS = 6
#: A note of them, read anew when it had to wait (retelling.py).
GAPS = "gaps"


async def look(work: Work, board: Board) -> None:
    """Tell those who coordinate of gaps that nobody told them of yet."""
    new: list[int] = []
    for each in board.between(work.now, work.now + WINDOW):
        if each.people:
            continue
        row = {"rota_id": board.rota.id, "starts": each.start, "ends": each.end}
        gap = await query.told_gap(work.store, {**row, "told_at": work.now, "intended": False})
        if gap is not None:
            new.append(gap)
    if not new:
        return
    gaps = [gap for gap in await _coming(work, board) if gap.id in new]
    note = Note(lambda language: content(work, language, board, gaps), GAPS, {"gaps": new})
    await telling.to_coordinators(work, board, note)


async def still(work: Work, board: Board, ids: Collection[int]) -> list[DutyGap]:
    """Those of these gaps that are not meant so, and still (or to their end) without anybody."""
    found = await query.gaps(work.store, board.rota.id, work.now - boards.BACK)
    return [
        gap
        for gap in sorted(found.values(), key=lambda each: each.starts)
        if gap.id in ids and not gap.intended and _empty(board, gap)
    ]


def _empty(board: Board, gap: DutyGap) -> bool:
    turn = board.at(gap.starts)
    return turn is not None and not turn.people


async def intended(work: Work, board: Board) -> set[object]:
    """The turns that are meant to have nobody."""
    return {gap.starts for gap in await _coming(work, board) if gap.intended}


async def _coming(work: Work, board: Board) -> list[DutyGap]:
    found = await query.gaps(work.store, board.rota.id, work.now - boards.BACK)
    return sorted((gap for gap in found.values() if gap.ends > work.now), key=lambda g: g.starts)


def content(work: Work, language: str, board: Board, gaps: Sequence[DutyGap]) -> Content:
    """What is told of gaps, with the buttons that say that they are meant so."""
    lines: list[str] = []
    rows: list[tuple[Button, ...]] = []
    for gap in gaps:
        at = texts.when(work, language, board.zone, gap.starts, gap.ends)
        key = "duty.line_gap_meant" if gap.intended else "duty.line_gap"
        lines.append(work.word(language, key, when=at))
        if not gap.intended and len(rows) < MOST_BUTTONS:
            label = work.word(language, "duty.button_gap", when=at)
            rows.append((button(label[:60], f"gap:one:{gap.id}"),))
    if len([gap for gap in gaps if not gap.intended]) > 1:
        whole = work.word(language, "duty.button_gaps")
        rows.append((button(whole, f"gap:all:{gaps[0].id}"),))
    names = {"rota": board.rota.name, "area": board.area.name, "lines": "\n".join(lines)}
    return Content(text=work.word(language, "duty.gaps", **names), buttons=tuple(rows))


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "gap:one:<gap>" and "gap:all:<gap>": this is meant so, or all of the rota are;
    "gap:see:<gap>" under a message of the morning: the gaps of the rota as a message of their own.
    """
    what, number = arguments
    gap = await ctx.store.get(DutyGap, int(number))
    board = await boards.board(ctx, gap.rota_id) if gap else None
    if gap is None or board is None:
        raise RefusalError("duty.gone")
    await access.require(ctx, "manage", board.area.path)
    coming = await _coming(ctx, board)
    if what == "see":
        ctx.say(ctx.chat, content(ctx, ctx.language, board, coming))
        return
    for each in coming:
        if what == "all" or each.id == gap.id:
            each.intended = True
    await ctx.store.flush()
    ctx.toast(ctx.t("duty.gap_kept"))
    ctx.edit_pressed(content(ctx, ctx.language, board, coming))
