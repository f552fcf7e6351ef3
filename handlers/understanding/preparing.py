"""What the heads learn from: the examples of each, made of annotated conversations. Needs numpy."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from handlers.understanding import by_itself, linking
from handlers.understanding.meaning import LINKS, Heard, Outcome, Scene
from handlers.understanding.pairs import pair_features
from handlers.understanding.reading import HEADS
from handlers.understanding.rivals import rivals_of
from handlers.understanding.transcripts import Conversation, Dice, Gold, walk_gold, walk_roughly

#: Features of who wrote an example, and what they are combined with.
HAND = "@hand"
SITUATIONS = ("@last=", "@active=", "@role=")
#: What is a matter of habit (when people speak up, what they leave unsaid) is learnt more from the
#: hands that are measured than from others; what words mean is learnt from all alike.
HABITS = frozenset(("outcome", linking.HEAD, "building", "unit", "tail", "together"))
OWN, OTHERS = 2.0, 0.5
#: How the names of hands end that wrote plain short lines ("有老鼠", "stairs are filthy"), and how
#: much each counts in what a line is by itself: people type such lines first, and they are rare in
#: conversations that are made up.
PLAIN, PLAINLY = "plain", 4.0
#: How much what is told of an open request counts in its category: it tells that less surely than
#: the report itself.
FOLLOWING = 0.5
#: What is not learnt from the conversations that are apart: when people speak up, and where they
#: mean (of the place they brought nothing: docs/understanding.md).
NOT_APART = frozenset(("outcome", "building", "unit", "tail", "together"))

Row = tuple[Heard, Scene, Gold]


@dataclass(slots=True)
class Examples:
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

    def columns_of(self, row: int) -> Sequence[int]:
        """The features of one example, by their numbers."""
        return self.columns[self.starts[row] : self.starts[row + 1]]

    def with_more(self, more: Mapping[int, Sequence[str]]) -> Examples:
        """The same with some more features for some examples, by their number."""
        made = Examples(dict(self.names), answers=self.answers, allowed=self.allowed)
        made.groups, made.counts = self.groups, self.counts
        for row in range(len(self.answers)):
            made.columns.extend(self.columns_of(row))
            added = more.get(row, ())
            made.columns.extend(made.names.setdefault(each, len(made.names)) for each in added)
            made.starts.append(len(made.columns))
        return made


Prepared = dict[str, Examples]  #: by head


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
    prepared = {name: Examples() for name in (*HEADS, linking.HEAD)}
    for group, conversation in enumerate(conversations):
        hand = hands[group] if hands else ""
        heads = [name for name in HEADS if name not in NOT_APART or group not in apart]
        for row in walk_gold(conversation):
            for head in heads:
                add_row(prepared, head, row, group, hand)
            _add_pairs(prepared[linking.HEAD], row, group, hand)
        if not hand:
            for row in walk_roughly(conversation, _dice(conversation)):
                add_row(prepared, "outcome", row, group, hand)
    return prepared


def _dice(conversation: Conversation) -> Dice:
    """Of a reader that errs: in the same conversation always in the same places."""
    seed = zlib.crc32(f"{conversation[0].conv} 0".encode())
    return np.random.default_rng(seed).random


def add_row(prepared: Prepared, head: str, row: Row, group: int, hand: str) -> None:
    """Add a message to the examples of a head, if that has anything to decide of it."""
    heard, scene, gold = row
    spec = HEADS[head]
    if (answer := spec.answer(*row)) is not None:
        allowed = spec.allowed(heard, scene) if spec.allowed else None
        features = spec.features(heard, scene, gold.category)
        if hand:
            features += _of_hand(features, hand)
        prepared[head].add(features, answer, group, allowed, _counts(head, hand, gold))


def _add_pairs(examples: Examples, row: Row, group: int, hand: str) -> None:
    """A linked message beside each request that it could be linked to; a new report fits none."""
    heard, scene, gold = row
    if gold.outcome in LINKS or gold.outcome is Outcome.OPEN:
        rivals, counts = rivals_of(heard, scene), _counts(linking.HEAD, hand, gold)
        for request in scene.requests:
            answer = "yes" if request.key == str(gold.of) else "no"
            examples.add(pair_features(heard, scene, request, rivals), answer, group, None, counts)


def _counts(head: str, hand: str, gold: Gold) -> float:
    """How much an example counts."""
    if head == "category" and gold.outcome is not Outcome.OPEN:
        return FOLLOWING
    if head == by_itself.HEAD and hand.endswith(PLAIN):
        return PLAINLY
    if head not in HABITS:
        return 1.0
    return OTHERS if hand else OWN


def _of_hand(features: Iterable[str], hand: str) -> Iterator[str]:
    """What is the habit of a writer: on the whole, and in each situation."""
    for each in (HAND, f"{HAND}={hand}"):
        yield each
        yield from (f"{each}|{name}" for name in features if name.startswith(SITUATIONS))
