"""A rota as it is drafted: in one line, or step by step by buttons; saved after its preview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from handlers import forms
from handlers.chat.incoming import Message
from handlers.chat.outgoing import Content
from handlers.context import Context
from handlers.directory import access, bases, finding, paging, places, roster
from handlers.directory.audit import record
from handlers.directory.picking import AreaQuestion
from handlers.directory.zones import zone_at, zone_of
from handlers.duty import boards, cards, changes, making
from handlers.duty.boards import Board, Sheet
from handlers.duty.phrases import BETWEEN, MOST_NAME, MOST_POINTS, Line, LineError, read, read_head
from handlers.duty.turns import Crew, Rule, from_data, to_data
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.queries import duty as query
from storage.queries import people as people_query
from storage.tables import Area, Draft, Person, Rota

FORM = "rota"
AREA = AreaQuestion("rota", "manage", "duty.ask_area", "duty.form_gone")
COMMON = 4
#: The common ones that are rounds.
COMMON_ROUNDS = frozenset({3, 4})
PEOPLE_ON_A_PAGE = 18
MOST_PEOPLE = 40


async def from_line(ctx: Context, areas: Sequence[Area], text: str, data: dict[str, Any]) -> None:
    """A whole line: previewed, or what it misses is asked for. `data` is what is known before."""
    line = _read(ctx, text, str(await zone_of(ctx)))
    area, name = await _area_and_name(ctx, areas, line.rest, data)
    await access.require(ctx, "manage", area.path)
    if not name:
        raise RefusalError("duty.name_missing")
    facts = await areas_query.facts_at(ctx.store, area.id)
    rule = replace(line.rule, zone=str(zone_at(ctx, facts)))
    data = {
        "id": None,
        **data,
        "area": area.id,
        "name": name[:MOST_NAME],
        "rule": to_data(rule),
        "crews": [[await _person(ctx, n) for n in crew] for crew in line.people],
        "points": list(line.points),
    }
    await (_preview(ctx, data) if line.people else _ask_people(ctx, data, 0))


def _read(ctx: Context, text: str, zone: str) -> Line:
    try:
        return read(text, _today(ctx, zone), zone)
    except LineError as error:
        raise RefusalError(error.key, **error.values) from None


def _today(ctx: Context, zone: str) -> Any:
    from zoneinfo import ZoneInfo

    return ctx.now.astimezone(ZoneInfo(zone)).date()


async def _person(ctx: Context, name: str) -> int:
    return (await finding.find_person(ctx, name)).id


async def _area_and_name(
    ctx: Context, areas: Sequence[Area], rest: str, data: dict[str, Any]
) -> tuple[Area, str]:
    """The first word names a place if there is such a place; else the chat's own is meant."""
    base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    first, _, more = rest.partition(" ")
    if first and more.strip():
        try:
            return await places.find_place(ctx, base, first), more.strip()
        except RefusalError as refusal:
            if refusal.key == "directory.place_several":
                raise
    known = await areas_query.area_by_id(ctx.store, int(data["area"])) if data else None
    own = await areas_query.area_by_id(ctx.store, base.area_id) if not ctx.private else None
    return known or own or areas[0], rest or str(data.get("name", ""))


async def begin(ctx: Context) -> None:
    """By buttons: first the place."""
    draft = await forms.start(ctx, FORM, "area", {"id": None})
    await AREA.ask(ctx, draft)


async def _looked_into(ctx: Context, draft: Draft, arguments: Sequence[str]) -> None:
    if area := await AREA.looked_into(ctx, draft, arguments):
        await _chose_area(ctx, dict(draft.data), area)


async def _picked_area(ctx: Context, draft: Draft, arguments: Sequence[str]) -> None:
    await _chose_area(ctx, dict(draft.data), await AREA.picked(ctx, arguments))


async def _chose_area(ctx: Context, data: dict[str, Any], area: Area) -> None:
    await access.require(ctx, "manage", area.path)
    draft = await forms.start(ctx, FORM, "head", {**data, "area": area.id})
    rows = [
        (forms.choice(draft, ctx.t(f"duty.common_{i}"), f"rota:head:{i}"),)
        for i in range(1, COMMON + 1)
    ]
    drop = (forms.drop_button(ctx, draft),)
    ctx.edit_pressed(Content(text=ctx.t("duty.ask_head"), buttons=(*rows, drop)))


