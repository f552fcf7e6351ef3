"""/staff: who holds which role where: listed page by page, added and removed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from handlers.chat.outgoing import Content, button
from handlers.context import Context
from handlers.directory import access, bases, filling, finding, groups, paging, places, roster
from handlers.directory.audit import record
from handlers.directory.filling import Part
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.queries import moves
from storage.queries import people as people_query
from storage.tables import Area, Audit, Person, RoleHeld

ADD = frozenset({"add", "加", "添加", "+"})
REMOVE = frozenset({"remove", "del", "减", "移除", "-"})


async def staff(ctx: Context, rest: str) -> None:
    """/staff [AREA] lists; /staff add PERSON ROLE AREA; /staff remove PERSON ROLE AREA."""
    first, _, more = rest.partition(" ")
    if first in ADD:
        await _change(ctx, more, add=True)
    elif first in REMOVE:
        await _change(ctx, more, add=False)
    else:
        await _list(ctx, rest)


async def _list(ctx: Context, rest: str) -> None:
    base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    area, word = await places.place_in(ctx, base, rest)
    await _show(ctx, area.id if area else base.area_id, paging.fitting(word), 0)


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "staff:<area>:<page>:<word>"."""
    area, page, word = arguments
    base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    place = await places.find_place(ctx, base, f"area.{int(area)}")  # as if it had been typed
    await _show(ctx, place.id, word, int(page))


async def _show(ctx: Context, area_id: int, word: str, page: int) -> None:
    area = await areas_query.area_by_id(ctx.store, area_id)
    if area is None:
        raise RefusalError("access.old_button")
    total, held = await roster.lines(
        ctx, area.path, word, offset=page * paging.LINES, limit=paging.LINES
    )
    lines = [
        ctx.t(
            "directory.staff_line",
            area=await places.full_name(ctx, each.area),
            role=roster.role_name(ctx, ctx.language, each.role),
            name=each.name,
        )
        for each in held
    ]
    rows = paging.turns(ctx, page, total, lambda number: f"staff:{area_id}:{number}:{word}")
    if rows:
        lines.append(ctx.t("directory.staff_narrow"))
    key = "directory.staff_title_word" if word else "directory.staff_title"
    manages = await access.may(ctx, ctx.person.id, "manage", area.path)
    nobody = "directory.staff_none_manage" if manages else "directory.staff_none"
    none = ctx.t("directory.staff_none_such" if word else nobody, word=word)
    ctx.edit_pressed(
        Content(
            title=ctx.t(key, area=await places.full_name(ctx, area), n=total, word=word),
            text="\n".join(lines) or none,
            buttons=rows,
        )
    )


def _role_called(ctx: Context, text: str) -> str | None:
    wanted = text.strip().casefold()
    for role in ctx.policy.roles:
        names = {role.casefold(), role.replace("_", " ")}
        names |= {name.casefold() for name in roster.role_names(ctx, role)}
        if wanted in names:
            return role
    return None


def role_named(ctx: Context, text: str) -> str:
    """The role called so in any language; raises RefusalError with the list of roles."""
    if (role := _role_called(ctx, text)) is not None:
        return role
    known = "、".join(ctx.t(f"roles.{role}") for role in ctx.policy.roles)
    raise RefusalError("directory.role_unknown", text=text, roles=known)


async def _change(ctx: Context, text: str, *, add: bool) -> None:
    await access.require_somewhere(ctx, "manage")
    name, role, area_name = _parts(ctx, text.split())
    if role is None and name:
        await _no_role_in(ctx, name)
        if not add:
            await _offer_held(ctx, name)
            return
    if role is None or not area_name:
        missing = Part.PERSON if not name else Part.ROLE if role is None else Part.PLACE
        await filling.ask(ctx, "staff", f"{'add' if add else 'remove'} {text}".strip(), missing)
        return
    base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    area = await places.find_place(ctx, base, area_name)
    await access.require(ctx, "manage", area.path)
    person = await finding.find_person(ctx, name)
    await (_add if add else _remove)(ctx, person, role, area)


