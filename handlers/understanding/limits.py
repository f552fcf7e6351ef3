"""How sure a message must be to open a request: less, the plainer it tells of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from handlers.understanding.features import minutes_since
from handlers.understanding.looking import Looked
from handlers.understanding.meaning import Heard, Scene
from handlers.understanding.normal import in_script
from handlers.understanding.speakers import tells_anew
from handlers.understanding.spots import known_there, too_elsewhere
from handlers.understanding.too import tells_a_fact_too

QUIET_FOR = 30  #: minutes after which a line begins something new
#: What a long line needs that tells of no trouble: many small weights add up in it.
RAMBLING = 0.85
#: What is so clear that nobody is asked whether it is meant.
CLEAR = frozenset(("danger", "office", "fact", "twice", "wrong"))
#: What is so vague that it is not enough to be surely either a request or a word on one.
VAGUE = frozenset(("wordy", "nameless", "rambling"))


class Limit(NamedTuple):
    """How sure a message must be."""

    least: float
    why: str  #: what it tells that so much is needed: mostly the name of a threshold

    @property
    def clear(self) -> bool:
        """Whether it is not asked about, unclear as it may look."""
        return self.why in CLEAR

    @property
    def vague(self) -> bool:
        """Whether what speaks for a word on some request speaks for none of its own."""
        return self.why in VAGUE


#: The first word of an emergency opens whatever the heads say.
OF_DANGER = Limit(0.0, "danger")


def limit_of(
    heard: Heard,
    looked: Looked,
    scene: Scene,
    alone: Callable[[], float],
    thresholds: Mapping[str, float],
) -> Limit:
    """How sure a message must be in which no danger is told; `alone` says how surely it is a report
    by itself, and is asked only where that can lower it."""
    if looked.rambles:
        return Limit(RAMBLING, "rambling")
    if not looked.named:
        why = "nameless"
    elif _is_known(looked, scene):
        why = in_script("open", looked.text)
    else:
        why = _plainness(heard, looked, scene)
        if _may_be_less(heard, looked, scene) and thresholds[why] > thresholds["twice"]:
            why = "twice" if alone() >= thresholds["alone"] else why
    return Limit(thresholds[why], why)


def _is_known(looked: Looked, scene: Scene) -> bool:
    """Whether something open there may be what it tells of."""
    told = looked.categories | looked.outages | looked.wrongs | looked.asks
    return not told.isdisjoint(known_there(looked, scene))


def _may_be_less(heard: Heard, looked: Looked, scene: Scene) -> bool:
    """Whether it is enough that it is surely a report by itself: where nobody spoke just before."""
    anew = tells_anew(heard, looked, scene)
    return anew and looked.in_earnest and not looked.wordy and not _lately(heard, scene)


def _plainness(heard: Heard, looked: Looked, scene: Scene) -> str:
    """The threshold for what it tells by itself: the plainer, the lower."""
    if looked.asks_office and heard.role == "resident":
        return "office"
    if looked.plainly_faulty and tells_anew(heard, looked, scene):
        return _of_fault(heard, looked, scene)
    if looked.wordy and not (looked.plainly_faulty or looked.categories or looked.dangers):
        return "wordy"
    return in_script("open", looked.text)


def _of_fault(heard: Heard, looked: Looked, scene: Scene) -> str:
    """The same of a fault that is told plainly."""
    if looked.plainly_wrong:
        return "wrong"
    if looked.bare_fact:
        return "fact"
    beside = bool(scene.requests) and (tells_a_fact_too(looked) or too_elsewhere(looked, scene))
    if looked.plainly_twice or looked.begins_bare or beside:
        return "twice"
    return "plain" if _lately(heard, scene) and not looked.outages else "quiet"


def _lately(heard: Heard, scene: Scene) -> bool:
    """Whether somebody spoke just before: else a line begins something new."""
    return bool(scene.recent) and minutes_since(heard, scene.recent[-1]) < QUIET_FOR
