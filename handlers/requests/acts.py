"""What people do with a request: one function an act, for commands and buttons alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, time, timedelta

from handlers import forms
from handlers.chat.incoming import Message, Press
from handlers.chat.outgoing import Content, Mark
from handlers.context import Context
from handlers.directory import access as rights
from handlers.directory.finding import find_person
from handlers.directory.several import SeveralError
from handlers.directory.zones import zone_at
from handlers.requests import (
    access,
    asking_more,
    callback,
    details,
    joining,
    moving,
    noting,
    plain_words,
    speaking,
)
from handlers.requests import when as words_to_moment
from handlers.requests.evidence import EvidenceError
from handlers.requests.given import Given
from handlers.requests.rules import CODES, Move, State, done_codes, may
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.tables import Draft, Person, Request

#: Runs an act with the words behind the number; empty: they may be asked for.
Act = Callable[[Context, Request, str], Awaitable[None]]
#: Runs an act with what was picked by a button.
Pick = Callable[[Context, Request, Sequence[str]], Awaitable[None]]

END_OF_DAY = time(18)


def did(ctx: Context, request: Request, verb: str, **values: object) -> None:
    """Say shortly that it is done: a notice to who pressed, a mark on a group's command."""
    text = ctx.t(f"request.did.{verb}", number=request.number, **values)
    if isinstance(ctx.incoming, Press):
        ctx.toast(text)
        if asking_more.picked(ctx):
            ctx.edit_pressed(Content(text=text))  # the question is answered
    elif ctx.private:
        ctx.answer_text(text, about=request.id)
    elif isinstance(ctx.incoming, Message):
        ctx.mark(ctx.chat, ctx.incoming.message_id, Mark.HEARD)


async def _move(ctx: Context, request: Request, kind: Move, verb: str, given: Given) -> None:
    await moving.move(ctx, request, kind, ctx.person, given)
    await forms.end(ctx, asking_more.FORM)
    did(ctx, request, verb)


async def take(ctx: Context, request: Request, rest: str) -> None:
    """I see to it."""
    await _move(ctx, request, Move.TAKE, "take", Given())


async def on_it(ctx: Context, request: Request, rest: str) -> None:
    """Said in words, I see to it; by who has it already: I am still on it.

    A button pressed twice says nothing new, hence words only.
    """
    held = request.holder_id == ctx.person.id and request.state == State.TAKEN
    await (still if held else take)(ctx, request, rest)


async def resume(ctx: Context, request: Request, rest: str) -> None:
    """The waiting is over."""
    await _move(ctx, request, Move.RESUME, "resume", Given())


async def help_(ctx: Context, request: Request, rest: str) -> None:
    """Somebody should come along."""
    try:
        to = await find_person(ctx, rest) if rest else None
    except SeveralError as several:
        await access.may_begin(ctx, request, Move.HELP)
        await asking_more.among(ctx, request, "help", several)
        return
    await _move(ctx, request, Move.HELP, "help", Given(to=to))


async def pick_help(ctx: Context, request: Request, picked: Sequence[str]) -> None:
    """The person picked should come along."""
    await _move(
        ctx, request, Move.HELP, "help", Given(to=await picked_person(ctx, request, picked[0]))
    )


async def busy(ctx: Context, request: Request, rest: str) -> None:
    """I can't: the others of the rung, else the next one, at once."""
    await _move(ctx, request, Move.HAND_ON, "pass", Given(reason=rest or None, only_me=True))


async def still(ctx: Context, request: Request, rest: str) -> None:
    """I am still on it: shows life, so that nobody else is asked (R26)."""
    case = await access.case_of(ctx, request)
    if request.holder_id != ctx.person.id or case.state is not State.TAKEN:
        raise await access.already(case, ctx.person)
    await noting.note(case, "update", ctx.person, text=rest or ctx.t("card.button.still"))
    await ctx.store.flush()
    await noting.refresh(case)
    did(ctx, request, "still")


async def done(ctx: Context, request: Request, rest: str) -> None:
    """It is done, with what was done in words."""
    code = None if rest else _first_code(ctx, request)
    await _done(ctx, request, Given(reason=rest or None, code=code))


async def _done(ctx: Context, request: Request, given: Given) -> None:
    """Where proof is missing it is asked for; the words said wait for it (R34)."""
    message = ctx.incoming
    if isinstance(message, Message) and message.media:
        await details.add_detail(ctx, request, message, wordless=True)
    try:
        case = await moving.move(ctx, request, Move.DONE, ctx.person, given)
    except EvidenceError as error:
        await asking_more.proof(ctx, request, error.missing, given.reason or "", given.code)
        return
    await forms.end(ctx, asking_more.FORM)
    did(ctx, request, "done" if case.state is State.DONE else "done_at_once")


def _first_code(ctx: Context, request: Request) -> str:
    known = ctx.policy.categories.get(request.category)
    return done_codes(known.ladder if known else "default")[0]


