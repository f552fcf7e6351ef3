"""Where the parts of a place may come from: the words, the lines before, the home, the group."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache

from handlers.understanding import bays, passing
from handlers.understanding.buildings import NUMBERED_UNIT, PAIR, same_code, two_buildings
from handlers.understanding.floors import above, floor_of, named_level, weak_floor, weak_span
from handlers.understanding.looking import look
from handlers.understanding.meaning import NOWHERE, Heard, Place, Places, Said, Scene
from handlers.understanding.normal import HAN
from handlers.understanding.place import parse
from handlers.understanding.rooms import TWO, bare_room, lettered, like

#: Who is spoken to tells no place: "@802老莫".
MENTION = re.compile(r"@\S+")
LATIN = re.compile(r"[A-Za-z]")
#: An entry of a list that goes round: "3. 2-402 明天下午".
ENTRY = re.compile(r"(?:^|(?<=\s))(\d{1,2})[.、)]\s*(?=\D|\d+[-栋幢号])")
#: A house and its flat: "8/61".
SLASHED = re.compile(r"\b(?:of|in|at|from|unit|room|house)\s+\d{1,3}/(\d{1,3})(?![\d/])")
OUTSIDE = frozenset(("outside",))
#: How far back the place of what is spoken of may have been named: lines, and time.
LINES, WHILE = 4, timedelta(minutes=15)
PARTS = ("building", "unit", "tail")  #: of a place, each with sources of its own
Tail = tuple[str | None, str | None]  #: floor, room


@dataclass(frozen=True, slots=True)
class Before:
    """What a line just before said of a place, and how it lies to the message."""

    place: Place = field(default_factory=Place)
    how: str = "none"  #: replied, own, last, other; none


@dataclass(frozen=True, slots=True)
class Sources:
    """Where each part may come from: source name -> value; equal values stand once."""

    building: Mapping[str, str | None]
    unit: Mapping[str, str | None]
    tail: Mapping[str, Tail]
    said: Place
    before: Before = field(default_factory=Before)


def sources(heard: Heard, scene: Scene) -> Sources:
    """All sources of a message in its scene."""
    looked, home, area = look(heard.text), heard.home or NOWHERE, scene.area
    text = passing.without(bays.without(MENTION.sub(" ", last_entry(looked.text))))
    outside = looked.scopes == OUTSIDE and HAN.search(text) is not None
    said, before = _said(text, home, scene), told_before(heard, scene)
    return Sources(
        _buildings(text, said, home, area, outside=outside),
        _once({"said": said.unit, "area": area.unit, "home": home.unit}),
        _once_tail(dict(_tails(text, said, home, before.place))),
        said,
        before,
    )


def _buildings(
    text: str, said: Place, home: Place, area: Place, *, outside: bool
) -> dict[str, str | None]:
    """What lies between two buildings is in neither; a group of one building speaks of it.

    Of what stands outside ("南门", "快递柜") most Chinese hands name no building; English ones do.
    """
    if two_buildings(text):
        return {"none": None}
    found = _once({"said": said.building, "area": area.building, "home": home.building})
    if area.building is not None and not outside:
        del found["none"]
    return found


def _said(text: str, home: Place, scene: Scene) -> Place:
    """What the words say, written as it is written elsewhere."""
    said = _by_name(text, listed(text, scene, home), home)
    if said.building is None and said.room is None and (flat := lettered(text, home)):
        said = replace(said, building=flat.building, room=flat.room)
    if _no_stairwells(text, said, home, scene.area):
        said = replace(said, building=said.unit, unit=None)
    room = said.room
    if "/" not in (home.room or "") and (slashed := SLASHED.search(text)):
        room = slashed[1]
    elif home.room and (found := like(text, home.room)) and not (room and room.isdigit()):
        room = found
    room = _styled(room, home.room)
    floor = None if said.floor == room else said.floor
    building = _alike(said.building, home.building, scene.area.building)
    return replace(said, building=building, floor=floor, room=room)


def last_entry(text: str) -> str:
    """Of a list that goes round, and that each signs below the others, what was added last."""
    marks = list(ENTRY.finditer(text))
    if [int(each[1]) for each in marks] != list(range(1, len(marks) + 1)) or len(marks) < 2:
        return text
    return text[marks[-1].end() :]


def _by_name(text: str, said: Place, home: Place) -> Place:
    """The sender's own house called by its name alone: "the ramp of K4", "round close 4"."""
    if said.building is None and _named_in(text, home.building):
        said = replace(said, building=home.building)
    if said.unit is None and _named_in(text, home.unit):
        said = replace(said, unit=home.unit)
    both = f"{home.building}{home.unit}"
    if said.room and said.room.casefold() == both.casefold():  # "9B": unit B of building 9
        floor = None if said.floor == floor_of(said.room) else said.floor
        said = Place(home.building, home.unit, floor)
    return said


