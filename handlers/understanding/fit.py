"""Fitting the weights on annotated conversations. Needs numpy and scipy (extra `learn`)."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix  # pyright: ignore[reportMissingTypeStubs]

from handlers.understanding import linking, reading
from handlers.understanding.descent import Task, descend
from handlers.understanding.linking import pair_features
from handlers.understanding.meaning import LINKS, Heard, Outcome, Scene
from handlers.understanding.model import Fitted, Model, assemble
from handlers.understanding.rivals import rivals_of
from handlers.understanding.transcripts import Conversation, Gold, walk_gold, walk_roughly

#: Chosen on cross-validated figures (docs/understanding.md).
THRESHOLDS = {
    "open": 0.75,  #: a request, sure enough to open
    "open latin": 0.8,  #: the same in a text without Chinese signs
    "plain": 0.6,  #: the same where a thing and its fault are named and nothing takes it back
    "fact": 0.01,  #: the same where nothing else is said: "水管漏水"
    "twice": 0.1,  #: the same where a fault and what it does to people are told
    "quiet": 0.4,  #: the same where nobody spoke just before
    "wrong": 0.2,  #: the same where one phrase tells a wrong: "飞线充电"
    "office": 0.01,  #: a question that an office has to answer
    "nameless": 0.8,  #: the same where nothing is named that it could be about
    "wordy": 0.8,  #: the same in a long line that tells no fault plainly
    "emergency": 0.45,  #: a word of danger and this much doubt opens all the same
    "alarm_unnamed": 0.75,  #: no known word of danger, but as a whole so surely an emergency,
    "opens_unnamed": 0.25,  #: and no talk to this much
    "page": 0.35,  #: what is opened with a word of danger is an emergency from here on
    "page_unnamed": 0.55,  #: the same where none of the known words of danger is said
    "linked": 0.3,  #: join, detail and update together
    "linked latin": 0.35,  #: the same in a text without Chinese signs
    "fits": 0.4,  #: what fits the nearest request less than this is read as if nothing were open
    "same": 0.8,  #: what names the same thing and fits so well joins instead of opening anew
    "bare": 0.1,  #: how much of a link stays with a message in which nothing points to it
    "apart": 0.1,  #: how much of a link stays with a message that names a fault of another kind
    "either": 0.8,  #: opened or linked, whichever is likelier, when both together are so sure
    "ask": 0.65,  #: what is not sure enough to open is asked about from here on
    "answer": 0.6,
}
#: Named cues and the scene are trusted more than n-grams: their weights are punished less.
TRUST = {"@": 2.0, "#": 1.6, "~": 0.4}
#: Features of who wrote an example, and what they are combined with.
HAND = "@hand"
SITUATIONS = ("@last=", "@active=", "@role=")
LEAST = 2  #: a feature seen less often is left out
ROUGH_COPIES = 1
LINK_PENALTY, LINK_DROPPED = 2.0, 0.0
#: What is a matter of habit (when people speak up, what they leave unsaid) is learnt more from the
#: hands that are measured than from others; what words mean is learnt from all alike.
HABITS = frozenset(("outcome", "link", "building", "unit", "tail", "together"))
OWN, OTHERS = 2.0, 0.5
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
                    _add(tables[name], spec, row, group, hand, _counts(name, hand))
            _add_pairs(tables["link"], row, group, _counts("link", hand))
        for row in () if hand else _rough(conversation):
            _add(tables["outcome"], reading.HEADS["outcome"], row, group, hand, OWN)
    return tables


def _counts(head: str, hand: str) -> float:
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
    prepared: Prepared, groups: set[int], say: Callable[[str], None] = lambda _: None
) -> Model:
    """All heads, fitted on the conversations of some groups."""
    heads: dict[str, Fitted] = {}
    for name, table in prepared.items():
        spec = reading.HEADS.get(name)
        penalty, dropped = (spec.penalty, spec.dropped) if spec else (LINK_PENALTY, LINK_DROPPED)
        heads[name] = fit_head(table, groups, penalty, dropped)
        say(f"{name}: {len(table.answers)} examples, {len(heads[name].weights)} features")
    tables = {name: spec.table for name, spec in reading.HEADS.items()} | {"link": linking.TABLE}
    return assemble(heads, tables, THRESHOLDS, reading.fingerprint())


def fit_head(table: Table, groups: set[int], penalty: float, dropped: float) -> Fitted:
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
    weights, bias = descend(Task(matrix, gold, closed, counts, penalty))
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
