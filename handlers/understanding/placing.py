"""The place of a report: from its words, the sender's home and the group, part by part.

Each part (building, unit, the tail of floor and room) may come from several sources; a fitted
head chooses among those that are there. Sources with the same value are one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from math import log

from handlers.understanding.buildings import same_code
from handlers.understanding.looking import LIFE, look
from handlers.understanding.meaning import Heard, Place, Scene
from handlers.understanding.normal import HAN
from handlers.understanding.sources import PARTS, Sources
from handlers.understanding.whereabouts import named

SHARE = 0.5  #: how much all parts together count beside each by itself
LEAST = 1e-6  #: no source is less likely than this
#: What one names who is at home: rooms and taps, and one's family.
HOMELY = frozenset(("room", "supply", "kin"))
#: Somebody else, somewhere: "门口有个老人晕倒了" is not at the sender's home.
SOMEBODY = re.compile(
    r"(?<!要)有人(?!没(?:有)?(?:[ ,啊呀]|$)|.{,5}[吗么])|有个|有一个|有位|哪个|谁家"
    r"|(?<![我俺咱])一个(?:人|男|女|老|小孩|孩子)"
    r"|\b(?:someone|somebody|a (?:man|woman|guy|lady|boy|girl|kid|child|stranger)|an old|people)\b"
)
#: Tails that are those of the sender's own home, or told from there.
OF_HOME = frozenset(("home", "homefloor", "above"))


def combinations(found: Sources) -> list[str]:
    """Every way to take the three parts from their sources; what the words say is taken."""
    buildings = ["said"] if "said" in found.building else list(found.building)
    units = ["said"] if "said" in found.unit else list(found.unit)
    return [",".join(each) for each in product(buildings, units, found.tail)]


def ways(heard: Heard, scene: Scene, found: Sources) -> list[str]:
    """The combinations that are possible.

    A home is no place where the line speaks of somebody elsewhere or of a danger, unless it says
    so: those who help look where it is, not where the sender lives.
    """
    looked = look(heard.text)
    every = [way for way in combinations(found) if of_one_house(heard, scene, found, way)]
    elsewhere = looked.alarms - {LIFE} or SOMEBODY.search(looked.text)
    own = looked.mine or "own" in looked.scopes or not HOMELY.isdisjoint(named(looked.text))
    if elsewhere and not own:
        return [way for way in every if not way.endswith(",home")]
    return every


def of_one_house(heard: Heard, scene: Scene, found: Sources, way: str) -> bool:
    """Whether no stairwell and no flat is put into a house to which it does not belong: what is
    said of building 4 is in no unit of building 3, wherever its sender lives."""
    one, other, source = way.split(",")
    building, unit = found.building[one], found.unit[other]
    home = heard.home or Place()
    if one == "said" and source in OF_HOME and not _in_house(home, building):
        return False
    if other in ("said", "none"):
        return True
    return any(each.unit == unit and _in_house(each, building) for each in (scene.area, home))


def _in_house(place: Place, building: str | None) -> bool:
    """Whether a place may be in a building, as far as both are known."""
    return not (place.building and building) or same_code(place.building, building)


def choose(
    heard: Heard, scene: Scene, found: Sources, chances: Mapping[str, Mapping[str, float]]
) -> Place:
    """The likeliest sources of the parts, each by itself and all together."""
    possible = ways(heard, scene, found)
    return put(heard, found, max(possible, key=lambda way: _likely(way, chances)))


def put(heard: Heard, found: Sources, way: str) -> Place:
    """The place that a combination of sources makes; a home is a home in all its parts."""
    one, other, source = way.split(",")
    building, unit = found.building[one], found.unit[other]
    if source == "home" and heard.home is not None:
        building = building if one == "said" else heard.home.building or building
        unit = found.said.unit or heard.home.unit
    return Place(building, unit, *found.tail[source])


def _likely(way: str, chances: Mapping[str, Mapping[str, float]]) -> float:
    each = zip(PARTS, way.split(","), strict=True)
    alone = sum(log(max(LEAST, chances[part].get(source, 0.0))) for part, source in each)
    return alone + SHARE * log(max(LEAST, chances["together"].get(way, 0.0)))


def source_of(names: Mapping[str, object], value: object) -> str | None:
    """The source that holds a value; None when no source does."""
    return next((name for name, each in names.items() if _equal(each, value)), None)


def _equal(one: object, other: object) -> bool:
    return _folded(one) == _folded(other)


def _folded(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value


def tail_of(found: Sources, floor: str | None, room: str | None) -> str | None:
    """The source of a floor and room as annotated; the floor may be left out beside a room."""
    for name, (one, other) in found.tail.items():
        if _equal(other, room) and (room is not None or _equal(one, floor)):
            return name
    return None


def in_own_stairwell(place: Place, home: Place | None) -> Place:
    """Lifts stand in stairwells: who says "our lift" means the one of their own."""
    if home is None or place.unit is not None or place.building is None:
        return place
    return replace(place, unit=home.unit) if place.building == home.building else place


def checked(place: Place, said: Place, heard: Heard, scene: Scene) -> tuple[Place, bool]:
    """What does not exist is not believed; what the words contradict is all that is left out with
    what lies in it, and the sender is asked. Gives what is sure, and whether they contradict it."""
    places = scene.places
    if places is None or place.building is None:
        return place, False
    if not places.has_building(place.building):
        if said.building is not None and not _is_no_name(said.building, heard.text):
            return Place(), True
        return replace(place, building=scene.area.building), False
    if place.unit and not places.has_unit(place.building, place.unit):
        if said.unit is not None:
            return Place(place.building), True
        return replace(place, unit=None), False
    return place, False


def _is_no_name(building: str, text: str) -> bool:
    """Whether it may be a word of a sentence and no name: "building a barbecue", "the building I
    live in", "the building's ramp"."""
    return building in ("A", "I", "S") and HAN.search(text) is None
