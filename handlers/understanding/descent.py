"""The weights of one decision, found in small steps. Needs numpy and scipy (extra `learn`).

A multinomial logistic regression, fitted on a few examples at a time (Adam), in each of which some
features are left out at random (Wager, Wang and Liang 2013, "Dropout training as adaptive
regularization"): no decision may hang on one rare word alone. Only the rows of the features that
were seen are moved, so a fit takes seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix  # pyright: ignore[reportMissingTypeStubs]

DESCENTS = 3  #: each with dice of its own: what one learns by chance, the mean does not
ROUNDS = 6  #: how often each example is looked at
RATE = 0.003  #: how far a step goes at first; it shrinks to nothing
LEFT_OUT = 0.3  #: share of the features that an example does without, each time anew
BATCHES = 128  #: a round has at least so many steps ...
FEWEST, MOST = 32, 256  #: ... of between so many and so many examples
FORGET, FORGET_SQUARES = 0.9, 0.999  #: Adam's usual ones
TINY = 1e-8


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be fitted: n examples with f features and a answers."""

    matrix: Any  #: (n, f), sparse, 32 bit
    gold: Any  #: (n,), the number of the right answer
    closed: Any  #: (n, a), what to take from the scores of answers that were not possible
    counts: Any  #: (n,), how much each example counts
    penalty: float  #: of the sum of squared weights, beside the sum of what goes wrong


class Moved:
    """Weights that Adam moves, a few rows at a time."""

    def __init__(self, rows: int, width: int) -> None:
        self.now = np.zeros((rows, width), dtype=np.float32)
        self._slope = np.zeros_like(self.now)
        self._square = np.zeros_like(self.now)

    def move(self, rows: Any, slope: Any, step: int, rate: float) -> None:
        """Go against a slope, (len(rows), width); `step` counts from 1."""
        steady = FORGET * self._slope[rows] + (1 - FORGET) * slope
        square = FORGET_SQUARES * self._square[rows] + (1 - FORGET_SQUARES) * slope * slope
        self._slope[rows], self._square[rows] = steady, square
        size = np.sqrt(square / (1 - FORGET_SQUARES**step)) + TINY
        self.now[rows] -= rate * (steady / (1 - FORGET**step)) / size


class Descent:
    """A task, how far it has come, and the dice that order the examples."""

    def __init__(self, task: Task, seed: int) -> None:
        self._task, self._dice = task, np.random.default_rng(seed)
        self._rows, width = task.matrix.shape
        self._batch = min(MOST, max(FEWEST, self._rows // BATCHES))
        seen = np.bincount(task.matrix.indices, minlength=width)
        rarity = np.maximum(1.0, self._rows / self._batch / np.maximum(1, seen))
        #: The penalty of a feature waits until it is seen, and is the larger then.
        self._pull = (task.penalty / task.counts.sum() * rarity).astype(np.float32)[:, None]
        self._step = 0
        self.weights = Moved(width, task.closed.shape[1])
        self.bias = Moved(1, task.closed.shape[1])

    def once_through(self, rate: float) -> None:
        """Look at every example once."""
        order = self._dice.permutation(self._rows)
        for at in range(0, self._rows, self._batch):
            self._look_at(order[at : at + self._batch], rate)

    def _look_at(self, some: Any, rate: float) -> None:
        self._step += 1
        task = self._task
        seen, matrix = _left_out(task.matrix[some], self._dice)
        now, counts = self.weights.now[seen], task.counts[some]
        scores = matrix @ now + self.bias.now - task.closed[some]
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        off = powers / powers.sum(axis=1, keepdims=True)
        off[np.arange(len(some)), task.gold[some]] -= 1
        off *= (counts / counts.sum())[:, None]
        self.weights.move(seen, matrix.T @ off + self._pull[seen] * now, self._step, rate)
        self.bias.move(slice(None), off.sum(axis=0, keepdims=True), self._step, rate)


def descend(task: Task, descents: int = DESCENTS) -> tuple[Any, Any]:
    """Weights (f, a) and bias (a,), the mean of a few descents. The same task gives the same."""
    found = [_descended(task, seed) for seed in range(descents)]
    return sum(each[0] for each in found) / descents, sum(each[1] for each in found) / descents


def _descended(task: Task, seed: int) -> tuple[Any, Any]:
    descent = Descent(task, seed)
    for turn in range(ROUNDS):
        descent.once_through(RATE * 0.5 * (1 + np.cos(np.pi * turn / ROUNDS)))
    return descent.weights.now, descent.bias.now[0]


def _left_out(matrix: Any, dice: Any) -> tuple[Any, Any]:
    """Which features are seen, and the examples by them, some left out, the others made up for."""
    kept = dice.random(len(matrix.data), dtype=np.float32) >= LEFT_OUT
    data = matrix.data * kept / (1 - LEFT_OUT)
    seen, columns = np.unique(matrix.indices, return_inverse=True)
    shape = (matrix.shape[0], len(seen))
    return seen, csr_matrix((data.astype(np.float32), columns, matrix.indptr), shape=shape)
