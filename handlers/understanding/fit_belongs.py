"""Fitting the last decision, whether a message belongs where it fits best. Needs numpy and scipy.

It looks at what the other heads say (`belongs.py`), so it is fitted on what they say of
conversations that they never saw: of what they were fitted on they are surer than they will be at
work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from handlers.understanding import belongs
from handlers.understanding.corpus import Corpus
from handlers.understanding.fit import fit_head, fit_prepared
from handlers.understanding.meaning import LINKS, Outcome
from handlers.understanding.model import Fitted, Model, assemble, load_model
from handlers.understanding.preparing import Examples
from handlers.understanding.reader import WEIGHTS, Reader
from handlers.understanding.scoring import report_of, walked
from handlers.understanding.transcripts import Conversation

PENALTY, DROPPED = 3.0, 0.0
FOLDS = 3  #: the shipped head is fitted on readings of so many models
#: From so few conversations it is not learnt; the shipped one serves.
FEWEST = 100

Row = tuple[list[str], str]
#: What was weighed in each conversation, by its number.
Weighed = Mapping[int, Sequence[Row]]


def weighed_in(model: Model, conversation: Conversation) -> list[Row]:
    """What is looked at for each message of a conversation that may belong to a request, read as
    the live bot does, and whether it does ("yes", "no"). What opens a request asks nobody."""
    reader, found = Reader(model), list[Row]()
    golds = {line.n: line.gold for line in conversation}
    for line, scene, meaning in walked(reader, conversation):
        weighed = reader.weighs(line.heard(), scene)
        if weighed is None or meaning.outcome is Outcome.OPEN:
            continue
        fit, features = weighed
        opener = int(fit.request.key)
        right = line.gold.outcome in LINKS and report_of(opener, golds[opener]) == line.gold.of
        found.append((features, "yes" if right else "no"))
    return found


def fit_belongs(weighed: Weighed) -> Fitted:
    """The weights of the last decision."""
    examples = Examples()
    for group, rows in weighed.items():
        for features, answer in rows:
            examples.add(features, answer, group, None)
    return fit_head(examples, set(weighed), PENALTY, DROPPED)


def with_belongs(model: Model, fitted: Fitted) -> Model:
    """A model of the other heads, completed."""
    last = assemble({belongs.HEAD: fitted}, {belongs.HEAD: belongs.TABLE}, {})
    return replace(
        model, heads={**model.heads, **last.heads}, tables={**model.tables, **last.tables}
    )


def with_belongs_of(model: Model, other: Model) -> Model:
    """A model of the other heads, completed by what another model has learnt."""
    heads, tables = dict(model.heads), dict(model.tables)
    if belongs.HEAD in other.heads:
        heads[belongs.HEAD] = other.heads[belongs.HEAD]
        tables[belongs.TABLE] = other.tables[belongs.TABLE]
    return replace(model, heads=heads, tables=tables)


def weighed_by(model: Model, whole: Corpus, groups: Iterable[int]) -> dict[int, list[Row]]:
    """What a model looks at in some conversations."""
    return {group: weighed_in(model, whole.conversations[group]) for group in groups}


def fit_all(whole: Corpus, say: Callable[[str], None] = lambda _: None) -> Model:
    """All heads on all examples; the last one on readings of models that lacked a part each."""
    weighed: dict[int, list[Row]] = {}
    for k in range(FOLDS):
        weighed |= weighed_by(whole.fit_without(k, FOLDS), whole, whole.left_out(k, FOLDS))
        say(f"{belongs.HEAD}: read part {k + 1} of {FOLDS}")
    model = fit_prepared(whole.prepared, set(range(len(whole.conversations))), say)
    return with_belongs(model, fit_belongs(weighed))


def crossed_on(whole: Corpus, folds: int) -> Iterator[Model]:
    """The models of all folds, one after another; each never saw its own."""
    firsts = [whole.fit_without(k, folds) for k in range(folds)]
    weighed = [weighed_by(first, whole, whole.left_out(k, folds)) for k, first in enumerate(firsts)]
    return crossed(firsts, weighed)


def crossed(firsts: Iterable[Model], weighed: Sequence[Weighed]) -> Iterator[Model]:
    """The models of some folds, each completed with what was learnt on all folds but its own."""
    shipped = load_model(WEIGHTS)
    for k, first in enumerate(firsts):
        others = {g: rows for j, each in enumerate(weighed) if j != k for g, rows in each.items()}
        if len(others) < FEWEST:
            yield with_belongs_of(first, shipped)
        else:
            yield with_belongs(first, fit_belongs(others))