async def _picked_head(ctx: Context, draft: Draft, arguments: Sequence[str]) -> None:
    number = int(arguments[0])
    line = ctx.t(f"duty.common_{number}")
    await _chose_head(ctx, dict(draft.data), line, rounds=number in COMMON_ROUNDS)


async def _chose_head(ctx: Context, data: dict[str, Any], line: str, *, rounds: bool) -> None:
    """What it is called and when; then who."""
    facts = await areas_query.facts_at(ctx.store, int(data["area"]))
    zone = str(zone_at(ctx, facts))
    rule, name = _head(ctx, line, zone, rounds=rounds)
    if not name:
        raise RefusalError("duty.name_missing")
    values = {"name": name[:MOST_NAME], "rule": to_data(rule), "rounds": rounds}
    await _ask_people(ctx, {**data, **values, "crews": [], "points": []}, 0)


def _head(ctx: Context, line: str, zone: str, *, rounds: bool) -> tuple[Rule, str]:
    try:
        return read_head(line, _today(ctx, zone), zone, rounds=rounds)
    except LineError as error:
        raise RefusalError(error.key, **error.values) from None


async def _ask_people(ctx: Context, data: dict[str, Any], page: int) -> None:
    """Who, in which order: each tap puts somebody in or out again."""
    draft = await forms.start(ctx, FORM, "people", {**data, "page": page})
    area = await ctx.store.get(Area, int(data["area"]))
    if area is None:
        raise RefusalError("duty.form_gone")
    chosen = [person for crew in data["crews"] for person in crew]
    total, people = await roster.people(
        ctx, area.path, "", but=0, offset=page * PEOPLE_ON_A_PAGE, limit=PEOPLE_ON_A_PAGE
    )
    others = await people_query.people(ctx.store, chosen)
    shown = {each.id: each for each in (*others.values(), *people)}
    buttons = [
        forms.choice(draft, _numbered(each, chosen), f"rota:who:{each.id}")
        for each in shown.values()
    ]
    rows = [tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3)]
    token = draft.data["token"]
    rows += paging.turns(
        ctx, page, total, lambda at: f"rota:page:{at}:{token}", on_a_page=PEOPLE_ON_A_PAGE
    )
    if chosen:
        rows.append((forms.choice(draft, ctx.t("duty.button_done"), "rota:done", "primary"),))
    rows.append((forms.drop_button(ctx, draft),))
    ctx.edit_pressed(Content(text=ctx.t("duty.ask_people"), buttons=tuple(rows)))


def _numbered(person: Person, chosen: Sequence[int]) -> str:
    name = person.name[:24]
    return f"{chosen.index(person.id) + 1}. {name}" if person.id in chosen else name


async def _picked_person(ctx: Context, draft: Draft, arguments: Sequence[str]) -> None:
    crew = [int(arguments[0])]
    crews: list[list[int]] = list(draft.data["crews"])
    crews = [each for each in crews if each != crew] if crew in crews else [*crews, crew]
    if len(crews) > MOST_PEOPLE:
        raise RefusalError("duty.people_many", n=MOST_PEOPLE)
    await _ask_people(ctx, {**draft.data, "crews": crews}, int(draft.data["page"]))


async def _turned(ctx: Context, draft: Draft, arguments: Sequence[str]) -> None:
    await _ask_people(ctx, dict(draft.data), int(arguments[0]))


async def _people_done(ctx: Context, draft: Draft, arguments: Sequence[str] = ()) -> None:
    data = dict(draft.data)
    if not data.get("crews"):
        raise RefusalError("duty.people_missing")
    if not data.get("rounds") or data["points"]:
        await _preview(ctx, data)
        return
    draft = await forms.start(ctx, FORM, "points", data)
    ctx.edit_pressed(
        Content(text=ctx.t("duty.ask_points"), buttons=((forms.drop_button(ctx, draft),),))
    )


