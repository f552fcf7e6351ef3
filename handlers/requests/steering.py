"""Coordinators put requests right: assign, merge, split, move, recategorise, close; and back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from handlers import forms
from handlers.chat import Content
from handlers.context import Context, RefusalError, button
from handlers.directory import filling, places
from handlers.directory.audit import record
from handlers.directory.filling import Part
from handlers.directory.finding import find_person
from handlers.directory.several import SeveralError
from handlers.requests import access, asking_more, moving
from handlers.requests.given import Given
from handlers.requests.rules import ALIVE, CODES, ENDING_OF_CODE, Move, State
from handlers.understanding.meaning import Urgency
from storage.tables import Area, Audit, Person, Request

Steer = Callable[[Context, Request, str], Awaitable[None]]


async def assign(ctx: Context, request: Request, rest: str) -> None:
    """/assign 12 @wang"""
    await access.may_begin(ctx, request, Move.ASSIGN)
    if not rest:
        await asking_more.whom(ctx, request, "assign")
        return
    try:
        person = await find_person(ctx, rest)
    except SeveralError as several:
        await asking_more.among(ctx, request, "assign", several)
        return
    await assign_to(ctx, request, person.id)


async def assign_to(ctx: Context, request: Request, person_id: int) -> None:
    """To the person picked."""
    person = await ctx.store.get(Person, person_id)
    if person is None:
        raise RefusalError("access.old_button")
    back = {"holder": request.holder_id, "state": request.state, "rung": request.rung}
    await moving.move(ctx, request, Move.ASSIGN, ctx.person, Given(to=person))
    await _done(ctx, request, "assign", back, name=person.name)


async def merge(ctx: Context, request: Request, rest: str) -> None:
    """/merge 12 15: 12 lives on in 15; both reporters are told, both keep their links (R6).

    An emergency that is open would be asked about no more: that is asked once ("/merge 12 15 yes").
    """
    await access.may_begin(ctx, request, Move.MERGE)
    if not rest:
        await asking_more.which(ctx, request, "merge")
        return
    number, _, sure = rest.partition(" ")
    into = await access.by_number(ctx, number)
    if _is_pressing(request) and not forms.yes_or_no(ctx, sure):
        await _ask_to_merge(ctx, request, into)
        return
    await _merge_into(ctx, request, into)


def _is_pressing(request: Request) -> bool:
    return request.urgency == Urgency.EMERGENCY and request.state in ALIVE


async def _ask_to_merge(ctx: Context, request: Request, into: Request) -> None:
    sure = button(
        ctx.t("request.button_merge", into=into.number),
        f"merge:{request.id}:{into.number}:sure",
        "danger",
    )
    key = "request.ask_merge" if _is_pressing(into) else "request.ask_merge_calm"
    content = Content(text=ctx.t(key, number=request.number, into=into.number), buttons=((sure,),))
    ctx.edit_pressed(content)


async def pick_merge(ctx: Context, request: Request, picked: Sequence[str]) -> None:
    """Into the one picked; with "sure" although it is an open emergency."""
    if picked[1:] != ["sure"]:
        await merge(ctx, request, picked[0])
        return
    await _merge_into(ctx, request, await access.by_number(ctx, picked[0]))


async def _merge_into(ctx: Context, request: Request, into: Request) -> None:
    """It lives on in another."""
    back = {"into": into.id, "state": request.state, "ending": request.ending}
    await moving.move(ctx, request, Move.MERGE, ctx.person, Given(into=into))
    await _done(ctx, request, "merge", back, into=into.number)


async def split(ctx: Context, request: Request, rest: str) -> None:
    """/split 12 WORDS: a second matter becomes a request of its own."""
    await access.may_begin(ctx, request, Move.SPLIT)
    if not rest:
        await asking_more.words(ctx, request, "split")
        return
    case = await moving.move(ctx, request, Move.SPLIT, ctx.person, Given(reason=rest))
    assert case.child is not None
    await _done(ctx, request, "split", None, new=case.child.number)


async def move(ctx: Context, request: Request, rest: str) -> None:
    """/move 12 3-2-501"""
    await access.may_begin(ctx, request, Move.MOVE)
    if not rest:
        await filling.ask(ctx, "move", str(request.number), Part.PLACE, right="correct")
        return
    base = await places.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    area = await places.find_place(ctx, base, rest)
    back = {"area": request.area_id, "place": dict(request.place)}
    await moving.move(ctx, request, Move.MOVE, ctx.person, Given(area=area))
    await _done(ctx, request, "move", back)


def category_named(ctx: Context, text: str) -> str:
    """The category called so in any language; raises RefusalError."""
    wanted = text.casefold().strip()
    for name in ctx.policy.categories:
        key = f"categories.{name}"
        names = {name, name.replace("_", " ")}
        if ctx.desk.words.has(key):
            names |= {each.casefold() for each in ctx.desk.words.every(key)}
        if wanted in names:
            return name
    raise RefusalError("request.category_unknown", text=text[:30])


async def recategorise(ctx: Context, request: Request, rest: str) -> None:
    """/recategorise 12 lift"""
    await access.may_begin(ctx, request, Move.RECATEGORISE)
    if not rest:
        buttons = [
            button(ctx.t(f"categories.{name}"), f"recat:{request.id}:{name}")
            for name in ctx.policy.categories
            if ctx.desk.words.has(f"categories.{name}")
        ]
        rows = asking_more.in_rows(buttons, 3)
        await asking_more.ask(ctx, request, "request.ask_category", rows)
        return
    back = {"category": request.category}
    given = Given(category=category_named(ctx, rest))
    await moving.move(ctx, request, Move.RECATEGORISE, ctx.person, given)
    await _done(ctx, request, "recategorise", back)


def urgency_named(ctx: Context, text: str) -> str:
    """The urgency called so in any language; raises RefusalError."""
    wanted = text.casefold().strip()
    for urgency in Urgency:
        names = ctx.desk.words.every(f"request.urgency.{urgency}")
        if wanted in {urgency.value, *(each.casefold() for each in names)}:
            return urgency.value
    raise RefusalError("request.urgency_unknown")


async def urgency(ctx: Context, request: Request, rest: str) -> None:
    """/urgency 12 urgent: it is more or less urgent than it was taken for."""
    await access.may_begin(ctx, request, Move.CORRECT)
    if not rest:
        buttons = [
            button(ctx.t(f"request.urgency.{each}"), f"urgency:{request.id}:{each}")
            for each in Urgency
        ]
        await asking_more.ask(ctx, request, "request.ask_urgency", (tuple(buttons),))
        return
    back = {"urgency": request.urgency}
    given = Given(urgency=urgency_named(ctx, rest))
    await moving.move(ctx, request, Move.CORRECT, ctx.person, given)
    await _done(ctx, request, "urgency", back)


async def close(ctx: Context, request: Request, rest: str) -> None:
    """/close 12 [REASON]: by a code's name or in words (R34)."""
    await access.may_begin(ctx, request, Move.CLOSE)
    if not rest:
        await asking_more.why(ctx, request, Move.CLOSE, "close")
        return
    codes = {ctx.t(f"request.code.{code}"): code for code in CODES[Move.CLOSE]}
    code = rest if rest in ENDING_OF_CODE else codes.get(rest)
    back = {"state": request.state, "holder": request.holder_id}
    given = Given(code=code, reason=None if code else rest)
    await moving.move(ctx, request, Move.CLOSE, ctx.person, given)
    await _done(ctx, request, "close", back)


