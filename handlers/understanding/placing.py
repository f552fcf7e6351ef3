"""The place of a report: from its words, the sender's home and the group, part by part.

Each part (building, unit, the tail of floor and room) may come from several sources; a fitted
head chooses among those that are there. Sources with the same value are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import product
from math import log

from handlers.understanding import whereabouts
from handlers.understanding.features import MOST_ALIKE
from handlers.understanding.looking import LIFE, Looked, look
from handlers.understanding.meaning import Heard, Place, Scene
from handlers.understanding.passing import passed, whom
from handlers.understanding.place import floor_of
from handlers.understanding.sources import Sources, listed, sources
from handlers.understanding.whereabouts import named

__all__ = ["PARTS", "Sources", "listed", "sources"]

PARTS = ("building", "unit", "tail")
SHARE = 0.5  #: how much all parts together count beside each by itself
LEAST = 1e-6


def place_features(
    heard: Heard, scene: Scene, category: str, found: Sources | None = None
) -> list[str]:
    """What the heads of the parts look at; the sources may be given if they are known already."""
    looked, found = look(heard.text), found or sources(heard, scene)
    there = (",".join(found.building), ",".join(found.unit), ",".join(found.tail))
    features = [*looked.plainly, *_sourced(there, category, looked.scopes, mine=looked.mine)]
    features += [f"@{each}" for each in _shape(heard, scene, looked, found)]
    features += [f"@{each}" for each in _whose(heard, scene, looked, found)]
    features.append(f"@who={whom(looked.text)},{category}")
    told = ",".join(each for each in TOLD if each in found.tail)
    own_room = heard.home.room if heard.home else None
    own = str(found.said.floor is not None and found.said.floor == floor_of(own_room))
    more = whereabouts.features(heard, scene, looked, category, told, own)
    features += [f"@{each}" for each in more]
    return features


@lru_cache(MOST_ALIKE)
def _sourced(
    there: tuple[str, ...], category: str, scopes: frozenset[str], *, mine: bool
) -> tuple[str, ...]:
    """Which sources there are for what kind of report. There are few, so names are made once."""
    building, unit, tail = (f"{part}={some}" for part, some in zip(PARTS, there, strict=True))
    features = [f"@{each}" for each in (building, unit, tail)]
    reach = sorted(scopes) or ["unsaid"]
    for each in (f"mine={mine}", f"category={category}", f"scope={'+'.join(reach)}", *reach):
        features += [f"@{each}", f"@{each}|{tail}", f"@{each}|{building}|{unit}"]
    return (*features, *(f"@{each}|{category}" for each in reach))


def together_features(features: Iterable[str]) -> list[str]:
    """What of these the head looks at that weighs the parts together: circumstances, no words."""
    return [each for each in features if each.startswith("@")]


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
    yield f"before={found.before.how}"
    yield f"before={found.before.how},{heard.reply_to is not None},{tails}"
    room = "room" in found.tail or "bare" in found.tail
    yield f"named={room},{'floor' in found.tail},{looked.mine}"
    yield f"above={above}"
    yield f"above={above},{looked.mine},{tails}"
    yield f"own floor={said.floor is not None and said.floor == floor_of(home.room)},{tails}"
    yield from _around("", looked.text, said.room)
    if said.room and (at := looked.text.find(said.room.casefold())) >= 0:
        yield f"first={at < 4}"
        yield f"asked={ASKED.match(looked.text[at + len(said.room) :]) is not None}"
    for name, shape in (("floor ", FLOORS), ("building ", NAMED)):
        if mentioned := shape.search(looked.text):
            yield from _around(name, looked.text, mentioned[0])


def _whose(heard: Heard, scene: Scene, looked: Looked, found: Sources) -> Iterator[str]:
    """Whether the sender's own place is meant or another's, and how much is known of their own."""
    home, area, said = heard.home, scene.area, whom(looked.text)
    named = not SAID.isdisjoint(found.tail)
    yield f"who={said},{named}"
    yield f"who={said},{named},{looked.mine},{'own' in looked.scopes}"
    in_passing = passed(looked.text)
    yield f"passed={in_passing}"
    yield f"passed={in_passing},{'+'.join(each for each in TOLD if each in found.tail)}"
    sources = f"{named},{'home' in found.tail}"
    known = ",".join(str(bool(each)) for each in (area.building, area.unit, *_parts(home)))
    yield f"known={known},{sources}"
    signed = home is not None and home.room is not None and home.room in heard.name
    yield f"signed={signed},{sources}"


def _parts(home: Place | None) -> tuple[str | None, ...]:
    return (home.building, home.unit, home.room) if home else ("nothing is known",)


def _around(name: str, text: str, code: str | None) -> Iterator[str]:
    """The signs that stand before and behind a part of the place as it is written."""
    if not code or (at := text.find(code.casefold())) < 0:
        return
    after = text[at + len(code) :]
    yield f"{name}after={after[:1]}"
    yield f"{name}after={after[:2]}"
    yield f"{name}ahead={text[max(0, at - 1) : at]}"
    yield f"{name}ahead={text[max(0, at - 2) : at]}"


#: Tails that the words tell, and those among which a passing word decides.
SAID, TOLD = frozenset(("room", "floor", "bare", "weak")), ("room", "floor", "home", "bare")
FLOORS = re.compile(r"[\d一二三四五六七八九十]+\s*[楼层](?!栋|长|号)|\bfloor|\blevel")
NAMED = re.compile(r"[\da-z一二三四五六七八九十]{1,3}\s*(?:[栋幢座]|号楼)")
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
    r"(?<!要)有人(?!没(?:有)?(?:[ ,啊呀]|$)|.{,5}[吗么])|有个|有一个|有位|哪个|谁家"
    r"|(?<![我俺咱])一个(?:人|男|女|老|小孩|孩子)"
    r"|\b(?:someone|somebody|a (?:man|woman|guy|lady|boy|girl|kid|child|stranger)|an old|people)\b"
)


#: What stands in a home, or lives there.
HOMELY = frozenset(("room", "supply", "kin"))


def ways(heard: Heard, found: Sources) -> list[str]:
    """The combinations that are possible.

    A home is no place where the line speaks of somebody elsewhere or of a danger, unless it says
    so: those who help look where it is, not where the sender lives.
    """
    looked, every = look(heard.text), combinations(found)
    elsewhere = looked.alarms - {LIFE} or SOMEBODY.search(looked.text)
    own = looked.mine or "own" in looked.scopes or not HOMELY.isdisjoint(named(looked.text))
    if elsewhere and not own:
        return [way for way in every if not way.endswith(",home")]
    return every


def choose(heard: Heard, found: Sources, chances: Mapping[str, Mapping[str, float]]) -> Place:
    """The likeliest sources of the parts, each by itself and all together."""
    return put(heard, found, max(ways(heard, found), key=lambda way: _likely(way, chances)))


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
