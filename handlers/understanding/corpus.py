"""All conversations that there are to fit on, prepared once. Needs numpy and scipy (`learn`)."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from handlers.understanding.fit import fit_prepared
from handlers.understanding.model import Model
from handlers.understanding.preparing import Prepared, prepare
from handlers.understanding.transcripts import EXAMPLES, Conversation, read_transcripts

LANGUAGES = ("zh", "en")
#: Written by the hands that are measured, or in their manner: their habits count.
THEIRS = ("transcripts", "beside")
#: All that is fitted on.
KINDS = (*THEIRS, "extra", "lines")


def load(kind: str, language: str) -> list[Conversation]:
    """The conversations of all example files of a kind and language.

    Kinds: `transcripts` are measured on, `beside` as well, apart (by writers in the manner of the
    same hands), `extra` only fitted on; of `lines` (single lines, and conversations by a hand too
    far from the others') only what is meant is learnt. On `fresh` and `first` (what people type
    first) nothing is fitted.
    """
    found: list[Conversation] = []
    for file in sorted(EXAMPLES.glob(f"{kind}_{language}*.jsonl*")):
        found += read_transcripts(file)
    return found


@dataclass(frozen=True)
class Corpus:
    """All conversations to fit on, with who wrote each ("" for those that are measured); which are
    apart, which measured, by language or file, and which beside them."""

    conversations: list[Conversation]
    hands: list[str]
    apart: set[int]
    measured: dict[str, list[int]]
    beside: dict[str, list[int]]

    @cached_property
    def prepared(self) -> Prepared:
        """What the heads look at in all of it: some minutes, when first asked for."""
        return prepare(self.conversations, self.hands, self.apart)

    def fit_without(self, k: int, count: int) -> Model:
        """A model that never saw the k-th of `count` folds of what is measured."""
        return fit_prepared(self.prepared, self.groups_without(k, count))

    def groups_without(self, k: int, count: int) -> set[int]:
        """All conversations but the k-th of `count` folds of what is measured."""
        return set(range(len(self.conversations))) - self.left_out(k, count)

    def left_out(self, k: int, count: int) -> set[int]:
        """The k-th of `count` folds of what is measured, and beside it."""
        all_of_it = (*self.measured.values(), *self.beside.values())
        return {each for own in all_of_it for each in own[k::count]}


def corpus(own: Sequence[Conversation] = (), most: int = 0) -> Corpus:
    """The examples; with `own`, those are measured, and no example is one of them.

    With `most`, only so many of each kind and language: quick, and good for nothing but a look.
    """
    conversations: list[Conversation] = list(own)
    hands, apart = [""] * len(own), set[int]()
    measured = {"": list(range(len(own)))} if own else dict[str, list[int]]()
    beside = dict[str, list[int]]()
    known = {_mark(each) for each in own}
    for language in LANGUAGES:
        for kind in KINDS:
            found = load(kind, language)[: most or None]
            some = [each for each in found if _mark(each) not in known]
            numbers = range(len(conversations), len(conversations) + len(some))
            if kind in THEIRS and not own:
                (measured if kind == "transcripts" else beside)[language] = list(numbers)
            if kind == "lines":
                apart.update(numbers)
            conversations += some
            hands += ["" if kind in THEIRS else hand_of(each) for each in some]
    return Corpus(conversations, hands, apart, measured, beside)


def checksum() -> int:
    """A number that changes with anything in the files of what is fitted on."""
    seen = 0
    for kind in KINDS:
        for file in sorted(EXAMPLES.glob(f"{kind}_*.jsonl*")):
            seen = zlib.crc32(file.read_bytes(), zlib.crc32(file.name.encode(), seen))
    return seen


def _mark(conversation: Conversation) -> str:
    return "\n".join(line.text for line in conversation[:3])


def hand_of(conversation: Conversation) -> str:
    """Who wrote a conversation that is not measured, by its name: "zh-q-001" is by "zh-q"."""
    return conversation[0].conv.rpartition("-")[0]
