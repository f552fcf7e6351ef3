"""Places in words: building, unit, floor, room, put together as they are said."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from handlers.understanding.addresses import Address, address
from handlers.understanding.buildings import said_building, said_unit
from handlers.understanding.floors import floor_of, said_floor
from handlers.understanding.meaning import Place
from handlers.understanding.normal import HAN, plain
from handlers.understanding.numerals import number
from handlers.understanding.rooms import DASHED_EN, TWO, said_room

MOST_PARSED = 256  #: texts; one is compared with the place of each request that is open
#: A house called by its street and number: "66 Cotham Brow".
STREET = re.compile(r"\d{1,4}[a-z]? [A-Z][A-Za-z' ]+$")


@lru_cache(MOST_PARSED)
def parse(text: str) -> Place:
    """What a text says of a place; nothing is filled in from anywhere else."""
    text = plain(text)
    if (found := address(text)) is not None:
        return _with_rest(found)
    building, unit, floor = said_building(text), said_unit(text), said_floor(text)
    room = None
    if (found := DASHED_EN.search(text)) and not HAN.search(text):
        room = found[0]
    elif found := TWO.search(text):
        unit, room = unit or found[1], found[2]
    room = room or said_room(text)
    if room and not floor:
        floor = floor_of(room)
    return Place(building, unit, floor, room)


def _with_rest(found: Address) -> Place:
    """An address written together, and what the rest of the text adds to it."""
    building, room = number(found.building).upper(), found.room
    rest = parse(found.rest)
    if room is not None:
        return Place(
            building, found.unit.upper() if found.unit else rest.unit, floor_of(room), room
        )
    unit = number(found.unit).upper() if found.unit else rest.unit
    return Place(building, unit, rest.floor, rest.room)


def parse_area(text: str) -> Place:
    """What a group is bound to: "3栋2单元" -> building 3, unit 2; an estate's name -> nothing."""
    found = parse(text)
    if STREET.match(text):
        return Place(building=text)
    if found.building is None and not re.search(
        r"小区|社区|家园|苑|里$|园|estate|gardens|village", plain(text)
    ):
        tail = re.fullmatch(r"[a-z]\d{1,2}", plain(text))
        return Place(building=tail[0].upper() if tail else None)
    return Place(found.building.upper() if found.building else None, found.unit)


def group_place(area: str, buildings: Iterable[str | None]) -> Place:
    """What a group is bound to, where its members' buildings are known.

    An area that is named like a building of theirs is that building ("Maple Court").
    """
    homes = {building for building in buildings if building}
    if area in homes:
        return Place(building=area)
    found = parse_area(area)
    if found.building is None and len(homes) == 1 and area.startswith(tuple(homes)):
        return Place(building=next(iter(homes)))
    return found
