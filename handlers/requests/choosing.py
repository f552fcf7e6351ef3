"""Which request is meant when a command names none: the likely ones as buttons, or its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers import forms
from handlers.chat.incoming import Message
from handlers.context import Context
from handlers.requests import alone, lists, texts
from handlers.requests.asking_more import UNENDED, in_rows
from handlers.requests.rules import State
from handlers.work import RefusalError
from storage.queries import request_lists as list_query
from storage.queries.request_lists import Row, Wanted

FORM = "which"
MOST = 6
#: The states in which a verb makes sense, where these are not all that have not ended.
STATES: Mapping[str, tuple[str, ...]] = {
    "take": (State.OPEN.value,),
    "resume": (State.WAITING.value,),
    "ok": (State.DONE.value,),
    "no": (State.DONE.value, State.CLOSED.value),
}


async def ask(ctx: Context, verb: str, words: str) -> None:
    """Offer what may be meant; the words said with the command wait for the choice.

    Raises RefusalError where there is nothing to choose from.
    """
    rows = await likely(ctx, verb)
    if not rows:
        raise _unnamed(ctx)
    draft = await forms.start(ctx, FORM, verb, {"words": words})
    buttons = [
        forms.choice(
            draft,
            f"#{row.request.number} {texts.category(ctx, ctx.language, row.request.category)}"
            f" {await alone.words_here(ctx, row.request, 16)}",
            f"{FORM}:{row.request.id}",
        )
        for row in rows
    ]
    ctx.answer("request.which_pick", buttons=in_rows(buttons, 1))


async def chosen(ctx: Context, arguments: Sequence[str]) -> tuple[str, str, str]:
    """The verb, the request and the words of "which:<request>:<token>"; the form is then done.

    Only the buttons of the question itself take the words: not those of some other card.
    """
    draft, picked = await forms.pressed(ctx, arguments, "filling.gone", FORM)
    await forms.end(ctx)
    return draft.step, picked[0], str(draft.data.get("words") or "")


async def likely(ctx: Context, verb: str) -> list[Row]:
    """What may be meant: to take also what one has already, by which one is still on it.

    Raises RefusalError where nothing is known of the place.
    """
    had = await _had(ctx) if verb == "take" else []
    try:
        others = await _others(ctx, verb)
    except RefusalError:
        if not had:
            raise
        others = []
    return [*others[: MOST - len(had)], *had]


async def _had(ctx: Context) -> list[Row]:
    paths = () if ctx.private else await _paths(ctx)
    mine = Wanted(paths=paths, person_id=ctx.person.id, states=(State.TAKEN.value,))
    rows = await list_query.listed(ctx.store, mine, limit=MOST)
    return [each for each in rows if is_had(ctx, each)]


def is_had(ctx: Context, row: Row) -> bool:
    """Whether it is taken by whoever asks."""
    return row.request.holder_id == ctx.person.id and row.request.state == State.TAKEN


async def _others(ctx: Context, verb: str) -> list[Row]:
    """One's own ones, in a group only those of its place; else those of one's places."""
    states = STATES.get(verb, UNENDED)
    paths = () if ctx.private else await _paths(ctx)
    if verb != "metoo":  # nobody joins what is theirs already
        mine = Wanted(paths=paths, person_id=ctx.person.id, states=states)
        if rows := await list_query.listed(ctx.store, mine, limit=MOST):
            return rows
    paths = await _paths(ctx)
    return await list_query.listed(ctx.store, Wanted(paths=paths, states=states), limit=MOST)


async def _paths(ctx: Context) -> tuple[str, ...]:
    try:
        return await lists.paths_of(ctx)
    except RefusalError:
        raise _unnamed(ctx) from None


def _unnamed(ctx: Context) -> RefusalError:
    """None was named: it is told how to, with the very word that was used."""
    message = ctx.incoming
    words = message.text.split() if isinstance(message, Message) else []
    return RefusalError("request.which", said=texts.short(words[0] if words else "/done", 16))
