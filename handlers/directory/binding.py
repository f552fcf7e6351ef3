"""Tickets bind an account to its person: the office's at once, one's own only when asked back.

Whoever binds an account gets what its owner may and did, so the ticket's maker must have a say over
it, or its owner must want it; an account with an office is never bound by somebody's own code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from handlers import forms
from handlers.chat.incoming import Press
from handlers.chat.outgoing import Content
from handlers.context import Context
from handlers.directory import access, apart, bases, invites, joined, places
from handlers.directory.audit import record
from handlers.work import RefusalError
from storage.queries import moves
from storage.queries import people as people_query
from storage.tables import Account, Area, Draft, Invite, Person

FORM = "bind"


async def own_account(ctx: Context, rest: str) -> None:
    """/account: a single-use code with which one's account in another app is bound to oneself.

    /account apart: accounts that are none of one's own are somebody else's again.
    """
    if rest.strip().casefold() in apart.WORDS:
        await apart.own(ctx)
        return
    token = await invites.make_invite(ctx, person_id=ctx.person.id, by=ctx.person.id)
    await record(ctx, "account", detail={"person": ctx.person.id})
    code = ctx.t("directory.account_code", code=f"/start {token}")
    ctx.answer_text("\n".join([*await apart.known(ctx), code]))


async def binds_here(ctx: Context, token: str) -> bool:
    """Where nobody can write to the bot alone, an account is bound in the group: once used, a
    ticket is worth nothing to those who read it there."""
    alone = ctx.can(ctx.chat.platform).private
    return not alone and await invites.is_for_person(ctx, token)


async def maker_may(ctx: Context, ticket: Invite, areas: Iterable[Area]) -> bool:
    """Whether who made a ticket may (still) do what it does; the operator's own always do."""
    maker = ticket.created_by
    if maker is None or maker == ticket.person_id:
        return True
    return await _manages(ctx, maker, areas)


async def _manages(ctx: Context, maker: int, areas: Iterable[Area]) -> bool:
    return all([await access.may(ctx, maker, "manage", area.path) for area in areas])


async def bind_account(ctx: Context, token: str) -> None:
    """The account that sends a person's ticket becomes theirs, or is asked whether it is to."""
    if ctx.anonymous:
        raise RefusalError("directory.anonymous")
    if await invites.was_used_by(ctx, token, ctx.person.id):
        ctx.answer("directory.bound_already", name=ctx.person.name)
        return
    ticket = await invites.use_invite(ctx, token, "person")
    person = await _meant(ctx, ticket)
    if person.id == ctx.person.id or await _has_a_say(ctx, ticket):
        await _bind(ctx, person)
    elif await access.in_office(ctx, ctx.person.id):
        # The ticket is used up all the same: others may have read it, and it was handed on.
        ctx.answer("directory.bind_office", name=person.name)
    else:
        await _ask(ctx, ticket, person)


async def _meant(ctx: Context, ticket: Invite) -> Person:
    person = await ctx.store.get(Person, ticket.person_id)
    if person is None or not await maker_may(ctx, ticket, await bases.places_of(ctx, person.id)):
        raise RefusalError("directory.invite_unknown")
    return person


async def _has_a_say(ctx: Context, ticket: Invite) -> bool:
    """Whether the ticket's maker may decide about whom this account belongs to until now: the
    operator, and who manages all their places; over one's own ticket nobody has looked."""
    maker = ticket.created_by
    if maker is None:
        return True
    if maker == ticket.person_id:
        return False
    return await _manages(ctx, maker, await bases.places_of(ctx, ctx.person.id))


async def _ask(ctx: Context, ticket: Invite, person: Person) -> None:
    draft = await forms.start(ctx, FORM, "confirm", {"invite": ticket.id})
    yes = forms.choice(draft, ctx.t("directory.bind_button"), "bind:yes")
    buttons = ((yes, forms.drop_button(ctx, draft)),)
    ctx.answer("directory.bind_ask", name=person.name, buttons=buttons)


async def _confirmed(ctx: Context, draft: Draft) -> None:
    ticket = await ctx.store.get(Invite, int(draft.data["invite"]))
    await forms.end(ctx)
    if ticket is None:
        raise RefusalError("filling.gone")
    person = await _meant(ctx, ticket)
    if person.id != ctx.person.id and await access.in_office(
        ctx, ctx.person.id
    ):  # given since it was asked
        raise RefusalError("directory.bind_office", name=person.name)
    await _bind(ctx, person)


on_press, on_words = forms.asks_once(FORM, _confirmed)


async def _bind(ctx: Context, person: Person) -> None:
    if person.id != ctx.person.id:
        was = ctx.person.id
        moved = await move_account(ctx, ctx.account, person)
        detail = {"person": person.id, "was": was, "account": ctx.account.id}
        back = way_back(person, was, [ctx.account], moved)
        await record(ctx, "bind", detail=detail, undo=back, actor=person)
        await joined.tell(ctx, person)
    held = await people_query.roles_of(ctx.store, person.id)
    roles = ctx.t("request.between").join(
        [f"{await places.full_name(ctx, area)} {ctx.t(f'roles.{role}')}" for role, area in held]
    )
    text = ctx.t("directory.bound", name=person.name, roles=roles or ctx.t("directory.resident"))
    if isinstance(ctx.incoming, Press):
        ctx.edit_pressed(Content(text=text))
    else:
        ctx.answer_text(text)


async def move_account(ctx: Context, account: Account, person: Person) -> moves.Moved:
    """The account is this person's from now on; what its owner did before goes along.

    Only when the older person has no other account left does what they said move too. Gives what
    was moved.
    """
    old_id = account.person_id
    account.person_id = person.id
    await ctx.store.flush()
    ctx.directory_changed = True
    left = await ctx.store.scalar(select(Account.id).where(Account.person_id == old_id))
    return {} if left else await moves.move_everything(ctx.store, old_id, person.id)


def way_back(
    person: Person, was: int, accounts: Sequence[Account], moved: moves.Moved
) -> dict[str, Any]:
    """What `apart` needs to make two of them again."""
    ids = [each.id for each in accounts]
    return {"person": person.id, "was": was, "accounts": ids, "moved": moved}
