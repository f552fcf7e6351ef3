"""Where people live: said by them (by words or buttons), confirmed by a captain."""

from __future__ import annotations

from collections.abc import Sequence

from handlers import forms
from handlers.chat.incoming import Message
from handlers.chat.outgoing import Content, button
from handlers.context import Context
from handlers.directory import access, bases, groups, places
from handlers.directory.addresses import address_of
from handlers.directory.picking import area_rows
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.queries import homes as home_query
from storage.queries import people as people_query
from storage.tables import Area, Draft, Residence

FORM = "home"


async def home(ctx: Context, rest: str) -> None:
    """/home 2-501: remember where this person lives; alone it says what is known, or asks."""
    if not rest:
        await (_tell(ctx) if ctx.private and await _homes(ctx) else ask_home(ctx))
        return
    base = await bases.base_for(ctx, ctx.person.id, ctx.chat.area_id, rest)
    area = await places.find_place(ctx, base, rest)
    if area.kind == "household":
        await settle(ctx, area)
    elif await _may_browse(ctx, area):
        await _show_choice(ctx, area)
    else:
        await _ask_address(ctx)


async def _homes(ctx: Context) -> list[tuple[Residence, Area]]:
    return await home_query.flats_of(ctx.store, ctx.person.id)


async def _tell(ctx: Context) -> None:
    """What is known, and the way to another."""
    lines = [
        ctx.t(
            "directory.home_of_yours" if residence.confirmed_at else "directory.home_waits",
            home=await places.full_name(ctx, area),
        )
        for residence, area in await _homes(ctx)
    ]
    other = button(ctx.t("directory.button_other_home"), "home:ask")
    ctx.answer_text("\n".join(lines), buttons=((other,),))


async def ask_home(ctx: Context) -> None:
    """Ask by buttons: the building or unit, then the room; in words where nothing is known."""
    try:
        base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    except RefusalError:
        await _ask_address(ctx)
        return
    top = await _neighbourhood(ctx, base) if ctx.private and await _homes(ctx) else None
    area = top or await areas_query.area_by_id(ctx.store, base.area_id)
    if area is not None:
        await _show_choice(ctx, area)


async def _neighbourhood(ctx: Context, facts: areas_query.AreaFacts) -> Area | None:
    line = await areas_query.line_of(ctx.store, facts.path)
    return next((each for each in line if each.kind == "neighbourhood"), None)


async def _ask_address(ctx: Context) -> None:
    """A report that waits for the place takes the same words."""
    if await forms.draft_of(ctx) is None:
        await forms.start(ctx, FORM, "words", {})
    ctx.answer("directory.home_whole")