def _named_in(text: str, code: str | None) -> bool:
    if code is None or len(code) < 2 or not LATIN.search(code):
        return False
    return re.search(rf"(?<![\w-]){re.escape(code.casefold())}(?![\w-])", text) is not None


def _no_stairwells(text: str, said: Place, home: Place, area: Place) -> bool:
    """Whether "5-2306" is the building's number and the room: in houses without stairwells."""
    two = TWO.search(text)
    if two is None or said.building is not None or home.unit is not None:
        return False
    return said.unit == two[1] and same_code(two[1], home.building or area.building)


def _styled(room: str | None, home: str | None) -> str | None:
    """A bare number as the sender's own is written: "114" is "E-114" to who lives in "E-112"."""
    shape = re.fullmatch(r"([A-Za-z]-?|[A-Za-z]{3,} )(\d+)", home or "")
    if not room or not shape or not room.isdigit():
        return room
    named = shape[1].endswith(" ")  # "Flat 1" to who lives in "Flat 2"
    alike = len(room) == len(shape[2]) and len(room) > 2
    return shape[1] + room if named or alike else room


def _tails(text: str, said: Place, home: Place, before: Place) -> Iterator[tuple[str, Tail | None]]:
    """Floor and room by source, the surest first."""
    room, floor = said.room, said.floor or floor_of(said.room)
    span = said.floor if "-" in (said.floor or "")[1:] else weak_span(text)
    if span and (floor is None or floor in span.split("-")):
        floor = span  # "between 3/F and 4/F" is not the third
    yield "room", (floor_of(room) or said.floor, room) if room else None
    yield "floor", _floor_only(floor)
    yield "low", _floor_only(span.split("-")[0]) if span else None
    yield "weak", _floor_only(weak_floor(text))
    yield "bare", _room_only(_styled(bare_room(text), home.room)) if room is None else None
    yield "home", _room_only(home.room)
    yield "homefloor", _floor_only(floor_of(home.room))
    yield "before", _room_only(before.room)
    yield "beforefloor", _floor_only(before.floor)
    yield "above", _floor_only(above(text, home.room))
    yield "level", _floor_only(named_level(text))


def told_before(heard: Heard, scene: Scene) -> Before:
    """The newest place that was named just before: in the line this one answers, by the sender
    themselves, or by whoever spoke last."""
    lines = [each for each in scene.recent[-LINES:] if heard.at - each.heard.at <= WHILE]
    for n, each in enumerate(reversed(lines)):
        found = _named(each.heard.text)
        if found.floor or found.room:
            return Before(found, _how(heard, each, n))
    return Before()


@lru_cache(256)
def _named(text: str) -> Place:
    """What a line before says; several that follow ask for the same one."""
    return parse(bays.without(MENTION.sub(" ", look(text).text)))


def _how(heard: Heard, line: Said, back: int) -> str:
    if heard.reply_to is not None and heard.reply_to == line.heard.key:
        return "replied"
    if heard.sender == line.heard.sender:
        return "own"
    return "last" if back == 0 else "other"


def _paired(text: str, home: Place, area: Place) -> Place:
    """The same where it is not known what stands there: "8-3" is a stairwell to who lives in one of
    building 8."""
    for found in PAIR.finditer(text):
        own = same_code(found[1], area.building) or same_code(found[1], home.building)
        if own and home.unit is not None and home.unit.isdigit():
            rest = parse(text.replace(found[0], " ", 1))
            return replace(rest, building=found[1], unit=found[2])
    return parse(text)


def listed(text: str, scene: Scene, home: Place = NOWHERE) -> Place:
    """What a plain text says of a place, where "3-2" and "unit 2" may be units that stand there."""
    places = scene.places
    if places is None:
        return _paired(text, home, scene.area)
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


def _room_only(room: str | None) -> Tail | None:
    return (floor_of(room), room) if room else None


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
