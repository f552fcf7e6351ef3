"""The reader: one message in its scene, and what it means, with the reasons for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from handlers.understanding import belated, belongs, linking, placing
from handlers.understanding.belongs import LINKS
from handlers.understanding.cues import Cues, Found, load_cues
from handlers.understanding.features import Whole, around, minutes_since, words_only
from handlers.understanding.linking import Fit
from handlers.understanding.looking import Looked, look
from handlers.understanding.meaning import (
    Heard,
    Kind,
    Meaning,
    Outcome,
    Place,
    Reason,
    Scene,
    Urgency,
)
from handlers.understanding.model import Model, Seen, load_model
from handlers.understanding.questions import question_of
from handlers.understanding.weighing import Weigher

WEIGHTS = Path(__file__).parent / "weights.bin"
MOST_REASONS = 4
QUIET_FOR = 30  #: minutes after which a line begins something new
ASKED_FOR = 10  #: minutes in which nobody is asked twice
#: What is at least so likely to be unclear, beside a report, is asked about ("停电？"), unless it
#: is plain by itself.
UNCLEAR = 0.7
#: How much it counts, for an emergency, whether a word of danger is meant; the rest is how urgent
#: the report is, which tells more of one that is opened (docs/understanding.md).
MEANT = 0.15
NEW = (Outcome.OPEN, Outcome.ASK)
#: Categories whose words name a thing; those of the others name what is wrong already.
THINGS = frozenset(
    (
        "water",
        "electricity",
        "gas",
        "heating",
        "lift",
        "sanitation",
        "greening",
        "public_facilities",
    )
)


class Reader:
    """Reads messages with a fitted model; pure and deterministic."""

    def __init__(self, model: Model, own: Cues | None = None) -> None:
        self._model = model
        self._weigher = Weigher(model.tables["whole"])
        self._own = own

    @classmethod
    def load(
        cls,
        weights: Path = WEIGHTS,
        *,
        extra_cues: Mapping[str, Sequence[str]] | None = None,
    ) -> Reader:
        """The shipped model, with a community's own words for categories."""
        return cls(load_model(weights), Cues({"category": extra_cues}) if extra_cues else None)

    def read(self, heard: Heard, scene: Scene) -> Meaning:
        """What the message means."""
        own = self._own_word(heard)
        return _named(self._read(_in_common(heard, own), scene), heard, own)

    def _read(self, heard: Heard, scene: Scene) -> Meaning:
        looked = look(heard.text)
        if not looked.text and heard.media is None:
            return Meaning(Outcome.TALK)
        spoken = around(_as_known(heard, looked), scene)
        chances = self._outcomes(spoken)
        danger = self._danger(heard, scene, looked, chances)
        limit = self._limit(heard, scene, looked, danger)
        fit, weighed = self._weighed(heard, scene, looked, chances)
        there = self._belongs(heard, scene, fit, chances, weighed)
        chances = weighed
        outcome, sure = self._decide(chances, limit, there)
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
        return self._report(heard, scene, outcome, sure, spoken)

    def report(self, heard: Heard, scene: Scene) -> Meaning:
        """What it is about, where and how urgent, given that somebody says it is a request."""
        own = self._own_word(heard)
        common = _in_common(heard, own)
        meaning = self._report(common, scene, Outcome.OPEN, 1.0, around(common, scene))
        return _named(meaning, heard, own)

    def _fit(self, heard: Heard, scene: Scene, chances: Mapping[str, float]) -> Fit | None:
        if _linking(chances) < belongs.WEIGHED_FROM:
            return None
        return linking.best(heard, scene, self._model)

    def _weighed(
        self, heard: Heard, scene: Scene, looked: Looked, chances: Mapping[str, float]
    ) -> tuple[Fit | None, Mapping[str, float]]:
        """The request it may belong to, and the chances with what rules say of that."""
        limits = self._model.thresholds
        thing = linking.same_thing(heard, looked, scene) or linking.echoes(heard, looked, scene)
        if thing is not None:
            return thing, _together(chances, heard, thing)
        fit = self._fit(heard, scene, chances)
        if fit is None:
            return fit, chances
        if linking.answers_it(looked, fit):
            return fit, _linked(chances)
        if linking.contradicts(heard, looked, scene, fit):
            return fit, _apart(chances, limits["apart"])
        if not linking.speaks_of(heard, looked, fit):
            return fit, _apart(chances, limits["bare"], to="talk")
        if linking.repeats(looked, fit, limits["same"]):
            return fit, _together(chances, heard, fit)
        return fit, chances

    def weighs(self, heard: Heard, scene: Scene) -> tuple[Fit, list[str]] | None:
        """What is looked at to tell whether a message belongs to the request it fits best, and
        which that is; None where it hardly may (`fit_belongs.py` fits on it)."""
        heard = _in_common(heard, self._own_word(heard))
        looked = look(heard.text)
        chances = self._outcomes(around(_as_known(heard, looked), scene))
        fit, weighed = self._weighed(heard, scene, looked, chances)
        if fit is None or _linking(weighed) < belongs.WEIGHED_FROM:
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
        linked = _linking(weighed)
        ruled = linked > _linking(chances)
        if fit is None or ruled or linked < belongs.WEIGHED_FROM:
            return linked
        if belongs.HEAD not in self._model.heads:
            return linked
        features = belongs.features(heard, scene, fit, chances)
        return belongs.chance(features, self._model)

    def _danger(
        self, heard: Heard, scene: Scene, looked: Looked, chances: Mapping[str, float]
    ) -> float:
        """How likely this is the first word of an emergency."""
        opens = 1 - chances.get("talk", 0) - chances.get("answer", 0) - chances.get("update", 0)
        if not looked.dangers or opens < 0.05:
            return 0.0
        seen = self._model.see("words", words_only(heard, scene))
        alone = self._model.chances("emergency", seen).get("yes", 0.0)
        return (alone * opens) ** 0.5

    def _limit(self, heard: Heard, scene: Scene, looked: Looked, danger: float) -> float:
        """How sure a request must be: least where there is danger, less where it is plain."""
        limits = self._model.thresholds
        anew = linking.tells_anew(heard, looked, scene)
        alarm = danger >= limits["emergency"] or linking.alarms(heard, looked, scene)
        if alarm and linking.echoes(heard, looked, scene) is None:
            return 0.0
        if not looked.named:
            return limits["nameless"]
        known = {each.category for each in scene.requests}
        if known & (looked.categories | looked.outages | looked.wrongs | looked.asks):
            return limits["open"]
        return limits[_plainness(heard, looked, scene, anew=anew)]

    def _decide(
        self, chances: Mapping[str, float], limit: float, there: float
    ) -> tuple[Outcome, float]:
        limits = self._model.thresholds
        opens = chances.get("open", 0) + 0.5 * chances.get("ask", 0)
        linked = _linking(chances)
        least = min(limit, limits["either"] - linked) if limit <= limits["open"] else limit
        if limit == 0.0 or (opens >= least and opens >= linked):
            unclear = chances.get("ask", 0) > UNCLEAR * chances.get("open", 0)
            if unclear and limit >= limits["quiet"]:
                return Outcome.ASK, opens
            # What is opened because it is plain or dangerous counts as sure enough.
            return Outcome.OPEN, max(opens, limits["open"])
        if there >= limits["linked"]:
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
        report = self.report(said.heard, belated.scene_before(said.heard, scene))
        opened = belated.as_if_opened(said, report, scene)
        chances = self._outcomes(around(_as_known(heard, looked), opened))
        fit = linking.best(heard, opened, self._model)
        leaning = belated.leaning_after(said, heard, chances, fit)
        beside = bool(scene.requests)
        if not belated.bears_out(said, leaning, looked, chances, fit, beside):
            return replace(talk, leans=(said.heard.key, leaning))
        sure = max(leaning, self._model.thresholds["open"])
        reasons = (Reason("request", "borne_out", weight=1.0), *report.reasons)
        return replace(report, confidence=sure, bears_out=said.heard.key, reasons=reasons)

    def _answer(self, heard: Heard, scene: Scene, text: str, sure: float) -> Meaning:
        question = question_of(text)
        if question is None:
            return Meaning(Outcome.TALK, 1 - sure)
        fit = linking.best(heard, scene, self._model)
        of = fit.request.key if fit and question == "status" else None
        return Meaning(Outcome.ANSWER, sure, question=question, of=of)

    def _report(
        self, heard: Heard, scene: Scene, outcome: Outcome, sure: float, spoken: Whole
    ) -> Meaning:
        features, model = words_only(heard, scene), self._model
        seen = model.see("words", features)
        looked = look(heard.text)
        category = _named_in(looked, model.chances("category", seen))
        urgency = self._urgency(looked, seen)
        if linking.alarms(heard, looked, scene):
            urgency, category = Urgency.EMERGENCY, looked.alarm_category or category
        place, clash = self._place(heard, scene, category)
        if category == "lift":
            place = placing.in_own_stairwell(place, heard.home)
        reasons = (
            *_reasons("request", model, "outcome", looked, spoken.names(), "open"),
            *_reasons("category", model, "category", looked, features, category),
            *_reasons("urgency", model, "urgency", looked, features, urgency.value),
        )
        return Meaning(
            outcome,
            min(1.0, sure),
            category,
            Kind(_best(model.chances("kind", seen))),
            urgency,
            place,
            asset="lift" if category == "lift" else None,
            clash=clash,
            leaning=sure if outcome is Outcome.ASK else 0.0,
            reasons=reasons,
        )

    def _own_word(self, heard: Heard) -> Found | None:
        """A community's own word for a category."""
        named = self._own.find(look(heard.text).text) if self._own else ()
        return named[0] if named else None

    def _urgency(self, looked: Looked, seen: Seen) -> Urgency:
        """Missing an emergency is worse than a page too many: a word of danger needs less."""
        chances = self._model.chances("urgency", seen)
        meant = self._model.chances("emergency", seen).get("yes", 0.0)
        danger = meant**MEANT * chances.get("emergency", 0.0) ** (1 - MEANT)
        if looked.dangers and danger >= self._model.thresholds["page"]:
            return Urgency.EMERGENCY
        if not looked.dangers:
            chances.pop("emergency", None)
        return Urgency(_best(chances))

    def _place(self, heard: Heard, scene: Scene, category: str) -> tuple[Place, bool]:
        found = placing.sources(heard, scene)
        features, model = placing.place_features(heard, scene, category, found), self._model
        seen = model.see("place", features)
        chances = {part: model.chances(part, seen) for part in placing.PARTS}
        together = model.see("together", placing.together_features(features))
        chances["together"] = model.chances("together", together)
        return placing.checked(placing.choose(heard, found, chances), found.said, scene)


