"""The question whether a turn may be swapped, its answer, and what both make of the rota."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from handlers import forms
from handlers.chat.outgoing import Content, button
from handlers.context import Context
from handlers.directory.addresses import addresses
from handlers.directory.audit import record
from handlers.directory.groups import language_of
from handlers.duty import boards, changes, standing_in, stretches, telling, texts
from handlers.duty.boards import Board
from handlers.duty.rounds import called
from handlers.duty.stretches import Stretch
from handlers.manner import Manner
from handlers.work import RefusalError, Work
from storage.queries import people as people_query
from storage.queries import swaps as swaps_query
from storage.tables import Chat, Draft, Swap


async def ask(ctx: Context, draft: Draft, person: int, takes: tuple[int, int] | None) -> None:
    """The question goes to who is asked: in this group, privately, or by name in the group."""
    board = await standing_in.fresh(ctx, draft.data["rota"])
    stamp, count = draft.data["gives"]
    gives = datetime.fromtimestamp(stamp, UTC)
    taken = datetime.fromtimestamp(takes[0], UTC) if takes else None
    await forms.end(ctx)
    for each in await swaps_query.waiting_of(ctx.store, ctx.person.id):
        if (each.rota_id, each.gives) == (board.rota.id, gives):
            await swaps_query.close(ctx.store, each.id, "withdrawn", ctx.now)
    asked = Swap(
        rota_id=board.rota.id,
        asker_id=ctx.person.id,
        asked_id=person,
        gives=gives,
        gives_turns=count,
        takes=taken,
        takes_turns=takes[1] if takes else 0,
        state="asked",
        at=ctx.now,
        due_at=min(gives, taken or gives),
    )
    _still_theirs(ctx, board, asked)
    ctx.store.add(asked)
    await ctx.store.flush()
    told = await _question(ctx, board, asked)
    back = (button(ctx.t("duty.button_withdraw"), f"swap:back:{asked.id}"),)
    people = await people_query.people(ctx.store, [person])
    text = ctx.t("duty.swap_sent" if told else "duty.swap_unsent", name=people[person].name)
    ctx.edit_pressed(Content(text=text, buttons=(back,)))


def _given(board: Board, asked: Swap) -> Stretch:
    return board.stretch(asked.gives, asked.gives_turns, asked.asker_id)


def _taken(board: Board, asked: Swap) -> Stretch:
    if asked.takes is None:
        return []
    return board.stretch(asked.takes, asked.takes_turns, asked.asked_id)


def _still_theirs(work: Work, board: Board, asked: Swap) -> None:
    """The turns are to come and are theirs; else it is refused."""
    given, taken = _given(board, asked), _taken(board, asked)
    begun = any(each.start <= work.now for each in (*given, *taken))
    if begun or not given or (asked.takes is not None and not taken):
        raise RefusalError("duty.turn_gone")
    if stretches.shared(given, asked.asked_id) or stretches.shared(taken, asked.asker_id):
        raise RefusalError("duty.turn_theirs", name=board.names([asked.asked_id]))


async def _question(ctx: Context, board: Board, asked: Swap) -> bool:
    """Put the question; False: there is nowhere to put it."""

    def words(language: str) -> Content:
        return _content(ctx, language, board, asked, ctx.person.name)

    if ctx.private and await telling.privately(
        ctx, asked.asked_id, words, Manner(urgent=True), slot=_slot(asked)
    ):
        return True
    groups: Sequence[Chat] = (
        [ctx.chat] if not ctx.private else await telling.own_groups(ctx, board.area)
    )
    found = await people_query.people(ctx.store, [asked.asked_id])
    for chat in groups[:1]:
        language = await language_of(ctx, chat)
        there = await addresses(ctx, found.values(), chat, language)
        ctx.show(chat, _slot(asked), called(words(language), there[asked.asked_id]))
    return bool(groups)


def _slot(asked: Swap) -> str:
    return f"swap:{asked.id}"


def _content(work: Work, language: str, board: Board, asked: Swap, name: str) -> Content:
    values = {
        "name": name,
        "rota": board.rota.name,
        "gives": stretches.in_words(work, language, board, _given(board, asked)),
    }
    if asked.takes is None:
        text = work.word(language, "duty.swap_favour", **values)
    else:
        takes = stretches.in_words(work, language, board, _taken(board, asked))
        text = work.word(language, "duty.swap_asked", takes=takes, **values)
    yes = button(work.word(language, "duty.button_yes"), f"swap:yes:{asked.id}", "primary")
    no = button(work.word(language, "duty.button_no"), f"swap:no:{asked.id}")
    return Content(text=text, buttons=((yes, no),))


def _at(work: Work, language: str, board: Board, start: datetime) -> str:
    turn = board.at(start)
    return texts.turn(work, language, board, turn) if turn else "-"


async def answer(ctx: Context, asked: Swap, answer: str) -> None:
    """The one who is asked says yes or no; who asks may take it back."""
    whose = asked.asker_id if answer == "back" else asked.asked_id
    if ctx.person.id != whose:
        raise RefusalError("duty.swap_not_yours")
    if asked.state != "asked":
        raise RefusalError(f"duty.swap_is_{asked.state}")
    board = await standing_in.fresh(ctx, asked.rota_id)
    state = {"yes": "agreed", "no": "declined", "back": "withdrawn"}[answer]
    if answer == "yes":
        _still_theirs(ctx, board, asked)
    if not await swaps_query.close(ctx.store, asked.id, state, ctx.now):
        await ctx.store.refresh(asked)
        raise RefusalError(f"duty.swap_is_{asked.state}")
    if answer == "yes":
        await _exchange(ctx, board, asked)
    ctx.edit_pressed(Content(text=ctx.word(ctx.chat_language, f"duty.swap_is_{state}")))
    await _tell_other(ctx, board, asked, state)


async def _exchange(ctx: Context, board: Board, asked: Swap) -> None:
    how = "swap" if asked.takes else "stand_in"
    taken = _taken(board, asked)
    for each in _given(board, asked):
        await standing_in.give(ctx, board, each.start, asked.asker_id, asked.asked_id, how)
    for each in taken:
        await standing_in.give(ctx, board, each.start, asked.asked_id, asked.asker_id, how)
    board = await standing_in.fresh(ctx, asked.rota_id)
    both = (asked.asker_id, asked.asked_id)
    await changes.tell(ctx, board, but=both)
    await record(ctx, "duty_swap", detail={"rota": board.rota.id, "person": asked.asker_id})
    names = board.names(both, " ⇄ ")

    def words(language: str) -> Content:
        given = {"rota": board.rota.name, "names": names}
        gives = _at(ctx, language, board, asked.gives)
        return Content(text=ctx.word(language, "duty.swap_told", when=gives, **given))

    note = telling.said(words, matters_at=_first(asked))
    await telling.to_coordinators(ctx, board, note, but=both)


def _first(asked: Swap) -> datetime:
    return min(asked.gives, asked.takes or asked.gives)


async def _tell_other(ctx: Context, board: Board, asked: Swap, state: str) -> None:
    """The other one hears what became of it, with the turns as they are now."""
    other = asked.asked_id if state == "withdrawn" else asked.asker_id

    def words(language: str) -> Content:
        return Content(
            text=ctx.word(
                language,
                f"duty.swap_told_{state}",
                name=ctx.person.name,
                rota=board.rota.name,
                when=_at(ctx, language, board, asked.gives),
            )
        )

    note = telling.said(words, matters_at=_first(asked))
    await telling.when_awake(ctx, board, other, note)


async def too_late(work: Work, asked: Swap) -> None:
    """Nobody answered before the turn began: who asked is told that it stays theirs."""
    if not await swaps_query.close(work.store, asked.id, "late", work.now):
        return
    board = await boards.board(work, asked.rota_id)
    if board is None:
        return

    def words(language: str) -> Content:
        when = _at(work, language, board, asked.gives)
        return Content(
            text=work.word(language, "duty.swap_too_late", rota=board.rota.name, when=when)
        )

    await telling.privately(work, asked.asker_id, words)
