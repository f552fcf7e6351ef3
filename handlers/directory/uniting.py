"""/same A = B: a coordinator says that two accounts are one person; asked back first."""

from __future__ import annotations

import re

from handlers import forms
from handlers.chat.outgoing import Content
from handlers.context import Context
from handlers.directory import access, bases, binding, finding, joined, places
from handlers.directory.audit import record
from handlers.directory.several import SeveralError
from handlers.work import RefusalError
from storage.queries import accounts as accounts_query
from storage.queries import moves
from storage.queries import people as people_query
from storage.tables import Draft, Person

FORM = "same"
BETWEEN = re.compile(r"\s*[=＝]\s*")


async def same(ctx: Context, rest: str) -> None:
    """Which two, and what becomes of them; nothing is changed before the button.

    With one name alone the other one is whoever else has that name and an account.
    """
    await access.require_somewhere(ctx, "manage")
    if not ctx.private:
        raise RefusalError("access.only_private")
    names = [each for each in BETWEEN.split(rest.strip()) if each]
    if len(names) not in (1, 2):
        ctx.answer("directory.same_how")
        return
    one = await finding.find_person(ctx, names[0])
    other = await (finding.find_person(ctx, names[1]) if len(names) > 1 else _namesake(ctx, one))
    await _may(ctx, one, other)
    draft = await forms.start(ctx, FORM, "confirm", {"one": one.id, "other": other.id})
    ctx.answer(
        "directory.same_ask",
        one=await _described(ctx, one),
        other=await _described(ctx, other),
        name=one.name,
        buttons=(
            (
                forms.choice(draft, ctx.t("directory.same_button"), "same:yes", "primary"),
                forms.drop_button(ctx, draft),
            ),
        ),
    )


async def _namesake(ctx: Context, person: Person) -> Person:
    """Whoever else has this name. Raises SeveralError, or RefusalError where there is nobody."""
    found = [
        each
        for each in await finding.called(ctx, person.name)
        if each.id != person.id and await accounts_query.accounts_of(ctx.store, each.id)
    ]
    if not found:
        raise RefusalError("directory.same_nobody", name=person.name)
    if len(found) > 1:
        choices = [
            (await _described(ctx, each), f"{finding.token(person)} = {finding.token(each)}")
            for each in found
        ]
        raise SeveralError("directory.person_several", person.name, choices)
    return found[0]


async def _may(ctx: Context, one: Person, other: Person) -> None:
    """Whoever makes them one gives each what the other may: all their places must be one's own."""
    if one.id == other.id:
        raise RefusalError("directory.same_already", name=one.name)
    for person in (one, other):
        for area in await bases.places_of(ctx, person.id):
            await access.require(ctx, "manage", area.path)
    if not await accounts_query.accounts_of(ctx.store, other.id):
        raise RefusalError("directory.same_no_account", name=other.name)


async def _described(ctx: Context, person: Person) -> str:
    """Somebody with what tells them from others: offices, home, and where their accounts are."""
    held = await people_query.roles_of(ctx.store, person.id)
    told = [f"{await places.full_name(ctx, area)} {ctx.t(f'roles.{role}')}" for role, area in held]
    accounts = await accounts_query.accounts_of(ctx.store, person.id)
    told += [joined.named(ctx, ctx.language, each) for each in accounts]
    more = ctx.t("request.between").join(told) or ctx.t("directory.same_none")
    return ctx.t("directory.same_one", name=person.name, more=more)


async def _confirmed(ctx: Context, draft: Draft) -> None:
    ids = int(draft.data["one"]), int(draft.data["other"])
    await forms.end(ctx)
    one, other = [await ctx.store.get(Person, each) for each in ids]
    if one is None or other is None:
        raise RefusalError("filling.gone")
    await _may(ctx, one, other)  # much may have changed since it was asked
    moved: moves.Moved = {}
    accounts = await accounts_query.accounts_of(ctx.store, other.id)
    for account in accounts:  # with the last one goes all that they did
        moved = await binding.move_account(ctx, account, one)
    back = binding.way_back(one, other.id, accounts, moved)
    await record(ctx, "same", detail={"person": one.id, "was": other.id}, undo=back)
    await joined.tell(ctx, one)
    ctx.edit_pressed(Content(text=ctx.t("directory.same_done", name=one.name)))


on_press, on_words = forms.asks_once(FORM, _confirmed)
