"""What the model looks at: the words of a message and the scene around it, as named features."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from handlers.understanding.meaning import Heard, KnownRequest, Outcome, Said, Scene
from handlers.understanding.normal import HAN, plain

WORD = re.compile(r"[a-z']+|\d+|[^\sa-z\d]")
DIGITS = re.compile(r"\d+")
LINKED = (Outcome.OPEN, Outcome.JOIN, Outcome.DETAIL, Outcome.UPDATE)


def grams(text: str) -> set[str]:
    """Character and word n-grams of a plain text."""
    text = DIGITS.sub("0", text)
    found: set[str] = set()
    if HAN.search(text):
        padded = f"^{text}$"
        for size in (1, 2, 3, 4):
            found.update(padded[i : i + size] for i in range(len(padded) - size + 1))
    words = WORD.findall(text)
    latin = [word for word in words if word[0].isalpha() and word.isascii()]
    found.update(f"w {word}" for word in words if len(word) > 1 or word in "?!")
    marked = ["<", *words, ">"]
    found.update(f"v {a} {b}" for a, b in pairwise(marked))
    found.update(f"t {word[:5]}" for word in latin if len(word) > 5)
    found.update(f"u {a} {b} {c}" for a, b, c in zip(marked, marked[1:], marked[2:], strict=False))
    return found


def minutes(scene: Scene, heard: Heard, said: Said) -> float:
    """Minutes since something was said."""
    return max(0.0, (heard.at - said.heard.at).total_seconds() / 60)


def _bucket(value: float, steps: Sequence[float]) -> int:
    return sum(value > step for step in steps)


def active(scene: Scene, heard: Heard) -> KnownRequest | None:
    """The request that was spoken of last, if not long ago."""
    alive = [each for each in scene.requests if (heard.at - each.last_at).total_seconds() < 86400]
    return max(alive, key=lambda each: each.last_at) if alive else None


def context(heard: Heard, scene: Scene) -> Iterator[str]:
    """The scene around a message."""
    yield f"role={heard.role}"
    yield f"media={heard.media}"
    yield f"reply={_reply(heard, scene)}"
    yield f"home={heard.home is not None}"
    if heard.forwarded:
        yield "forwarded"
    yield f"len={_bucket(len(heard.text), (0, 2, 5, 9, 15, 25, 40, 80))}"
    yield from _before(heard, scene)
    yield from _about(heard, scene)


def _reply(heard: Heard, scene: Scene) -> str:
    if heard.reply_to is None:
        return "no"
    if any(heard.reply_to in each.messages for each in scene.requests):
        return "request"
    for said in reversed(scene.recent):
        if said.heard.key == heard.reply_to:
            return said.outcome.value
    return "far"


def _before(heard: Heard, scene: Scene) -> Iterator[str]:
    recent = scene.recent
    if not recent:
        yield "first"
        return
    last = recent[-1]
    gap = _bucket(minutes(scene, heard, last), (1, 5, 20, 120, 600))
    same = last.heard.sender == heard.sender
    yield f"last={last.outcome}"
    yield f"last={last.outcome},same={same},gap={gap}"
    yield f"gap={gap}"
    if len(recent) > 1:
        yield f"last2={recent[-2].outcome},{last.outcome}"
    mine = next((s for s in reversed(recent) if s.heard.sender == heard.sender), None)
    if mine is None:
        yield "mine=none"
        return
    ago = _bucket(minutes(scene, heard, mine), (2, 10, 60, 600))
    yield f"mine={mine.outcome},{ago}"


def _about(heard: Heard, scene: Scene) -> Iterator[str]:
    request = active(scene, heard)
    yield f"requests={min(3, len(scene.requests))}"
    if request is None:
        yield "active=none"
        return
    ago = _bucket((heard.at - request.last_at).total_seconds() / 60, (2, 10, 60, 600))
    mine = "own" if heard.sender == request.sender else "other"
    yield f"active={ago}"
    yield f"active={ago},{mine},{heard.role != 'resident'}"
    yield f"about={request.category}"
    yield f"since={sum(1 for s in scene.recent if s.heard.at > request.opened_at) > 6}"


def situation(heard: Heard, scene: Scene) -> str:
    """The one-word situation that words are combined with."""
    request = active(scene, heard)
    staff = heard.role not in ("resident",)
    if request is None:
        return f"quiet,{staff}"
    near = (heard.at - request.last_at).total_seconds() < 1800
    return f"{'near' if near else 'open'},{staff}"


def message_features(heard: Heard, scene: Scene, *, sharp: bool = True) -> list[str]:
    """All features of a message in its scene."""
    text = plain(heard.text)
    words = grams(text)
    found = list(words)
    around = situation(heard, scene)
    if sharp:
        found += [f"{around}|{gram}" for gram in words if len(gram) <= 14]
    found += [f"@{each}" for each in context(heard, scene)]
    own = [s for s in scene.recent[-6:] if s.heard.sender == heard.sender]
    if own and (heard.at - own[-1].heard.at).total_seconds() < 300:
        found += [f"own|{gram}" for gram in grams(plain(own[-1].heard.text)) if len(gram) <= 8]
    if scene.recent:
        before = plain(scene.recent[-1].heard.text)
        found += [f"before|{gram}" for gram in grams(before) if len(gram) <= 8]
    return found
