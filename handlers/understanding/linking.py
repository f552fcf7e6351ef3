"""Which known request a message speaks of: the reply first, then thing, place, speaker and time."""

from __future__ import annotations

from handlers.understanding.cues import Cues
from handlers.understanding.features import grams
from handlers.understanding.meaning import Heard, KnownRequest, Outcome, Scene
from handlers.understanding.normal import plain
from handlers.understanding.place import parse

ENDED = ("closed",)


def best(heard: Heard, scene: Scene, cues: Cues) -> tuple[KnownRequest | None, str]:
    """The request that fits best, and the rule that spoke most for it; None when none fits."""
    if not scene.requests:
        return None, ""
    if heard.reply_to is not None:
        for request in scene.requests:
            if heard.reply_to in request.messages:
                return request, "reply"
    scored = [(score(heard, scene, request, cues), request) for request in scene.requests]
    top, request = max(scored, key=lambda pair: (pair[0], pair[1].last_at))
    return (request, "nearest") if top > 0 else (None, "")


def score(heard: Heard, scene: Scene, request: KnownRequest, cues: Cues) -> float:
    """How well a message fits a request; above zero it may belong to it."""
    text = plain(heard.text)
    total = 0.5 - 0.25 * min(8.0, (heard.at - request.last_at).total_seconds() / 3600)
    if heard.sender == request.sender:
        total += 1.0
    total += _same_words(text, request.words) + _same_thing(text, request, cues)
    total += _same_place(text, request)
    for back, said in enumerate(reversed(scene.recent[-6:])):
        if said.of == request.key and said.outcome is not Outcome.TALK:
            total += 1.5 / (1 + back)
    return total + (0.0 if request.state not in ENDED else -1.0)


def _same_words(text: str, words: str) -> float:
    mine, theirs = grams(text), grams(plain(words))
    long = [gram for gram in mine & theirs if len(gram) >= 2 and not gram.startswith(("v ", "u "))]
    return min(1.5, 0.25 * len(long))


def _same_thing(text: str, request: KnownRequest, cues: Cues) -> float:
    named = {category for category, _ in cues.named(text)}
    if not named:
        return 0.0
    return 1.2 if request.category in named else -0.4


def _same_place(text: str, request: KnownRequest) -> float:
    place = parse(text)
    total = 0.0
    for part in ("building", "unit", "room"):
        mine, theirs = getattr(place, part), getattr(request.place, part)
        if mine and theirs:
            total += 0.6 if mine.casefold() == theirs.casefold() else -0.6
    return total
