"""The last rounds of a rota, for those who coordinate: who went, what was left, the pictures."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.chat.incoming import Media
from handlers.chat.outgoing import Content, Rows, button
from handlers.context import Context
from handlers.duty import texts
from handlers.duty.boards import Board
from storage.queries import people as people_query
from storage.queries import rounds as rounds_query
from storage.tables import Round, RoundCheck

MOST_ROUNDS = 10
#: As many as go into one message on every platform.
MOST_PICTURES = 10


async def content(ctx: Context, board: Board) -> Content:
    """A line for each, the last first."""
    lines: list[str] = []
    pictures = False
    for each in await rounds_query.last(ctx.store, board.rota.id, MOST_ROUNDS):
        checks = await rounds_query.checks(ctx.store, each.id)
        pictures = pictures or any(check.photo for check in checks)
        lines.append(await _line(ctx, board, each, checks))
    back = button(ctx.t("duty.button_back"), f"rota:show:{board.rota.id}")
    show = button(ctx.t("duty.button_pictures"), f"rota:pictures:{board.rota.id}")
    rows: Rows = ((show, back),) if pictures else ((back,),)
    title = ctx.t("duty.log_title", rota=board.rota.name)
    return Content(title=title, text="\n".join(lines) or ctx.t("duty.log_none"), buttons=rows)


async def _line(ctx: Context, board: Board, each: Round, checks: Sequence[RoundCheck]) -> str:
    done = {check.point for check in checks}
    left = [str(point) for number, point in enumerate(each.points) if number not in done]
    people = await people_query.people(ctx.store, await rounds_query.who_goes(ctx.store, each))
    joiner = ctx.t("duty.and")
    return ctx.t(
        "duty.log_left" if left else "duty.log_done",
        when=texts.when(ctx, ctx.language, board.zone, each.starts, each.ends),
        names=joiner.join(person.name for person in people.values()) or ctx.t("duty.nobody"),
        **({"points": joiner.join(left)} if left else {}),
    )


async def pictures(ctx: Context, board: Board) -> None:
    """The newest pictures, as far as this platform has them, each named by its point."""
    found: list[tuple[Media, str]] = []
    for each in await rounds_query.last(ctx.store, board.rota.id, MOST_ROUNDS):
        for check in await rounds_query.checks(ctx.store, each.id):
            photo = dict(check.photo or {})
            if photo.pop("platform", None) == ctx.chat.platform:
                at = f"{check.at.astimezone(board.zone):%m-%d %H:%M}"
                found.append((Media.model_validate(photo), f"{at} {each.points[check.point]}"))
    found = found[:MOST_PICTURES]
    text = "\n".join(name for _, name in found) or ctx.t("duty.pictures_none")
    ctx.answer_text(text, media=[media for media, _ in found])
