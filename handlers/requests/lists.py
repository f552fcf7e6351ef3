"""/open, /mine, /find, /ageing: requests by place, state and words, as pages edited in place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from handlers.chat.outgoing import Content
from handlers.context import Context
from handlers.directory import access as rights
from handlers.directory import bases, filling, paging, places
from handlers.directory.filling import Part
from handlers.directory.several import SeveralError
from handlers.directory.zones import clock_text, zone_of
from handlers.requests import access, alone, moving, texts
from handlers.requests.rules import Move, State
from handlers.work import RefusalError
from storage.queries import areas as areas_query
from storage.queries import people as people_query
from storage.queries import request_lists as list_query
from storage.queries.request_lists import Row, Wanted
from storage.tables import Area

ON_A_PAGE = 6
UNENDED = tuple(state.value for state in State if state is not State.CLOSED)
MOST_WORDS = 24
#: A page button carries the words that were looked for; its data has room for so many bytes.
MOST_BYTES = 40


async def open_(ctx: Context, rest: str) -> None:
    """/open [STATE] [CATEGORY] [PLACE]: what is not ended, here or in one's places."""
    named = await _named(ctx, rest)
    await _show(ctx, "open", named.words, 0)


async def parses(ctx: Context, rest: str) -> bool:
    """Whether all of it names a state, a category or a place."""
    try:
        await _named(ctx, rest)
    except SeveralError:
        return True
    except RefusalError:
        return False
    return True


async def mine(ctx: Context, rest: str) -> None:
    """/mine: what one reported, joined, is asked about or holds."""
    await _show(ctx, "mine", "", 0)


async def find(ctx: Context, rest: str) -> None:
    """/find WORD: also what has ended."""
    if not rest:
        await filling.ask(ctx, "find", "", Part.WORDS)
        return
    await _show(ctx, "find", paging.fitting(rest, MOST_BYTES), 0)


async def ageing(ctx: Context, rest: str) -> None:
    """/ageing [PLACE]: what goes to the next meeting; /ageing 12 puts one on its list (R35)."""
    number = rest.strip().lstrip("#＃№")
    if number.isdecimal():
        request = await access.by_number(ctx, number)
        await moving.move(ctx, request, Move.AGE, ctx.person)
        ctx.answer("list.aged", number=request.number)
        return
    named = await _named(ctx, rest)
    await _show(ctx, "ageing", named.words, 0)


async def on_press(ctx: Context, arguments: Sequence[str]) -> None:
    """Button "list:<which>:<page>:<words>"."""
    which, page, words = arguments
    if which not in ("open", "mine", "find", "ageing") or not page.isdecimal():
        raise RefusalError("access.old_button")
    await _show(ctx, which, words, int(page))


async def _show(ctx: Context, which: str, words: str, page: int) -> None:
    wanted = await _wanted(ctx, which, words)
    total = await list_query.count(ctx.store, wanted)
    rows = await list_query.listed(ctx.store, wanted, offset=page * ON_A_PAGE, limit=ON_A_PAGE)
    zone = await zone_of(ctx)
    lines = [await _line(ctx, row, zone) for row in rows]
    content = Content(
        title=ctx.t(f"list.{which}", n=total, words=words),
        text="\n".join(lines) or ctx.t("list.none"),
        buttons=paging.turns(
            ctx,
            page,
            total,
            lambda number: f"list:{which}:{number}:{words}",
            on_a_page=ON_A_PAGE,
        ),
    )
    ctx.edit_pressed(content)


async def show_these(ctx: Context, ids: Sequence[int]) -> bool:
    """What may be meant of these, as far as its person may see it; whether there is any."""
    rows = await list_query.listed(ctx.store, Wanted(ids=tuple(ids)), limit=ON_A_PAGE)
    seen = [row for row in rows if await access.may_see(ctx, row.request)]
    if seen:
        zone = await zone_of(ctx)
        lines = [await _line(ctx, row, zone) for row in seen]
        ctx.answer_text("\n".join(lines), title=ctx.t("list.asked_after", n=len(seen)))
    return bool(seen)


