"""The buildings, units and rooms of a neighbourhood, by which understanding knows what is a place.

The groups of a neighbourhood share what is known of it; only the rooms are those of each one's own
building.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from storage.queries import areas as areas_query
from storage.remembered import recall, remember

#: By building and stairwell (None: any): the rooms there.
Rooms = Mapping[tuple[str, str | None], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Houses:
    """The buildings and units of a neighbourhood, by their numbers in the tree."""

    building_of: Mapping[int, str]
    unit_of: Mapping[int, tuple[str, str]]
    buildings: frozenset[str]
    units: frozenset[tuple[str, str]]
    with_units: frozenset[str]  #: buildings of which the units are listed

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int | None, str, str]]) -> Houses:
        """From id, parent, kind and code of each."""
        some = [(area_id, parent, kind, code.casefold()) for area_id, parent, kind, code in rows]
        buildings = {area_id: code for area_id, _, kind, code in some if kind == "building"}
        units = {
            area_id: (buildings[parent], code)
            for area_id, parent, kind, code in some
            if kind == "unit" and parent in buildings
        }
        return cls(
            buildings,
            units,
            frozenset(buildings.values()),
            frozenset(units.values()),
            frozenset(building for building, _ in units.values()),
        )


NONE = Houses.of(())


@dataclass(frozen=True, slots=True)
class KnownPlaces:
    """What stands in a neighbourhood, as understanding asks for it."""

    houses: Houses = NONE
    rooms: Rooms = field(default_factory=dict[tuple[str, str | None], frozenset[str]])

    def has_building(self, building: str) -> bool:
        """Whether there is such a building (True where none are listed)."""
        return not self.houses.buildings or building.casefold() in self.houses.buildings

    def has_unit(self, building: str, unit: str) -> bool:
        """Whether the building has such a unit (True where its units are not listed)."""
        known = (building.casefold(), unit.casefold()) in self.houses.units
        return known or not self.lists_units(building)

    def lists_units(self, building: str) -> bool:
        """Whether the units of the building are listed."""
        return building.casefold() in self.houses.with_units

    def has_room(self, building: str, unit: str | None, room: str) -> bool:
        """Whether there is such a household (True where its rooms are not listed)."""
        rooms = self.rooms.get((building.casefold(), unit.casefold() if unit else None))
        return not rooms or room.casefold() in rooms


async def known_places(store: AsyncSession, path: str) -> KnownPlaces:
    """The buildings and units of the neighbourhood of a group at `path`; the rooms only of its own
    building."""
    key = (KnownPlaces, path)
    known: KnownPlaces | None = recall(store, key)
    if known is None:
        spots = await areas_query.spots_on(store, path)
        top = next((each for each in spots if each.kind == "neighbourhood"), spots[0])
        own = next((each for each in reversed(spots) if each.kind in ("building", "unit")), None)
        houses = await _houses(store, top.path)
        known = KnownPlaces(houses, await _rooms(store, own.path, houses) if own else {})
        remember(store, key, known)
    return known


async def _houses(store: AsyncSession, path: str) -> Houses:
    key = (Houses, path)
    known: Houses | None = recall(store, key)
    if known is None:
        known = Houses.of(await areas_query.houses_below(store, path))
        remember(store, key, known)
    return known


async def _rooms(store: AsyncSession, path: str, houses: Houses) -> Rooms:
    rooms: dict[tuple[str, str | None], set[str]] = {}
    for parent, code in await areas_query.flats_below(store, path):
        unit = houses.unit_of.get(parent or 0)
        building = unit[0] if unit else houses.building_of.get(parent or 0)
        if building is not None:
            rooms.setdefault((building, unit[1] if unit else None), set()).add(code.casefold())
            rooms.setdefault((building, None), set()).add(code.casefold())
    return {key: frozenset(codes) for key, codes in rooms.items()}
