"""What is said in a group, and the requests that it knows of, as readers are shown them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from handlers.understanding.meaning import (
    Heard,
    Kind,
    KnownRequest,
    Outcome,
    Place,
    Said,
    Scene,
    Urgency,
)

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
BUILDING = Place("3")
HOME = Place("3", "2", None, "501")
JUST_NOW = timedelta(0)


@dataclass(frozen=True)
class Listed:
    """Building 3 with the units 1 and 2."""

    def has_building(self, building: str) -> bool:
        return building == "3"

    def has_unit(self, building: str, unit: str) -> bool:
        return unit in ("1", "2")

    def lists_units(self, building: str) -> bool:
        return True


def heard(
    text: str, sender: str = "li", ago: timedelta = JUST_NOW, *, key: str = "9", **more: Any
) -> Heard:
    """A message so long before AT."""
    return Heard(key, AT - ago, sender, text, **more)


def opened_by(
    first: Heard,
    category: str,
    place: Place = BUILDING,
    *,
    urgency: Urgency = Urgency.NORMAL,
    state: str = "open",
) -> KnownRequest:
    """The request that a message opened, and nobody joined yet."""
    return KnownRequest(
        first.key,
        category,
        urgency,
        Kind.REPAIR,
        place,
        first.sender,
        first.at,
        first.at,
        first.text,
        supporters=frozenset((first.sender,)),
        messages=frozenset((first.key,)),
        state=state,
    )


def after_talk(text: str, ago: timedelta) -> Scene:
    """A group of building 3 in which somebody said this so long ago, and it was talk."""
    before = heard(text, "wang", ago, key="1")
    return Scene(area=BUILDING, recent=(Said(before, Outcome.TALK),))


def after_report(first: Heard, request: KnownRequest, area: Place = BUILDING) -> Scene:
    """A group in which a message opened a request just before."""
    return Scene(area=area, recent=(Said(first, Outcome.OPEN, request.key),), requests=(request,))
