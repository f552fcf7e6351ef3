"""What the heads of the place look at: how it is written, whose it may be, what is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from handlers.understanding import whereabouts
from handlers.understanding.features import MOST_ALIKE
from handlers.understanding.floors import floor_of
from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import Heard, Place, Scene
from handlers.understanding.passing import passed, whom
from handlers.understanding.sources import PARTS, Sources, sources

#: Tails that the words tell, and those among which a passing word decides.
SAID, TOLD = frozenset(("room", "floor", "bare", "weak")), ("room", "floor", "home", "bare")
FLOORS = re.compile(r"[\d一二三四五六七八九十]+\s*[楼层](?!栋|长|号)|\bfloor|\blevel")
NAMED = re.compile(r"[\da-z一二三四五六七八九十]{1,3}\s*(?:[栋幢座]|号楼)")
#: What follows a room that is called or suspected, not the place itself.
ASKED = re.compile(
    r".{0,3}(?:在家|在吗|在不在|没人|关水|出来|下来|说|的?(?:人|邻居)|is |are |upstairs|says?)"
)


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
    yield f"before={found.before.how}"
    yield f"before={found.before.how},{heard.reply_to is not None},{tails}"
    room = "room" in found.tail or "bare" in found.tail
    yield f"named={room},{'floor' in found.tail},{looked.mine}"
    above = _above(said.room, home.room)
    yield f"above={above}"
    yield f"above={above},{looked.mine},{tails}"
    yield f"own floor={said.floor is not None and said.floor == floor_of(home.room)},{tails}"
    yield from _kind_of_floor(looked, said.floor or "")
    yield from _written(looked.text, said.room)


def _kind_of_floor(looked: Looked, floor: str) -> Iterator[str]:
    """Which sort of floor is told, and among how many."""
    kind = (
        "none" if not floor else "below" if floor[0] in "-BP" else "span" if "-" in floor else "up"
    )
    yield f"floor={kind}"
    yield f"floor={kind},{'+'.join(sorted(looked.scopes))}"
    yield f"floors={min(3, len(FLOORS.findall(looked.text)))},{kind}"


def _written(text: str, room: str | None) -> Iterator[str]:
    """What stands around the room, the floor and the building in a plain text."""
    yield from _around("", text, room)
    if room and (at := text.find(room.casefold())) >= 0:
        yield f"first={at < 4}"
        yield f"asked={ASKED.match(text[at + len(room) :]) is not None}"
    for name, shape in (("floor ", FLOORS), ("building ", NAMED)):
        if mentioned := shape.search(text):
            yield from _around(name, text, mentioned[0])


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


def _above(room: str | None, home: str | None) -> str:
    one, other = floor_of(room), floor_of(home)
    if not (one and other and one.isdigit() and other.isdigit()):
        return "unknown"
    return str(max(-2, min(2, int(one) - int(other))))
