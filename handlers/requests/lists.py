"""/open, /mine and /find: requests by place, state and words, as pages edited in place."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from handlers.chat import Button, Content
from handlers.context import Context, RefusalError, button
from handlers.directory import access as rights
from handlers.directory import filling, places
from handlers.directory.filling import Part
from handlers.directory.zones import clock_text, zone_of
from handlers.requests import texts
from handlers.requests.rules import State
from storage.queries import directory as directory_query
from storage.queries import requests as query
from storage.queries.requests import Row, Wanted

ON_A_PAGE = 6
UNENDED = tuple(state.value for state in State if state is not State.CLOSED)
MOST_WORDS = 24
#: A page button carries the words that were looked for; its data has room for so many bytes.
MOST_BYTES = 40


async def open_(ctx: Context, rest: str) -> None:
    """/open [STATE] [PLACE or CATEGORY]: what is not ended, here or in one's places."""
    await _show(ctx, "open", _fitting(rest), 0)


async def mine(ctx: Context, rest: str) -> None:
    """/mine: what one reported, joined, is asked about or holds."""
    await _show(ctx, "mine", "", 0)


async def find(ctx: Context, rest: str) -> None:
    """/find WORD: also what has ended."""
    if not rest:
        await filling.ask(ctx, "find", "", Part.WORDS)
        return
    await _show(ctx, "find", _fitting(rest), 0)


def _fitting(words: str) -> str:
    while len(words.encode()) > MOST_BYTES:
        words = words[:-1]
    return words.replace(":", " ")


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "list:<which>:<page>:<words>"."""
    which, page, words = arguments
    if which not in ("open", "mine", "find") or not page.isdecimal():
        raise RefusalError("access.old_button")
    await _show(ctx, which, words, int(page))


async def _show(ctx: Context, which: str, words: str, page: int) -> None:
    wanted = await _wanted(ctx, which, words)
    total = await query.count(ctx.store, wanted)
    rows = await query.listed(ctx.store, wanted, offset=page * ON_A_PAGE, limit=ON_A_PAGE)
    zone = await zone_of(ctx)
    lines = [await _line(ctx, row, zone) for row in rows]
    content = Content(
        title=ctx.t(f"list.{which}", n=total, words=words),
        text="\n".join(lines) or ctx.t("list.none"),
        buttons=_turns(ctx, which, words, page, total),
    )
    ctx.edit_pressed(content)


async def _wanted(ctx: Context, which: str, words: str) -> Wanted:
    if which == "mine":
        return Wanted(person_id=ctx.person.id, states=UNENDED)
    paths = await paths_of(ctx)
    if which == "find":
        number = words.lstrip("#")
        return Wanted(
            paths=paths,
            words=tuple(words.split()),
            number=int(number) if number.isdecimal() and len(number) < 10 else None,
            categories=_categories(ctx, words),
        )
    if not words:
        return Wanted(paths=paths, states=UNENDED)
    states, words = _states(ctx, words)
    if not words:
        return Wanted(paths=paths, states=states)
    if categories := _categories(ctx, words):
        return Wanted(paths=paths, states=states, category=categories[0])
    base = await places.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    area = await places.find_place(ctx, base, words)
    if not any(area.path.startswith(path) for path in paths):
        raise RefusalError("access.not_here")
    return Wanted(paths=(area.path,), states=states)


def _states(ctx: Context, words: str) -> tuple[tuple[str, ...], str]:
    """The state that one of the words names (else all that are not ended), and the other words."""
    rest = words.split()
    for state in State:
        names = {state.value, *ctx.desk.words.every(f"request.state.{state}")}
        for name in names & set(rest):
            rest.remove(name)
            return (state.value,), " ".join(rest)
    return UNENDED, words


async def paths_of(ctx: Context) -> tuple[str, ...]:
    """The places whose requests this person may list here: the group's, those of their roles,
    else the buildings in which they live."""
    if not ctx.private and ctx.chat.area_id is not None:
        return ((await directory_query.facts_at(ctx.store, ctx.chat.area_id)).path,)
    if held := await rights.areas_with(ctx, "answer"):
        return tuple(area.path for area in held)
    buildings: list[str] = []
    for _, area in await directory_query.homes_of(ctx.store, ctx.person.id):
        line = await directory_query.line_of(ctx.store, area.path)
        buildings.append(next((a for a in line if a.kind == "building"), area).path)
    if not buildings:
        raise RefusalError("directory.no_base")
    return tuple(buildings)


def _categories(ctx: Context, words: str) -> tuple[str, ...]:
    wanted = words.casefold().strip()
    return tuple(
        name
        for name in ctx.policy.categories
        if wanted == name
        or wanted == name.replace("_", " ")
        or wanted in [each.casefold() for each in ctx.desk.words.every(f"categories.{name}")]
        if ctx.desk.words.has(f"categories.{name}")
    )


async def _line(ctx: Context, row: Row, zone: ZoneInfo) -> str:
    request = row.request
    facts = await directory_query.facts_at(ctx.store, request.area_id)
    holder = f" {row.holder}" if row.holder else ""
    return ctx.t(
        "list.line",
        number=request.number,
        what=texts.category(ctx, ctx.language, request.category),
        where=texts.place(ctx, ctx.language, facts, request.place, room=False),
        state=ctx.t(f"request.state.{request.state}") + holder,
        words=texts.short(request.words, MOST_WORDS),
        when=clock_text(request.opened_at, zone),
        households=ctx.t("list.households", n=row.households) if row.households > 1 else "",
    )


def _turns(
    ctx: Context, which: str, words: str, page: int, total: int
) -> tuple[tuple[Button, ...], ...]:
    turns: list[Button] = []
    if page > 0:
        turns.append(button(ctx.t("directory.page_back"), f"list:{which}:{page - 1}:{words}"))
    if total > (page + 1) * ON_A_PAGE:
        turns.append(button(ctx.t("directory.page_next"), f"list:{which}:{page + 1}:{words}"))
    return (tuple(turns),) if turns else ()
