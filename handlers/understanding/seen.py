"""What the reader saw in a message apart from its words: what may be kept to learn from it.

Kept are the names of cues ("#c lift", "#s fault") and of circumstances ("@role=resident",
"@last=talk"): closed lists, from which no text can be made again. What is made of the words
themselves (n-grams, the cue's own wording, the signs around a room) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from handlers.understanding import placing
from handlers.understanding.features import Whole, around, words_only
from handlers.understanding.meaning import Heard, KnownRequest, Place, Reason, Scene
from handlers.understanding.pairs import TABLE, pair_features
from handlers.understanding.place_features import place_features
from handlers.understanding.rivals import rivals_of
from handlers.understanding.sources import PARTS, Sources, sources

#: In which situation, or of which line before, a cue was seen.
AROUND = re.compile(r"(?:own|before|near|(?:quiet|near|open),(?:resident|staff))\|")
#: Cues and circumstances have longer names than any n-gram that begins with the same sign.
NAMED = re.compile(r"(?:#[cds] |[#@][a-z])[\x20-\x7e]{2,}")
#: What a line before named is not this sender's, and of talk nothing is kept.
BEFORE = ("before", "beforefloor")
#: From where the sources of a floor or a room have it; of the others their name says so.
KNOWN_FROM = {
    **dict.fromkeys(("room", "bare", "floor", "low", "weak", "level"), "said"),
    **dict.fromkeys(("homefloor", "above"), "home"),
    "beforefloor": "before",
}
#: Parts of a place whose neighbouring signs are looked at.
AFTER = ("", "floor ", "building ")
#: Most names come again and again.
MOST_REMEMBERED = 8192
#: These quote the text.
QUOTING = ("#word ", *(f"@{part}{side}=" for part in AFTER for side in ("after", "ahead")))


@dataclass(frozen=True, slots=True)
class Read:
    """What was looked at when a message was read as a report."""

    heard: Heard
    category: str
    found: Sources
    whole: Whole | None  #: None: it was read as if its sender's home were known
    words: Sequence[str]
    place: Sequence[str]


def wordless(features: Iterable[str]) -> list[str]:
    """Those features from which nothing can be told of the words, in order."""
    marked = {each for each in features if "#" in each or "@" in each}
    return sorted(filter(_is_wordless, marked))


@lru_cache(MOST_REMEMBERED)
def _is_wordless(feature: str) -> bool:
    name = AROUND.sub("", feature, count=1)
    return bool(NAMED.fullmatch(name)) and not name.startswith(QUOTING)


@dataclass(frozen=True, slots=True)
class Seen:
    """What may be kept of one reading."""

    #: by table of the model: the wordless features
    tables: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    #: by part of the place: what each source says ("home": "3")
    sources: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def kept(self) -> dict[str, Any]:
        """As a row keeps it."""
        return {"tables": self.tables, "sources": self.sources}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Seen:
        """From a row."""
        return cls(dict(data.get("tables", {})), dict(data.get("sources", {})))

    def source_of(self, place: Place) -> dict[str, str]:
        """For each part of a place from which source it is; nothing where one has no source."""
        right = {
            "building": _named(self.sources.get("building"), place.building),
            "unit": _named(self.sources.get("unit"), place.unit),
            "tail": self._tail(place),
        }
        found = {part: name for part, name in right.items() if name is not None}
        if len(found) < len(PARTS):
            return {}
        return {**found, "together": ",".join(found[part] for part in PARTS)}

    def _tail(self, place: Place) -> str | None:
        for name, (floor, room) in self.sources.get("tail", {}).items():
            if room == place.room and (room is not None or floor == place.floor):
                return name
        return None


def _named(sources: Mapping[str, Any] | None, value: str | None) -> str | None:
    return next((name for name, each in (sources or {}).items() if each == value), None)


def see(heard: Heard, scene: Scene, category: str | None, read: Read | None = None) -> Seen:
    """What may be kept of a message in its scene; `read`: what was looked at, if it was."""
    found = read.found if read else sources(heard, scene)
    named = category or "other"
    return Seen(
        {
            "whole": wordless(((read and read.whole) or around(heard, scene)).marks()),
            "words": wordless(read.words if read else words_only(heard, scene)),
            "place": wordless(
                read.place
                if read and read.category == named
                else place_features(heard, scene, named, found)
            ),
        },
        {
            "building": dict(found.building),
            "unit": dict(found.unit),
            "tail": {name: list(tail) for name, tail in found.tail.items() if name not in BEFORE},
        },
    )


def see_pair(heard: Heard, request: KnownRequest) -> Seen:
    """What a message and a request have in common: nothing of it is words."""
    scene = Scene(requests=(request,))
    found = pair_features(heard, scene, request, rivals_of(heard, scene))
    return Seen({TABLE: sorted(set(found))})


def where_from(heard: Heard, scene: Scene, place: Place, read: Read | None = None) -> list[Reason]:
    """From where each part of a place is known: the words, the sender's home, the group.

    The cue of each is its source and the part: "home unit".
    """
    found = read.found if read else sources(heard, scene)
    rooms = {name: room for name, (_, room) in found.tail.items() if room is not None}
    floors = {name: floor for name, (floor, room) in found.tail.items() if room is None}
    parts = {"building": found.building, "unit": found.unit, "room": rooms}
    if place.room is None:  # else the room tells it
        parts["floor"] = floors
    reasons: list[Reason] = []
    for part, names in parts.items():
        if (value := getattr(place, part)) is not None:
            source = placing.source_of(names, value) or "said"
            reasons.append(Reason("place", f"{KNOWN_FROM.get(source, source)} {part}", value, 1.0))
    return reasons
