"""The place of a report: its words, the sender's home as far as it is meant, the group."""

from __future__ import annotations

from dataclasses import replace

from handlers.understanding.meaning import Heard, Place, Scene
from handlers.understanding.place import parse


def place_of(heard: Heard, scene: Scene, level: str) -> tuple[Place, bool]:
    """The place, and whether its words contradict the places that exist.

    `level` says how much of the sender's home is meant: none, building, unit, room.
    """
    said = parse(heard.text)
    home = heard.home or Place()
    if said.room and home.room == said.room and not said.building:
        said = replace(said, building=home.building, unit=said.unit or home.unit)
    place = said
    if level in ("building", "unit", "room") and said.building in (None, home.building):
        place = replace(place, building=place.building or home.building)
        if level in ("unit", "room") and said.unit is None:
            place = replace(place, unit=home.unit)
        if level == "room" and said.room is None and said.floor is None:
            place = replace(place, room=home.room, floor=_floor(home.room))
    if scene.area.building and place.building is None:
        place = replace(place, building=scene.area.building)
    if scene.area.unit and place.unit is None and place.building == scene.area.building:
        place = replace(place, unit=scene.area.unit)
    return _checked(place, said, scene)


def _checked(place: Place, said: Place, scene: Scene) -> tuple[Place, bool]:
    """What does not exist is not believed: it is left out, and the sender is asked."""
    places = scene.places
    if places is None or place.building is None:
        return place, False
    if not places.has_building(place.building):
        return replace(place, building=scene.area.building), said.building is not None
    if place.unit and not places.has_unit(place.building, place.unit):
        return replace(place, unit=None), said.unit is not None
    return place, False


def _floor(room: str | None) -> str | None:
    if room and room.isdigit() and len(room) >= 3:
        return room[:-2].lstrip("0") or None
    return None
