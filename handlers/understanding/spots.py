"""Whether a message can mean the place of an open request."""

from __future__ import annotations

from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import Heard, KnownRequest, Place, Scene
from handlers.understanding.place import parse
from handlers.understanding.too import says_too


def known_there(looked: Looked, scene: Scene) -> set[str]:
    """The categories of what is open where a text can mean."""
    return {each.category for each in scene.requests if not elsewhere(looked, each)}


def elsewhere(looked: Looked, request: KnownRequest) -> bool:
    """Whether a fault is plainly told of another building or unit than a request's: another thing
    ("1单元电梯也坏了"), unless that is about what comes to houses from outside and is off."""
    if not looked.plainly_faulty or "wonder" in looked.signs or look(request.words).outages:
        return False
    said, there = parse(looked.text), request.place
    return _differ(said.building, there.building) or _differ(said.unit, there.unit)


def too_elsewhere(looked: Looked, scene: Scene) -> bool:
    """Whether what is open is told of another house too: "the lift in block 4 is broken too"."""
    return says_too(looked) and any(
        each.category in looked.categories and elsewhere(looked, each) for each in scene.requests
    )


def could_be_there(heard: Heard, looked: Looked, request: KnownRequest) -> bool:
    """Whether nothing that is said, and no home, puts a message elsewhere than a request."""
    said, home, there = parse(looked.text), heard.home or Place(), request.place
    building, unit = said.building or home.building, said.unit or home.unit
    return not _differ(building, there.building) and not _differ(unit, there.unit)


def same_spot(looked: Looked, request: KnownRequest) -> bool:
    """Whether no place is named that is another than that of a request."""
    said, there = parse(looked.text), request.place
    return not any(
        _differ(getattr(said, part), getattr(there, part)) for part in ("building", "unit", "room")
    )


def _differ(mine: str | None, other: str | None) -> bool:
    return bool(mine and other) and str(mine).casefold() != str(other).casefold()
