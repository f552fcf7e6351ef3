"""All conversations that there are to fit on, prepared once. Needs numpy and scipy (`learn`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.understanding.fit import Prepared, fit_prepared, prepare
from handlers.understanding.model import Model
from handlers.understanding.transcripts import EXAMPLES, Conversation, read_transcripts

LANGUAGES = ("zh", "en")


def load(kind: str, language: str) -> list[Conversation]:
    """The conversations of all example files of a kind and language.

    Kinds: `transcripts` are measured on, `extra` only fitted on; of `lines` (single lines, and
    conversations by a hand too far from the others') only what is meant is learnt.
    """
    found: list[Conversation] = []
    for file in sorted(EXAMPLES.glob(f"{kind}_{language}*.jsonl*")):
        found += read_transcripts(file)
    return found


@dataclass(frozen=True, slots=True)
class Corpus:
    """All conversations to fit on, prepared once; which are measured, by language or file."""

    conversations: list[Conversation]
    prepared: Prepared
    measured: dict[str, list[int]]

    def fit_without(self, k: int, count: int) -> Model:
        """A model that never saw the k-th of `count` folds of what is measured."""
        return fit_prepared(self.prepared, self.groups_without(k, count))

    def groups_without(self, k: int, count: int) -> set[int]:
        """All conversations but the k-th of `count` folds of what is measured."""
        return set(range(len(self.conversations))) - self.left_out(k, count)

    def left_out(self, k: int, count: int) -> set[int]:
        """The k-th of `count` folds of what is measured."""
        return {each for own in self.measured.values() for each in own[k::count]}


def corpus(own: Sequence[Conversation] = (), most: int = 0) -> Corpus:
    """The examples; with `own`, those are measured, and no example is one of them.

    With `most`, only so many of each kind and language: quick, and good for nothing but a look.
    """
    conversations: list[Conversation] = list(own)
    hands, apart = [""] * len(own), set[int]()
    measured = {"": list(range(len(own)))} if own else dict[str, list[int]]()
    known = {_mark(each) for each in own}
    for language in LANGUAGES:
        for kind in ("transcripts", "extra", "lines"):
            found = load(kind, language)[: most or None]
            some = [each for each in found if _mark(each) not in known]
            if kind == "transcripts" and not own:
                first = len(conversations)
                measured[language] = list(range(first, first + len(some)))
            if kind == "lines":
                apart.update(range(len(conversations), len(conversations) + len(some)))
            conversations += some
            hands += ["" if kind == "transcripts" else hand_of(each) for each in some]
    return Corpus(conversations, prepare(conversations, hands, apart), measured)


def _mark(conversation: Conversation) -> str:
    return "\n".join(line.text for line in conversation[:3])


def hand_of(conversation: Conversation) -> str:
    """Who wrote an extra conversation, by its name: "zh-q-001" is by "zh-q"."""
    return conversation[0].conv.rpartition("-")[0]
