"""/forget_me: the facts stay, the person goes (R52). Asked once more, then done at once.

What others wrote of them is looked through afterwards, a few rows at a tick (`scrubbing`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import forms
from handlers.chat.incoming import Message
from handlers.chat.outgoing import Content
from handlers.context import Context
from handlers.privacy.rules import data_without, history_without
from handlers.privacy.scrubbing import needles_of
from handlers.requests import cards, pages, pictures
from handlers.requests.case import load
from handlers.work import RefusalError
from storage.queries import accounts, erasing, moves
from storage.queries import requests as request_query
from storage.seals import secrets_of
from storage.tables import Draft, Erasure

FORM = "forget"
#: Cards of so many requests that ended are shown anew.
MOST_ENDED = 20


async def forget_me(ctx: Context, rest: str) -> None:
    """/forget_me: say what will be gone and what stays, and ask once more."""
    await _is_free(ctx)
    draft = await forms.start(ctx, FORM, "sure", {})
    yes = forms.choice(draft, ctx.t("privacy.button_forget"), "forget:yes", "danger")
    no = forms.choice(draft, ctx.t("privacy.button_stay"), "forget:no", "primary")
    ctx.answer("privacy.forget_sure", buttons=((yes,), (no,)))


async def parses(ctx: Context, rest: str) -> bool:
    """It takes no words: whatever stands behind its name is talk."""
    return False


async def _is_free(ctx: Context) -> None:
    """Who holds something gives it back first: others rely on it."""
    busy = await erasing.busy_with(ctx.store, ctx.person.id)
    if busy:
        what = ctx.t("request.between").join(ctx.t(f"privacy.holds_{each}") for each in busy)
        raise RefusalError("privacy.forget_first", what=what)


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "forget:yes:<token>" and "forget:no:<token>"."""
    _, rest = await forms.pressed(ctx, arguments, "privacy.forget_gone", FORM)
    await _decided(ctx, sure=list(rest) == ["yes"])


async def on_words(ctx: Context, draft: Draft, message: Message) -> bool:
    """Yes or no in words; anything else is heard as usual."""
    sure = forms.yes_or_no(ctx, message.text)
    if sure is None:
        return False
    await _decided(ctx, sure=sure)
    return True


async def _decided(ctx: Context, *, sure: bool) -> None:
    if not sure:
        await forms.end(ctx)
        ctx.edit_pressed(Content(text=ctx.t("privacy.stays")))
        return
    await _is_free(ctx)
    await _forget(ctx)


async def _forget(ctx: Context) -> None:
    ctx.edit_pressed(Content(text=ctx.t("privacy.forgotten")))
    person, instead = ctx.person.id, ctx.t("privacy.former")
    known = await erasing.known_of(ctx.store, ctx.person)
    needles, _ = await needles_of(ctx, known.names, known.accounts)

    touched: list[int] = []
    for one in (*await _were_before(ctx), person):
        rewrite = _without(one, needles, instead, known)
        touched += await erasing.erase(ctx.store, one, instead, rewrite)
    ctx.store.add(_erasure(ctx, person, known))
    ctx.directory_changed = True
    ctx.forgotten |= {(platform, account) for platform, account, _ in known.accounts}
    await ctx.store.flush()
    await _show_anew(ctx, touched)


def _without(
    person: int, needles: Sequence[str], instead: str, known: erasing.Known
) -> erasing.Rewrite:
    """What a line of history says without this person, for whom a shell stands."""

    def rewrite(data: Mapping[str, Any], shell: int) -> dict[str, Any]:
        data = history_without(data, person, shell)
        return data_without(data, needles, instead, whole=known.names)

    return rewrite


async def _were_before(ctx: Context) -> list[int]:
    """Rows that were this person's before accounts became one, and what was theirs before that;
    nothing leads back to them now. Who has an account again is somebody else."""
    found, looked = [ctx.person.id], 0
    while looked < len(found):
        for line in await moves.joinings(ctx.store, found[looked]):
            before = int((line.undo or {})["was"])
            await moves.forget_way_back(ctx.store, line)
            if before not in found and not await accounts.accounts_among(ctx.store, [before]):
                found.append(before)
        looked += 1
    return found[1:]


async def _show_anew(ctx: Context, touched: Sequence[int]) -> None:
    """Cards and pages without them; of what ended the newest alone: edits have a budget."""
    found = await request_query.by_ids(ctx.store, touched)
    requests = [each for each in found if each.archive_id is None]  # those have no card to show
    ended = [each for each in requests if each.state == "closed"]
    for request in requests:
        ctx.touched |= set(request.card_chats)
        if request in ended[:-MOST_ENDED]:
            continue
        case = await load(ctx, request)
        await pictures.know_for_cards(case)
        cards.show_cards(case)
        if request.state != "closed":
            await pages.show(case)


def _erasure(ctx: Context, person: int, known: erasing.Known) -> Erasure:
    """What is looked for stands sealed, and goes when all was looked through."""
    names = json.dumps({"person": person, "names": known.names, "accounts": known.accounts})
    sealed = secrets_of(ctx.store).seal(names)
    return Erasure(at=ctx.now, names=sealed, due_at=ctx.now)
