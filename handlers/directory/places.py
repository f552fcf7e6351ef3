"""From what people write to a place of the tree: "3栋", "2-501", "3-2-501", "Blk 3 #05-12"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from handlers.directory.several import SeveralError
from handlers.understanding.buildings import same_code
from handlers.understanding.meaning import Place
from handlers.work import RefusalError, Work
from storage.queries import areas as areas_query
from storage.queries.areas import AreaFacts
from storage.tables import Area

#: What stands behind a code in either language; the code is what counts.
BUILDING = re.compile(
    r"(?:blk|block|building|bldg)\.?\s*([\w]+)|([\w]+?)\s*(?:栋|幢|号楼|座|#楼)", re.I
)
UNIT = re.compile(r"(?:unit|stair|entrance)\s*([\w]+)|([\w]+?)\s*(?:单元|梯)", re.I)
ROOM = re.compile(r"(?:flat|room|apt|#)\s*([\w-]+)|([\w]+)\s*(?:室|户|号房)?\s*$", re.I)
DASHED = re.compile(r"^\s*(\w+)[-—/.](\w+)(?:[-—/.](\w+))?\s*$")
A_WORD = re.compile(r"[^\W_]")
NUMERALS = str.maketrans("一二三四五六七八九", "123456789")

#: The whole of it says where: "3栋2单元602", "3-2", "Blk 3 unit 2".
WHERE = re.compile(
    r"[\w\s]{0,14}?(?:[a-z0-9一二三四五六七八九十]{1,5}\s?(?:栋|幢|号楼|座|单元|室|户)\s?){1,3}\w{0,5}"
    r"|\w{1,6}[-—/.]\w{1,6}(?:[-—/.]\w{1,6})?"
    r"|(?:(?:blk|block|building|bldg|unit|flat|room|apt)\.?\s?#?[\w-]{1,6}[\s,]{0,2}){1,3}",
    re.I,
)

#: "Heping Garden Building 3 Unit 2"
MOST_WORDS_OF_A_PLACE = 6

#: "3栋：今晚停水": the place ends with the colon.
COLON = re.compile(r"\s*(?P<place>[^：:\n]{1,60}?)\s*[：:](?P<words>.*)", re.DOTALL)

#: A word that names a place beyond doubt (a button carries it).
TOKEN = re.compile(r"^area\.(\d{1,18})$")


def looks_like_place(text: str) -> bool:
    """Whether a text as a whole says where, be there such a place or not."""
    return len(text) <= 60 and WHERE.fullmatch(text.strip()) is not None


def outermost(paths: Iterable[str]) -> list[str]:
    """These paths in their order, without those that lie in another of them."""
    some = list(paths)
    return [each for each in some if not any(each.startswith(o) for o in some if o != each)]


def token(area: Area) -> str:
    """A word that names a place for `find_place` beyond doubt (a button carries it)."""
    return f"area.{area.id}"


async def find_place(work: Work, base: AreaFacts, text: str, *, alone: bool = False) -> Area:
    """The place that a text names, seen from `base` (a group's or a person's place).

    Looked for below `base` first, then in its whole neighbourhood, then in the whole tree.
    `alone`: every word of the text must be of its name; else "3栋（北门）" is building 3 as well.
    Raises RefusalError when there is none, or more than one.
    """
    wanted = text.strip()
    if not wanted:
        raise RefusalError("directory.place_missing")
    if picked := TOKEN.match(wanted):
        area = await areas_query.area_by_id(work.store, int(picked[1]))
        if area is not None and areas_query.ids_of(area.path)[0] == base.root_id:
            return area
    line = await areas_query.line_of(work.store, base.path)
    tops = [line[-1], *(a for a in reversed(line[:-1]) if a.kind != "unit")]
    for top in tops:
        found = await _below(work, top, wanted, alone=alone)
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            choices = [(await full_name(work, area, top), token(area)) for area in found]
            raise SeveralError("directory.place_several", wanted, choices)
    around = next((each for each in line if each.kind == "neighbourhood"), line[-1])
    where = await full_name(work, around)
    raise RefusalError("directory.place_unknown", text=wanted, base=where)


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
                area = await find_place(work, base, " ".join(chosen), alone=True)
            except SeveralError:
                raise
            except RefusalError:
                continue
            return area, " ".join(others)
    return None, " ".join(words)


async def place_first(work: Work, base: AreaFacts, text: str) -> tuple[Area | None, str]:
    """The place that a text begins with, as long a name as there is, and the words behind it.

    A colon ends it as a blank does: "3栋：今晚停水". Raises SeveralError where it names several,
    and RefusalError where the first word can only be a place and is none that we know.
    """
    if found := await _before_a_colon(work, base, text):
        return found
    words = text.split(maxsplit=MOST_WORDS_OF_A_PLACE)
    for many in range(min(len(words), MOST_WORDS_OF_A_PLACE), 0, -1):
        try:
            area = await find_place(work, base, " ".join(words[:many]), alone=True)
        except SeveralError:
            raise
        except RefusalError:
            if many == 1 and looks_like_place(words[0]):
                raise
            continue
        return area, _behind(text, many)
    return None, text.strip()


async def _before_a_colon(work: Work, base: AreaFacts, text: str) -> tuple[Area, str] | None:
    """The place before a text's first colon, and what stands behind it; None: there is none."""
    colon = COLON.match(text)
    if colon is None:
        return None
    try:
        area = await find_place(work, base, colon["place"], alone=True)
    except SeveralError:
        raise
    except RefusalError:
        return None  # the colon stands further on, in the words
    return area, colon["words"].strip()


