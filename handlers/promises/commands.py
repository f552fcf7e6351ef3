"""/promise, the buttons of a promise, and the words that answer what was asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, time, timedelta

from handlers import forms
from handlers.chat.incoming import Message, Press
from handlers.chat.outgoing import Content, Mark
from handlers.commands import Command, Subject
from handlers.context import Context
from handlers.directory import access
from handlers.directory.zones import zone_at
from handlers.promises import cards, making, numbers
from handlers.promises.rules import ASKED, BROKEN, KEPT, OPEN
from handlers.requests import noting, plain_words, promised, texts, when
from handlers.requests.case import Case
from handlers.requests.commands import meant
from handlers.requests.promised import COME, SOLVE
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.queries import promises as query
from storage.tables import Draft, Promise, Request

FORM = "promise"
END_OF_DAY = time(18)


async def promise(ctx: Context, rest: str) -> None:
    """/promise lists what one must still keep; /promise 12 周五 gives one, or moves it."""
    found = await meant(ctx, rest)
    if found is None:
        if rest:
            raise RefusalError("request.number_wrong", text=rest[:40])
        await _list(ctx)
        return
    request, words = found
    case = await making.case_of(ctx, request, ctx.person)
    mine = await query.open_of(ctx.store, request.id, ctx.person.id)
    if words:
        await _said(ctx, case, words, mine)
    elif mine is not None:
        await _ask_day(ctx, case, mine)
    else:
        raise RefusalError("promises.when", number=request.number)


async def parses(ctx: Context, rest: str) -> bool:
    """Whether it names a request by its number."""
    return rest.split()[0].lstrip("#＃№").isdecimal()


async def _list(ctx: Context) -> None:
    found = await query.of_person(ctx.store, ctx.person.id)
    lines: list[str] = []
    for each, request in found:
        facts = await areas_query.facts_at(ctx.store, request.area_id)
        until = texts.moment(ctx, ctx.language, each.due, zone_at(ctx, facts))
        kind = "promises.come" if each.kind == COME else "promises.solve"
        lines.append(ctx.t("promises.line", number=request.number, what=ctx.t(kind, until=until)))
    serves = lines or await access.areas_with(ctx, "answer")
    key = "list_how" if lines else "list_none" if serves else "list_theirs"
    ctx.answer_text("\n".join((*lines, ctx.t(f"promises.{key}"))))


async def _said(ctx: Context, case: Case, words: str, mine: Promise | None) -> None:
    """A date in words of somebody who means it: no further tap is asked for."""
    wording = promised.wording_of(ctx.desk.words)
    due = when.by(words, ctx.now, case.zone)
    if due is None:
        raise RefusalError("promises.when", number=case.request.number)
    found = promised.read(wording, words, ctx.now, case.zone)
    kind = found.kind if found else mine.kind if mine else SOLVE
    made = await making.ask(case, ctx.person, kind, due)
    if mine is None:
        await _give(ctx, case, made)
        return
    code = plain_words.why_wait(plain_words.phrases_of(ctx.desk.words), words)
    if code is None and not promised.besides(wording, words):
        await _ask_why(ctx, case, made)
        return
    await _move(ctx, case, made, mine, code, words)


async def _give(ctx: Context, case: Case, made: Promise) -> None:
    await making.give(case, made, ctx.person)
    await forms.end(ctx, FORM)
    _done(ctx, cards.kept(case, ctx.language, made))


async def _move(
    ctx: Context, case: Case, made: Promise, mine: Promise, code: str | None, words: str | None
) -> None:
    """What was asked about takes the place of what stood: the older row keeps its history."""
    mine.kind = made.kind
    await making.move(case, mine, made.due, ctx.person, code, words)
    await forms.end(ctx, FORM)
    _done(ctx, cards.kept(case, ctx.language, mine))
    making.drop(made)
    await ctx.store.flush()


def _done(ctx: Context, content: Content) -> None:
    """In a group the card says so; a command there gets a quiet mark."""
    if isinstance(ctx.incoming, Message) and not ctx.private:
        ctx.mark(ctx.chat, ctx.incoming.message_id, Mark.HEARD)
    else:
        _show(ctx, content)


def _show(ctx: Context, content: Content) -> None:
    """In place of the question; to a command, as its answer."""
    if isinstance(ctx.incoming, Press):
        ctx.edit_pressed(content)
    else:
        ctx.answer_text(content.text, buttons=content.buttons)


async def _ask_day(ctx: Context, case: Case, mine: Promise) -> None:
    draft = await forms.start(ctx, FORM, "day", {"promise": mine.id})
    content = cards.days(ctx, case, mine)
    drop = (forms.drop_button(ctx, draft),)
    ctx.say(ctx.chat, content.model_copy(update={"buttons": (*content.buttons, drop)}))


async def _ask_why(ctx: Context, case: Case, made: Promise) -> None:
    draft = await forms.start(ctx, FORM, "why", {"promise": made.id})
    content = cards.reasons(ctx, case, made)
    drop = (forms.drop_button(ctx, draft),)
    content = content.model_copy(update={"buttons": (*content.buttons, drop)})
    _show(ctx, content)


async def _yes(ctx: Context, made: Promise, case: Case, rest: Sequence[str]) -> None:
    if made.state != ASKED:
        raise RefusalError("access.old_button")
    mine = await query.open_of(ctx.store, case.request.id, ctx.person.id)
    if mine is None:
        await _give(ctx, case, made)
    elif made.reason or made.reason_code:
        await _move(ctx, case, made, mine, made.reason_code, made.reason)
    else:
        await _ask_why(ctx, case, made)


async def _come(ctx: Context, made: Promise, case: Case, rest: Sequence[str]) -> None:
    made.kind = COME
    await _yes(ctx, made, case, rest)


async def _no(ctx: Context, made: Promise, case: Case, rest: Sequence[str]) -> None:
    if made.state != ASKED:
        raise RefusalError("access.old_button")
    making.drop(made)
    await ctx.store.flush()
    ctx.edit_pressed(Content(text=ctx.t("promises.not_noted")))


async def _back(ctx: Context, mine: Promise, case: Case, rest: Sequence[str]) -> None:
    if mine.state != OPEN:
        raise RefusalError("access.old_button")
    await making.take_back(case, mine, ctx.person)
    ctx.edit_pressed(Content(text=ctx.t("promises.not_noted")))


async def _why(ctx: Context, made: Promise, case: Case, rest: Sequence[str]) -> None:
    mine = await query.open_of(ctx.store, case.request.id, ctx.person.id)
    if made.state != ASKED or mine is None or rest[0] not in cards.REASONS:
        raise RefusalError("access.old_button")
    await _move(ctx, case, made, mine, rest[0], None)


async def _other_day(ctx: Context, mine: Promise, case: Case, rest: Sequence[str]) -> None:
    if mine.state not in (OPEN, BROKEN):
        raise RefusalError("access.old_button")
    await _ask_day(ctx, case, mine)


async def _day(ctx: Context, mine: Promise, case: Case, rest: Sequence[str]) -> None:
    if mine.state not in (OPEN, BROKEN):
        raise RefusalError("access.old_button")
    day = ctx.now.astimezone(case.zone).date() + timedelta(days=int(rest[0]))
    await _again(ctx, mine, case, datetime.combine(day, END_OF_DAY, tzinfo=case.zone))


async def _again(ctx: Context, mine: Promise, case: Case, due: datetime) -> None:
    """One that stands is moved, with a reason; after a broken one it is a new promise."""
    making.check(case, due)
    made = await making.ask(case, ctx.person, mine.kind, due)
    if await query.open_of(ctx.store, case.request.id, ctx.person.id) is None:
        await _give(ctx, case, made)
    else:
        await _ask_why(ctx, case, made)


async def _came(ctx: Context, mine: Promise, case: Case, rest: Sequence[str]) -> None:
    """I was there: a promised visit is kept."""
    if mine.state != OPEN or mine.kind != COME:
        raise RefusalError("access.old_button")
    await noting.note(case, "promise_came", ctx.person)
    await making.settle(case, mine, KEPT)
    ctx.edit_pressed(Content(text=ctx.t("promises.kept_visit", number=case.request.number)))


Pressed = Callable[[Context, Promise, Case, Sequence[str]], Awaitable[None]]
PRESSES: dict[str, Pressed] = {
    "yes": _yes,
    "come": _come,
    "no": _no,
    "why": _why,
    "move": _other_day,
    "day": _day,
    "came": _came,
    "back": _back,
}


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "pro:<what>:<promise>[:...]", for the one who promised it alone."""
    what, number, *rest = arguments
    found, case = await _theirs(ctx, int(number))
    await PRESSES[what](ctx, found, case, rest)


