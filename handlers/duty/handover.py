"""A desk changes hands: told in the place's own group, to who comes, and to who leaves."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.chat.outgoing import Content
from handlers.directory.groups import language_of
from handlers.duty import telling, texts
from handlers.duty.boards import Board
from handlers.duty.manning import Manned
from handlers.manner import Manner
from handlers.work import Work


async def hand_over(work: Work, board: Board, turn: Manned, left: Sequence[int]) -> None:
    """Who comes takes over what is open, and hears it at once; who left is thanked when awake."""
    mark = f"duty:{board.rota.id}:{turn.start.timestamp():.0f}"
    await _in_groups(work, board, turn, mark)
    open_ = await texts.StillOpen.at(work, board.area.path)

    def begins(language: str) -> Content:
        end = texts.until(work, language, board, turn.end)
        text = work.word(language, "duty.yours_now", rota=board.rota.name, end=end)
        return Content(text=f"{text}\n{open_.told(work, language)}")

    def is_over(language: str) -> Content:
        names = texts.people(work, language, board, turn.people)
        text = work.word(language, "duty.yours_over", rota=board.rota.name, names=names)
        return Content(text=text)

    for person in turn.people:
        await telling.privately(work, person, begins, Manner(occasion=f"{mark}:p{person}"))
    for person in sorted(set(left) - set(turn.people)):
        manner = Manner(occasion=f"{mark}:p{person}")
        await telling.when_awake(work, board, person, telling.said(is_over, manner))


async def _in_groups(work: Work, board: Board, turn: Manned, mark: str) -> None:
    silent = await telling.hushed(work, board)
    open_ = await texts.StillOpen.at(work, board.area.path)
    for chat in await telling.own_groups(work, board.area):
        language = await language_of(work, chat)
        title = work.word(language, "duty.handover_title", rota=board.rota.name)
        text = f"{await _now(work, language, board, turn)}\n{open_.told(work, language)}"
        manner = Manner(occasion=f"{mark}:{chat.id}", silent=silent, low=True)
        work.say(chat, Content(title=title, text=text), manner)


async def _now(work: Work, language: str, board: Board, turn: Manned) -> str:
    hidden = await texts.unnamed(work, board, private=False)
    return work.word(
        language,
        "duty.on_now_unnamed" if hidden else "duty.on_now",
        names=texts.people(work, language, board, turn.people),
        end=texts.until(work, language, board, turn.end),
    )
