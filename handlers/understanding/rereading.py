"""What an edited report says differently of itself: what, how urgent, where. Pure.

What it says as before stays as it was understood, and so does what it does not say plainly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from handlers.understanding import belated
from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import Heard, Meaning, Place, Scene, Urgency
from handlers.understanding.sources import sources

#: Reads a message as a report, whatever it looks like.
Reports = Callable[[Heard, Scene], Meaning]


@dataclass(frozen=True, slots=True)
class Change:
    """What is said otherwise now; None: nothing else, or nothing that is sure."""

    category: str | None = None
    urgency: Urgency | None = None
    place: Place | None = None
    clash: bool = False  #: it names a place now that is not there

    @property
    def any(self) -> bool:
        """Whether anything is said otherwise."""
        return self.clash or any((self.category, self.urgency, self.place))


def change(report: Reports, now: Heard, before: str, scene: Scene) -> tuple[Change, Meaning]:
    """What a report says otherwise than `before`, and what it means now."""
    then = replace(belated.scene_before(now, scene), requests=())
    earlier = replace(now, text=before)
    old, new = report(earlier, then), report(now, then)
    moved = _moved(earlier, now, then)
    another = _names_another(old, new, look(now.text))
    found = Change(
        category=new.category if another else None,
        urgency=new.urgency if another or _alarms(old, new) else None,
        place=new.place if moved and not new.clash and new.place != old.place else None,
        clash=moved and new.clash,
    )
    return found, new


def _names_another(old: Meaning, new: Meaning, looked: Looked) -> bool:
    named = looked.categories | looked.outages | looked.wrongs | looked.topics
    told = new.category in named or new.category == looked.alarm_category
    return new.category != old.category and told


def _alarms(old: Meaning, new: Meaning) -> bool:
    """Whether danger is told only now; of the same matter any word more or less makes it look a
    little more or less urgent, and says nothing."""
    return new.urgency is Urgency.EMERGENCY and old.urgency is not Urgency.EMERGENCY


def _moved(before: Heard, now: Heard, scene: Scene) -> bool:
    """Whether the words name another place; that they name none any more says nothing."""
    old, new = (sources(each, scene).said for each in (before, now))
    return new != old and new != Place()
