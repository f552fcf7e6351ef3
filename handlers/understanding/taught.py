"""Fitting with what people put right, and comparing before and after. Needs numpy and scipy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from handlers.understanding import by_itself, linking, pairs, placing
from handlers.understanding.corpus import Corpus, corpus
from handlers.understanding.descent import DESCENTS
from handlers.understanding.features import whole, words_only
from handlers.understanding.fit import fit_prepared
from handlers.understanding.fit_belongs import with_belongs_of
from handlers.understanding.meaning import Heard, Place, Scene
from handlers.understanding.model import Model, load_model
from handlers.understanding.place_features import together_features
from handlers.understanding.preparing import Prepared
from handlers.understanding.reader import WEIGHTS, Reader
from handlers.understanding.reading import HEADS
from handlers.understanding.scoring import Tally, golds_of, predict, score
from handlers.understanding.seen import Seen, wordless
from handlers.understanding.sources import PARTS, Sources
from handlers.understanding.weighing import weigh

#: What a community put right itself counts so often beside an example of strangers.
COPIES = 3
#: Only the words are looked at, which have no time.
ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Taught:
    """One correction: what was seen, what is right, and the words where their sender agreed."""

    kind: str
    seen: Seen
    right: dict[str, str]  #: by decision ("outcome": "talk")
    text: str | None = None

    def features(self, head: str) -> list[str]:
        """What a head looks at: what was kept, and what the words give."""
        if head == "together":
            return together_features(self.seen.tables.get("place", ()))
        table = table_of(head)
        found = [*self.seen.tables.get(table, ()), *_of_words(self.text or "", table)]
        return by_itself.own(found) if head == by_itself.HEAD else found

    def answers(self) -> dict[str, str]:
        """What is right by decision: what is a report or none is so by itself as well."""
        told = self.right.get("outcome")
        alone = {by_itself.HEAD: told} if told in (by_itself.REPORT, by_itself.TALK) else {}
        return {**self.right, **alone}

    def allowed(self, head: str) -> frozenset[str] | None:
        """The answers that were possible; None: all."""
        if head not in (*PARTS, "together"):
            return None
        sources = self.seen.sources
        if head != "together":
            return frozenset(sources[head])
        tail = {name: (floor, room) for name, (floor, room) in sources["tail"].items()}
        found = Sources(sources["building"], sources["unit"], tail, Place())
        return frozenset(placing.combinations(found))


def _of_words(text: str, table: str) -> list[str]:
    """The features of a text that are its own, whatever was said around it."""
    if not text or table not in ("whole", "words"):
        return []
    heard = Heard("0", ANY_TIME, "", text)
    features = whole(heard, Scene()) if table == "whole" else words_only(heard, Scene())
    kept = set(wordless(features))
    return [each for each in features if each not in kept and "|" not in each]


def table_of(head: str) -> str:
    """The table of the model in which a head stands."""
    return pairs.TABLE if head == linking.HEAD else HEADS[head].table


@dataclass(slots=True)
class Figures:
    """How well a reader does on what it never saw."""

    tallies: dict[str, Tally] = field(default_factory=dict[str, Tally])  #: by language
    right: dict[str, int] = field(default_factory=dict[str, int])  #: corrections by kind
    cases: dict[str, int] = field(default_factory=dict[str, int])

    def count(self, kind: str, *, right: bool) -> None:
        """One more correction."""
        self.cases[kind] = self.cases.get(kind, 0) + 1
        self.right[kind] = self.right.get(kind, 0) + right


@dataclass(frozen=True, slots=True)
class School:
    """All examples there are to fit on, prepared once, with what people put right among them."""

    shipped: Corpus
    prepared: Prepared
    taught: Sequence[Taught]

    @classmethod
    def of(cls, taught: Sequence[Taught], most: int = 0) -> School:
        """Of the shipped examples (`most` of each file at most; 0: all) and the corrections."""
        shipped = corpus(most=most)
        for number, each in enumerate(taught, len(shipped.conversations)):
            _add(shipped.prepared, each, number)
        return cls(shipped, shipped.prepared, taught)

    @property
    def _own(self) -> int:
        """Conversations come first; the n-th correction is the group behind them by n."""
        return len(self.shipped.conversations)

    def fit(self) -> Model:
        """A model of everything."""
        return self._fitted(set(range(self._own + len(self.taught))))

    def _fitted(self, groups: set[int], descents: int = DESCENTS) -> Model:
        """All heads; the last one, which says what the others' chances mean, as it was shipped."""
        fitted = fit_prepared(self.prepared, groups, descents=descents)
        return with_belongs_of(fitted, load_model(WEIGHTS))

    def compare(
        self, folds: int, say: Callable[[int], None] = lambda _: None
    ) -> tuple[Figures, Figures]:
        """Before and after, each part read by models that never saw it, both fitted in a third of
        the time that a model to work with takes."""
        before, after = Figures(), Figures()
        for k in range(folds):
            held = range(k, len(self.taught), folds)
            without = self.shipped.groups_without(k, folds)
            learnt = {self._own + n for n in range(len(self.taught)) if n not in held}
            for figures, groups in ((before, without), (after, without | learnt)):
                model = self._fitted(groups, descents=1)
                self._measure(figures, model, k, folds)
                _ask(figures, model, [self.taught[n] for n in held])
            say(k + 1)
        return before, after

    def _measure(self, figures: Figures, model: Model, k: int, folds: int) -> None:
        reader = Reader(model)
        for language, own in self.shipped.measured.items():
            tally = figures.tallies.setdefault(language, Tally())
            for each in (self.shipped.conversations[n] for n in own[k::folds]):
                tally.add(score(predict(reader, each), golds_of(each)))


def _add(prepared: Prepared, taught: Taught, group: int) -> None:
    for head, answer in taught.answers().items():
        features, allowed = taught.features(head), taught.allowed(head)
        for _ in range(COPIES):
            prepared[head].add(features, answer, group, allowed)


def _ask(figures: Figures, model: Model, taught: Iterable[Taught]) -> None:
    for each in taught:
        right = all(answers(model, each, head) == each.right[head] for head in each.right)
        figures.count(each.kind, right=right)


def answers(model: Model, taught: Taught, head: str) -> str:
    """The likeliest answer of a model to what a correction is about."""
    features = taught.features(head)
    seen = weigh(model, features) if head == "outcome" else model.see(table_of(head), features)
    chances = model.chances(head, seen)
    allowed = taught.allowed(head)
    possible = {name: each for name, each in chances.items() if not allowed or name in allowed}
    return max(sorted(possible), key=lambda name: possible[name], default="")