async def on_words(ctx: Context, draft: Draft, message: Message) -> bool:
    """The full address in words; anything else is heard as usual."""
    text = message.text.strip()
    if not places.looks_like_place(text) and await places.neighbourhood_in(ctx, text) is None:
        return False
    await home(ctx, text)
    return True


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Buttons "home:ask", "home:at:<area>:<page>", "home:move:<area>", "home:both:<area>",
    "home:ok:<residence>" and "home:no:<residence>"."""
    action, *rest = arguments
    if action == "ask":
        await ask_home(ctx)
    elif action in ("move", "both"):
        await _chose(ctx, int(rest[0]), moves=action == "move")
    elif action == "at":
        await _pressed_area(ctx, int(rest[0]), int(rest[1]) if len(rest) > 1 else 0)
    else:
        await _confirm(ctx, int(rest[0]), yes=action == "ok")


async def _pressed_area(ctx: Context, area_id: int, page: int) -> None:
    area = await areas_query.area_by_id(ctx.store, area_id)
    if area is None or not await _may_browse(ctx, area):
        raise RefusalError("access.old_button")
    if area.kind == "household":
        await settle(ctx, area)
    else:
        await _show_choice(ctx, area, page)


async def _may_browse(ctx: Context, area: Area) -> bool:
    """Homes are shown to those of the same neighbourhood (the group's, or their own) alone."""
    try:
        base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    except RefusalError:
        return False
    top = await _neighbourhood(ctx, base)
    return area.path.startswith(top.path if top else base.path)


async def _show_choice(ctx: Context, area: Area, page: int = 0) -> None:
    below = await areas_query.children(ctx.store, area.id)
    if not below:
        raise RefusalError("directory.home_unlisted", area=await places.full_name(ctx, area))
    rows = area_rows(
        ctx,
        below,
        page,
        pick=lambda each: f"home:at:{each.id}",
        turn=lambda number: f"home:at:{area.id}:{number}",
    )
    text = ctx.t("directory.home_choose", area=await places.full_name(ctx, area))
    content = Content(text=text, buttons=rows)
    # The question is one person's: it stands in a slot of theirs, edited from page to page.
    ctx.show(ctx.chat, f"home:{ctx.person.id}", content)


async def settle(ctx: Context, area: Area) -> None:
    """Remember the home; one that was told before and nobody confirmed is thereby put right.

    Where a confirmed one is known it is asked whether they moved or both are true.
    """
    others = [each for each in await _homes(ctx) if each[1].id != area.id]
    confirmed = [home for residence, home in others if residence.confirmed_at]
    known = len(others) < len(await _homes(ctx))
    for residence, _ in others:
        if residence.confirmed_at is None:
            await ctx.store.delete(residence)
    if confirmed and not known:
        await _ask_which(ctx, confirmed[0], area)
        return
    await _keep(ctx, area)


async def _ask_which(ctx: Context, old: Area, new: Area) -> None:
    """In the group no home is named: there it is asked without."""
    moved = button(ctx.t("directory.button_moved"), f"home:move:{new.id}", "primary")
    both = button(ctx.t("directory.button_both"), f"home:both:{new.id}")
    text = ctx.t("directory.home_second_quietly")
    if ctx.private:
        names = [await places.full_name(ctx, each) for each in (old, new)]
        text = ctx.t("directory.home_second", old=names[0], new=names[1])
    content = Content(text=text, buttons=((moved,), (both,)))
    ctx.show(ctx.chat, f"home:{ctx.person.id}", content)


async def _chose(ctx: Context, area_id: int, *, moves: bool) -> None:
    """The answer to `_ask_which`: whoever has no confirmed home was not asked."""
    area = await areas_query.area_by_id(ctx.store, area_id)
    known = [each for each in await _homes(ctx) if each[0].confirmed_at]
    if area is None or area.kind != "household" or not known:
        raise RefusalError("access.old_button")
    towns = {areas_query.ids_of(home.path)[0] for _, home in known}
    if areas_query.ids_of(area.path)[0] not in towns:
        raise RefusalError("access.old_button")
    if moves:
        for residence, home in await _homes(ctx):
            if home.id != area.id:
                await ctx.store.delete(residence)
    await _keep(ctx, area)


async def _keep(ctx: Context, area: Area) -> None:
    """Keep it; a captain is asked to confirm it, and the person is told so."""
    known = [residence for residence, home in await _homes(ctx) if home.id == area.id]
    found = known[0] if known else await _new(ctx, area)
    await forms.end(ctx, FORM)  # not what waits for this very place
    ctx.directory_changed = True
    if ctx.private:
        ctx.chat.area_id = area.parent_id or area.id
    asked = await _ask_captain(ctx, found, area) if found.confirmed_at is None else None
    # In the group only the thanks: the room number stays between the person and the captain.
    key = "directory.home_kept" if asked or found.confirmed_at is None else "directory.home_known"
    text = ctx.t(key, captain=asked or ctx.t("directory.captain"))
    if not ctx.private:
        ctx.show(ctx.chat, f"home:{ctx.person.id}", Content(text=text))
    else:
        ctx.answer_text(ctx.t("directory.home_is", home=await places.full_name(ctx, area)) + text)


async def _new(ctx: Context, area: Area) -> Residence:
    sealed = await home_query.sealed(ctx.store, area)
    made = Residence(person_id=ctx.person.id, since=ctx.now, **sealed)
    ctx.store.add(made)
    await ctx.store.flush()
    return made


async def _ask_captain(ctx: Context, residence: Residence, area: Area) -> str | None:
    roles = [name for name, role in ctx.policy.roles.items() if "confirm_home" in role.rights]
    for holder in await people_query.holders_over(ctx.store, area.path, roles):
        if holder.person.id == ctx.person.id:
            continue
        address = await address_of(ctx, holder.person.id)
        if address is None or address.chat is None:
            continue
        chat, language = address.chat, address.language
        text = ctx.word(
            language,
            "directory.home_confirm",
            name=ctx.person.name,
            home=await places.full_name(ctx, area),
        )
        yes = button(
            ctx.word(language, "directory.button_yes"), f"home:ok:{residence.id}", "success"
        )
        no = button(ctx.word(language, "directory.button_no"), f"home:no:{residence.id}", "danger")
        ctx.show(chat, f"homeok:{residence.id}", Content(text=text, buttons=((yes, no),)))
        return holder.person.name
    return None


async def _confirm(ctx: Context, residence_id: int, *, yes: bool) -> None:
    residence = await ctx.store.get(Residence, residence_id)
    area = await home_query.flat_of(ctx.store, residence) if residence else None
    if residence is None or area is None:
        raise RefusalError("directory.home_gone")
    await access.require(ctx, "confirm_home", area.path)
    if residence.confirmed_at is not None:
        raise RefusalError("directory.home_done")
    person = (await people_query.people(ctx.store, [residence.person_id]))[residence.person_id]
    home_name = await places.full_name(ctx, area)
    if yes:
        residence.confirmed_at, residence.confirmed_by = ctx.now, ctx.person.id
    else:
        await ctx.store.delete(residence)
    ctx.directory_changed = True
    done = "directory.home_confirmed" if yes else "directory.home_denied"
    text = ctx.t(done, name=person.name, home=home_name)
    ctx.show(ctx.chat, f"homeok:{residence.id}", Content(text=text))
    told = "directory.home_ok_told" if yes else "directory.home_no_told"
    await groups.tell(ctx, person.id, told, home=home_name)