def _in_common(heard: Heard, own: Found | None) -> Heard:
    """The message with the word that everybody uses in place of a community's own, where nothing
    else names a thing: what is known of lifts holds for "老铁笼" as well."""
    looked = look(heard.text)
    if own is None or looked.categories:
        return heard
    common = _common_word(own.name, own.word.isascii()) if own.name in THINGS else None
    return replace(heard, text=looked.text.replace(own.word, common)) if common else heard


@cache
def _common_word(category: str, ascii_: bool) -> str | None:
    """A word that names a thing of a category and nothing else: no fault, outage or danger."""
    for word in load_cues().tables["category"].get(category, ()):
        looked = look(word)
        only = looked.categories == frozenset((category,)) and not looked.signs | looked.dangers
        if word.isascii() is ascii_ and only and not (looked.outages or looked.alarms):
            return word
    return None


def _named(meaning: Meaning, heard: Heard, own: Found | None) -> Meaning:
    """A community's own word decides the category of a report, unless danger is named."""
    if own is None or meaning.outcome not in NEW or look(heard.text).alarming:
        return meaning
    rest = [each for each in meaning.reasons if each.about != "category"]
    reasons = (Reason("category", "own", own.word, 1.0), *rest)
    asset = "lift" if own.name == "lift" else None
    return replace(meaning, category=own.name, asset=asset, reasons=reasons)


