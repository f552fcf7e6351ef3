"""The rule by which the place of a request grows with the households that say so. Pure.

What comes to several homes from outside or through a riser (water, power, gas, heat, sewage that
backs up) is where all of them are: in one flat, in the stairwell they share, in the building, in
the whole estate. What belongs to one flat stays there, however many have the same.
"""

from __future__ import annotations

import re

from handlers.understanding.looking import look
from handlers.understanding.meaning import Place, Places

#: What comes by pipes and wires that homes share.
PIPED = frozenset(("water", "electricity", "gas", "heating", "sanitation"))
#: What comes back up from the pipe of a whole stairwell, or hardly comes at all.
RISER = re.compile(
    r"[返反倒]水|倒灌|[返反冒]上来|往上[冒返反涌]|水压|水(?:太|好|特别|变|很)?小"
    r"|(?:暖气|地暖|地热).{0,6}(?:不热|冰凉)"
    r"|\b(?:back(?:ing|ed|s)? up|coming (?:back )?up|low pressure|water pressure|no pressure)\b"
)
#: Where nobody lives.
OUTSIDE = "outside"


def spreads(category: str, words: str) -> bool:
    """Whether what is told comes to several homes by one pipe or wire, and is not out of doors."""
    if category not in PIPED:
        return False
    looked = look(words)
    if OUTSIDE in looked.scopes:
        return False
    return bool(looked.outages) or RISER.search(looked.text) is not None


def whose(said: Place, home: Place | None, places: Places | None) -> Place:
    """Where a household is that says so too: where it says, if that is there, else at home."""
    home = home or Place()
    building = said.building or home.building
    if said.building is None and said.unit is None:
        return home
    if places is not None and building is not None and not _stands(places, building, said.unit):
        return home
    return Place(building, said.unit)


def _stands(places: Places, building: str, unit: str | None) -> bool:
    return places.has_building(building) and (unit is None or places.has_unit(building, unit))


def holding(place: Place, other: Place) -> Place:
    """The smallest place that holds a place and another household; what is not known of that
    household may be the same."""
    if _apart(place.building, other.building):
        return Place()
    if _apart(place.unit, other.unit):
        return Place(place.building)
    return Place(place.building, place.unit)


def _apart(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one.casefold() != other.casefold()
