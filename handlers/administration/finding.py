"""One thing that the doctor finds, and how places are named in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from storage.queries.areas import ids_of
from storage.tables import Area

Level = Literal["bad", "warn"]
#: How many places are named; how many there are is told as well.
MOST_NAMED = 3
NAMED = ("neighbourhood", "building", "unit")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be; its words "doctor.<key>" name the remedy."""

    level: Level
    key: str
    values: dict[str, object] = field(default_factory=dict[str, object])


def names_of(tree: Mapping[int, Area], paths: Sequence[str]) -> str:
    """The first places by name, from the neighbourhood down, and how many there are."""
    names = [_name(tree, path) for path in paths[:MOST_NAMED]]
    return "、".join(names) + (f" … ({len(paths)})" if len(paths) > len(names) else "")


def _name(tree: Mapping[int, Area], path: str) -> str:
    line = [tree[each] for each in ids_of(path) if each in tree]
    return "".join(area.name for area in line if area.kind in NAMED) or line[-1].name
