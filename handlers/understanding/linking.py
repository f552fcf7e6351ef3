"""Which known request a message speaks of: the reply first, then a fitted comparison."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.understanding.meaning import Heard, KnownRequest, Scene
from handlers.understanding.model import Model
from handlers.understanding.pairs import TABLE, pair_features
from handlers.understanding.rivals import Rivals, rivals_of

HEAD = "link"


@dataclass(frozen=True, slots=True)
class Fit:
    """The request that a message fits best, how well (0 to 1), and what says so."""

    request: KnownRequest
    chance: float
    why: str


def best(heard: Heard, scene: Scene, model: Model) -> Fit | None:
    """The request that fits best; None when none is known."""
    if heard.reply_to is not None:
        for request in scene.requests:
            if heard.reply_to in request.messages:
                return Fit(request, 1.0, "reply")
    if not scene.requests:
        return None
    rivals = rivals_of(heard, scene)
    scored = [
        (_score(heard, scene, each, model, rivals), each.last_at, each) for each in scene.requests
    ]
    chance, _, request = max(scored, key=lambda row: row[:2])
    return Fit(request, chance, "nearest" if len(scored) > 1 else "only")


def _score(
    heard: Heard, scene: Scene, request: KnownRequest, model: Model, rivals: Rivals
) -> float:
    """How well a message fits a request, 0 to 1."""
    seen = model.see(TABLE, pair_features(heard, scene, request, rivals))
    return model.chances(HEAD, seen).get("yes", 0.0)