async def pick_done(ctx: Context, request: Request, picked: Sequence[str]) -> None:
    """It is done, by code."""
    if not ctx.desk.words.has(f"request.code.{picked[0]}"):
        raise RefusalError("access.old_button")
    await _done(ctx, request, Given(code=picked[0]))


async def wait(ctx: Context, request: Request, rest: str) -> None:
    """For a reason, until a moment; what is missing is asked for."""
    if not rest:
        await access.may_begin(ctx, request, Move.WAIT)
        await asking_more.why(ctx, request, Move.WAIT, "wait")
        return
    facts = await areas_query.facts_at(ctx.store, request.area_id)
    until = words_to_moment.until(rest, ctx.now, zone_at(ctx, facts))
    code = plain_words.why_wait(plain_words.phrases_of(ctx.desk.words), rest)
    if until is None:
        await access.may_begin(ctx, request, Move.WAIT)
        await asking_more.when(ctx, request, code or "other", words=rest)
        return
    await _move(ctx, request, Move.WAIT, "wait", Given(reason=rest, code=code, until=until))


async def pick_wait(ctx: Context, request: Request, picked: Sequence[str]) -> None:
    """First the reason's code, then the days ahead."""
    code = picked[0]
    if code not in CODES[Move.WAIT]:
        raise RefusalError("access.old_button")
    if len(picked) == 1:
        await asking_more.when(ctx, request, code)
        return
    draft = await forms.draft_of(ctx)
    said = draft.data if draft and draft.data.get("request") == request.id else {}
    until = await _in_days(ctx, request, int(picked[1]))
    reason = str(said.get("words") or "") or None
    await _move(ctx, request, Move.WAIT, "wait", Given(reason=reason, code=code, until=until))


async def _in_days(ctx: Context, request: Request, days: int) -> datetime:
    zone = zone_at(ctx, await areas_query.facts_at(ctx.store, request.area_id))
    day = (ctx.now.astimezone(zone) + timedelta(days=days)).date()
    until = datetime.combine(day, END_OF_DAY, tzinfo=zone)
    return until if until > ctx.now + timedelta(hours=1) else ctx.now + timedelta(hours=3)


async def cannot(ctx: Context, request: Request, rest: str) -> None:
    """It cannot be solved, with why."""
    await _closing(ctx, request, Move.CANNOT, "cannot", rest)


async def refer(ctx: Context, request: Request, rest: str) -> None:
    """It was handed to somebody outside, with to whom."""
    await _closing(ctx, request, Move.REFER, "refer", rest)


async def _closing(ctx: Context, request: Request, kind: Move, verb: str, rest: str) -> None:
    if not rest:
        await access.may_begin(ctx, request, kind)
        await asking_more.why(ctx, request, kind, verb)
        return
    await _move(ctx, request, kind, verb, Given(reason=rest))


async def pick_cannot(ctx: Context, request: Request, picked: Sequence[str]) -> None:
    """By code."""
    await _move(ctx, request, Move.CANNOT, "cannot", _coded(Move.CANNOT, picked[0]))


async def pick_refer(ctx: Context, request: Request, picked: Sequence[str]) -> None:
    """By code."""
    await _move(ctx, request, Move.REFER, "refer", _coded(Move.REFER, picked[0]))


def _coded(kind: Move, code: str) -> Given:
    if code not in CODES[kind]:
        raise RefusalError("access.old_button")
    return Given(code=code)


async def pass_(ctx: Context, request: Request, rest: str) -> None:
    """To somebody else; without a name, who is asked for."""
    if not rest:
        await access.may_begin(ctx, request, Move.HAND_ON)
        await asking_more.whom(ctx, request, "pass", up=True)
        return
    try:
        to = await find_person(ctx, rest)
    except SeveralError as several:
        await access.may_begin(ctx, request, Move.HAND_ON)
        await asking_more.among(ctx, request, "pass", several)
        return
    await _move(ctx, request, Move.HAND_ON, "pass", Given(to=to))


async def pick_pass(ctx: Context, request: Request, picked: Sequence[str]) -> None:
    """To the next rung, or to the person picked."""
    to = None if picked[0] == "up" else await picked_person(ctx, request, picked[0])
    await _move(ctx, request, Move.HAND_ON, "pass", Given(to=to))


async def picked_person(ctx: Context, request: Request, person_id: str) -> Person:
    """One of those whom our buttons offer. Raises RefusalError for anybody else: no number that
    somebody tries out tells them a name."""
    person = await ctx.store.get(Person, int(person_id)) if person_id.isdecimal() else None
    if person is None or not await rights.may(ctx, person.id, "answer", request.area_path):
        raise RefusalError("access.old_button")
    return person


async def cancel(ctx: Context, request: Request, rest: str) -> None:
    """It is no request."""
    await _move(ctx, request, Move.CANCEL, "cancel", Given(code="not_request", reason=rest or None))