def _as_known(heard: Heard, looked: Looked) -> Heard:
    """Who plainly tells of a fault is heard like somebody whose home is known.

    In the examples those who report mostly have a home; where homes are not in the roll yet (a new
    group, a chat export) that says nothing of them.
    """
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
        return "open"
    if looked.plainly_wrong:
        return "wrong"
    if looked.bare_fact:
        return "fact"
    if looked.plainly_twice or looked.begins_bare:
        return "twice"
    lately = scene.recent and minutes_since(heard, scene.recent[-1]) < QUIET_FOR
    return "plain" if lately and not looked.outages else "quiet"


def _asked(heard: Heard, scene: Scene) -> bool:
    """Whether the sender was asked a moment ago: what follows is the rest of it."""
    return any(
        said.outcome is Outcome.ASK
        and said.heard.sender == heard.sender
        and minutes_since(heard, said) < ASKED_FOR
        for said in scene.recent
    )


def _apart(chances: Mapping[str, float], share: float, *, to: str = "open") -> dict[str, float]:
    """Of what spoke for a link only a `share` stays; the rest speaks for opening (or for `to`)."""
    moved = {each.value: chances.get(each, 0) * (1 - share) for each in LINKS}
    apart = {name: chance - moved.get(name, 0.0) for name, chance in chances.items()}
    return {**apart, to: chances.get(to, 0) + sum(moved.values())}


