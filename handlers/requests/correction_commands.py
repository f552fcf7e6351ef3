"""The commands that put a request right (/assign, /merge, /move ...): read, ask, confirm, undo.

What they change is in `corrections`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from handlers import forms
from handlers.chat.outgoing import Content, button
from handlers.context import Context
from handlers.directory import access as rights
from handlers.directory import filling, places
from handlers.directory.audit import record
from handlers.directory.filling import Part
from handlers.directory.finding import find_person
from handlers.directory.several import SeveralError
from handlers.requests import access, asking_more, moving, texts
from handlers.requests.given import Given
from handlers.requests.rules import ALIVE, CODES, ENDING_OF_CODE, Move
from handlers.requests.standing import Stood, standing
from handlers.understanding.meaning import Urgency
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.queries import requests as query
from storage.tables import Audit, Event, Person, Request

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
    await assign_to(ctx, request, person)


async def assign_to(ctx: Context, request: Request, person: Person) -> None:
    """To the person picked."""
    if person.id == await _assigned(ctx, request):
        raise RefusalError("request.assigned_already", number=request.number, name=person.name)
    await _correct(ctx, request, Move.ASSIGN, Given(to=person), "assign", name=person.name)


async def _assigned(ctx: Context, request: Request) -> int | None:
    """Who has it; or was asked by name alone, and by nobody else since."""
    last = await query.last_change(ctx.store, request.id)
    if last is None or last[0].move != Move.ASSIGN or request.holder_id is not None:
        return request.holder_id
    case = await access.case_of(ctx, request)
    asked = {page.person_id for page in case.pages}
    return asked.pop() if len(asked) == 1 else None


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
    """It lives on in another, which must be theirs to manage as well."""
    await rights.require(ctx, "manage", into.area_path)
    await _correct(ctx, request, Move.MERGE, Given(into=into), "merge", into=into.number)


async def split(ctx: Context, request: Request, rest: str) -> None:
    """/split 12 WORDS: a second matter becomes a request of its own."""
    await access.may_begin(ctx, request, Move.SPLIT)
    if not rest:
        await asking_more.words(ctx, request, "split")
        return
    case = await moving.move(ctx, request, Move.SPLIT, ctx.person, Given(reason=rest))
    assert case.child is not None
    await _answer(ctx, request, "split", None, new=case.child.number)


async def to_place(ctx: Context, request: Request, rest: str) -> None:
    """/move 12 3-2-501"""
    await access.may_begin(ctx, request, Move.MOVE)
    if not rest:
        await filling.ask(ctx, "move", str(request.number), Part.PLACE, right="correct")
        return
    base = await areas_query.facts_at(
        ctx.store, request.area_id
    )  # its own neighbourhood goes first
    area = await places.find_place(ctx, base, rest)
    if area.id == request.area_id:
        raise _as_it_is(request, await places.full_name(ctx, area))
    await _correct(ctx, request, Move.MOVE, Given(area=area), "move")


def category_named(ctx: Context, text: str) -> str:
    """The category called so in any language; raises RefusalError."""
    names = {each.casefold(): name for each, name in texts.categories_by_name(ctx).items()}
    wanted = text.casefold().strip()
    if wanted in names:
        return names[wanted]
    known = [
        ctx.t(f"categories.{name}")
        for name in ctx.policy.categories
        if ctx.desk.words.has(f"categories.{name}")
    ]
    near = [each for each in known if set(each.casefold()) & set(wanted) - set(" aeiou")]
    told = ctx.t("request.between").join((near if not wanted.isascii() else []) or known)
    raise RefusalError("request.category_near", text=text[:30], known=told)


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
    given = Given(category=category_named(ctx, rest))
    if given.category == request.category:
        raise _as_it_is(request, texts.category(ctx, ctx.language, request.category))
    await _correct(ctx, request, Move.RECATEGORISE, given, "recategorise")


def urgency_named(ctx: Context, text: str) -> str:
    """The urgency called so in any language; raises RefusalError."""
    wanted = text.casefold().strip()
    for urgency in Urgency:
        names = ctx.desk.words.every(f"request.urgency.{urgency}")
        if wanted in {urgency.value, *(each.casefold() for each in names)}:
            return urgency.value
    known = ctx.t("request.between").join(ctx.t(f"request.urgency.{each}") for each in Urgency)
    raise RefusalError("request.urgency_near", text=text[:30], known=known)


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
    given = Given(urgency=urgency_named(ctx, rest))
    if given.urgency == request.urgency:
        raise _as_it_is(request, ctx.t(f"request.urgency.{request.urgency}"))
    await _correct(ctx, request, Move.CORRECT, given, "urgency")


async def close(ctx: Context, request: Request, rest: str) -> None:
    """/close 12 [REASON]: by a code's name or in words (R34)."""
    await access.may_begin(ctx, request, Move.CLOSE)
    if not rest:
        await asking_more.why(ctx, request, Move.CLOSE, "close")
        return
    codes = {ctx.t(f"request.code.{code}"): code for code in CODES[Move.CLOSE]}
    code = rest if rest in ENDING_OF_CODE else codes.get(rest)
    given = Given(code=code, reason=None if code else rest)
    await _correct(ctx, request, Move.CLOSE, given, "close")


