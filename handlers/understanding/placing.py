"""The place of a report: from its words, the sender's home and the group, part by part.

Each part (building, unit, the tail of floor and room) may come from several sources; a fitted
head chooses among those that are there. Sources with the same value are one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from handlers.understanding.looking import look
from handlers.understanding.meaning import Heard, Place, Places, Scene
from handlers.understanding.place import (
    NUMBERED_UNIT,
    PAIR,
    floor_of,
    like,
    parse,
    same_code,
    weak_floor,
)

PARTS = ("building", "unit", "tail")
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
    text = look(heard.text).text
    said, home, area = listed(text, scene), heard.home or Place(), scene.area
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


def place_features(heard: Heard, scene: Scene) -> list[str]:
    """What the heads of the parts look at."""
    looked, found = look(heard.text), sources(heard, scene)
    home, said = heard.home or Place(), found.said
    there = [f"{part}={','.join(getattr(found, part))}" for part in PARTS]
    features = [f"~{gram}" for gram in looked.grams if len(gram) < 4 or gram[:2] in ("t ", "w ")]
    features += looked.plainly
    features += [f"@{each}" for each in there]
    features += [f"{each}|{cue}" for each in there[-1:] for cue in looked.plainly]
    features += [
        f"@mine={looked.mine}",
        f"@mine={looked.mine}|{there[-1]}",
        f"@area={scene.area.building is not None},{scene.area.unit is not None}",
        f"@size={len(said.room or '')},{len(home.room or '')}",
        f"@near={floor_of(said.room) == floor_of(home.room)}",
        f"@role={heard.role}",
        f"@len={min(6, len(looked.text) // 8)}",
    ]
    if said.room and (at := looked.text.find(said.room.casefold())) >= 0:
        after = looked.text[at + len(said.room) :][:1]
        features += [f"@after={after}", f"@ahead={looked.text[max(0, at - 1) : at]}"]
    return features


def choose(found: Sources, chances: Mapping[str, Mapping[str, float]]) -> Place:
    """The place with the likeliest source of each part."""
    building = _first(found.building, chances["building"])
    unit = _first(found.unit, chances["unit"])
    floor, room = found.tail[_likeliest(found.tail, chances["tail"])]
    return Place(building, unit, floor, room)


def _first(values: Mapping[str, str | None], chances: Mapping[str, float]) -> str | None:
    """Words win over the group, the group over everything else; only a home is a guess."""
    for sure in ("said", "area"):
        if sure in values:
            return values[sure]
    return values[_likeliest(values, chances)]


def _likeliest(names: Mapping[str, object], chances: Mapping[str, float]) -> str:
    return max(names, key=lambda name: chances.get(name, 0.0))


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
