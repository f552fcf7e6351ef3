"""Who is on duty, asked in plain words: answered in a few lines, or not at all."""

from __future__ import annotations

from handlers.context import Context
from handlers.duty import asking, boards, spoken, texts
from handlers.duty.boards import Board
from handlers.duty.spoken import Span
from storage.queries import areas as areas_query
from storage.queries import duty as query

MOST_LINES = 6


async def answered(ctx: Context, text: str, area_id: int) -> bool:
    """Answer for a place; False where there is no rota, or what is asked of is over."""
    facts = await areas_query.facts_at(ctx.store, area_id)
    found = await query.over(ctx.store, areas_query.ids_of(facts.path))
    found = found or await query.below_paths(ctx.store, [facts.path], only_on=True)
    drawn = await boards.boards_of(ctx, found)
    span = spoken.span(text.casefold(), ctx.now, drawn[0].zone) if drawn else None
    if span is None:
        return False
    lines = [line for board in drawn for line in await _lines(ctx, board, span)][:MOST_LINES]
    lines = lines or [ctx.word(ctx.chat_language, "duty.none_then")]
    if any([await asking.unnamed(ctx, board) for board in drawn]):
        lines.append(ctx.word(ctx.chat_language, "duty.names_private"))
    ctx.answer_text("\n".join(lines))
    return True


async def _lines(ctx: Context, board: Board, span: Span) -> list[str]:
    """A rota's turns of that time; of the moment itself what is on, else when it is next."""
    if span.now:
        return [await asking.line(ctx, board, following=board.on(ctx.now) is None)]
    language, unnamed = ctx.chat_language, await asking.unnamed(ctx, board)
    return [
        ctx.word(
            language,
            "duty.line_then",
            rota=board.rota.name,
            area=board.area.name,
            when=texts.turn(ctx, language, board, turn),
            names=texts.crew(ctx, language, board, turn.people, unnamed=unnamed),
        )
        for turn in board.between(span.begin, span.end)
    ]
