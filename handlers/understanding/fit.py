"""Fitting the weights on annotated conversations. Needs numpy and scipy (extra `learn`)."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix  # pyright: ignore[reportMissingTypeStubs]

from handlers.understanding import by_itself, pairs, reading
from handlers.understanding.descent import DESCENTS, Task, descend
from handlers.understanding.meaning import LINKS, Heard, Outcome, Scene
from handlers.understanding.model import Fitted, Model, assemble
from handlers.understanding.pairs import pair_features
from handlers.understanding.rivals import rivals_of
from handlers.understanding.thresholds import THRESHOLDS
from handlers.understanding.transcripts import Conversation, Gold, walk_gold, walk_roughly

#: Named cues and the scene are trusted more than n-grams: their weights are punished less.
TRUST = {"@": 2.0, "#": 1.6}
#: Features of who wrote an example, and what they are combined with.
HAND = "@hand"
SITUATIONS = ("@last=", "@active=", "@role=")
LEAST = 2  #: a feature seen less often is left out
ROUGH_COPIES = 1
LINK_PENALTY, LINK_DROPPED = 2.0, 0.0
#: What the outcome head is told of a line by itself comes from a head that lacked one in so many.
PARTS = 3
#: What is a matter of habit (when people speak up, what they leave unsaid) is learnt more from the
#: hands that are measured than from others; what words mean is learnt from all alike.
HABITS = frozenset(("outcome", "link", "building", "unit", "tail", "together"))
OWN, OTHERS = 2.0, 0.5
#: Plain short lines ("有老鼠", "stairs are filthy") are what people type first, and rare in
#: conversations that are made up: of words by themselves they teach so much more.
PLAIN, PLAINLY = "plain", 4.0
#: What is told of an open request tells its category less surely than the report itself.
FOLLOWING = 0.5
#: What is not learnt from the conversations that are apart: when people speak up, and where they
#: mean (of the place they brought nothing: docs/understanding.md).
NOT_APART = frozenset(("outcome", "building", "unit", "tail", "together"))

Row = tuple[Heard, Scene, Gold]


@dataclass(slots=True)
class Table:
    """The examples of one head: which features each has, and its right answer."""

    names: dict[str, int] = field(default_factory=dict[str, int])
    columns: array[int] = field(default_factory=lambda: array("i"))
    starts: array[int] = field(default_factory=lambda: array("q", [0]))
    answers: list[str] = field(default_factory=list[str])
    allowed: list[frozenset[str] | None] = field(default_factory=list[frozenset[str] | None])
    groups: array[int] = field(default_factory=lambda: array("i"))
    counts: array[float] = field(default_factory=lambda: array("f"))

    def add(
        self,
        features: Iterable[str],
        answer: str,
        group: int,
        allowed: frozenset[str] | None,
        counts: float = 1.0,
    ) -> None:
        """Add one example of a group (the conversation it is from), that counts so much."""
        names = self.names
        # In order: texts are looked at in sets, and the same examples must give the same weights.
        found = [names.setdefault(each, len(names)) for each in sorted(set(features))]
        self.columns.extend(sorted(found))
        self.starts.append(len(self.columns))
        self.answers.append(answer)
        self.allowed.append(allowed)
        self.groups.append(group)
        self.counts.append(counts)

    def with_more(self, more: Mapping[int, Sequence[str]]) -> Table:
        """The same with some more features for some examples, by their number."""
        made = Table(dict(self.names), answers=self.answers, allowed=self.allowed)
        made.groups, made.counts = self.groups, self.counts
        for row in range(len(self.answers)):
            made.columns.extend(self.columns[self.starts[row] : self.starts[row + 1]])
            added = more.get(row, ())
            made.columns.extend(made.names.setdefault(each, len(made.names)) for each in added)
            made.starts.append(len(made.columns))
        return made

    def matrix(self) -> Any:
        """Examples by features."""
        ones = np.ones(len(self.columns), dtype=np.float32)
        columns, starts = np.array(self.columns), np.array(self.starts)
        return csr_matrix((ones, columns, starts), shape=(len(self.answers), len(self.names)))


Prepared = dict[str, Table]


def fit(
    conversations: Sequence[Conversation], say: Callable[[str], None] = lambda _: None
) -> Model:
    """All heads, fitted on conversations."""
    return fit_prepared(prepare(conversations), set(range(len(conversations))), say)


def prepare(
    conversations: Sequence[Conversation],
    hands: Sequence[str] = (),
    apart: Collection[int] = (),
) -> Prepared:
    """The examples of all heads; the n-th conversation is group n.

    `hands` says for each who wrote it, "" for those whose habits count: how often another calls
    something an update is learnt as theirs, and left out of the model. Those `apart` tell what is
    meant, not when people speak up nor where.
    """
    tables = {name: Table() for name in (*reading.HEADS, "link")}
    for group, conversation in enumerate(conversations):
        hand = hands[group] if hands else ""
        for row in walk_gold(conversation):
            for name, spec in reading.HEADS.items():
                if name not in NOT_APART or group not in apart:
                    _add(tables[name], spec, row, group, hand, _counts(name, hand, row[2]))
            _add_pairs(tables["link"], row, group, _counts("link", hand, row[2]))
        for row in () if hand else _rough(conversation):
            _add(tables["outcome"], reading.HEADS["outcome"], row, group, hand, OWN)
    return tables


def _counts(head: str, hand: str, gold: Gold) -> float:
    if head == "category" and gold.outcome is not Outcome.OPEN:
        return FOLLOWING
    if head == by_itself.HEAD and hand.endswith(PLAIN):
        return PLAINLY
    if head not in HABITS:
        return 1.0
    return OTHERS if hand else OWN


def of_hand(features: Iterable[str], hand: str) -> Iterator[str]:
    """What is the habit of a writer: on the whole, and in each situation."""
    for each in (HAND, f"{HAND}={hand}"):
        yield each
        yield from (f"{each}|{name}" for name in features if name.startswith(SITUATIONS))


def _rough(conversation: Conversation) -> Iterator[Row]:
    """The conversation in scenes as a reader that errs would have made them."""
    for copy in range(ROUGH_COPIES):
        seed = zlib.crc32(f"{conversation[0].conv} {copy}".encode())
        yield from walk_roughly(conversation, np.random.default_rng(seed).random)


def _add(
    table: Table, spec: reading.HeadSpec, row: Row, group: int, hand: str, counts: float
) -> None:
    heard, scene, gold = row
    if (answer := spec.answer(*row)) is not None:
        allowed = spec.allowed(heard, scene) if spec.allowed else None
        features = spec.features(heard, scene, gold.category)
        if hand:
            features += of_hand(features, hand)
        table.add(features, answer, group, allowed, counts)


def _add_pairs(table: Table, row: Row, group: int, counts: float) -> None:
    """A linked message beside each request that it could be linked to; a new report fits none."""
    heard, scene, gold = row
    if gold.outcome in LINKS or gold.outcome is Outcome.OPEN:
        rivals = rivals_of(heard, scene)
        for request in scene.requests:
            answer = "yes" if request.key == str(gold.of) else "no"
            table.add(pair_features(heard, scene, request, rivals), answer, group, None, counts)


def fit_prepared(
    prepared: Prepared,
    groups: set[int],
    say: Callable[[str], None] = lambda _: None,
    descents: int = DESCENTS,
) -> Model:
    """All heads, fitted on the conversations of some groups; with fewer descents sooner, and a
    little worse."""
    heads: dict[str, Fitted] = {}
    for name, table in prepared.items():
        spec = reading.HEADS.get(name)
        penalty, dropped = (spec.penalty, spec.dropped) if spec else (LINK_PENALTY, LINK_DROPPED)
        told = told_by_itself(prepared, groups) if name == "outcome" else table
        heads[name] = fit_head(told, groups, penalty, dropped, descents)
        say(f"{name}: {len(table.answers)} examples, {len(heads[name].weights)} features")
    tables = {name: spec.table for name, spec in reading.HEADS.items()} | {"link": pairs.TABLE}
    return assemble(heads, tables, THRESHOLDS, reading.fingerprint())


def told_by_itself(prepared: Prepared, groups: set[int]) -> Table:
    """The examples of the outcome, each with what its words say by themselves to a head that was
    fitted without its part of the conversations: of what it knows by heart it would be too sure."""
    outcome, spec = prepared["outcome"], reading.HEADS[by_itself.HEAD]
    situations, matrix = _situations(outcome), outcome.matrix()
    more: dict[int, list[str]] = {}
    for part in range(PARTS):
        own = {each for each in groups if each // PARTS % PARTS == part}
        rest = groups - own
        head = fit_head(prepared[by_itself.HEAD], rest, spec.penalty, spec.dropped, descents=1)
        rows = np.flatnonzero(np.isin(np.array(outcome.groups), list(own)))
        for row, chances in zip(rows, _chances(head, outcome, matrix[rows]), strict=True):
            more[int(row)] = by_itself.names(by_itself.said(chances), situations[row])
    return outcome.with_more(more)


def _situations(table: Table) -> list[str]:
    """In which situation each example is."""
    known = {n: by_itself.situation_of((name,)) for name, n in table.names.items()}
    marks = {n: name for n, name in known.items() if name}
    columns, starts = table.columns, table.starts
    return [
        next((marks[each] for each in columns[starts[row] : starts[row + 1]] if each in marks), "")
        for row in range(len(table.answers))
    ]


def _chances(head: Fitted, table: Table, matrix: Any) -> Iterator[dict[str, float]]:
    """What a head says of examples of a table, (n, f), that has features of its own as well."""
    nothing = (0.0,) * len(head.answers)
    weights = np.array([head.weights.get(name, nothing) for name in table.names])
    for scores in matrix @ weights + np.array(head.bias):
        powers = np.exp(scores - scores.max())
        yield dict(zip(head.answers, powers / powers.sum(), strict=True))


def fit_head(
    table: Table, groups: set[int], penalty: float, dropped: float, descents: int = DESCENTS
) -> Fitted:
    """The weights of one decision, fitted on the examples of some groups."""
    rows = np.flatnonzero(np.isin(np.array(table.groups), list(groups)))
    if not len(rows):
        return Fitted(("no", "yes"), (0.0, 0.0), {})
    matrix = table.matrix()[rows]
    kept = np.flatnonzero(np.asarray(matrix.sum(axis=0)).ravel() >= LEAST)
    names = list(table.names)
    trust = np.array([TRUST.get(names[i][0], 1.0) for i in kept], dtype=np.float32)
    matrix = matrix[:, kept].multiply(trust).tocsr().astype(np.float32)
    answers = tuple(sorted({table.answers[i] for i in rows}))
    gold = np.array([answers.index(table.answers[i]) for i in rows], dtype=np.intp)
    closed = _closed([table.allowed[i] for i in rows], answers)
    counts = np.array(table.counts, dtype=np.float32)[rows]
    weights, bias = descend(Task(matrix, gold, closed, counts, penalty), descents)
    weights = weights * trust[:, None]
    known = [str(names[each]) for each in kept]
    strong = np.flatnonzero(np.abs(weights).max(axis=1) >= dropped)
    return Fitted(
        answers,
        tuple(float(each) for each in bias),
        {
            known[i]: tuple(float(each) for each in weights[i])
            for i in strong
            if not known[i].startswith(HAND)
        },
    )


def _closed(allowed: Sequence[frozenset[str] | None], answers: Sequence[str]) -> Any:
    """What to take from the scores of answers that were not possible."""
    closed = np.zeros((len(allowed), len(answers)), dtype=np.float32)
    for row, names in enumerate(allowed):
        if names is not None:
            closed[row] = [0.0 if each in names else 1e6 for each in answers]
    return closed