def _behind(text: str, many: int) -> str:
    """What stands behind so many words, its own spaces and lines kept."""
    parts = text.split(maxsplit=many)
    return parts[many].strip() if len(parts) > many else ""


async def _below(work: Work, top: Area, text: str, *, alone: bool) -> Sequence[Area]:
    for kind in ("neighbourhood", "community", "subdistrict", "district"):
        if found := await areas_query.find_below(work.store, top.path, kind, [text]):
            return found
    if inside := await _named_first(work, top, text):
        return await _below(work, *inside, alone=alone)
    for steps in readings(text, top.kind, alone=alone):
        if found := await _walk(work, top, steps):
            return found
    return []


async def _named_first(work: Work, top: Area, text: str) -> tuple[Area, str] | None:
    """ "和平里3栋": the neighbourhood named first, and what stands behind its name."""
    known = await areas_query.of_kind_below(work.store, top.path, "neighbourhood")
    named = [
        (area, name)
        for area, name in _names(known)
        if text.startswith(name) and len(text) > len(name)
    ]
    if not named:
        return None
    area, name = max(named, key=lambda pair: len(pair[1]))
    return area, text[len(name) :].strip()


def _names(areas: Sequence[Area]) -> list[tuple[Area, str]]:
    """What neighbourhoods are called; a bare number is a building's as well, and names none."""
    return [
        (area, name)
        for area in areas
        for name in (area.name, area.code)
        if not name.isdecimal() and name.strip()
    ]


async def neighbourhood_in(work: Work, text: str) -> Area | None:
    """The one neighbourhood of all that a text names anywhere in it ("北化小区3栋灯坏了")."""
    said = text.casefold()
    known = await areas_query.of_kind_below(work.store, "/", "neighbourhood")
    named = [(len(name), area) for area, name in _names(known) if name.casefold() in said]
    longest = max((length for length, _ in named), default=0)
    found = {area.id: area for length, area in named if length == longest}
    return next(iter(found.values())) if len(found) == 1 else None


async def _walk(work: Work, top: Area, steps: Sequence[tuple[str, str]]) -> Sequence[Area]:
    """What the steps lead to; from several buildings of one code ("3栋") each way is gone."""
    at: Sequence[Area] = [top]
    for kind, code in steps:
        if len(at) > 1 and steps[0][0] != "building":
            return []
        at = [each for own in at for each in await _step(work, own, kind, code)]
    return at if at and at[0] is not top else []


async def _step(work: Work, own: Area, kind: str, code: str) -> Sequence[Area]:
    if own.kind == kind and own.code.casefold() == code.casefold():
        return [own]
    return await areas_query.find_below(work.store, own.path, kind, _spellings(code))


def _spellings(code: str) -> list[str]:
    plain = code.translate(NUMERALS).strip()
    return list(dict.fromkeys((code, plain, plain.lstrip("0") or plain)))


