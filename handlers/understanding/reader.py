"""The reader: one message in its scene, and what it means, with the reasons for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from handlers.understanding import belated, belongs, by_itself, drills, linking, own_words
from handlers.understanding import chances as chances_of
from handlers.understanding.cues import Cues, Found
from handlers.understanding.features import Whole, around, minutes_since
from handlers.understanding.linking import Fit
from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import (
    LINKS,
    NEW,
    PLAINLY,
    Heard,
    Meaning,
    Outcome,
    Place,
    Reason,
    Scene,
)
from handlers.understanding.model import Model, Seen, load_model
from handlers.understanding.normal import in_script
from handlers.understanding.questions import question_of
from handlers.understanding.reported import reported, told
from handlers.understanding.weighing import Weigher
from handlers.understanding.wording import Wording

WEIGHTS = Path(__file__).parent / "weights.bin"
QUIET_FOR = 30  #: minutes after which a line begins something new
ASKED_FOR = 10  #: minutes in which nobody is asked twice
#: What is at least so likely to be unclear, beside a report, is asked about ("停电？"), unless it
#: is plain by itself.
UNCLEAR = 0.7
#: What a long line needs that tells of no trouble: many small weights add up in it.
RAMBLING = 0.85


class Reader:
    """Reads messages with a fitted model; pure and deterministic."""

    def __init__(self, model: Model, own: Cues | None = None) -> None:
        self._model = model
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
        spoken = around(_as_known(heard, looked), scene)
        seen = self._weigher.see(spoken)
        chances = self._model.chances("outcome", seen)
        wording = Wording(self._model, heard, scene)
        alarm = self._alarms(wording, chances)
        limit = self._limit(wording, seen, alarm=alarm)
        fit, weighed = self._weighed(heard, scene, looked, chances)
        there = self._belongs(heard, scene, fit, chances, weighed)
        chances = weighed
        outcome, sure = self._decide(looked, chances, limit, there)
        if outcome is Outcome.OPEN and drills.drilled(heard, looked, scene):
            outcome = Outcome.ASK  # in a drill somebody has to say that this is none
        if outcome in NEW and (
            not looked.text or (outcome is Outcome.ASK and _asked(heard, scene))
        ):
            return self._belated(heard, scene, looked, Meaning(Outcome.TALK, 1 - sure))
        if outcome in LINKS:
            return self._link(heard, scene, fit, outcome, chances)
        if outcome is Outcome.ANSWER:
            return self._answer(heard, scene, looked.text, sure)
        if outcome is Outcome.TALK:
            leaning = chances.get("open", 0) + chances.get("ask", 0)
            talk = Meaning(Outcome.TALK, sure, leaning=leaning)
            return self._belated(heard, scene, looked, talk)
        meaning = reported(wording, outcome, sure, spoken)
        if outcome is Outcome.OPEN and sure <= self._model.thresholds["open"]:
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

    def _fit(self, heard: Heard, scene: Scene, chances: Mapping[str, float]) -> Fit | None:
        """None: nobody needs to know. The same words once more look as new as they did at first."""
        likely = chances_of.linking(chances) >= belongs.WEIGHED_FROM
        if not (likely or linking.said_before(heard, scene)):
            return None
        return linking.best(heard, scene, self._model)

    def _weighed(
        self, heard: Heard, scene: Scene, looked: Looked, chances: Mapping[str, float]
    ) -> tuple[Fit | None, Mapping[str, float]]:
        """The request it may belong to, and the chances with what rules say of that."""
        limits = self._model.thresholds
        if (ruled := linking.ruled(heard, looked, scene)) is not None:
            return ruled, chances_of.by_rule(chances, heard, looked, ruled)
        fit = self._fit(heard, scene, chances)
        if fit is None:
            return fit, chances
        if linking.answers_it(looked, fit):
            return fit, chances_of.linked(chances)
        if linking.contradicts(heard, looked, scene, fit):
            return fit, chances_of.apart(chances, limits["apart"])
        if not linking.speaks_of(heard, looked, fit):
            return fit, chances_of.apart(chances, limits["bare"], to="talk")
        if linking.shares(heard, looked, scene, fit):
            return fit, chances_of.together(chances, heard, fit)
        if linking.repeats(looked, fit, limits["same"]):
            return fit, chances_of.together(chances, heard, fit)
        return fit, chances

    def weighs(self, heard: Heard, scene: Scene) -> tuple[Fit, list[str]] | None:
        """What is looked at to tell whether a message belongs to the request it fits best, and
        which that is; None where it hardly may (`fit_belongs.py` fits on it)."""
        heard = own_words.in_common(heard, self._own_word(heard))
        looked = look(heard.text)
        chances = self._outcomes(around(_as_known(heard, looked), scene))
        fit, weighed = self._weighed(heard, scene, looked, chances)
        if fit is None or chances_of.linking(weighed) < belongs.WEIGHED_FROM:
            return None
        return fit, belongs.features(heard, scene, fit, chances)

    def _outcomes(self, spoken: Whole) -> dict[str, float]:
        return self._model.chances("outcome", self._weigher.see(spoken))

    def _belongs(
        self,
        heard: Heard,
        scene: Scene,
        fit: Fit | None,
        chances: Mapping[str, float],
        weighed: Mapping[str, float],
    ) -> float:
        """How likely it belongs to the request that it fits best: where a rule speaks for it, as
        likely as that says."""
        linked = chances_of.linking(weighed)
        ruled = linked > chances_of.linking(chances)
        if fit is None or ruled or linked < belongs.WEIGHED_FROM:
            return linked
        if belongs.HEAD not in self._model.heads:
            return linked
        features = belongs.features(heard, scene, fit, chances)
        return belongs.chance(features, self._model)

    def _alarms(self, wording: Wording, chances: Mapping[str, float]) -> bool:
        """Whether this is likely enough the first word of an emergency.

        A word of danger has to be meant; what is said in none that is known, or is doubted for what
        was said before (a drill of yesterday), must as a whole be all but surely one.
        """
        heard, scene, looked = wording.heard, wording.scene, wording.looked
        limits = self._model.thresholds
        opens = 1 - chances.get("talk", 0) - chances.get("answer", 0) - chances.get("update", 0)
        if opens < (0.05 if looked.dangers else limits["opens_unnamed"]):
            return False
        if drills.drilled(heard, looked, scene) or linking.goes_with(heard, looked, scene):
            return False
        if looked.dangers:
            meant = wording.chances("emergency").get("yes", 0.0)
            if (meant * opens) ** 0.5 >= limits["emergency"]:
                return True
        if opens < limits["opens_unnamed"]:
            return False
        sure = limits["alarm_doubted" if looked.dangers else "alarm_unnamed"]
        return wording.chances("urgency").get("emergency", 0.0) >= sure

    def _limit(self, wording: Wording, seen: Seen, *, alarm: bool) -> float:
        """How sure a request must be: least where there is danger, less where it is plain, or where
        nobody spoke just before and it is so surely a report by itself."""
        heard, scene, looked = wording.heard, wording.scene, wording.looked
        limits = self._model.thresholds
        anew = linking.tells_anew(heard, looked, scene)
        alarm = alarm or linking.alarms(heard, looked, scene)
        if alarm and linking.echoes(heard, looked, scene) is None:
            return 0.0
        if looked.rambles:
            return RAMBLING
        if not looked.named:
            return limits["nameless"]
        known = linking.known_there(looked, scene)
        if known & (looked.categories | looked.outages | looked.wrongs | looked.asks):
            return limits[in_script("open", looked.text)]
        limit = limits[_plainness(heard, looked, scene, anew=anew)]
        if limit <= limits["twice"] or not (looked.in_earnest and anew):
            return limit
        if looked.wordy or _lately(heard, scene):
            return limit
        alone = self._model.chances(by_itself.HEAD, seen).get(by_itself.REPORT, 0.0)
        return limits["twice"] if alone >= limits["alone"] else limit

    def _decide(
        self, looked: Looked, chances: Mapping[str, float], limit: float, there: float
    ) -> tuple[Outcome, float]:
        limits = self._model.thresholds
        opens = chances.get("open", 0) + 0.5 * chances.get("ask", 0)
        linked = chances_of.linking(chances)
        weighed = limit <= max(limits["open"], limits["open latin"])
        least = min(limit, limits["either"] - linked) if weighed else limit
        if limit == 0.0 or (opens >= least and opens >= linked):
            unclear = chances.get("ask", 0) > UNCLEAR * chances.get("open", 0)
            if unclear and limit >= limits["quiet"]:
                return Outcome.ASK, opens
            # What is opened because it is plain or dangerous counts as sure enough.
            return Outcome.OPEN, max(opens, limits["open"])
        if there >= limits[in_script("linked", looked.text)]:
            return max(LINKS, key=lambda each: chances.get(each, 0)), there
        if chances.get("answer", 0) >= limits["answer"]:
            return Outcome.ANSWER, chances["answer"]
        unsure = chances.get("open", 0) + chances.get("ask", 0)
        if unsure >= max(limits["ask"], limit):
            return Outcome.ASK, unsure
        return Outcome.TALK, chances.get("talk", 1.0)

    def _link(
        self,
        heard: Heard,
        scene: Scene,
        fit: Fit | None,
        outcome: Outcome,
        chances: Mapping[str, float],
    ) -> Meaning:
        """To the request it fits; what fits none is read as if none were open."""
        if fit is None:
            return Meaning(Outcome.TALK, chances.get("talk", 0))
        if fit.chance < self._model.thresholds["fits"]:
            return self._read(heard, replace(scene, requests=()))
        reasons = (Reason("link", fit.why, fit.request.key, round(fit.chance, 2)),)
        sure = max(chances.get(each, 0) for each in LINKS)
        again = linking.is_back(heard, look(heard.text), fit)
        return Meaning(outcome, sure, of=fit.request.key, again=again, reasons=reasons)

    def _belated(self, heard: Heard, scene: Scene, looked: Looked, talk: Meaning) -> Meaning:
        """What is talk by itself: it may bear out that an earlier line was a report."""
        said = belated.nearly_opened(heard, scene)
        if said is None:
            return talk
        before = belated.scene_before(said.heard, scene)
        opened = belated.as_if_opened(said, self._told(said.heard, before), scene)
        chances = self._outcomes(around(_as_known(heard, looked), opened))
        fit = linking.best(heard, opened, self._model)
        leaning = belated.leaning_after(said, heard, chances, fit)
        beside = bool(scene.requests)
        if not belated.bears_out(said, leaning, looked, chances, fit, beside):
            return replace(talk, leans=(said.heard.key, leaning))
        sure = max(leaning, self._model.thresholds["open"])
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


def _as_known(heard: Heard, looked: Looked) -> Heard:
    """Who plainly tells of a fault is heard like somebody whose home is known; staff who say "my
    home too" are heard as residents.

    In the examples those who report mostly have a home; where homes are not in the roll yet (a new
    group, a chat export) that says nothing of them.
    """
    if heard.role != "resident" and looked.mine and linking.says_too(looked):
        heard = replace(heard, role="resident")
    if heard.home is None and looked.plainly_faulty:
        return replace(heard, home=Place())
    return heard


def _plainness(heard: Heard, looked: Looked, scene: Scene, *, anew: bool) -> str:
    """Which threshold holds for what nothing open is about: the plainer, the lower."""
    if looked.asks_office and heard.role == "resident":
        return "office"
    if looked.wordy and not (looked.plainly_faulty or looked.categories or looked.dangers):
        return "wordy"
    if not (looked.plainly_faulty and anew):
        return in_script("open", looked.text)
    if looked.plainly_wrong:
        return "wrong"
    if looked.bare_fact:
        return "fact"
    beside = bool(scene.requests) and linking.tells_a_fact_too(looked)
    if looked.plainly_twice or looked.begins_bare or beside:
        return "twice"
    return "plain" if _lately(heard, scene) and not looked.outages else "quiet"


def _lately(heard: Heard, scene: Scene) -> bool:
    """Whether somebody spoke just before: else a line begins something new."""
    return bool(scene.recent) and minutes_since(heard, scene.recent[-1]) < QUIET_FOR


def _asked(heard: Heard, scene: Scene) -> bool:
    """Whether the sender was asked a moment ago: what follows is the rest of it."""
    return any(
        said.outcome is Outcome.ASK
        and said.heard.sender == heard.sender
        and minutes_since(heard, said) < ASKED_FOR
        for said in scene.recent
    )
