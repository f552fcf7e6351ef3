"""Forms: what somebody is filling in by buttons and words; one at a time in each chat.

Each form has a token, and its buttons carry it: the button of an older form changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, delete, select

from config.words import Catalogue
from handlers.chat.incoming import Message
from handlers.chat.outgoing import Button, Content, button
from handlers.context import Context
from handlers.understanding.normal import plain
from handlers.work import RefusalError, Work
from storage.prepared import prepared
from storage.tables import Draft

LASTS = timedelta(minutes=30)
#: What may stand around a word that is a whole answer.
AROUND = " 。.!~,、;…"


async def start(
    ctx: Context, form: str, step: str, data: dict[str, Any], *, lasts: timedelta = LASTS
) -> Draft:
    """Begin a form (an older one of this person here is dropped), or go to its next step.

    Data with a token in it goes on with that form; without one it is a new form.
    """
    draft = await draft_of(ctx)
    if draft is None:
        draft = Draft(chat_id=ctx.chat.id, person_id=ctx.person.id)
        ctx.store.add(draft)
    draft.form, draft.step = form, step
    draft.data = {"token": secrets.token_hex(4), **data}
    draft.expires_at = ctx.now + lasts
    await ctx.store.flush()
    ctx.touched.add(ctx.chat.id)
    return draft


async def draft_of(ctx: Context) -> Draft | None:
    """The form this person is filling in here; None when there is none or it expired."""
    draft = await draft_by(ctx, ctx.person.id)
    if draft is not None and draft.expires_at <= ctx.now:
        await ctx.store.delete(draft)
        await ctx.store.flush()
        return None
    return draft


async def draft_by(ctx: Context, person_id: int) -> Draft | None:
    """The form that somebody is filling in here, expired or not."""
    return await _draft_of.scalar(ctx.store, ctx.chat.id, person_id)


@prepared
def _draft_of(chat_id: int, person_id: int) -> Select[Draft]:
    return select(Draft).where(Draft.chat_id == chat_id, Draft.person_id == person_id)


def choice(draft: Draft, text: str, data: str, style: str | None = None) -> Button:
    """A button of this form and of no other."""
    return button(text, f"{data}:{draft.data['token']}", style)


def drop_button(ctx: Context, draft: Draft, key: str = "filling.button_drop") -> Button:
    """The way out of a form."""
    return choice(draft, ctx.t(key), "drop")


async def pressed(
    ctx: Context, arguments: Sequence[str], gone: str, *forms: str
) -> tuple[Draft, Sequence[str]]:
    """The form (one of `forms`, if any are named) whose button was pressed, and what else the
    button says; refused with the text `gone` when it is not the one being filled in."""
    draft = await draft_of(ctx)
    if draft is None or (forms and draft.form not in forms):
        raise RefusalError(gone)
    if list(arguments[-1:]) != [draft.data.get("token")]:
        raise RefusalError(gone)
    return draft, arguments[:-1]


async def on_drop(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "drop:<token>"."""
    await pressed(ctx, arguments, "filling.gone")
    await drop(ctx)


async def drop(ctx: Context) -> None:
    """The form is given up, and its person told so."""
    await end(ctx)
    ctx.edit_pressed(Content(text=ctx.t("filling.dropped")))


async def end(ctx: Context, *only: str) -> None:
    """The form is done or given up (if it is one of `only`, where any are named)."""
    await end_of(ctx, ctx.person.id, *only)


async def end_of(ctx: Context, person_id: int, *only: str) -> None:
    """The same of somebody's form."""
    draft = await draft_by(ctx, person_id)  # mostly there is none
    if draft is not None and (not only or draft.form in only):
        await ctx.store.delete(draft)
        await ctx.store.flush()
    ctx.touched.add(ctx.chat.id)


def says(ctx: Context, key: str, text: str) -> bool:
    """Whether the whole text is one of the words listed under `key`, in any language."""
    return plain(text).strip(AROUND) in _listed(ctx.desk.words, key)


@cache
def _listed(words: Catalogue, key: str) -> frozenset[str]:
    """The words listed under a key in all languages, as texts are compared."""
    return frozenset(plain(line).strip(AROUND) for line in words.lines(key)) - {""}


def yes_or_no(ctx: Context, text: str) -> bool | None:
    """What a plain answer to "is it right?" says; None: it is no such answer."""
    if says(ctx, "filling.yes_words", text):
        return True
    return False if says(ctx, "filling.no_words", text) else None


#: What an asked "is it right?" does when it is.
Sure = Callable[[Context, Draft], Awaitable[None]]


async def answered(ctx: Context, draft: Draft, text: str, sure: Sure) -> bool:
    """Whether a text answers a draft's "is it right?"; what is right is done, else dropped."""
    answer = yes_or_no(ctx, text)
    if answer is None:
        return False
    await (sure(ctx, draft) if answer else drop(ctx))
    return True


def asks_once(
    form: str, sure: Sure
) -> tuple[
    Callable[[Context, Sequence[str]], Awaitable[None]],
    Callable[[Context, Draft, Message], Awaitable[bool]],
]:
    """What takes the answer to a form that only asks "is it right?": by its button, by words."""

    async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
        draft, _ = await pressed(ctx, arguments, "filling.gone", form)
        await sure(ctx, draft)

    async def on_words(ctx: Context, draft: Draft, message: Message) -> bool:
        return await answered(ctx, draft, message.text, sure)

    return on_press, on_words


async def forget_expired(work: Work) -> None:
    """Drop all forms that nobody finished (their words go with them)."""
    await work.store.execute(delete(Draft).where(Draft.expires_at <= work.now))
