"""Groups are bound to their building, by a command or a link; invitations of people; /start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from handlers.chat.incoming import ChatKind, Incoming
from handlers.chat.outgoing import Content, button
from handlers.chat.platform import ChatFacts
from handlers.context import Context
from handlers.directory import (
    access,
    bases,
    binding,
    filling,
    finding,
    groups,
    invites,
    paging,
    places,
)
from handlers.directory.audit import record
from handlers.directory.filling import Part
from handlers.work import Desk, RefusalError
from storage.queries import areas as areas_query
from storage.queries import chats as chats_query
from storage.queries import people as people_query
from storage.tables import Area, Audit, Chat

#: An install link binds the group right after the bot was added to it and greeted it.
JUST_GREETED = timedelta(minutes=2)


async def prepare(desk: Desk, incoming: Incoming) -> ChatFacts | None:
    """What the bot may do in this group as the platform says now: its last word may be old."""
    if incoming.chat.kind is ChatKind.PRIVATE:
        return None
    return await desk.examine(incoming.chat.platform, incoming.chat.id)


def _as_it_is_now(ctx: Context) -> None:
    facts = ctx.prepared
    if isinstance(facts, ChatFacts) and facts.reachable:
        ctx.chat.hears_all, ctx.chat.administrator = facts.hears_all, facts.administrator


async def link(ctx: Context, rest: str) -> None:
    """/link 3栋: bind this group to a place (coordinators); without a place, say how it stands.

    In a private chat it makes an install link that carries the place.
    """
    areas = await access.require_somewhere(ctx, "manage")
    if not rest:
        await _say_link(ctx)
        return
    base = await areas_query.facts_at(ctx.store, ctx.chat.area_id or areas[0].id)
    area = await places.find_place(ctx, base, rest)
    await access.require(ctx, "manage", area.path)
    if ctx.private:
        await _install_link(ctx, area)
        return
    if (bound := await _bound_to(ctx)) is not None:
        await access.require(ctx, "manage", bound.path)  # nobody takes another community's group
    await bind(ctx, ctx.chat, area)


async def _bound_to(ctx: Context) -> Area | None:
    return await areas_query.area_by_id(ctx.store, ctx.chat.area_id) if ctx.chat.area_id else None


async def _say_link(ctx: Context) -> None:
    if ctx.private or ctx.chat.area_id is None:
        await filling.ask(ctx, "link", "", Part.PLACE)
        return
    facts = await areas_query.facts_at(ctx.store, ctx.chat.area_id)
    ctx.answer("directory.linked_is", area=await places.name_at(ctx, facts))


async def bind(ctx: Context, chat: Chat, area: Area, *, slot: str | None = None) -> None:
    """Bind the group and say so in it (in place of the greeting, if `slot` is its)."""
    _as_it_is_now(ctx)
    back = {"chat": chat.id, "area": chat.area_id}
    change = ["area", chat.area_id, area.id] if chat.area_id else None
    detail = {"chat": chat.id, "area": area.id, "change": change}
    chat.area_id = area.id
    chat.title = chat.title or area.name  # where the platform tells none
    ctx.directory_changed = True
    audit = await record(ctx, "link", detail=detail, undo=back)
    undo = button(ctx.t("directory.button_undo"), f"undo:{audit.id}")
    home = button(ctx.t("directory.button_home"), "home:ask")
    lines = [
        ctx.t("directory.linked", area=await places.full_name(ctx, area)),
        groups.hearing(ctx, chat, ctx.language),
    ]
    content = Content(text="\n".join(lines), buttons=((home,), (undo,)))
    if slot is None:
        ctx.say(chat, content)
    else:
        ctx.show(chat, slot, content)


async def undo_link(ctx: Context, audit: Audit) -> None:
    """Take a binding back."""
    back = audit.undo or {}
    chat = await ctx.store.get(Chat, int(back["chat"]))
    if chat is None:
        raise RefusalError("directory.undo_gone")
    chat.area_id = back["area"]
    ctx.directory_changed = True


async def _install_link(ctx: Context, area: Area) -> None:
    token = await invites.make_invite(ctx, area_id=area.id, by=ctx.person.id)
    url = ctx.desk.link(ctx.chat.platform, token, True)
    await record(ctx, "install_link", detail={"area": area.id})
    name = await places.full_name(ctx, area)
    if url is None:
        ctx.answer("directory.install_code", area=name, code=f"/start {token}")
    else:
        ctx.answer("directory.install_link", area=name, url=url)


async def invite(ctx: Context, rest: str) -> None:
    """/invite PERSON: a single-use link with which that person binds their account."""
    await access.require_somewhere(ctx, "manage")
    if not ctx.private:
        raise RefusalError("access.only_private")
    if not rest:
        await filling.ask(ctx, "invite", "", Part.PERSON)
        return
    person = await finding.find_person(ctx, rest)
    # Whoever binds an account to a person sees and does what that person may.
    for area in await bases.places_of(ctx, person.id):
        await access.require(ctx, "manage", area.path)
    token = await invites.make_invite(ctx, person_id=person.id, by=ctx.person.id)
    await record(ctx, "invite", detail={"person": person.id})
    url = ctx.desk.link(ctx.chat.platform, token, False) or f"/start {token}"
    ctx.answer("directory.invite_made", name=person.name, url=url)


async def start(ctx: Context, rest: str) -> None:
    """/start, or /start TICKET from a deep link: binds this account, or links this group."""
    if not rest:
        await _welcome(ctx)
    elif ctx.private or await binding.binds_here(ctx, rest):
        await binding.bind_account(ctx, rest)
    else:
        ticket = await invites.use_invite(ctx, rest, "area")
        area = await ctx.store.get(Area, ticket.area_id)
        areas = [each for each in (area, await _bound_to(ctx)) if each is not None]
        if area is None or not await binding.maker_may(ctx, ticket, areas):
            raise RefusalError("directory.invite_unknown")
        just = ctx.chat.greeted_at is not None and ctx.now - ctx.chat.greeted_at < JUST_GREETED
        slot = groups.greeting_slot(ctx.chat) if just else None
        ctx.chat.greeted_at = ctx.chat.greeted_at if just else ctx.now
        await bind(ctx, ctx.chat, area, slot=slot)


async def _welcome(ctx: Context) -> None:
    if not ctx.private:
        await groups.greet(ctx, ctx.chat)
        return
    held = await people_query.roles_of(ctx.store, ctx.person.id)
    key = "directory.welcome_staff" if held else "directory.welcome"
    home = button(ctx.t("directory.button_home"), "home:ask")
    ctx.answer(key, name=ctx.person.name, buttons=() if held else ((home,),))


async def list_groups(ctx: Context, rest: str) -> None:
    """/groups: the groups below one's places, and how the bot stands in each."""
    await _show_groups(ctx, 0)


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "groups:<page>"."""
    await _show_groups(ctx, int(arguments[0]))


async def _show_groups(ctx: Context, page: int) -> None:
    areas = await access.require_somewhere(ctx, "manage")
    found = [
        chat for area in areas for chat in await chats_query.group_chats_below(ctx.store, area.path)
    ]
    found = list(dict.fromkeys([*found, *await _unbound(ctx)]))
    lines = [await _group_line(ctx, chat) for chat in paging.on_page(found, page)]
    content = Content(
        title=ctx.t("directory.groups_title", n=len(found)),
        text="\n".join(lines) or ctx.t("directory.groups_none"),
        buttons=paging.turns(ctx, page, len(found), lambda number: f"groups:{number}"),
    )
    ctx.edit_pressed(content)


async def _unbound(ctx: Context) -> Sequence[Chat]:
    """Groups of no place yet; where several towns share the program nobody knows whose they are."""
    if await areas_query.shared_by_towns(ctx.store):
        return ()
    chats = select(Chat).where(Chat.kind == "group", Chat.area_id.is_(None), Chat.present)
    return (await ctx.store.scalars(chats)).all()


async def _group_line(ctx: Context, chat: Chat) -> str:
    title = chat.title or chat.external_id
    area = await areas_query.area_by_id(ctx.store, chat.area_id) if chat.area_id else None
    if area is None:
        return ctx.t("directory.group_unbound", title=title)
    where = await places.full_name(ctx, area)
    hears = groups.hearing(ctx, chat, ctx.language, shortly=True)
    return ctx.t("directory.group_line", title=title, area=where, hears=hears)
