"""What was nearly sure enough to be opened, and is borne out by the lines that follow.

"水好像有点黄" alone may be anything. Where a neighbour says "我家也是" a minute later it was a
report: it is opened as the one who told it first meant it, and the neighbour joins. A line seldom
decides that alone: each that follows is read as if the earlier one had been opened, and makes it
likelier or less likely that it should have been, until one that belongs to it tips the scales.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, MutableSequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeGuard

from handlers.understanding.linking import Fit
from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import (
    LINKS,
    Heard,
    Kind,
    Meaning,
    Outcome,
    Said,
    Scene,
    Urgency,
    opened_by,
)
from handlers.understanding.signs import AWAY
from handlers.understanding.too import says_too

#: So many lines back, and so long ago, a line may lie that is borne out now.
LINES, WITHIN = 8, timedelta(minutes=15)
#: What is less likely something new is not looked at again.
LEANS_FROM = 0.15
#: Of several the nearer counts more: what each line between takes away, as all below in log odds.
FARTHER = 0.4
#: What is so likely is opened by a line that belongs to it.
OPENS_FROM = 1.4
#: How likely a line must be one of a request, if the earlier one had opened it, to open it: so
#: much, or half of it where it says "too".
LEAST = 0.35
#: The least and the most that one line may say for the earlier one.
AGAINST, FOR = -0.5, 2.0
#: How much of a line that would open speaks for the earlier one, and how much of one that would
#: rather be of another request.
OPENING, STRAYING = 0.3, 0.2
#: What "too" adds to it.
SAYS_TOO = 0.6
#: What one must make up for that names nothing, that has a word of something else (a joke, trade,
#: another place), or that was said while other requests were known.
NAMELESS, ELSEWHERE, BESIDE = 0.5, 0.5, 0.3
SUREST = 0.99


def nearly_opened(heard: Heard, scene: Scene) -> Said | None:
    """What was said in these minutes that was likeliest something new; None where none was."""
    if all(said.leaning < LEANS_FROM for said in scene.recent[-LINES:]):
        return None  # as it mostly is
    return max(_candidates(heard, scene), key=lambda pair: pair[0], default=(0.0, None))[1]


def _candidates(heard: Heard, scene: Scene) -> Iterator[tuple[float, Said]]:
    for back, said in enumerate(reversed(scene.recent[-LINES:])):
        if heard.at - said.heard.at > WITHIN or said.outcome is Outcome.OPEN:
            return
        if said.leaning >= LEANS_FROM and not said.heard.forwarded:
            yield _odds(said.leaning) - FARTHER * back, said


def _odds(chance: float) -> float:
    chance = min(SUREST, max(1 - SUREST, chance))
    return math.log(chance / (1 - chance))


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
    """Among the lines, the earlier one has opened a request; a neighbour has joined it, or who
    told it has added to it."""
    link = Outcome.JOIN
    for at, said in enumerate(recent):
        if said.heard.key == key:
            recent[at] = Said(said.heard, Outcome.OPEN, of)
            link = Outcome.DETAIL if said.heard.sender == heard.sender else link
    recent.append(Said(heard, link, of))


def lean(recent: MutableSequence[Said], key: str, leaning: float) -> None:
    """Among the lines, one is likelier or less likely to be something new than it was."""
    for at, said in enumerate(recent):
        if said.heard.key == key and said.leaning > 0:
            recent[at] = replace(said, leaning=leaning)


def leaning_after(said: Said, heard: Heard, chances: Mapping[str, float], fit: Fit | None) -> float:
    """How likely an earlier line is something new, now that another followed.

    `chances` and `fit` are of the line that followed, read as if the earlier one had been opened.
    """
    links = sum(chances.get(each, 0.0) for each in LINKS)
    links *= fit.chance**0.5 if _means(fit, said) else STRAYING
    belongs = links + OPENING * chances.get("open", 0.0)
    idle = chances.get("talk", 0.0) + chances.get("answer", 0.0)
    weight = math.log(max(1e-3, belongs) / max(1e-3, idle))
    odds = _odds(said.leaning) + min(FOR, max(AGAINST, weight))
    if said.heard.sender != heard.sender:
        odds += SAYS_TOO * says_too(look(heard.text))
    return min(SUREST, 1 / (1 + math.exp(-odds)))


def bears_out(
    said: Said,
    leaning: float,
    looked: Looked,
    chances: Mapping[str, float],
    fit: Fit | None,
    beside: bool,
) -> bool:
    """Whether an earlier line, so likely now, is opened by a line that follows."""
    belongs = sum(chances.get(each, 0.0) for each in ("join", "detail", "open"))
    least = LEAST / 2 if says_too(looked) else LEAST
    if belongs < least or not _means(fit, said):
        return False
    first = look(said.heard.text)
    odds = _odds(leaning) - NAMELESS * (not first.named) - BESIDE * beside
    return odds - ELSEWHERE * (not AWAY.isdisjoint(first.signs)) >= OPENS_FROM


def _means(fit: Fit | None, said: Said) -> TypeGuard[Fit]:
    return fit is not None and fit.request.key == said.heard.key