def _as_it_is(request: Request, what: str) -> RefusalError:
    """What would change nothing asks nobody anew, and is no line of the audit."""
    return RefusalError("request.as_it_is", number=request.number, what=what)


async def _correct(
    ctx: Context, request: Request, kind: Move, given: Given, verb: str, **values: object
) -> None:
    """Make the move; keep where the request stood, so that it can be taken back."""
    stood = await standing(ctx.store, request)
    case = await moving.move(ctx, request, kind, ctx.person, given)
    back = {**stood.model_dump(mode="json"), "event": case.event.id if case.event else 0}
    await _answer(ctx, request, verb, back, **values)


async def _answer(
    ctx: Context, request: Request, verb: str, back: dict[str, Any] | None, **values: object
) -> None:
    undo = {**back, "request": request.id} if back is not None else None
    detail = {"request": request.id, **_changed(request, verb, back or {})}
    audit = await record(ctx, f"request_{verb}", detail=detail, undo=undo)
    rows = ((button(ctx.t("directory.button_undo"), f"undo:{audit.id}"),),) if undo else ()
    ctx.answer_text(ctx.t(f"request.did.{verb}", number=request.number, **values), buttons=rows)


#: What a correction changed: its name among what it was, and the request's own.
CHANGED = {
    "move": ("area", "area_id"),
    "recategorise": ("category", "category"),
    "urgency": ("urgency", "urgency"),
    "assign": ("holder", "holder_id"),
}


def _changed(request: Request, verb: str, back: dict[str, Any]) -> dict[str, Any]:
    """From what to what, for the audit log."""
    if verb == "merge":
        return {"into": request.merged_into}
    kind, name = CHANGED.get(verb, ("", ""))
    return {"change": [kind, back.get(kind), getattr(request, name)]} if kind else {}


STEERS: dict[str, Steer] = {
    "assign": assign,
    "merge": merge,
    "split": split,
    "move": to_place,
    "recat": recategorise,
    "urgency": urgency,
    "close": close,
}


async def undo(ctx: Context, audit: Audit) -> None:
    """Take a correction back: the request stands where it stood before."""
    back = dict(audit.undo or {})
    request = await ctx.store.get(Request, int(back.pop("request", 0)))
    made = await ctx.store.get(Event, int(back.pop("event", 0)))
    if request is None or made is None:
        raise RefusalError("directory.undo_gone")
    given = Given(stood=Stood.model_validate(back), undoes=made)
    await moving.move(ctx, request, Move.UNDO, ctx.person, given)


UNDO = {
    f"request_{verb}": undo
    for verb in ("move", "recategorise", "urgency", "close", "merge", "assign")
}