async def _preview(ctx: Context, data: dict[str, Any]) -> None:
    draft = await forms.start(ctx, FORM, "confirm", data)
    ctx.edit_pressed(await cards.question(ctx, draft, await _drawn(ctx, data)))


async def _drawn(ctx: Context, data: dict[str, Any]) -> Board:
    area = await ctx.store.get(Area, int(data["area"]))
    if area is None:
        raise RefusalError("duty.form_gone")
    rota = Rota(id=0, area_id=area.id, name=data["name"], rule=data["rule"], points=data["points"])
    return (await boards.drawn(ctx, [Sheet(rota, area, _crews(data), {})]))[0]


def _crews(data: dict[str, Any]) -> tuple[Crew, ...]:
    return tuple(tuple(crew) for crew in data["crews"])


async def _save(ctx: Context, draft: Draft, arguments: Sequence[str] = ()) -> None:
    data = dict(draft.data)
    area = await ctx.store.get(Area, int(data["area"])) if draft.step == "confirm" else None
    if area is None:
        raise RefusalError("duty.form_gone")
    await access.require(ctx, "manage", area.path)
    await forms.end(ctx)
    rota = await ctx.store.get(Rota, int(data["id"])) if data["id"] else None
    if rota is None:
        rota = Rota(created_by=ctx.person.id, created_at=ctx.now, told={})
        ctx.store.add(rota)
    rota.area_id, rota.name, rota.points = area.id, data["name"], data["points"]
    rota.state = "on"
    for column, value in making.columns(from_data(data["rule"]), ctx.now).items():
        setattr(rota, column, value)
    await ctx.store.flush()
    await query.set_crews(ctx.store, rota.id, _crews(data))
    await record(ctx, "rota", detail={"area": area.id, "rota": rota.id})
    board = await boards.board_of(ctx, rota, area)
    await changes.tell(ctx, board)
    text = f"{ctx.t('duty.saved')}\n{await cards.about(ctx, board)}"
    ctx.edit_pressed(Content(text=text))


FORM_PRESSES = {
    "at": _looked_into,
    "here": _picked_area,
    "head": _picked_head,
    "who": _picked_person,
    "page": _turned,
    "done": _people_done,
    "save": _save,
}


async def on_words(ctx: Context, draft: Draft, message: Message) -> bool:
    """The form's next answer in words."""
    text = message.text.strip()
    if draft.step == "confirm":
        return await forms.answered(ctx, draft, text, _save)
    step = SAID.get(draft.step)
    if step is None or not text:
        return False
    await step(ctx, dict(draft.data), text)
    return True


async def _said_area(ctx: Context, data: dict[str, Any], text: str) -> None:
    base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    await _chose_area(ctx, data, await places.find_place(ctx, base, text))


async def _said_head(ctx: Context, data: dict[str, Any], text: str) -> None:
    """A head of one's own; a round may be said by its beginning alone."""
    if making.names_people(text):
        await _said_line(ctx, data, text)
        return
    try:
        await _chose_head(ctx, data, text, rounds=False)
    except RefusalError as refusal:
        if refusal.key != "duty.end_missing":
            raise
        await _chose_head(ctx, data, text, rounds=True)


async def _said_people(ctx: Context, data: dict[str, Any], text: str) -> None:
    names = [each for each in BETWEEN.split(text) if each]
    crews = [[await _person(ctx, name)] for name in names]
    draft = await forms.start(ctx, FORM, "people", {**data, "crews": [*data["crews"], *crews]})
    await _people_done(ctx, draft)


async def _said_points(ctx: Context, data: dict[str, Any], text: str) -> None:
    points = [each.strip()[:40] for each in BETWEEN.split(text) if each.strip()]
    if len(points) > MOST_POINTS:
        raise RefusalError("duty.points_many", n=MOST_POINTS)
    await _preview(ctx, {**data, "points": points})


async def _said_line(ctx: Context, data: dict[str, Any], text: str) -> None:
    areas = await access.require_somewhere(ctx, "manage")
    await from_line(ctx, areas, text, data)


SAID = {
    "area": _said_area,
    "head": _said_head,
    "people": _said_people,
    "points": _said_points,
    "change": _said_line,
}
