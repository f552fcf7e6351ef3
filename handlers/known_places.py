"""The buildings and units of a neighbourhood, by which understanding knows what is a place.

The groups of a neighbourhood share what is known of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.understanding.buildings import bare_code
from storage.queries import areas as areas_query
from storage.remembered import recall, remember


@dataclass(frozen=True, slots=True)
class Houses:
    """The buildings of a neighbourhood, and the units of each."""

    buildings: frozenset[str]
    bare: frozenset[str]  #: the same without "tower", "栋" and the like
    units: frozenset[tuple[str, str]]
    with_units: frozenset[str]  #: buildings of which the units are listed

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int | None, str, str]]) -> Houses:
        """From id, parent, kind and code of each."""
        some = [(area_id, parent, kind, code.casefold()) for area_id, parent, kind, code in rows]
        buildings = {area_id: code for area_id, _, kind, code in some if kind == "building"}
        units = frozenset(
            (buildings[parent], code)
            for _, parent, kind, code in some
            if kind == "unit" and parent in buildings
        )
        known = frozenset(buildings.values())
        bare = frozenset(map(bare_code, known))
        return cls(known, bare, units, frozenset(building for building, _ in units))


NONE = Houses.of(())


@dataclass(frozen=True, slots=True)
class KnownPlaces:
    """What stands in a neighbourhood, as understanding asks for it."""

    houses: Houses = NONE

    def has_building(self, building: str) -> bool:
        """Whether there is such a building, however it is written (True where none are listed)."""
        known = self.houses
        listed = not known.buildings or building.casefold() in known.buildings
        return listed or bare_code(building) in known.bare

    def has_unit(self, building: str, unit: str) -> bool:
        """Whether the building has such a unit (True where its units are not listed)."""
        known = (building.casefold(), unit.casefold()) in self.houses.units
        return known or not self.lists_units(building)

    def lists_units(self, building: str) -> bool:
        """Whether the units of the building are listed."""
        return building.casefold() in self.houses.with_units


async def known_places(store: AsyncSession, path: str) -> KnownPlaces:
    """The buildings and units of the neighbourhood of a group at `path`."""
    key = (KnownPlaces, path)
    known: KnownPlaces | None = recall(store, key)
    if known is None:
        spots = await areas_query.spots_on(store, path)
        top = next((each for each in spots if each.kind == "neighbourhood"), spots[0])
        known = KnownPlaces(await _houses(store, top.path))
        remember(store, key, known)
    return known


async def _houses(store: AsyncSession, path: str) -> Houses:
    key = (Houses, path)
    known: Houses | None = recall(store, key)
    if known is None:
        known = Houses.of(await areas_query.houses_below(store, path))
        remember(store, key, known)
    return known
