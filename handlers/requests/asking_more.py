"""Asking by buttons for what is missing: why, until when, whom; words are taken as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from config.terms import Evidence
from handlers import forms
from handlers.chat.incoming import Press
from handlers.chat.outgoing import Button, Content, Rows, button
from handlers.context import Context
from handlers.directory import finding, paging
from handlers.directory.addresses import addresses
from handlers.directory.roster import role_name
from handlers.directory.several import SeveralError
from handlers.directory.zones import zone_at
from handlers.manner import Manner
from handlers.requests import alone, texts
from handlers.requests.rules import CODES, Move, State, done_codes
from storage.queries import areas as areas_query
from storage.queries import request_lists as list_query
from storage.queries import requests as query
from storage.tables import Chat, Request

#: Days ahead that are offered for waiting.
DAYS = (0, 1, 2, 3, 7, 14)
PEOPLE_ON_A_PAGE = 12
MOST_OTHERS = 6
UNENDED = tuple(state.value for state in State if state is not State.CLOSED)
FORM = "more"
#: Verbs of buttons with more than a number that stand on cards and pages themselves.
STANDING = frozenset({"done", "ok", "no"})


def in_rows(buttons: Sequence[Button], wide: int = 2) -> Rows:
    """Buttons in rows of `wide`."""
    return tuple(tuple(buttons[i : i + wide]) for i in range(0, len(buttons), wide))


def picked(ctx: Context) -> bool:
    """Whether the answer to such a question was pressed, whose place the next thing takes."""
    if not isinstance(ctx.incoming, Press):
        return False
    verb, *arguments = ctx.incoming.data.split(":")
    return len(arguments) > 1 and verb not in STANDING


async def waits(ctx: Context, request: Request) -> bool:
    """Whether something about a request is asked of this person here."""
    draft = await forms.draft_of(ctx)
    return draft is not None and draft.form == FORM and draft.data.get("request") == request.id


async def ask(
    ctx: Context, request: Request, key: str, rows: Rows, more: dict[str, Any] | None = None
) -> None:
    """Show a question about a request to who acts: in private where possible, else here.

    A question that follows another takes its place. `more` is what the words of an answer
    complete (a form of the chat in which the question stands).
    """
    follows = picked(ctx)
    chat = ctx.chat if follows else await _where(ctx)
    if more is not None:
        there = replace(ctx, chat=chat)
        draft = await forms.start(there, FORM, str(more["move"]), {"request": request.id, **more})
        rows = (*rows, (forms.drop_button(ctx, draft),))
    content = Content(text=ctx.t(key, number=request.number), buttons=rows)
    if follows:
        ctx.edit_pressed(content)
    else:
        slot = f"q{request.id}.{ctx.person.id}.{ctx.message_id}"
        ctx.show(chat, slot, content, Manner(about=request.id))
        if chat.id != ctx.chat.id and not ctx.acknowledged:
            ctx.toast(ctx.t("request.see_private"))


async def cannot_come(ctx: Context, request: Request) -> None:
    """Who has it says that they cannot come: pass it on, or let it wait?"""
    buttons = [button(ctx.t(f"card.button.{it}"), f"{it}:{request.id}") for it in ("pass", "wait")]
    await ask(ctx, request, "request.cannot_come", in_rows(buttons))


async def _where(ctx: Context) -> Chat:
    if ctx.private:
        return ctx.chat
    found = await addresses(ctx, [ctx.person], ctx.chat, ctx.language)
    return found[ctx.person.id].chat or ctx.chat


async def why(ctx: Context, request: Request, move: Move, verb: str) -> None:
    """Which reason? By code, or in words."""
    buttons = [
        button(ctx.t(f"request.code.{code}"), f"{verb}:{request.id}:{code}") for code in CODES[move]
    ]
    await ask(ctx, request, f"request.ask_why.{verb}", in_rows(buttons), {"move": verb})


async def proof(
    ctx: Context, request: Request, missing: Evidence, words: str, code: str | None
) -> None:
    """What "done" must come with here: a code by a tap, words, or a photo (R34)."""
    known = ctx.policy.categories.get(request.category)
    codes = done_codes(known.ladder if known else "default") if missing == "code" else ()
    buttons = [button(ctx.t(f"request.code.{each}"), f"done:{request.id}:{each}") for each in codes]
    more = {"move": "done", "words": texts.short(words, 300), "code": code}
    await ask(ctx, request, f"request.evidence_{missing}", in_rows(buttons), more)


async def when(ctx: Context, request: Request, code: str, *, words: str = "") -> None:
    """Until when is it waited? By days, or in words ("周五")."""
    zone = zone_at(ctx, await areas_query.facts_at(ctx.store, request.area_id))
    longest = ctx.policy.pauses.longest_for(code).calendar
    buttons = [
        button(
            ctx.t("request.today")
            if days == 0
            else texts.day(ctx, ctx.language, ctx.now + timedelta(days=days), zone),
            f"wait:{request.id}:{code}:{days}",
        )
        for days in DAYS
        if timedelta(days=days) <= longest
    ]
    more = {"move": "wait", "code": code, "words": texts.short(words, 300)}
    await ask(ctx, request, "request.ask_when", in_rows(buttons, 3), more)


async def whom(
    ctx: Context, request: Request, verb: str, *, up: bool = False, page: int = 0
) -> None:
    """Who is meant? Those who can answer over the place, the nearest first, a page of them."""
    roles = [role for role, each in ctx.policy.roles.items() if "answer" in each.rights]
    ids = areas_query.ids_of(request.area_path)
    found = {
        each.person.id: (each.person, each.role)
        for each in reversed(await query.holders(ctx.store, ids, roles, ctx.now))
        if each.person.id != ctx.person.id and not each.away
    }
    people = list(reversed(found.values()))
    buttons = [
        button(
            ctx.t("request.person", name=person.name, role=role_name(ctx, ctx.language, role)),
            f"{verb}:{request.id}:{person.id}",
        )
        for person, role in paging.on_page(people, page, PEOPLE_ON_A_PAGE)
    ]
    if up and page == 0:
        buttons.insert(0, button(ctx.t("request.button_up"), f"{verb}:{request.id}:up", "primary"))
    turns = paging.turns(
        ctx,
        page,
        len(people),
        lambda number: f"whom:{request.id}:{verb}:{int(up)}:{number}",
        on_a_page=PEOPLE_ON_A_PAGE,
    )
    rows = (*in_rows(buttons, 1), *turns)
    await ask(ctx, request, f"request.ask_whom.{verb}", rows, {"move": verb})


async def among(ctx: Context, request: Request, verb: str, several: SeveralError) -> None:
    """Which of those who are called so is meant?"""
    buttons = [
        button(name, f"{verb}:{request.id}:{finding.id_in(token)}")
        for name, token in several.choices
    ]
    content = Content(
        text=ctx.t("filling.which", text=several.text),
        buttons=in_rows(buttons, 1),
    )
    ctx.say(ctx.chat, content, Manner(about=request.id))


async def which(ctx: Context, request: Request, verb: str) -> None:
    """Which other request? Those that are not ended near it, or its number in words."""
    near = list_query.Wanted(paths=(request.area_path,), states=UNENDED, without=(request.id,))
    if not (rows := await list_query.listed(ctx.store, near, limit=MOST_OTHERS)):
        top = f"/{request.root_id}/"
        near = list_query.Wanted(paths=(top,), states=UNENDED, without=(request.id,))
        rows = await list_query.listed(ctx.store, near, limit=MOST_OTHERS)
    buttons = [
        button(
            f"#{row.request.number} {texts.category(ctx, ctx.language, row.request.category)}"
            f" {await alone.words_here(ctx, row.request, 16)}",
            f"{verb}:{request.id}:{row.request.number}",
        )
        for row in rows
    ]
    await ask(ctx, request, f"request.ask_words.{verb}", in_rows(buttons, 1), {"move": verb})


async def words(ctx: Context, request: Request, verb: str) -> None:
    """In words only."""
    await ask(ctx, request, f"request.ask_words.{verb}", (), {"move": verb})