async def _done(
    ctx: Context, request: Request, verb: str, back: dict[str, Any] | None, **values: object
) -> None:
    undo = {**back, "request": request.id} if back is not None else None
    audit = await record(ctx, f"request_{verb}", detail={"request": request.id}, undo=undo)
    rows = ((button(ctx.t("directory.button_undo"), f"undo:{audit.id}"),),) if undo else ()
    ctx.answer_text(ctx.t(f"request.did.{verb}", number=request.number, **values), buttons=rows)


STEERS: dict[str, Steer] = {
    "assign": assign,
    "merge": merge,
    "split": split,
    "move": move,
    "recat": recategorise,
    "urgency": urgency,
    "close": close,
}


async def undo(ctx: Context, audit: Audit) -> None:
    """Take a correction back: the former place, category, person or state returns."""
    back = audit.undo or {}
    request = await ctx.store.get(Request, int(back["request"]))
    if request is None:
        raise RefusalError("directory.undo_gone")
    await UNDO[audit.command](ctx, request, back)


async def _unmove(ctx: Context, request: Request, back: dict[str, Any]) -> None:
    area = await ctx.store.get(Area, int(back["area"]))
    await moving.move(ctx, request, Move.MOVE, ctx.person, Given(area=area))
    request.place = dict(back["place"])


async def _unrecategorise(ctx: Context, request: Request, back: dict[str, Any]) -> None:
    given = Given(category=str(back["category"]))
    await moving.move(ctx, request, Move.RECATEGORISE, ctx.person, given)


async def _unurge(ctx: Context, request: Request, back: dict[str, Any]) -> None:
    given = Given(urgency=str(back["urgency"]))
    await moving.move(ctx, request, Move.CORRECT, ctx.person, given)


async def _reopen(ctx: Context, request: Request, back: dict[str, Any]) -> None:
    """A closed or merged one is open again; its people are asked anew."""
    if request.state != State.CLOSED:
        raise RefusalError("directory.undo_gone")
    request.state, request.merged_into = State.OPEN.value, None
    request.ending = request.ended_at = None
    await ctx.store.flush()
    await _unassign(ctx, request, back)


async def _unassign(ctx: Context, request: Request, back: dict[str, Any]) -> None:
    """The ladder is asked again from where it stood."""
    request.holder_id = None
    given = Given(category=request.category)
    await moving.move(ctx, request, Move.RECATEGORISE, ctx.person, given)


UNDO: dict[str, Callable[[Context, Request, dict[str, Any]], Awaitable[None]]] = {
    "request_move": _unmove,
    "request_recategorise": _unrecategorise,
    "request_urgency": _unurge,
    "request_close": _reopen,
    "request_merge": _reopen,
    "request_assign": _unassign,
}