def _parts(ctx: Context, words: Sequence[str]) -> tuple[str, str | None, str]:
    """Person, role and place: the role is what names one, and all three may be of several words."""
    for begin in range(1, len(words)):
        for end in range(len(words), begin, -1):
            role = _role_called(ctx, " ".join(words[begin:end]))
            if role is not None:
                return " ".join(words[:begin]), role, " ".join(words[end:])
    return " ".join(words), None, ""


async def _no_role_in(ctx: Context, text: str) -> None:
    """No word of it names a role: it is a name alone, or there is no such role."""
    rest = text.split()[1:]
    if not rest:
        return
    try:
        await finding.find_person(ctx, text)
    except RefusalError as refusal:
        if refusal.key == "directory.person_several":
            raise
        role_named(ctx, " ".join(rest[:-1] or rest))  # raises: there is no such role


async def _offer_held(ctx: Context, name: str) -> None:
    """Which role goes: those that this person holds in places of who asks."""
    person = await finding.find_person(ctx, name)
    held = [
        (role, area)
        for role, area in await people_query.roles_of(ctx.store, person.id)
        if await access.may(ctx, ctx.person.id, "manage", area.path)
    ]
    if not held:
        raise RefusalError("directory.staff_holds_nothing", name=person.name)
    choices = [
        (
            f"{roster.role_name(ctx, ctx.language, role)} {await places.full_name(ctx, area)}",
            f"{role} {places.token(area)}",
        )
        for role, area in held
    ]
    line = f"remove {finding.token(person)}"
    await filling.offer(ctx, "staff", line, Part.HELD, choices)


async def _held(ctx: Context, person: Person, role: str, area: Area) -> RoleHeld | None:
    return await ctx.store.scalar(
        select(RoleHeld).where(
            RoleHeld.person_id == person.id, RoleHeld.role == role, RoleHeld.area_id == area.id
        )
    )


async def _add(ctx: Context, person: Person, role: str, area: Area) -> None:
    if await _held(ctx, person, role, area) is None:
        ctx.store.add(RoleHeld(person_id=person.id, role=role, area_id=area.id, since=ctx.now))
    await _changed(ctx, person, role, area, "add")


async def _remove(ctx: Context, person: Person, role: str, area: Area) -> None:
    held = await _held(ctx, person, role, area)
    if held is None:
        raise RefusalError(
            "directory.staff_not_held",
            name=person.name,
            role=ctx.t(f"roles.{role}"),
            area=await places.full_name(ctx, area),
        )
    await ctx.store.delete(held)
    await _changed(ctx, person, role, area, "remove")


async def _changed(ctx: Context, person: Person, role: str, area: Area, what: str) -> None:
    await ctx.store.flush()
    ctx.directory_changed = True
    where = await places.full_name(ctx, area)
    names: dict[str, Any] = {"name": person.name, "role": ctx.t(f"roles.{role}"), "area": where}
    back = {"person": person.id, "role": role, "area": area.id, "what": what}
    audit = await record(ctx, f"staff_{what}", detail=back, undo=back)
    undo = button(ctx.t("directory.button_undo"), f"undo:{audit.id}")
    ctx.answer(f"directory.staff_{what}", buttons=((undo,),), **names)
    await groups.tell(ctx, person.id, f"directory.staff_{what}_told", **names)


async def undo(ctx: Context, audit: Audit) -> None:
    """Take a change of roles back, unless its person was taken apart since: whose it was then, the
    line does not tell."""
    back = audit.undo or {}
    if await moves.parted_since(ctx.store, int(back["person"]), audit):
        raise RefusalError("directory.undo_gone")
    person = await ctx.store.get(Person, int(back["person"]))
    area = await ctx.store.get(Area, int(back["area"]))
    if person is None or area is None:
        raise RefusalError("directory.undo_gone")
    held = await _held(ctx, person, str(back["role"]), area)
    if back["what"] == "add" and held is not None:
        await ctx.store.delete(held)
    elif back["what"] == "remove" and held is None:
        ctx.store.add(
            RoleHeld(person_id=person.id, role=str(back["role"]), area_id=area.id, since=ctx.now)
        )
    ctx.directory_changed = True