async def _theirs(ctx: Context, promise_id: int) -> tuple[Promise, Case]:
    """A promise of this person's. Raises RefusalError."""
    found = await ctx.store.get(Promise, promise_id)
    request = await ctx.store.get(Request, found.request_id) if found else None
    if found is None or request is None:
        raise RefusalError("access.old_button")
    if found.person_id != ctx.person.id:
        raise RefusalError("promises.not_yours")
    return found, await making.case_of(ctx, request, ctx.person)


async def on_words(ctx: Context, draft: Draft, message: Message) -> bool:
    """The day, or the reason, in words."""
    text = message.text.strip()
    if not text:
        return False
    found, case = await _theirs(ctx, int(draft.data["promise"]))
    if draft.step == "day":
        due = when.by(text, ctx.now, case.zone)
        if due is None:
            raise RefusalError("promises.when", number=case.request.number)
        await _again(ctx, found, case, due)
        return True
    mine = await query.open_of(ctx.store, case.request.id, ctx.person.id)
    if found.state != ASKED or mine is None:
        raise RefusalError("access.old_button")
    code = plain_words.why_wait(plain_words.phrases_of(ctx.desk.words), text)
    await _move(ctx, case, found, mine, code, text)
    return True


SUBJECT = Subject(
    commands=(
        Command("promise", promise, ("承诺",), right="answer", concerned=True, parses=parses),
    ),
    presses={"pro": on_press},
    forms={FORM: on_words},
    sections=(numbers.SECTION,),
)
