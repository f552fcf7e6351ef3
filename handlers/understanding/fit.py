"""Fitting the weights on annotated conversations. Needs numpy and scipy (extra `learn`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from scipy.optimize import (  # pyright: ignore[reportMissingTypeStubs]
    minimize,  # pyright: ignore[reportUnknownVariableType]
)
from scipy.sparse import csr_matrix  # pyright: ignore[reportMissingTypeStubs]

from handlers.understanding import reading
from handlers.understanding.meaning import Heard, Outcome, Scene
from handlers.understanding.model import Head, Model
from handlers.understanding.transcripts import Conversation, Gold, walk_gold

THRESHOLDS = {"open": 0.4, "danger": 0.15, "linked": 0.5, "ask": 0.4, "answer": 0.4}


@dataclass(frozen=True, slots=True)
class Examples:
    """Feature lists with their right answers."""

    features: list[list[str]]
    answers: list[str]
    weights: list[float] | None = None


def fit_head(examples: Examples, *, penalty: float, least: int = 2, drop: float = 0.02) -> Head:
    """A multinomial logistic regression with L2 penalty; features seen less than `least` times
    and weights below `drop` are left out."""
    counts = Counter(f for row in examples.features for f in set(row))
    names = sorted(f for f, n in counts.items() if n >= least)
    index = {name: i for i, name in enumerate(names)}
    answers = tuple(sorted(set(examples.answers)))
    matrix = _matrix(examples.features, index)
    gold = np.array([answers.index(each) for each in examples.answers])
    sample = np.array(examples.weights) if examples.weights else np.ones(len(gold))
    weights, bias = _minimise(matrix, gold, len(answers), penalty, sample)
    kept = {
        names[i]: tuple(float(w) for w in weights[i])
        for i in np.flatnonzero(np.abs(weights).max(axis=1) >= drop)
    }
    return Head(answers, tuple(float(b) for b in bias), kept)


def _matrix(rows: Sequence[Iterable[str]], index: dict[str, int]) -> Any:
    columns: list[int] = []
    starts = [0]
    for row in rows:
        columns.extend(sorted({index[f] for f in row if f in index}))
        starts.append(len(columns))
    ones = np.ones(len(columns), dtype=np.float64)
    return csr_matrix((ones, columns, starts), shape=(len(rows), len(index)))


def _minimise(matrix: Any, gold: Any, answers: int, penalty: float, sample: Any) -> Any:
    rows, width = matrix.shape
    target = np.zeros((rows, answers))
    target[np.arange(rows), gold] = 1.0
    turned = matrix.T.tocsr()

    def loss(flat: Any) -> tuple[float, Any]:
        weights = flat[: width * answers].reshape(width, answers)
        bias = flat[width * answers :]
        scores = matrix @ weights + bias
        scores -= scores.max(axis=1, keepdims=True)
        powers = np.exp(scores)
        chances = powers / powers.sum(axis=1, keepdims=True)
        right = np.log(np.maximum(chances[np.arange(rows), gold], 1e-12))
        value = -(sample * right).sum() + 0.5 * penalty * (weights**2).sum()
        slope = sample[:, None] * (chances - target)
        grad = turned @ slope + penalty * weights
        return float(value), np.concatenate([grad.ravel(), slope.sum(axis=0)])

    start = np.zeros(width * answers + answers)
    found: Any = cast("Any", minimize)(
        loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 120}
    )
    return found.x[: width * answers].reshape(width, answers), found.x[width * answers :]


def collect(
    conversations: Iterable[Conversation],
) -> list[tuple[Heard, Scene, Gold]]:
    """Every annotated message in its scene."""
    return [each for conversation in conversations for each in walk_gold(conversation)]


def fit(
    conversations: Sequence[Conversation], say: Callable[[str], None] = lambda _: None
) -> Model:
    """All heads."""
    rows = collect(conversations)
    say(f"{len(rows)} messages")
    heads: dict[str, Head] = {}
    for name, spec in reading.HEADS.items():
        examples = _examples(rows, spec)
        heads[name] = fit_head(examples, penalty=spec.penalty)
        say(f"{name}: {len(examples.answers)} examples, {len(heads[name].weights)} features")
    return Model(heads, THRESHOLDS)


def _examples(rows: Sequence[tuple[Heard, Scene, Gold]], spec: reading.HeadSpec) -> Examples:
    features: list[list[str]] = []
    answers: list[str] = []
    for heard, scene, gold in rows:
        if (answer := spec.answer(heard, scene, gold)) is not None:
            features.append(spec.features(heard, scene))
            answers.append(answer)
    return Examples(features, answers)


__all__ = ["Examples", "Outcome", "fit", "fit_head"]