def readings(text: str, top: str, *, alone: bool = False) -> list[list[tuple[str, str]]]:
    """The ways a text may name a place below a place of kind `top`, the likeliest first.

    `alone`: only those that leave no word of it over.
    """
    if found := DASHED.match(text):
        codes = [code for code in found.groups() if code]
        return _dashed(codes)
    steps, over = _steps(text)
    ways = [steps] if steps and not (alone and A_WORD.search(over)) else []
    if ways and len(steps) == 1 and steps[0][0] == "household":
        ways = [[("building", steps[0][1])], [("unit", steps[0][1])], *ways]
        if top in ("building", "unit"):
            ways.reverse()
    return [*ways, [("building", text.strip())]]


def _steps(text: str) -> tuple[list[tuple[str, str]], str]:
    """Building, unit and flat, as far as a text names them, and what is left of it."""
    steps: list[tuple[str, str]] = []
    rest = text
    for kind, pattern in (("building", BUILDING), ("unit", UNIT), ("household", ROOM)):
        if found := pattern.search(rest):
            steps.append((kind, found[1] or found[2]))
            rest = f"{rest[: found.start()]} {rest[found.end() :]}".strip()
    return steps, rest


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
    line = await areas_query.spots_on(work.store, path)
    here = line[-1]
    top = next((each for each in line if each.kind == "neighbourhood"), here)
    steps = (("building", place.building), ("unit", place.unit), ("household", place.room))
    at = top if place.building else here
    for kind, code in steps:
        if code is None:
            continue
        found = await _called(work, at.path, kind, code)
        if len(found) != 1:
            break
        at = found[0]
    return here.id if at.id == top.id else at.id


async def sure_area(work: Work, path: str, place: Place, *, clash: bool) -> int:
    """The smallest place that is sure, though words contradict what stands there (`clash`): of a
    house that does not exist that is the neighbourhood."""
    if clash and place.building is None:
        return await neighbourhood_of(work, path)
    return await smallest_area(work, path, place)


async def _called(work: Work, path: str, kind: str, code: str) -> Sequence[areas_query.Spot]:
    """The places of a kind below a path that are called so; "B" is "Tower B", if it is one."""
    found = await areas_query.named_below(work.store, path, kind, code)
    if found or kind != "building":
        return found
    known = await areas_query.of_kind_below(work.store, path, kind)
    alike = [each for each in known if same_code(code, each.code)]
    return [areas_query.Spot(each.id, each.path, each.kind) for each in alike]


async def neighbourhood_of(work: Work, path: str) -> int:
    """The neighbourhood in which a path lies; its own place where it lies in none."""
    line = await areas_query.spots_on(work.store, path)
    return next((each for each in line if each.kind == "neighbourhood"), line[-1]).id


async def full_name(work: Work, area: Area, top: Area | None = None) -> str:
    """A place's name with those above it, from the neighbourhood (or below a lower `top`) down."""
    return name_of(await areas_query.line_of(work.store, area.path), top) or area.name


def name_of(line: Sequence[Area], top: Area | None = None) -> str:
    """The same of a line of places, root first."""
    start = next((i for i, each in enumerate(line) if each.kind == "neighbourhood"), 0)
    if top is not None and top.id in [each.id for each in line[:-1]]:
        start = max(start, [each.id for each in line].index(top.id) + 1)
    names = [each.name for each in line[start:]]
    plain = all(name.isascii() for name in names)
    return " ".join(names) if plain else "".join(names)


async def name_at(work: Work, facts: AreaFacts) -> str:
    """The whole name of the place of which these are the facts."""
    area = await areas_query.area_by_id(work.store, facts.area_id)
    return await full_name(work, area) if area else facts.name


def place_at(facts: AreaFacts) -> Place:
    """A place of the tree in bare codes."""
    codes = facts.codes
    return Place(
        building=codes.get("building"), unit=codes.get("unit"), room=codes.get("household")
    )


def is_somewhere(facts: AreaFacts) -> bool:
    """Whether a place is one that somebody can go to: a neighbourhood, or less."""
    return "neighbourhood" in facts.codes or "building" in facts.codes
