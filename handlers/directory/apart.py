"""Accounts that were made one person are taken apart again: by that person, or by a coordinator.

What each brought along goes back to it, as far as it is still there; what was done since stays
where it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers import forms
from handlers.chat.outgoing import Content
from handlers.context import Context
from handlers.directory import access, bases, filling, finding, groups, joined, shares
from handlers.directory.audit import record
from handlers.directory.filling import Part
from handlers.directory.shares import Share
from handlers.work import RefusalError
from storage.queries import accounts as accounts_query
from storage.queries import moves
from storage.queries import people as people_query
from storage.tables import Account, Audit, Person

FORM = "apart"
#: What stands behind /account when one's own are meant.
WORDS = frozenset(("apart", "分开", "拆开"))


async def known(ctx: Context) -> list[str]:
    """For /account: which accounts are one's own as well, and what to do if one is not."""
    if await shares.is_tied(ctx, ctx.person.id):
        key = "directory.account_several_office"
        accounts = await accounts_query.accounts_of(ctx.store, ctx.person.id)
        return [ctx.t(key, accounts=_named(ctx, accounts))] if len(accounts) > 1 else []
    theirs = [each for share in await shares.own(ctx) for each in share.accounts]
    key = "directory.account_several"
    return [ctx.t(key, accounts=_named(ctx, theirs))] if theirs else []


async def own(ctx: Context) -> None:
    """/account apart: which of one's accounts shall be somebody else's again."""
    found = await _offered(ctx, ctx.person, alone=True)
    if not found:
        raise RefusalError("directory.apart_none_own")
    await _ask(ctx, ctx.person, found, alone=True)


async def apart(ctx: Context, rest: str) -> None:
    """/apart PERSON: the same for somebody else (coordinators)."""
    await access.require_somewhere(ctx, "manage")
    if not rest:
        await filling.ask(ctx, "apart", "", Part.PERSON)
        return
    person = await finding.find_person(ctx, rest)
    found = await _offered(ctx, person, alone=False)
    if not found:
        raise RefusalError("directory.apart_none", name=person.name)
    await _ask(ctx, person, found, alone=False)


async def _offered(ctx: Context, person: Person, *, alone: bool) -> list[Share]:
    """What may be taken off, by that person alone or by a coordinator.

    A coordinator's own account puts nobody out of the office either who was there before.
    """
    if not alone:
        await _may(ctx, person)
    elif await shares.is_tied(ctx, person.id):
        raise RefusalError("directory.apart_office")
    if person.id == ctx.person.id:
        return await shares.own(ctx)
    return await shares.every(ctx, person)


async def _may(ctx: Context, person: Person) -> None:
    """All their places must be one's own: what they have is given to somebody."""
    for area in await bases.places_of(ctx, person.id):
        await access.require(ctx, "manage", area.path)


async def _ask(ctx: Context, person: Person, found: Sequence[Share], *, alone: bool) -> None:
    data = {"person": person.id, "alone": alone, "shares": [each.name for each in found]}
    draft = await forms.start(ctx, FORM, "which", data)
    rows = tuple(
        (
            forms.choice(
                draft,
                ctx.t("directory.apart_button", accounts=_named(ctx, each.accounts)),
                f"apart:{n}",
            ),
        )
        for n, each in enumerate(found)
    )
    ctx.answer(
        "directory.apart_ask", name=person.name, buttons=(*rows, (forms.drop_button(ctx, draft),))
    )


def _named(ctx: Context, accounts: Sequence[Account]) -> str:
    return joined.all_named(ctx, ctx.language, accounts, ctx.account)


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "apart:<number>:<token>"; much may have changed since it was asked."""
    draft, (number, *_) = await forms.pressed(ctx, arguments, "filling.gone", FORM)
    names: Sequence[str] = draft.data["shares"]
    person = await ctx.store.get(Person, int(draft.data["person"]))
    alone = bool(draft.data.get("alone"))
    await forms.end(ctx)
    if person is None or int(number) >= len(names) or (alone and person.id != ctx.person.id):
        raise RefusalError("filling.gone")
    found = await _offered(ctx, person, alone=alone)
    share = next((each for each in found if each.name == names[int(number)]), None)
    if share is None:
        raise RefusalError("filling.gone")
    named = _named(ctx, share.accounts)
    await _take_off(ctx, person, share)
    ctx.edit_pressed(Content(text=ctx.t("directory.apart_done", name=person.name, accounts=named)))


async def undo(ctx: Context, line: Audit) -> None:
    """/undo of who said that two are one."""
    person = await ctx.store.get(Person, int((line.undo or {}).get("person", 0)))
    found = await shares.joined(ctx, person) if person else []
    share = next((each for each in found if line in each.lines), None)
    if person is None or share is None:
        raise RefusalError("directory.undo_gone")
    await _may(ctx, person)
    await _take_off(ctx, person, share)


async def _take_off(ctx: Context, person: Person, share: Share) -> None:
    offices = await people_query.roles_of(ctx.store, person.id)
    back = await _who_they_were(ctx, person, share)
    for account in share.accounts:
        account.person_id = back.id
    await ctx.store.flush()
    for line in share.lines:
        await moves.move_back(ctx.store, (line.undo or {})["moved"], person.id, back.id)
        line.undone_at = ctx.now
    ctx.directory_changed = True
    detail = {"person": person.id, "was": back.id, "accounts": [each.id for each in share.accounts]}
    await record(ctx, "apart", detail=detail)
    for each in (person, back):
        await joined.tell(ctx, each, parted=True)
    for manager in await groups.managers_over(ctx, [area.path for _, area in offices]):
        if manager not in (ctx.person.id, person.id, back.id):
            key = "directory.parted_office"
            await groups.tell(ctx, manager, key, name=person.name, by=ctx.person.name)


async def _who_they_were(ctx: Context, person: Person, share: Share) -> Person:
    """The row that was theirs before; a new one where it is not told, or not there any more."""
    before = (share.lines[0].undo or {}).get("was") if share.lines else None
    known = await ctx.store.get(Person, int(before)) if before else None
    if known is not None and known.name:
        return known
    made = Person(name=(share.accounts[0].name or person.name)[:80], skills=[], created_at=ctx.now)
    ctx.store.add(made)
    await ctx.store.flush()
    return made
