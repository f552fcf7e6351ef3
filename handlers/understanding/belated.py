"""What was nearly sure enough to be opened, and is borne out by a line that follows.

"水好像有点黄" alone may be anything. Where a neighbour says "我家也是" a minute later it was a
report: it is opened as the one who told it first meant it, and the neighbour joins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableSequence
from dataclasses import replace
from datetime import timedelta

from handlers.understanding.linking import AWAY, says_too
from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import (
    Heard,
    Kind,
    Meaning,
    Outcome,
    Said,
    Scene,
    Urgency,
    opened_by,
)

#: So many lines back, and so long ago, a line may lie that is borne out now.
LINES, WITHIN = 8, timedelta(minutes=15)
#: What was less likely something new is not looked at again.
LEANS_FROM = 0.2
#: What was nearly opened is, when a line bears it out so well.
OPENS_FROM = 0.7
#: What each line between takes away; among the earlier lines the nearest counts most.
FARTHER = 0.05
#: How likely a line must be one of a request, if the earlier one had opened it: so much, or half
#: of it where it says "too".
LEAST = 0.35
#: What "too" adds to how well an earlier line is borne out, and what one loses that names nothing,
#: or has a word of something else (a joke, trade, another place).
SAYS_TOO, NAMELESS, ELSEWHERE = 0.2, 0.1, 0.1


def nearly_opened(heard: Heard, scene: Scene) -> Said | None:
    """What another said in these minutes that was likeliest something new; None where none was.

    What one adds to one's own words is read with them already.
    """
    return max(_candidates(heard, scene), key=lambda pair: pair[0], default=(0.0, None))[1]


def _candidates(heard: Heard, scene: Scene) -> Iterator[tuple[float, Said]]:
    for back, said in enumerate(reversed(scene.recent[-LINES:])):
        if heard.at - said.heard.at > WITHIN:
            return
        told = said.heard
        if said.leaning >= LEANS_FROM and told.sender != heard.sender and not told.forwarded:
            yield said.leaning - 2 * FARTHER * back, said


def scene_before(first: Heard, scene: Scene) -> Scene:
    """The scene as it was when a message of it was said."""
    keys = [each.heard.key for each in scene.recent]
    place = keys.index(first.key) if first.key in keys else len(keys)
    known = [each for each in scene.requests if each.opened_at <= first.at]
    return replace(scene, recent=scene.recent[:place], requests=known)


def as_if_opened(said: Said, report: Meaning, scene: Scene) -> Scene:
    """The scene as it would be now, had an earlier line been opened when it was said."""
    first = said.heard
    request = opened_by(
        first,
        report.category or "other",
        report.urgency or Urgency.NORMAL,
        report.kind or Kind.REPAIR,
        report.place,
    )
    opened = replace(said, outcome=Outcome.OPEN, of=first.key, leaning=0.0)
    recent = [opened if each is said else each for each in scene.recent]
    return replace(scene, recent=recent, requests=(*scene.requests, request))


def settle(recent: MutableSequence[Said], heard: Heard, key: str, of: str) -> None:
    """Among the lines, the earlier one has opened a request, and the message has joined it."""
    for at, said in enumerate(recent):
        if said.heard.key == key:
            recent[at] = Said(said.heard, Outcome.OPEN, of)
    recent.append(Said(heard, Outcome.JOIN, of))


def borne_out(said: Said, looked: Looked, scene: Scene, chances: Mapping[str, float]) -> float:
    """How well (about 0 to 1) a message bears out an earlier line.

    `chances` are the outcomes of the message, read as if the earlier line had been opened.
    """
    belongs = sum(chances.get(each, 0.0) for each in ("join", "detail", "open"))
    if belongs < (LEAST / 2 if says_too(looked) else LEAST):
        return 0.0
    return at_best(said, looked, scene, belongs)


def at_best(said: Said, looked: Looked, scene: Scene, belongs: float = 1.0) -> float:
    """How well it could, were it so likely one of the same request."""
    lines = next(at for at, each in enumerate(reversed(scene.recent)) if each is said)
    whole = (said.leaning * belongs) ** 0.5 - FARTHER * lines
    first = look(said.heard.text)
    whole += SAYS_TOO * says_too(looked) - NAMELESS * (not first.named)
    return whole - ELSEWHERE * (not AWAY.isdisjoint(first.signs))