def _together(chances: Mapping[str, float], heard: Heard, fit: Fit) -> dict[str, float]:
    """The same thing reported once more is the same request: what spoke for opening a second one
    speaks for joining the first (R3, R4)."""
    opens = chances.get("open", 0.0)
    own = heard.sender == fit.request.sender
    link = (Outcome.DETAIL if own else Outcome.JOIN).value
    return {**chances, "open": 0.0, link: chances.get(link, 0.0) + opens}


def _linking(chances: Mapping[str, float]) -> float:
    return sum(chances.get(each, 0.0) for each in LINKS)


def _linked(chances: Mapping[str, float]) -> dict[str, float]:
    """What spoke for talk speaks for the likeliest link."""
    link = max(LINKS, key=lambda each: chances.get(each, 0.0)).value
    return {**chances, "talk": 0.0, link: chances.get(link, 0.0) + chances.get("talk", 0.0)}


def _named_in(looked: Looked, chances: Mapping[str, float]) -> str:
    """The likeliest category; who plainly tells a fault means one that the own words name."""
    own = looked.categories | looked.topics | looked.wrongs | looked.outages
    named = {each: chance for each, chance in chances.items() if each in own}
    return _best(named if named and looked.plainly_faulty else chances)


def _best(chances: Mapping[str, float]) -> str:
    return max(sorted(chances), key=lambda answer: chances[answer])


def _reasons(
    about: str, model: Model, head: str, looked: Looked, features: Sequence[str], answer: str
) -> list[Reason]:
    """The words of the message that spoke most for an answer."""
    found: dict[str, Reason] = {}
    for name, weight in model.strongest(head, features, answer, most=60):
        if weight <= 0 or len(found) == MOST_REASONS:
            break  # the strongest come first
        for cue, words in looked.words_of(name):
            if words not in found and len(found) < MOST_REASONS:
                found[words] = Reason(about, cue, words, round(weight, 2))
    return list(found.values())
