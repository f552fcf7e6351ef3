"""What a promise looks like to its maker: the question, the ledger's answer, the reminder."""

from __future__ import annotations

from datetime import timedelta

from handlers.chat.outgoing import Button, Content, Rows, button
from handlers.context import Context
from handlers.promises.rules import ASKED
from handlers.requests import cards, texts
from handlers.requests.asking_more import in_rows
from handlers.requests.case import Case
from handlers.requests.promised import COME
from handlers.requests.rules import CODES, Move, State
from storage.tables import Promise

#: Days ahead that are offered when a promise is moved.
DAYS = (1, 2, 3, 5, 7, 14)
REASONS = tuple(code for code in CODES[Move.WAIT] if code != "other")


def slot(promise: Promise) -> str:
    """The standing message that asks about a promise."""
    return f"pro{promise.id}"


def what(case: Case, language: str, promise: Promise) -> str:
    """What is promised until when, in half a sentence."""
    key = "promises.come" if promise.kind == COME else "promises.solve"
    return case.work.word(language, key, until=texts.when(case, language, promise.due))


def question(
    case: Case, language: str, promise: Promise, *, bare: bool, former: Promise | None
) -> Content:
    """Is it meant as a promise? One tap, by the one who said it."""
    word, number = case.work.word, case.request.number
    said = what(case, language, promise)
    if former is not None:
        text = word(language, "promises.ask_move", number=number, what=said)
    else:
        text = word(language, "promises.ask", number=number, what=said)
    return Content(
        title=cards.title(case, language),
        text=text,
        buttons=_answers(case, language, promise, bare=bare),
    )


def _answers(case: Case, language: str, promise: Promise, *, bare: bool) -> Rows:
    word, here = case.work.word, promise.id
    take = case.state is State.OPEN
    yes = word(language, "promises.yes_take" if take else "promises.yes")
    no = button(word(language, "promises.no"), f"pro:no:{here}")
    if not bare:
        return ((button(yes, f"pro:yes:{here}", "primary"), no),)
    solve = button(word(language, "promises.yes_solve"), f"pro:yes:{here}", "primary")
    come = button(word(language, "promises.yes_come"), f"pro:come:{here}")
    return ((solve, come), (no,))


def kept(case: Case, language: str, promise: Promise) -> Content:
    """It stands in the ledger from now on."""
    text = case.work.word(
        language,
        "promises.noted",
        number=case.request.number,
        what=what(case, language, promise),
    )
    row = (_move(case, language, promise),)
    if not promise.moves:
        back = button(case.work.word(language, "promises.back"), f"pro:back:{promise.id}")
        row = (*row, back)
    return Content(text=text, buttons=(row,))


def reminder(case: Case, language: str, promise: Promise) -> Content:
    """It falls due soon; a tap says that it is done, or that it takes longer."""
    word = case.work.word
    text = word(language, "promises.reminder", what=what(case, language, promise))
    return Content(
        title=cards.title(case, language, exact=True),
        text=text,
        buttons=(_done(case, language, promise), (_move(case, language, promise),)),
    )


def broken(case: Case, language: str, promise: Promise) -> Content:
    """It was not kept: those who wait were told so; what its maker can do now."""
    text = case.work.word(
        language,
        "promises.yours_broken",
        number=case.request.number,
        what=what(case, language, promise),
    )
    return Content(
        text=text, buttons=(_done(case, language, promise), (_move(case, language, promise),))
    )


def _done(case: Case, language: str, promise: Promise) -> tuple[Button, ...]:
    word = case.work.word
    done = button(word(language, "card.button.done"), f"done:{case.request.id}", "success")
    if promise.kind != COME:
        return (done,)
    return (button(word(language, "promises.came"), f"pro:came:{promise.id}", "success"), done)


def _move(case: Case, language: str, promise: Promise) -> Button:
    return button(case.work.word(language, "promises.move"), f"pro:move:{promise.id}")


def days(ctx: Context, case: Case, promise: Promise) -> Content:
    """Until which day then?"""
    buttons = [
        button(
            texts.day(ctx, ctx.language, ctx.now + timedelta(days=n), case.zone),
            f"pro:day:{promise.id}:{n}",
        )
        for n in DAYS
    ]
    text = ctx.t("promises.ask_day", number=case.request.number)
    return Content(text=text, buttons=in_rows(buttons, 3))


def reasons(ctx: Context, case: Case, promise: Promise) -> Content:
    """Why it is moved: those who wait are told."""
    assert promise.state == ASKED
    buttons = [
        button(ctx.t(f"request.code.{code}"), f"pro:why:{promise.id}:{code}") for code in REASONS
    ]
    text = ctx.t(
        "promises.ask_why", number=case.request.number, what=what(case, ctx.language, promise)
    )
    return Content(text=text, buttons=in_rows(buttons))
