"""The place of a report: from its words, the sender's home and the group, part by part.

Each part (building, unit, the tail of floor and room) may come from several sources; a fitted
head chooses among those that are there. Sources with the same value are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import log

from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import Heard, Place, Places, Scene
from handlers.understanding.place import (
    NUMBERED_UNIT,
    PAIR,
    floor_of,
    lettered,
    like,
    parse,
    same_code,
    weak_floor,
)

#: Who is spoken to tells no place: "@802老莫".
MENTION = re.compile(r"@\S+")
PARTS = ("building", "unit", "tail")
SHARE = 0.5  #: how much all parts together count beside each by itself
LEAST = 1e-6
Tail = tuple[str | None, str | None]  #: floor, room


@dataclass(frozen=True, slots=True)
class Sources:
    """Where each part may come from: source name -> value; equal values stand once."""

    building: Mapping[str, str | None]
    unit: Mapping[str, str | None]
    tail: Mapping[str, Tail]
    said: Place


def sources(heard: Heard, scene: Scene) -> Sources:
    """All sources of a message in its scene."""
    text = MENTION.sub(" ", look(heard.text).text)
    said, home, area = listed(text, scene), heard.home or Place(), scene.area
    if said.building is None and said.room is None and (flat := lettered(text, home)):
        said = replace(said, building=flat.building, room=flat.room)
    building = _alike(said.building, home.building, area.building)
    room = said.room
    if home.room and (found := like(text, home.room)) and (room is None or not room.isdigit()):
        room = found
    said = replace(said, building=building, room=room)
    floor = said.floor or floor_of(room)
    return Sources(
        _once({"said": building, "area": area.building, "home": home.building}),
        _once({"said": said.unit, "area": area.unit, "home": home.unit}),
        _once_tail(
            {
                "room": (floor_of(room) or said.floor, room) if room else None,
                "floor": (said.floor, None) if said.floor else _floor_only(floor),
                "weak": _floor_only(weak_floor(text)),
                "home": (floor_of(home.room), home.room) if home.room else None,
                "homefloor": _floor_only(floor_of(home.room)),
            }
        ),
        said,
    )


def listed(text: str, scene: Scene) -> Place:
    """What a plain text says of a place, where "3-2" and "unit 2" may be units that stand there."""
    places = scene.places
    if places is None:
        return parse(text)
    for found in PAIR.finditer(text):
        building, unit = found.groups()
        if places.has_building(building) and _stands(places, building, unit):
            rest = parse(text.replace(found[0], " ", 1))
            return replace(rest, building=building, unit=unit)
    found, said = NUMBERED_UNIT.search(text), parse(text)
    building = said.building or scene.area.building
    if found and building and _stands(places, building, found[1]):
        rest = parse(text.replace(found[0], " ", 1))
        return replace(rest, building=said.building, unit=found[1].upper())
    return said


def _stands(places: Places, building: str, unit: str) -> bool:
    return places.lists_units(building) and places.has_unit(building, unit)


def _floor_only(floor: str | None) -> Tail | None:
    return (floor, None) if floor else None


def _alike(said: str | None, home: str | None, area: str | None) -> str | None:
    """A building as it is written elsewhere: "B" is the group's "Tower B"."""
    return next((each for each in (area, home) if same_code(said, each)), said)


