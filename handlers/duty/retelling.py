"""What of duty had to wait until people woke: read anew, put together, and told (R27)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from handlers.chat.outgoing import button
from handlers.duty import boards, changes, gaps
from handlers.duty.boards import Board
from handlers.duty.changes import Difference
from handlers.work import Retold, Work
from storage.queries import duty as query
from storage.tables import Notice


async def retell(work: Work, language: str, notices: Sequence[Notice]) -> list[Retold]:
    """What these notices of one person say now, those of a kind and a rota together."""
    groups: dict[tuple[str, int], list[Notice]] = {}
    for each in notices:
        groups.setdefault((each.key or "", int(each.values["rota"])), []).append(each)
    rotas = await query.rotas(work.store, sorted({rota_id for _, rota_id in groups}))
    found = await boards.boards_of(work, [each for each in rotas if each[0].state == "on"])
    by_id = {each.rota.id: each for each in found}
    told = [
        await RETOLD[key](work, language, by_id[rota_id], group)
        for (key, rota_id), group in groups.items()
        if rota_id in by_id
    ]
    return [each for each in told if each is not None]


async def _changed(
    work: Work, language: str, board: Board, notices: Sequence[Notice]
) -> Retold | None:
    """What differs in the end, of the turns to come; nothing, if all is as it was."""
    net = Difference()
    for each in notices:
        net.follow(_moments(each.values["gained"]), _moments(each.values["lost"]))
    left = Difference(
        [each for each in net.gained if each > work.now],
        [each for each in net.lost if each > work.now],
    )
    if not (left.gained or left.lost):
        return None
    first = any(each.values["first"] for each in notices)
    said = changes.Said(work, board, left, changes.ahead(board, work.now), first=first)
    return Retold(said.content(language))


def _moments(texts: Sequence[str]) -> list[datetime]:
    return [datetime.fromisoformat(each) for each in texts]


async def _gaps(
    work: Work, language: str, board: Board, notices: Sequence[Notice]
) -> Retold | None:
    """Those that nobody has filled meanwhile."""
    ids = {int(gap) for each in notices for gap in each.values["gaps"]}
    left = await gaps.still(work, board, ids)
    if not left:
        return None
    said = gaps.content(work, language, board, left)
    if left[-1].ends <= work.now:
        return Retold(said)
    label = work.word(language, "duty.button_gaps_see", rota=board.rota.name)
    return Retold(said, button(label[:60], f"gap:see:{left[-1].id}"))


RETOLD: Mapping[str, Callable[[Work, str, Board, Sequence[Notice]], Awaitable[Retold | None]]] = {
    changes.CHANGED: _changed,
    gaps.GAPS: _gaps,
}
