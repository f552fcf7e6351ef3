"""/staff and /leave: who holds which role where, added and removed; who is away, and the deputy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from handlers.context import Context, RefusalError, button
from handlers.directory import access, filling, finding, groups, places
from handlers.directory.audit import record
from handlers.directory.filling import Part
from storage.queries import directory as query
from storage.tables import Area, Audit, Leave, Person, RoleHeld

ADD = frozenset({"add", "加", "添加", "+"})
REMOVE = frozenset({"remove", "del", "减", "移除", "-"})
OFF = frozenset({"off", "取消", "cancel"})
DATE = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")


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
    base = await places.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    area = await places.find_place(ctx, base, rest) if rest else None
    path = area.path if area else base.path
    rows = await ctx.store.execute(
        select(RoleHeld.role, Person.name, Area)
        .join(Person, Person.id == RoleHeld.person_id)
        .join(Area, Area.id == RoleHeld.area_id)
        .where(query.below(path) | Area.id.in_(query.ids_of(path)))
        .order_by(Area.path, RoleHeld.role)
        .limit(60)
    )
    lines = [
        ctx.t(
            "directory.staff_line",
            area=await places.full_name(ctx, at),
            role=ctx.t(f"roles.{role}"),
            name=name,
        )
        for role, name, at in rows.all()
    ]
    title = ctx.t("directory.staff_title", area=area.name if area else base.name)
    ctx.answer_text("\n".join(lines) or ctx.t("directory.staff_none"), title=title)


def _role_called(ctx: Context, text: str) -> str | None:
    wanted = text.strip().casefold()
    for role in ctx.policy.roles:
        names = {role.casefold(), role.replace("_", " ")}
        names |= {name.casefold() for name in ctx.desk.words.every(f"roles.{role}")}
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
    if role is None or not area_name:
        missing = Part.PERSON if not name else Part.ROLE if role is None else Part.PLACE
        await filling.ask(ctx, "staff", f"{'add' if add else 'remove'} {text}".strip(), missing)
        return
    base = await places.base_of(ctx, ctx.person.id, ctx.chat.area_id)
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
            area=area.name,
        )
    await ctx.store.delete(held)
    await _changed(ctx, person, role, area, "remove")


async def _changed(ctx: Context, person: Person, role: str, area: Area, what: str) -> None:
    await ctx.store.flush()
    ctx.directory_changed = True
    names: dict[str, Any] = {"name": person.name, "role": ctx.t(f"roles.{role}"), "area": area.name}
    back = {"person": person.id, "role": role, "area": area.id, "what": what}
    audit = await record(ctx, f"staff_{what}", detail=back, undo=back)
    undo = button(ctx.t("directory.button_undo"), f"undo:{audit.id}")
    ctx.answer(f"directory.staff_{what}", buttons=((undo,),), **names)
    await groups.tell(ctx, person.id, f"directory.staff_{what}_told", **names)


async def undo(ctx: Context, audit: Audit) -> None:
    """Take a change of roles back."""
    back = audit.undo or {}
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


async def leave(ctx: Context, rest: str) -> None:
    """/leave 12-01 12-07 DEPUTY for oneself; coordinators: /leave PERSON 12-01 12-07 DEPUTY."""
    if not DATE.search(rest) and not (OFF & set(rest.split())):
        await filling.ask(ctx, "leave", rest, Part.DAYS)
        return
    words, days, after = _split(rest, ctx)
    person = await _absentee(ctx, words)
    if after in OFF or not DATE.search(rest):
        await _end_leave(ctx, person)
        return
    if not after:
        await filling.ask(ctx, "leave", rest, Part.DEPUTY)
        return
    starts, ends = days
    deputy = None if after == filling.NOBODY else await finding.find_person(ctx, after)
    if deputy is not None and deputy.id == person.id:
        raise RefusalError("directory.leave_self")
    await ctx.store.execute(delete(Leave).where(Leave.person_id == person.id, Leave.ends > ctx.now))
    ctx.store.add(
        Leave(
            person_id=person.id,
            starts=starts,
            ends=ends,
            deputy_id=deputy.id if deputy else None,
        )
    )
    await record(ctx, "leave", detail={"person": person.id})
    shown: dict[str, Any] = {
        "name": person.name,
        "deputy": deputy.name if deputy else ctx.t("directory.nobody"),
    }
    ctx.answer(
        "directory.leave_kept",
        start=starts.astimezone(await _zone(ctx)).strftime("%m-%d"),
        end=(ends - timedelta(seconds=1)).astimezone(await _zone(ctx)).strftime("%m-%d"),
        **shown,
    )
    if deputy is not None:
        await groups.tell(ctx, deputy.id, "directory.leave_told", **shown)


def _split(rest: str, ctx: Context) -> tuple[str, tuple[datetime, datetime], str]:
    found = list(DATE.finditer(rest))
    if not found:
        return rest.strip(), (ctx.now, ctx.now), ""
    zone = ZoneInfo(ctx.desk.defaults.timezone)
    today = ctx.now.astimezone(zone).date()
    days = [_day(match, today) for match in found[:2]]
    first, last = days[0], days[-1]
    if last < first or last < today:
        raise RefusalError("directory.leave_order")
    starts = datetime.combine(first, time(), zone)
    ends = datetime.combine(last + timedelta(days=1), time(), zone)
    after = rest[found[min(len(found), 2) - 1].end() :].strip()
    return rest[: found[0].start()].strip(), (starts, ends), after


def _day(match: re.Match[str], today: date) -> date:
    year = int(match[1]) if match[1] else today.year
    try:
        day = date(year, int(match[2]), int(match[3]))
    except ValueError:
        raise RefusalError("directory.date_impossible", text=match[0]) from None
    # "01-05" said in December means next January.
    if not match[1] and day < today - timedelta(days=180):
        day = day.replace(year=year + 1)
    return day


async def _absentee(ctx: Context, words: str) -> Person:
    words = " ".join(word for word in words.split() if word not in OFF)
    if not words:
        return ctx.person
    person = await finding.find_person(ctx, words)
    if person.id != ctx.person.id:
        held = await query.roles_of(ctx.store, person.id)
        if not held:
            raise RefusalError("directory.leave_no_role", name=person.name)
        for _, area in held:
            await access.require(ctx, "manage", area.path)
    return person


async def _end_leave(ctx: Context, person: Person) -> None:
    await ctx.store.execute(delete(Leave).where(Leave.person_id == person.id, Leave.ends > ctx.now))
    ctx.answer("directory.leave_ended", name=person.name)


async def _zone(ctx: Context) -> ZoneInfo:
    base = await places.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    return ZoneInfo(base.timezone or ctx.desk.defaults.timezone)
