"""Whether somebody's words may be kept to learn from: asked once, said by /consent, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers import forms
from handlers.chat.outgoing import Content, Rows, button
from handlers.context import Context
from handlers.directory.addresses import Address
from handlers.manner import Manner
from handlers.work import RefusalError, Work
from storage.queries import learning as query
from storage.tables import Request

YES, NO = "yes", "no"
ON = frozenset({"on", "可以", "同意", "开"})
OFF = frozenset({"off", "不可以", "不同意", "关"})


async def ask_once(work: Work, address: Address, request: Request, delay: timedelta) -> None:
    """Ask somebody in private whether their words may be kept; once in their life, never again."""
    person = address.person
    if address.chat is None or person.lends_words is not None or person.lends_asked_at is not None:
        return
    person.lends_asked_at = work.now
    text = work.word(address.language, "learning.ask", number=request.number)
    content = Content(text=text, buttons=_buttons(work, address.language))
    work.say(address.chat, content, Manner(silent=True, delay=delay or None))


def _buttons(work: Work, language: str) -> Rows:
    yes = button(work.word(language, "learning.button_yes"), f"lend:{YES}")
    no = button(work.word(language, "learning.button_no"), f"lend:{NO}")
    return ((yes, no),)


async def consent(ctx: Context, rest: str) -> None:
    """/consent on, /consent off; alone it says what holds and offers both."""
    said = rest.strip().casefold()
    if not said:
        key = "learning.lends" if ctx.person.lends_words else "learning.lends_not"
        ctx.answer(key, buttons=_buttons(ctx, ctx.language))
        return
    answer = True if said in ON else False if said in OFF else forms.yes_or_no(ctx, said)
    if answer is None:
        raise RefusalError("learning.how", text=rest.strip()[:30])
    await _decide(ctx, lends=answer)
    ctx.answer("learning.given" if answer else "learning.taken")


async def parses(ctx: Context, rest: str) -> bool:
    """Whether it is an answer, and no talk that begins so."""
    return rest.strip().casefold() in ON | OFF


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "lend:yes" and "lend:no"; they speak for whoever presses them."""
    lends = list(arguments) == [YES]
    await _decide(ctx, lends=lends)
    text = ctx.t("learning.given" if lends else "learning.taken")
    if ctx.private:
        ctx.edit_pressed(Content(text=text))
    else:
        ctx.toast(text)


async def _decide(ctx: Context, *, lends: bool) -> None:
    """From now on; what was kept before is given or forgotten with it."""
    ctx.person.lends_words = lends
    ctx.person.lends_asked_at = ctx.person.lends_asked_at or ctx.now
    change = query.give_words if lends else query.take_words
    await change(ctx.store, ctx.person.id)
