"""Fitting the weights on prepared examples. Needs numpy and scipy (extra `learn`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix  # pyright: ignore[reportMissingTypeStubs]

from handlers.understanding import by_itself, linking, pairs
from handlers.understanding.descent import DESCENTS, Task, descend
from handlers.understanding.model import Fitted, Model, assemble
from handlers.understanding.preparing import HAND, Examples, Prepared
from handlers.understanding.reading import HEADS, fingerprint
from handlers.understanding.thresholds import THRESHOLDS

#: Named cues and the scene are trusted more than n-grams: their weights are punished less.
TRUST = {"@": 2.0, "#": 1.6}
LEAST = 2  #: a feature seen less often is left out
LINK_PENALTY, LINK_DROPPED = 2.0, 0.0
#: What the outcome head is told of a line by itself comes from a head that was fitted without the
#: line's part of the conversations, one of so many.
PARTS = 3
IMPOSSIBLE = 1e6  #: taken from the score of an answer that was not possible


def fit_prepared(
    prepared: Prepared,
    groups: set[int],
    say: Callable[[str], None] = lambda _: None,
    descents: int = DESCENTS,
) -> Model:
    """All heads, fitted on the conversations of some groups; with fewer descents sooner, and a
    little worse."""
    heads: dict[str, Fitted] = {}
    for name, examples in prepared.items():
        spec = HEADS.get(name)
        penalty, dropped = (spec.penalty, spec.dropped) if spec else (LINK_PENALTY, LINK_DROPPED)
        told = told_by_itself(prepared, groups) if name == "outcome" else examples
        heads[name] = fit_head(told, groups, penalty, dropped, descents)
        say(f"{name}: {len(examples.answers)} examples, {len(heads[name].weights)} features")
    tables = {name: spec.table for name, spec in HEADS.items()} | {linking.HEAD: pairs.TABLE}
    return assemble(heads, tables, THRESHOLDS, fingerprint())


def told_by_itself(prepared: Prepared, groups: set[int]) -> Examples:
    """The examples of the outcome, each with what its words say by themselves to a head that was
    fitted without its part of the conversations: of what it knows by heart it would be too sure."""
    outcome, alone, spec = prepared["outcome"], prepared[by_itself.HEAD], HEADS[by_itself.HEAD]
    situations, matrix = _situations(outcome), _matrix(outcome)
    more: dict[int, list[str]] = {}
    for part in range(PARTS):
        # Cut otherwise than the folds that are measured, or one of the parts would be left out.
        own = {each for each in groups if each // PARTS % PARTS == part}
        head = fit_head(alone, groups - own, spec.penalty, spec.dropped, descents=1)
        rows = _rows_of(outcome, own)
        for row, chances in zip(rows, _chances(head, outcome, matrix[rows]), strict=True):
            more[row] = by_itself.names(by_itself.said(chances), situations[row])
    return outcome.with_more(more)


def _situations(examples: Examples) -> list[str]:
    """In which situation each example is."""
    known = {n: by_itself.situation_of((name,)) for name, n in examples.names.items()}
    marks = {n: name for n, name in known.items() if name}
    return [
        next((marks[each] for each in examples.columns_of(row) if each in marks), "")
        for row in range(len(examples.answers))
    ]


def _chances(head: Fitted, examples: Examples, matrix: Any) -> Iterator[dict[str, float]]:
    """What a head says of some examples, (n, f), that have features of their own as well."""
    nothing = (0.0,) * len(head.answers)
    weights = np.array([head.weights.get(name, nothing) for name in examples.names])
    for scores in matrix @ weights + np.array(head.bias):
        powers = np.exp(scores - scores.max())
        yield dict(zip(head.answers, powers / powers.sum(), strict=True))


def fit_head(
    examples: Examples, groups: set[int], penalty: float, dropped: float, descents: int = DESCENTS
) -> Fitted:
    """The weights of one decision, fitted on the examples of some groups."""
    rows = _rows_of(examples, groups)
    if not rows:
        return Fitted(("no", "yes"), (0.0, 0.0), {})
    matrix = _matrix(examples)[rows]
    kept = np.flatnonzero(np.asarray(matrix.sum(axis=0)).ravel() >= LEAST)
    names = list(examples.names)
    known = [names[each] for each in kept]
    trust = np.array([TRUST.get(name[0], 1.0) for name in known], dtype=np.float32)
    matrix = matrix[:, kept].multiply(trust).tocsr().astype(np.float32)
    answers = tuple(sorted({examples.answers[i] for i in rows}))
    gold = np.array([answers.index(examples.answers[i]) for i in rows], dtype=np.intp)
    closed = _closed([examples.allowed[i] for i in rows], answers)
    counts = np.array(examples.counts, dtype=np.float32)[rows]
    weights, bias = descend(Task(matrix, gold, closed, counts, penalty), descents)
    strong = _strong(known, weights * trust[:, None], dropped)
    return Fitted(answers, tuple(float(each) for each in bias), strong)


def _rows_of(examples: Examples, groups: set[int]) -> list[int]:
    """The numbers of the examples of some groups."""
    return [row for row, group in enumerate(examples.groups) if group in groups]


def _matrix(examples: Examples) -> Any:
    """Examples by features."""
    ones = np.ones(len(examples.columns), dtype=np.float32)
    columns, starts = np.array(examples.columns), np.array(examples.starts)
    shape = (len(examples.answers), len(examples.names))
    return csr_matrix((ones, columns, starts), shape=shape)


def _closed(allowed: Sequence[frozenset[str] | None], answers: Sequence[str]) -> Any:
    """What to take from the scores of answers that were not possible."""
    closed = np.zeros((len(allowed), len(answers)), dtype=np.float32)
    for row, names in enumerate(allowed):
        if names is not None:
            closed[row] = [0.0 if each in names else IMPOSSIBLE for each in answers]
    return closed


def _strong(names: Sequence[str], weights: Any, dropped: float) -> dict[str, tuple[float, ...]]:
    """The weights that stay in the model: those that tell anything, and are no writer's habit."""
    return {
        name: tuple(float(each) for each in row)
        for name, row, most in zip(names, weights, np.abs(weights).max(axis=1), strict=True)
        if most >= dropped and not name.startswith(HAND)
    }
