"""Linear models over named features: a score for each answer is a sum that can be read."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Head:
    """One decision: its answers, a bias for each, and for each feature a weight for each answer."""

    answers: tuple[str, ...]
    bias: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]

    def scores(self, features: Iterable[str]) -> list[float]:
        """The sum of the weights for each answer."""
        weights = self.weights
        rows = [row for each in features if (row := weights.get(each)) is not None]
        return [sum(column) for column in zip(self.bias, *rows, strict=True)]

    def chances(self, features: Iterable[str]) -> dict[str, float]:
        """How likely each answer is; they sum to one."""
        scores = self.scores(features)
        top = max(scores)
        powers = [math.exp(score - top) for score in scores]
        whole = sum(powers)
        return {answer: power / whole for answer, power in zip(self.answers, powers, strict=True)}

    def strongest(
        self, features: Sequence[str], answer: str, most: int = 4
    ) -> list[tuple[str, float]]:
        """The features that spoke most for an answer."""
        at = self.answers.index(answer)
        found = [(each, self.weights[each][at]) for each in set(features) if each in self.weights]
        return sorted(found, key=lambda pair: -pair[1])[:most]


@dataclass(frozen=True, slots=True)
class Model:
    """All heads by name, and the thresholds fitted with them."""

    heads: Mapping[str, Head]
    thresholds: Mapping[str, float]
    fingerprint: int = 0  #: of the features that the weights were fitted for


def save_model(model: Model, path: Path) -> None:
    """Write a model: JSON, compressed, weights with three digits."""
    data: dict[str, Any] = {
        "fingerprint": model.fingerprint,
        "thresholds": dict(model.thresholds),
        "heads": {},
    }
    for name, head in model.heads.items():
        data["heads"][name] = {
            "answers": head.answers,
            "bias": [round(value, 3) for value in head.bias],
            "weights": {
                feature: [round(value, 2) for value in row]
                for feature, row in sorted(head.weights.items())
            },
        }
    raw = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    path.write_bytes(gzip.compress(raw, mtime=0))


def load_model(path: Path) -> Model:
    """Read a model. Raises OSError or ValueError for a file that is none.

    Weights have two digits, so that a few hundred numbers stand in half a million places: each
    is kept once, which saves a third of the memory.
    """
    numbers: dict[str, float] = {}

    def number(text: str) -> float:
        return numbers.setdefault(text, float(text))

    data = json.loads(gzip.decompress(path.read_bytes()), parse_float=number)
    heads = {
        name: Head(
            tuple(head["answers"]),
            tuple(head["bias"]),
            {feature: tuple(row) for feature, row in head["weights"].items()},
        )
        for name, head in data["heads"].items()
    }
    return Model(heads, data["thresholds"], data["fingerprint"])
