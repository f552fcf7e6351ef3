"""A scripted second opinion that knows the annotations: what asking could gain, and what it costs.

It answers through the same steps as a model behind an endpoint (the band in which it is asked, the
form of its answer, what is made of it), so its figures are an upper bound for any model.
"""

from __future__ import annotations

from collections import Counter
from random import Random

from config.policy import default_policy
from handlers.understanding.meaning import LINKS, Heard, Meaning, Outcome, Scene
from handlers.understanding.opinion import Opinion, decided, is_unsure, question, understood
from handlers.understanding.reader import Reader
from handlers.understanding.scoring import golds_of, report_of
from handlers.understanding.transcripts import Conversation

CATEGORIES = frozenset(default_policy().categories)
OTHER = {"request": "talk", "talk": "request", "unsure": "unsure"}


class Consulted:
    """A reader that asks about what is unsure; `errs`: the share of answers that are wrong."""

    def __init__(self, reader: Reader, conversation: Conversation, errs: float = 0.0) -> None:
        self._reader = reader
        self._golds = golds_of(conversation)
        self._opened: set[int] = set()
        self._dice = Random(conversation[0].conv)
        self._errs = errs
        #: how often it was asked, by what the reader alone made of the message
        self.calls: Counter[str] = Counter()
        self.signs = 0  #: sent in all

    def read(self, heard: Heard, scene: Scene) -> Meaning:
        """What the message means with the opinion on it."""
        meaning = self._reader.read(heard, scene)
        n = int(heard.key)
        if is_unsure(meaning):
            self.calls[meaning.outcome.value] += 1
            if (opinion := self._ask(n, heard, scene)) is not None:
                meaning = decided(meaning, self._reader.report(heard, scene), opinion)
        if meaning.outcome is Outcome.OPEN and (report := report_of(n, self._golds[n])):
            self._opened.add(report)
        return meaning

    def _ask(self, n: int, heard: Heard, scene: Scene) -> Opinion | None:
        gold = self._golds[n]
        report = report_of(n, gold)
        category = self._golds[report].category if report in self._golds else None
        asked = question(heard, scene, CATEGORIES)
        self.signs += len(asked.system) + len(asked.document)
        verdict = "talk"
        if report is not None and report not in self._opened:
            verdict = "request"
        elif gold.outcome in LINKS or gold.outcome is Outcome.ASK:
            verdict = "unsure"
        right = Opinion(
            verdict=verdict, category=category if verdict == "request" else None
        ).model_dump_json()
        if self._dice.random() < self._errs:
            return Opinion.model_validate({"verdict": OTHER[verdict]})
        return understood(right, CATEGORIES)
