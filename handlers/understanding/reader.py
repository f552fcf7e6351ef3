"""The reader: one message in its scene, and what it means, with the reasons for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from handlers.understanding import alarms, belated, belongs, by_itself, drills, linking, own_words
from handlers.understanding import chances as chances_of
from handlers.understanding.belonging import Belonging, belonging, fitting
from handlers.understanding.cues import Cues, Found
from handlers.understanding.deciding import decide
from handlers.understanding.features import Whole, around, minutes_since
from handlers.understanding.limits import OF_DANGER, limit_of
from handlers.understanding.link_rules import is_back
from handlers.understanding.linking import Fit
from handlers.understanding.looking import look
from handlers.understanding.meaning import (
    LINKS,
    PLAINLY,
    Heard,
    Meaning,
    Outcome,
    Reason,
    Scene,
)
from handlers.understanding.model import Model, Seen, load_model
from handlers.understanding.questions import question_of
from handlers.understanding.reported import reported, told
from handlers.understanding.speakers import as_known
from handlers.understanding.unaffected import as_told
from handlers.understanding.weighing import Weigher
from handlers.understanding.wording import Wording

WEIGHTS = Path(__file__).parent / "weights.bin"
ASKED_FOR = 10  #: minutes in which nobody is asked twice


class Reader:
    """Reads messages with a fitted model; pure and deterministic."""

    def __init__(self, model: Model, own: Cues | None = None) -> None:
        self._model, self._limits = model, model.thresholds
        self._weigher = Weigher(model)
        self._own = own

    @classmethod
    def load(
        cls,
        weights: Path = WEIGHTS,
        *,
        extra_cues: Mapping[str, Sequence[str]] | None = None,
    ) -> Reader:
        """The shipped model, with a community's own words for categories."""
        model = load_model(weights, kept=False)
        return cls(model, Cues({"category": extra_cues}) if extra_cues else None)

    def read(self, heard: Heard, scene: Scene) -> Meaning:
        """What the message means."""
        own = self._own_word(heard)
        return own_words.named(self._read(own_words.in_common(heard, own), scene), heard, own)

    def _read(self, heard: Heard, scene: Scene) -> Meaning:
        looked = look(heard.text)
        if not looked.text and heard.media is None:
            return Meaning(Outcome.TALK)
        spoken = around(as_known(heard, looked), scene)
        wording = Wording(self._model, heard, scene)
        outcome, sure, where = self._decided(wording, spoken)
        if outcome in LINKS:
            return self._link(heard, scene, outcome, where)
        if outcome is Outcome.ANSWER:
            return self._answer(heard, scene, looked.text, sure)
        if outcome is Outcome.TALK:
            leaning = where.chances.get("open", 0) + where.chances.get("ask", 0)
            return self._belated(heard, scene, Meaning(outcome, sure, leaning=leaning))
        if not looked.text or (outcome is Outcome.ASK and _asked(heard, scene)):
            return self._belated(heard, scene, Meaning(Outcome.TALK, 1 - sure))
        return self._new(wording, spoken, outcome, sure)

    def _decided(self, wording: Wording, spoken: Whole) -> tuple[Outcome, float, Belonging]:
        """What becomes of it, how sure that is, and where it may belong."""
        heard, scene, looked = wording.heard, wording.scene, wording.looked
        seen = self._weigher.see(spoken)
        chances = self._model.chances("outcome", seen)
        if alarms.raised(wording, chances):
            limit = OF_DANGER
        else:
            alone = partial(self._alone, seen)
            limit = limit_of(heard, looked, scene, alone, self._limits)
        where = belonging(self._model, heard, looked, scene, chances)
        outcome, sure = decide(looked, limit, where, self._limits)
        if outcome is Outcome.OPEN and drills.drilled(heard, looked, scene):
            outcome = Outcome.ASK  # in a drill somebody has to say that this is none
        return outcome, sure, where

    def _alone(self, seen: Seen) -> float:
        """How surely it is a report by itself."""
        return self._model.chances(by_itself.HEAD, seen).get(by_itself.REPORT, 0.0)

    def _new(self, wording: Wording, spoken: Whole, outcome: Outcome, sure: float) -> Meaning:
        """What opens a request, or is asked about."""
        meaning = reported(wording, outcome, sure, spoken)
        if outcome is Outcome.OPEN and sure <= self._limits["open"]:
            plainly = Reason("request", PLAINLY)  # how likely it looked as a whole says nothing
            return replace(meaning, reasons=(plainly, *meaning.reasons))
        return meaning

    def report(self, heard: Heard, scene: Scene) -> Meaning:
        """What it is about, where and how urgent, given that somebody says it is a request."""
        own = self._own_word(heard)
        common = own_words.in_common(heard, own)
        wording = Wording(self._model, common, scene)
        meaning = reported(wording, Outcome.OPEN, 1.0, around(common, scene))
        return own_words.named(meaning, heard, own)

    def _told(self, heard: Heard, scene: Scene) -> Meaning:
        """The same without the reasons."""
        own = self._own_word(heard)
        common = own_words.in_common(heard, own)
        meaning = told(Wording(self._model, common, scene), Outcome.OPEN, 1.0)
        return own_words.named(meaning, heard, own)

    def weighs(self, heard: Heard, scene: Scene) -> tuple[Fit, list[str]] | None:
        """What is looked at to tell whether a message belongs to the request it fits best, and
        which that is; None where it hardly may (`fit_belongs.py` fits on it)."""
        heard = own_words.in_common(heard, self._own_word(heard))
        chances = self._outcomes(heard, scene)
        fit, moved = fitting(self._model, heard, look(heard.text), scene, chances)
        if fit is None or chances_of.linking(moved) < belongs.WEIGHED_FROM:
            return None
        return fit, belongs.features(heard, scene, fit, chances)

    def _outcomes(self, heard: Heard, scene: Scene) -> dict[str, float]:
        spoken = around(as_known(heard, look(heard.text)), scene)
        return self._model.chances("outcome", self._weigher.see(spoken))

    def _link(self, heard: Heard, scene: Scene, outcome: Outcome, where: Belonging) -> Meaning:
        """To the request it fits; what fits none is read as if none were open."""
        fit, chances = where.fit, where.chances
        if fit is None:
            return Meaning(Outcome.TALK, chances.get("talk", 0))
        if fit.chance < self._limits["fits"]:
            return self._read(heard, replace(scene, requests=()))
        reasons = (Reason("link", fit.why, fit.request.key, round(fit.chance, 2)),)
        sure = max(chances.get(each, 0) for each in LINKS)
        again = is_back(heard, look(heard.text), fit)
        outcome = as_told(outcome, look(heard.text), fit)
        return Meaning(outcome, sure, of=fit.request.key, again=again, reasons=reasons)

    def _belated(self, heard: Heard, scene: Scene, talk: Meaning) -> Meaning:
        """What is talk by itself: it may bear out that an earlier line was a report."""
        said = belated.nearly_opened(heard, scene)
        if said is None:
            return talk
        before = belated.scene_before(said.heard, scene)
        opened = belated.as_if_opened(said, self._told(said.heard, before), scene)
        chances = self._outcomes(heard, opened)
        fit = linking.best(heard, opened, self._model)
        leaning = belated.leaning_after(said, heard, chances, fit)
        beside = bool(scene.requests)
        if not belated.bears_out(said, leaning, look(heard.text), chances, fit, beside):
            return replace(talk, leans=(said.heard.key, leaning))
        sure = max(leaning, self._limits["open"])
        report = self.report(said.heard, before)
        reasons = (Reason("request", "borne_out", weight=1.0), *report.reasons)
        return replace(report, confidence=sure, bears_out=said.heard.key, reasons=reasons)

    def _answer(self, heard: Heard, scene: Scene, text: str, sure: float) -> Meaning:
        question = question_of(text)
        if question is None:
            return Meaning(Outcome.TALK, 1 - sure)
        fit = linking.best(heard, scene, self._model)
        of = fit.request.key if fit and question == "status" else None
        return Meaning(Outcome.ANSWER, sure, question=question, of=of)

    def _own_word(self, heard: Heard) -> Found | None:
        """A community's own word for a category."""
        named = self._own.find(look(heard.text).text) if self._own else ()
        return named[0] if named else None


def _asked(heard: Heard, scene: Scene) -> bool:
    """Whether the sender was asked a moment ago: what follows is the rest of it."""
    return any(
        said.outcome is Outcome.ASK
        and said.heard.sender == heard.sender
        and minutes_since(heard, said) < ASKED_FOR
        for said in scene.recent
    )
