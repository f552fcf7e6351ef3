"""The reader: one message in its scene, and what it means, with the reasons for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from handlers.understanding import linking, placing
from handlers.understanding.cues import Cues, load_cues
from handlers.understanding.meaning import (
    Heard,
    Kind,
    Meaning,
    Outcome,
    Reason,
    Scene,
    Urgency,
)
from handlers.understanding.model import Model, load_model
from handlers.understanding.normal import plain
from handlers.understanding.questions import question_of
from handlers.understanding.reading import all_of, words_of

WEIGHTS = Path(__file__).parent / "weights.json.gz"
LINKS = (Outcome.JOIN, Outcome.DETAIL, Outcome.UPDATE)


class Reader:
    """Reads messages with a fitted model; pure and deterministic."""

    def __init__(self, model: Model, cues: Cues) -> None:
        self._model = model
        self._cues = cues

    @classmethod
    def load(
        cls,
        weights: Path = WEIGHTS,
        *,
        extra_cues: Mapping[str, Sequence[str]] | None = None,
    ) -> Reader:
        """The shipped model with the shipped cues and a community's own."""
        return cls(load_model(weights), load_cues().with_own(extra_cues or {}))

    def read(self, heard: Heard, scene: Scene) -> Meaning:
        """What the message means."""
        text = plain(heard.text)
        if not text and heard.media is None:
            return Meaning(Outcome.TALK)
        features = all_of(heard, scene)
        chances = self._model.heads["outcome"].chances(features)
        danger = self._danger(text, chances)
        outcome, sure = self._decide(chances, danger=danger)
        if outcome in LINKS:
            return self._link(heard, scene, outcome, chances)
        if outcome is Outcome.ANSWER:
            return self._answer(heard, scene, text, sure)
        if outcome is Outcome.TALK:
            return Meaning(Outcome.TALK, sure)
        return self._report(heard, scene, outcome, sure, features, danger=danger)

    def _danger(self, text: str, chances: Mapping[str, float]) -> bool:
        """A word of danger in a message that is not plainly something else."""
        if not self._cues.dangers(text):
            return False
        return chances.get("open", 0) + chances.get("ask", 0) >= self._model.thresholds["danger"]

    def _decide(self, chances: Mapping[str, float], *, danger: bool) -> tuple[Outcome, float]:
        limits = self._model.thresholds
        opens = chances.get("open", 0) + 0.5 * chances.get("ask", 0)
        linked = sum(chances.get(each, 0) for each in LINKS)
        if danger or (opens >= limits["open"] and opens >= linked):
            return Outcome.OPEN, max(opens, chances.get("open", 0))
        if linked >= limits["linked"] and linked > opens:
            return max(LINKS, key=lambda each: chances.get(each, 0)), linked
        if chances.get("answer", 0) >= limits["answer"]:
            return Outcome.ANSWER, chances["answer"]
        if chances.get("ask", 0) >= limits["ask"]:
            return Outcome.ASK, chances["ask"]
        return Outcome.TALK, chances.get("talk", 1.0)

    def _link(
        self, heard: Heard, scene: Scene, outcome: Outcome, chances: Mapping[str, float]
    ) -> Meaning:
        request, why = linking.best(heard, scene, self._cues)
        if request is None:
            return Meaning(Outcome.TALK, chances.get("talk", 0))
        reasons = (Reason("link", why, request.key, 1.0),)
        return Meaning(
            outcome, max(chances.get(each, 0) for each in LINKS), of=request.key, reasons=reasons
        )

    def _answer(self, heard: Heard, scene: Scene, text: str, sure: float) -> Meaning:
        question = question_of(text)
        if question is None:
            return Meaning(Outcome.TALK, 1 - sure)
        request, _ = linking.best(heard, scene, self._cues)
        of = request.key if request and question == "status" else None
        return Meaning(Outcome.ANSWER, sure, question=question, of=of)

    def _report(
        self,
        heard: Heard,
        scene: Scene,
        outcome: Outcome,
        sure: float,
        spoken: list[str],
        *,
        danger: bool,
    ) -> Meaning:
        features = words_of(heard, scene)
        heads = self._model.heads
        category = _best(heads["category"].chances(features))
        urgency = Urgency(_best(heads["urgency"].chances(features)))
        if danger:
            urgency = Urgency.EMERGENCY
        level = _best(heads["level"].chances(features))
        place, clash = placing.place_of(heard, scene, level)
        reasons = [
            *(
                Reason("request", *pair)
                for pair in _named(heads["outcome"].strongest(spoken, "open"))
            ),
            *(
                Reason("category", *pair)
                for pair in _named(heads["category"].strongest(features, category))
            ),
            *(
                Reason("urgency", f"danger {d}", w, 1.0)
                for d, w in self._cues.dangers(plain(heard.text))
            ),
        ]
        return Meaning(
            Outcome.OPEN if outcome is Outcome.OPEN else Outcome.ASK,
            min(1.0, sure),
            category,
            Kind(_best(heads["kind"].chances(features))),
            urgency,
            place,
            asset="lift" if category == "lift" else None,
            clash=clash,
            reasons=tuple(reasons),
        )


def _best(chances: Mapping[str, float]) -> str:
    return max(sorted(chances), key=lambda answer: chances[answer])


def _named(found: Sequence[tuple[str, float]]) -> list[tuple[str, str, float]]:
    return [(name.split("|")[-1].split(" ")[0][:20], name, round(w, 2)) for name, w in found]
