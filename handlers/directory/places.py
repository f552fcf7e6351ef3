"""From what people write to a place of the tree: "3栋", "2-501", "3-2-501", "Blk 3 #05-12"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handlers.context import RefusalError, Work
from handlers.directory.several import SeveralError
from handlers.understanding.meaning import Place
from storage.queries import directory as query
from storage.queries.directory import AreaFacts
from storage.tables import Area

#: What stands behind a code in either language; the code is what counts.
BUILDING = re.compile(
    r"(?:blk|block|building|bldg)\.?\s*([\w]+)|([\w]+?)\s*(?:栋|幢|号楼|座|#楼)", re.I
)
UNIT = re.compile(r"(?:unit|stair|entrance)\s*([\w]+)|([\w]+?)\s*(?:单元|梯)", re.I)
ROOM = re.compile(r"(?:flat|room|apt|#)\s*([\w-]+)|([\w]+)\s*(?:室|户|号房)?\s*$", re.I)
DASHED = re.compile(r"^\s*(\w+)[-—/.](\w+)(?:[-—/.](\w+))?\s*$")
NUMERALS = str.maketrans("一二三四五六七八九", "123456789")


#: A word that names a place beyond doubt (a button carries it).
TOKEN = re.compile(r"^area\.(\d{1,18})$")


def token(area: Area) -> str:
    """A word that names a place for `find_place` beyond doubt (a button carries it)."""
    return f"area.{area.id}"


async def find_place(work: Work, base: AreaFacts, text: str) -> Area:
    """The place that a text names, seen from `base` (a group's or a person's place).

    Looked for below `base` first, then in its whole neighbourhood, then in the whole tree.
    Raises RefusalError when there is none, or more than one.
    """
    wanted = text.strip()
    if not wanted:
        raise RefusalError("directory.place_missing")
    if picked := TOKEN.match(wanted):
        area = await query.area_by_id(work.store, int(picked[1]))
        if area is not None and query.ids_of(area.path)[0] == base.root_id:
            return area
    line = await query.line_of(work.store, base.path)
    tops = [line[-1], *(a for a in reversed(line[:-1]) if a.kind != "unit")]
    for top in tops:
        found = await _below(work, top, wanted)
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            choices = [(await full_name(work, area, top), token(area)) for area in found]
            raise SeveralError("directory.place_several", wanted, choices)
    raise RefusalError("directory.place_unknown", text=wanted, base=base.name)


async def place_in(work: Work, base: AreaFacts, text: str) -> tuple[Area | None, str]:
    """The place that the words of a text, its first or its last ones name, and the other words.

    Raises SeveralError where they name more than one.
    """
    words = text.split()
    for many in range(len(words), 0, -1):
        for chosen, others in (
            (words[:many], words[many:]),
            (words[-many:], words[:-many]),
        ):
            try:
                return await find_place(work, base, " ".join(chosen)), " ".join(others)
            except SeveralError:
                raise
            except RefusalError:
                continue
    return None, " ".join(words)


async def _below(work: Work, top: Area, text: str) -> Sequence[Area]:
    for kind in ("neighbourhood", "community", "subdistrict", "district"):
        if found := await query.find_below(work.store, top.path, kind, [text]):
            return found
    if inside := await _named_first(work, top, text):
        return await _below(work, *inside)
    for steps in readings(text, top.kind):
        if found := await _walk(work, top, steps):
            return found
    return []


async def _named_first(work: Work, top: Area, text: str) -> tuple[Area, str] | None:
    """ "和平里3栋": the neighbourhood named first, and what stands behind its name."""
    named = [
        (area, name)
        for area in await query.of_kind_below(work.store, top.path, "neighbourhood")
        if area.id != top.id
        for name in (area.name, area.code)
        if text.startswith(name) and len(text) > len(name)
    ]
    if not named:
        return None
    area, name = max(named, key=lambda pair: len(pair[1]))
    return area, text[len(name) :].strip()


async def _walk(work: Work, top: Area, steps: Sequence[tuple[str, str]]) -> Sequence[Area]:
    at: Sequence[Area] = [top]
    for kind, code in steps:
        if len(at) != 1:
            return []
        own = at[0]
        if own.kind == kind and own.code.casefold() == code.casefold():
            continue
        at = await query.find_below(work.store, own.path, kind, _spellings(code))
    return at if at and at[0] is not top else []


def _spellings(code: str) -> list[str]:
    plain = code.translate(NUMERALS).strip()
    return list(dict.fromkeys((code, plain, plain.lstrip("0") or plain)))


def readings(text: str, top: str) -> list[list[tuple[str, str]]]:
    """The ways a text may name a place below a place of kind `top`, the likeliest first."""
    if found := DASHED.match(text):
        codes = [code for code in found.groups() if code]
        return _dashed(codes)
    steps: list[tuple[str, str]] = []
    rest = text
    for kind, pattern in (("building", BUILDING), ("unit", UNIT)):
        if found := pattern.search(rest):
            steps.append((kind, found[1] or found[2]))
            rest = (rest[: found.start()] + " " + rest[found.end() :]).strip()
    if rest and (found := ROOM.search(rest)):
        steps.append(("household", found[1] or found[2]))
    ways = [steps] if steps else []
    if len(steps) == 1 and steps[0][0] == "household":
        ways = [[("building", steps[0][1])], [("unit", steps[0][1])], *ways]
        if top in ("building", "unit"):
            ways.reverse()
    return [*ways, [("building", text.strip())]]


def _dashed(codes: list[str]) -> list[list[tuple[str, str]]]:
    if len(codes) == 3:
        return [[("building", codes[0]), ("unit", codes[1]), ("household", codes[2])]]
    return [
        [("unit", codes[0]), ("household", codes[1])],
        [("building", codes[0]), ("household", codes[1])],
        [("building", codes[0]), ("unit", codes[1])],
    ]


async def smallest_area(work: Work, path: str, place: Place) -> int:
    """The smallest place of the tree that a understood place names; the group's own else."""
    line = await query.spots_on(work.store, path)
    here = line[-1]
    top = next((each for each in line if each.kind == "neighbourhood"), here)
    steps = (("building", place.building), ("unit", place.unit), ("household", place.room))
    at = top if place.building else here
    for kind, code in steps:
        if code is None:
            continue
        found = await query.named_below(work.store, at.path, kind, code)
        if len(found) != 1:
            break
        at = found[0]
    return here.id if at.id == top.id else at.id


async def full_name(work: Work, area: Area, top: Area | None = None) -> str:
    """A place's name with those of the places above it, from the neighbourhood (or `top`) down."""
    line = await query.line_of(work.store, area.path)
    start = next((i for i, each in enumerate(line) if each.kind == "neighbourhood"), 0)
    if top is not None and top.id in [each.id for each in line[:-1]]:
        start = [each.id for each in line].index(top.id) + 1
    names = [each.name for each in line[start:]] or [area.name]
    plain = all(name.isascii() for name in names)
    return " ".join(names) if plain else "".join(names)


async def base_of(work: Work, person_id: int, area_id: int | None) -> AreaFacts:
    """The place from which somebody's words about places are understood.

    The chat's own; else where they hold a role; else where they live. Raises RefusalError when
    there is none of these.
    """
    if area_id is not None:
        return await query.facts_at(work.store, area_id)
    held = await query.roles_of(work.store, person_id)
    if held:
        top = min((area for _, area in held), key=lambda area: len(query.ids_of(area.path)))
        return await query.facts_at(work.store, top.id)
    homes = await query.homes_of(work.store, person_id)
    if homes:
        return await query.facts_at(work.store, homes[0][1].id)
    raise RefusalError("directory.no_base")