def _once(values: Mapping[str, str | None]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, value in values.items():
        if value is not None and value not in found.values():
            found[name] = value
    return {**found, "none": None}


def _once_tail(values: Mapping[str, Tail | None]) -> dict[str, Tail]:
    found: dict[str, Tail] = {}
    for name, value in values.items():
        if value is not None and value not in found.values():
            found[name] = value
    return {**found, "none": (None, None)}


def place_features(heard: Heard, scene: Scene, category: str) -> list[str]:
    """What the heads of the parts look at."""
    looked, found = look(heard.text), sources(heard, scene)
    there = [f"{part}={','.join(getattr(found, part))}" for part in PARTS]
    features = [f"~{gram}" for gram in looked.grams if len(gram) < 4 or gram[:2] in ("t ", "w ")]
    features += looked.plainly
    features += [f"@{each}" for each in there]
    scopes = sorted(looked.scopes) or ["unsaid"]
    scope = "+".join(scopes)
    for each in (f"mine={looked.mine}", f"category={category}", f"scope={scope}", *scopes):
        features += [f"@{each}", f"@{each}|{there[-1]}", f"@{each}|{there[0]}|{there[1]}"]
    features += [f"@{each}|{category}" for each in scopes]
    features += [f"@{each}" for each in _shape(heard, scene, looked, found)]
    return features


def _shape(heard: Heard, scene: Scene, looked: Looked, found: Sources) -> Iterator[str]:
    """How rooms and floors are written, and how they lie to the sender's own."""
    home, said = heard.home or Place(), found.said
    tails = ",".join(found.tail)
    yield f"area={scene.area.building is not None},{scene.area.unit is not None}"
    yield f"size={len(said.room or '')},{len(home.room or '')}"
    yield f"role={heard.role != 'resident'}"
    yield f"full={bool(said.building)},{bool(said.unit)},{bool(said.room)},{tails}"
    yield f"len={min(6, len(looked.text) // 8)}"
    above = _above(said.room, home.room)
    floor = said.floor or ""
    kind = (
        "none" if not floor else "below" if floor[0] in "-BP" else "span" if "-" in floor else "up"
    )
    yield f"floor={kind}"
    yield f"floor={kind},{'+'.join(sorted(looked.scopes))}"
    yield f"floors={min(3, len(FLOORS.findall(looked.text)))},{kind}"
    yield f"above={above}"
    yield f"above={above},{looked.mine},{tails}"
    yield f"own floor={said.floor is not None and said.floor == floor_of(home.room)},{tails}"
    if said.room and (at := looked.text.find(said.room.casefold())) >= 0:
        after = looked.text[at + len(said.room) :]
        yield f"after={after[:1]}"
        yield f"after={after[:2]}"
        yield f"ahead={looked.text[max(0, at - 1) : at]}"
        yield f"ahead={looked.text[max(0, at - 2) : at]}"
        yield f"first={at < 4}"
        yield f"asked={ASKED.match(after) is not None}"


FLOORS = re.compile(r"[\d一二三四五六七八九十]+\s*[楼层]|\bfloor|\blevel")
#: What follows a room that is called or suspected, not the place itself.
ASKED = re.compile(
    r".{0,3}(?:在家|在吗|在不在|没人|关水|出来|下来|说|的?(?:人|邻居)|is |are |upstairs|says?)"
)


def _above(room: str | None, home: str | None) -> str:
    one, other = floor_of(room), floor_of(home)
    if not (one and other and one.isdigit() and other.isdigit()):
        return "unknown"
    return str(max(-2, min(2, int(one) - int(other))))


def combinations(found: Sources) -> list[str]:
    """Every way to take the three parts from their sources; what the words say is taken."""
    buildings = ["said"] if "said" in found.building else list(found.building)
    units = ["said"] if "said" in found.unit else list(found.unit)
    return [",".join(each) for each in product(buildings, units, found.tail)]


#: Somebody else, somewhere: "门口有个老人晕倒了" is not at the sender's home.
SOMEBODY = re.compile(
    r"有人|有个|有一个|有位|哪个|谁家|一个(?:人|男|女|老|小孩|孩子)"
    r"|\b(?:someone|somebody|a (?:man|woman|guy|lady|boy|girl|kid|child|stranger)|an old|people)\b"
)


def choose(heard: Heard, found: Sources, chances: Mapping[str, Mapping[str, float]]) -> Place:
    """The likeliest sources of the parts, each by itself and all together.

    A home is a home in all its parts, and never where the line speaks of somebody elsewhere or of a
    danger, unless it says so: those who help look where it is, not where the sender lives.
    """
    looked, home = look(heard.text), heard.home
    ways = combinations(found)
    elsewhere = looked.alarms or SOMEBODY.search(looked.text)
    if elsewhere and not looked.mine and "own" not in looked.scopes:
        ways = [way for way in ways if not way.endswith(",home")]
    chosen = max(ways, key=lambda way: _likely(way, chances))
    one, other, source = chosen.split(",")
    building, unit = found.building[one], found.unit[other]
    floor, room = found.tail[source]
    if source == "home" and home is not None:
        building = found.said.building or home.building or building
        unit = found.said.unit or home.unit
    return Place(building, unit, floor, room)


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


def checked(place: Place, said: Place, scene: Scene) -> tuple[Place, bool]:
    """What does not exist is not believed: it is left out, and the sender is asked."""
    places = scene.places
    if places is None or place.building is None:
        return place, False
    if not places.has_building(place.building):
        return replace(place, building=scene.area.building), said.building is not None
    if place.unit and not places.has_unit(place.building, place.unit):
        return replace(place, unit=None), said.unit is not None
    return place, False