async def _wanted(ctx: Context, which: str, words: str) -> Wanted:
    if which == "mine":
        return Wanted(person_id=ctx.person.id, states=UNENDED)
    paths = await paths_of(ctx)
    if which == "find":
        number = words.lstrip("#")
        return Wanted(
            paths=paths,
            words=tuple(words.split()),
            openly=not (ctx.private and await rights.areas_with(ctx, "answer")),
            number=int(number) if number.isdecimal() and len(number) < 10 else None,
            categories=_categories(ctx, words),
        )
    named = await _named(ctx, words)
    if named.area is not None:
        if not any(named.area.path.startswith(path) for path in paths):
            raise RefusalError("access.not_yours")
        paths = (named.area.path,)
    states = (named.state,) if named.state else UNENDED
    tabled = which == "ageing"
    return Wanted(paths=paths, states=states, category=named.category, tabled=tabled)


@dataclass(frozen=True, slots=True)
class _Named:
    """What the words behind /open name."""

    state: str | None
    category: str | None
    area: Area | None

    @property
    def words(self) -> str:
        """The same in few bytes, beyond doubt."""
        where = places.token(self.area) if self.area else None
        return " ".join(each for each in (self.state, self.category, where) if each)


async def _named(ctx: Context, words: str) -> _Named:
    """A state, a category and a place, as far as they are named.

    Raises RefusalError for words that are none of these.
    """
    state, rest = taken_out(words, _names_of_states(ctx))
    category, rest = taken_out(rest, texts.categories_by_name(ctx))
    if not rest:
        return _Named(state, category, None)
    area, others = await _place_in(ctx, rest)
    if not others:
        return _Named(state, category, area)
    whole, more = await _place_in(ctx, words)  # its name may have such a word in it
    if not more:
        return _Named(None, None, whole)
    base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    raise RefusalError("directory.place_unknown", text=others, base=await places.name_at(ctx, base))


async def _place_in(ctx: Context, words: str) -> tuple[Area | None, str]:
    base = await bases.base_of(ctx, ctx.person.id, ctx.chat.area_id)
    return await places.place_in(ctx, base, words)


def taken_out(text: str, names: Mapping[str, str]) -> tuple[str | None, str]:
    """What some of the words name, and the other words; the longest name counts."""
    said = " ".join(text.split())
    for name in sorted(names, key=len, reverse=True):
        if found := any_of((name,)).search(said):
            rest = f"{said[: found.start()]} {said[found.end() :]}"
            return names[name], " ".join(rest.split())
    return None, said


def any_of(names: Iterable[str]) -> re.Pattern[str]:
    """Any of these names in a text, the longest first. Chinese needs no space between:
    "3栋电梯"."""
    each = (
        rf"(?<!\S){re.escape(name)}(?!\S)" if name.isascii() else re.escape(name)
        for name in sorted(names, key=len, reverse=True)
    )
    return re.compile("|".join(each), re.IGNORECASE)


def _names_of_states(ctx: Context) -> dict[str, str]:
    return {
        name: state.value
        for state in State
        for name in (state.value, *ctx.desk.words.every(f"request.state.{state}"))
    }


async def paths_of(ctx: Context) -> tuple[str, ...]:
    """The places whose requests this person may list here: in a group those of its place; in
    private those of their roles, else the buildings in which they live.

    Raises RefusalError in a group of no place: nobody knows who reads it.
    """
    if not ctx.private:
        if ctx.chat.area_id is None:
            raise RefusalError("directory.greeting_link")
        return ((await areas_query.facts_at(ctx.store, ctx.chat.area_id)).path,)
    if held := await rights.areas_with(ctx, "answer"):
        return tuple(area.path for area in held)
    buildings: list[str] = []
    for _, area in await people_query.homes_of(ctx.store, ctx.person.id):
        line = await areas_query.line_of(ctx.store, area.path)
        buildings.append(next((a for a in line if a.kind == "building"), area).path)
    if not buildings:
        raise RefusalError("directory.no_base")
    return tuple(buildings)


def _categories(ctx: Context, words: str) -> tuple[str, ...]:
    """The category that the words as a whole name."""
    category, rest = taken_out(words, texts.categories_by_name(ctx))
    return (category,) if category and not rest else ()


async def _line(ctx: Context, row: Row, zone: ZoneInfo) -> str:
    request = row.request
    facts = await areas_query.facts_at(ctx.store, request.area_id)
    holder = f" {row.holder}" if row.holder else ""
    return ctx.t(
        "list.line",
        number=request.number,
        what=texts.category(ctx, ctx.language, request.category),
        where=texts.public_place_of(ctx, ctx.language, facts, request),
        state=ctx.t(f"request.state.{request.state}") + holder,
        words=await alone.words_here(ctx, request, MOST_WORDS),
        when=clock_text(request.opened_at, zone),
        households=ctx.t("list.households", n=row.households) if row.households > 1 else "",
    )