async def metoo(ctx: Context, request: Request, rest: str) -> None:
    """So it is with us. A button that is too old changes nothing (R28)."""
    if isinstance(ctx.incoming, Press) and request.state == State.CLOSED:
        raise await access.already(await access.case_of(ctx, request), ctx.person)
    new = await joining.join(ctx, request, ctx.person, chat=ctx.chat)
    did(ctx, request, "metoo" if new else "metoo_again")


async def solved(ctx: Context, request: Request, rest: str) -> None:
    """Yes, it is solved."""
    await callback.solved(ctx, request, ctx.person)
    did(ctx, request, "ok")


async def is_solved(ctx: Context, request: Request, rest: str) -> None:
    """Said in words, yes, it is solved; before that is asked, of who may say that it is done."""
    case = await access.case_of(ctx, request)
    early = may(case.state, Move.DONE, await access.whos(case, ctx.person))
    await (done if early else solved)(ctx, request, rest)


async def unsolved(ctx: Context, request: Request, rest: str) -> None:
    """No, it is not; why, is asked afterwards (R48)."""
    await callback.not_solved(ctx, request, ctx.person, Given(reason=rest or None))
    asks = not rest
    if not (asks and ctx.private and isinstance(ctx.incoming, Message)):  # the question says it
        did(ctx, request, "no")
    if asks:
        await asking_more.why(ctx, request, Move.NOT_SOLVED, "whynot")


async def pick_solved(ctx: Context, request: Request, picked: Sequence[str]) -> None:
    """Yes, to the question of this round."""
    await _still_asked(ctx, request, picked[0])
    await solved(ctx, request, "")


async def pick_unsolved(ctx: Context, request: Request, picked: Sequence[str]) -> None:
    """No, to the question of this round."""
    await _still_asked(ctx, request, picked[0])
    await unsolved(ctx, request, "")


async def _still_asked(ctx: Context, request: Request, asked_in: str) -> None:
    """A question that was asked before answers nothing now (R28)."""
    if asked_in != str(request.round):
        raise await access.already(await access.case_of(ctx, request), ctx.person)


async def pick_whynot(ctx: Context, request: Request, picked: Sequence[str]) -> None:
    """Why it is not solved."""
    await callback.why(ctx, request, ctx.person, _coded(Move.NOT_SOLVED, picked[0]).code or "")
    await forms.end(ctx, asking_more.FORM)
    did(ctx, request, "whynot")


async def whynot(ctx: Context, request: Request, rest: str) -> None:
    """Why it is not solved, in words."""
    await callback.why(ctx, request, ctx.person, rest[: speaking.MOST_WORDS])
    await forms.end(ctx, asking_more.FORM)
    did(ctx, request, "whynot")


async def continue_form(ctx: Context, draft: Draft, text: str, acts: Mapping[str, Act]) -> bool:
    """The words that answer what was asked for ("more"): a reason, a day, a name."""
    request = await ctx.store.get(Request, int(draft.data["request"]))
    act = acts.get(draft.step)
    if request is None or act is None:
        return False
    said = str(draft.data.get("words") or "")
    pictures = isinstance(ctx.incoming, Message) and bool(ctx.incoming.media)
    if draft.step == "done" and (pictures or text.strip()):
        words = "，".join(each for each in (said, text.strip()) if each)
        await _done(ctx, request, Given(reason=words or None, code=draft.data.get("code")))
        return True
    if not text.strip():
        return False
    if draft.step == "wait" and draft.data.get("code"):
        await _wait_until(ctx, request, draft, text, said)
    else:
        await act(ctx, request, text.strip())
    return True


async def _wait_until(ctx: Context, request: Request, draft: Draft, text: str, said: str) -> None:
    facts = await areas_query.facts_at(ctx.store, request.area_id)
    until = words_to_moment.until(text, ctx.now, zone_at(ctx, facts))
    if until is None:
        raise RefusalError("request.wait_when")
    given = Given(reason=said or None, code=str(draft.data["code"]), until=until)
    await _move(ctx, request, Move.WAIT, "wait", given)


#: By the verb of the button and of the command.
ACTS: dict[str, Act] = {
    "take": take,
    "busy": busy,
    "still": still,
    "resume": resume,
    "help": help_,
    "done": done,
    "wait": wait,
    "cannot": cannot,
    "refer": refer,
    "pass": pass_,
    "cancel": cancel,
    "metoo": metoo,
    "ok": solved,
    "no": unsolved,
    "whynot": whynot,
}
PICKS: dict[str, Pick] = {
    "help": pick_help,
    "done": pick_done,
    "wait": pick_wait,
    "cannot": pick_cannot,
    "refer": pick_refer,
    "pass": pick_pass,
    "whynot": pick_whynot,
    "ok": pick_solved,
    "no": pick_unsolved,
}
