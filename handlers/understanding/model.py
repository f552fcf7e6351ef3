"""Linear models over named features: a score for each answer is a sum that can be read."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from math import exp
from pathlib import Path
from typing import Any

from handlers.understanding.rows import Rows, join_names

#: Weights have two digits. A row of them is one number with a lane of bits for each answer, so
#: that a hundred rows are added at once, and a row takes a fifth of the memory.
DIGITS = 100
#: In the file they are multiples of so many hundredths: what is rounded away cannot be told in any
#: figure, and the file is a fifth smaller.
STEP = 3
LANE = 24
LIFTED = 1 << 11  #: added to each weight in the file: lanes of bytes hold nothing negative
LANE_BYTES = LANE // 8
MASK = (1 << LANE) - 1
MOST = (LIFTED - 1) / DIGITS
HALF = 1 << LANE - 1  #: added to each sum before its lanes are read: it may be negative
#: Prefixes that names of a table may have ("before|漏水"): what a text weighs is looked up once for
#: all of them. The commonest come first, as they make the shortest numbers.
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "whole": (
        "near,resident",
        "before",
        "quiet,resident",
        "open,resident",
        "near,staff",
        "quiet,staff",
        "open,staff",
        "own",
    )
}


def _in_all(value: int, lanes: int) -> int:
    """A number with the same value in each lane."""
    return sum(value << LANE * lane for lane in range(lanes))


@dataclass(frozen=True, slots=True)
class Seen:
    """What the features of one message weigh together, for all heads of a table."""

    total: int  #: a sum of hundredths in each lane, which may be negative


@dataclass(frozen=True)
class Table:
    """A weight for each feature and each answer of the heads that look at the same features."""

    packed: bytes = field(repr=False)
    answers: int
    families: tuple[str, ...] = ()
    kept: bool = field(default=True, compare=False)  #: packed as well, once it was unpacked

    @cached_property
    def rows(self) -> Rows:
        """Its rows, unpacked when first asked for."""
        zero = _in_all(LIFTED, self.answers)
        rows = Rows(self.packed, self.answers * LANE_BYTES, zero, self.families)
        if not self.kept:
            object.__setattr__(self, "packed", b"")
        return rows

    @cached_property
    def raised(self) -> int:
        """What makes the lanes of a sum readable, in a number as wide as all families together."""
        return _in_all(HALF, self.answers * (1 + len(self.families)))

    @cached_property
    def level(self) -> int:
        """The same for a sum of one family."""
        return _in_all(HALF, self.answers)

    def __len__(self) -> int:
        """How many features have weights."""
        return len(self.rows)

    def see(self, features: Iterable[str]) -> Seen:
        """The sum of the features' rows."""
        return Seen(self.rows.sum(features))

    def place(self, family: str | None) -> int:
        """Where in a wide sum stands what features of a family weigh (None: those without a
        prefix): so many bits from its end."""
        return LANE * self.answers * (self.families.index(family) + 1 if family else 0)

    def speaking(self, rows: Iterable[tuple[int, str]], lane: int) -> list[tuple[int, str]]:
        """Of the rows of some features those that speak for one answer, each with how much, in
        hundredths, below zero: so the strongest is the least."""
        shift, level = LANE * lane, self.level
        return [
            (less, name) for row, name in rows if (less := HALF - (row + level >> shift & MASK)) < 0
        ]


def pack(
    rows: Mapping[str, Sequence[float]], answers: int, families: tuple[str, ...] = ()
) -> Table:
    """A table of rows."""
    groups: list[list[str]] = [[] for _ in range(1 + len(families))]
    for name in sorted(rows):
        prefix, bar, _ = name.partition("|")
        groups[families.index(prefix) + 1 if bar and prefix in families else 0].append(name)
    numbers = b"".join(
        (STEP * round(min(MOST, max(-MOST, weight)) * DIGITS / STEP) + LIFTED).to_bytes(
            LANE_BYTES, "little"
        )
        for group in groups
        for name in group
        for weight in rows[name]
    )
    plain, *others = groups
    by_family = [
        plain,
        *([name[len(f) :] for name in some] for f, some in zip(families, others, strict=True)),
    ]
    text = join_names(by_family)
    packed = zlib.compress(len(text).to_bytes(4, "little") + text + numbers, 9)
    return Table(packed, answers, families)


@dataclass(frozen=True, slots=True)
class Head:
    """One decision: its answers, a bias for each, and where in which table its weights stand."""

    answers: tuple[str, ...]
    bias: tuple[float, ...]
    table: str
    first: int = 0


@dataclass(frozen=True, slots=True)
class Fitted:
    """A head as it was fitted, before it is packed with those that look at the same features."""

    answers: tuple[str, ...]
    bias: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Model:
    """All heads by name with their tables, and the thresholds fitted with them."""

    heads: Mapping[str, Head]
    tables: Mapping[str, Table]
    thresholds: Mapping[str, float]
    fingerprint: int = 0  #: of the features that the weights were fitted for

    def see(self, table: str, features: Iterable[str]) -> Seen:
        """Features looked at once, for all heads of a table."""
        return self.tables[table].see(features)

    def chances(self, name: str, seen: Seen) -> dict[str, float]:
        """How likely each answer of a head is; they sum to one."""
        head = self.heads[name]
        lanes = seen.total + self.tables[head.table].level
        scores = [
            ((lanes >> shift & MASK) - HALF) / DIGITS + bias
            for shift, bias in zip(count(LANE * head.first, LANE), head.bias, strict=False)
        ]
        top = max(scores)
        powers = [exp(score - top) for score in scores]
        whole = sum(powers)
        return dict(zip(head.answers, [power / whole for power in powers], strict=True))

    def rows(self, table: str, features: Iterable[str]) -> list[tuple[int, str]]:
        """What each of some features weighs, where it does: once for all who ask what spoke most
        (`strongest`)."""
        return self.tables[table].rows.pairs(set(features))

    def strongest(
        self, name: str, rows: Iterable[tuple[int, str]], answer: str, most: int = 4
    ) -> list[tuple[str, float]]:
        """The features that spoke most for an answer."""
        head = self.heads[name]
        lane = head.first + head.answers.index(answer)
        found = self.tables[head.table].speaking(rows, lane)
        return [(name, -less / DIGITS) for less, name in sorted(found)[:most]]


def assemble(
    fitted: Mapping[str, Fitted],
    tables: Mapping[str, str],
    thresholds: Mapping[str, float],
    fingerprint: int = 0,
) -> Model:
    """A model of fitted heads; `tables` names for each the table it stands in."""
    heads: dict[str, Head] = {}
    packed: dict[str, Table] = {}
    for table in sorted(set(tables.values())):
        own = [name for name in fitted if tables[name] == table]
        lanes = 0
        for name in own:
            heads[name] = Head(fitted[name].answers, fitted[name].bias, table, lanes)
            lanes += len(fitted[name].answers)
        features = {feature for name in own for feature in fitted[name].weights}
        rows = {each: [w for name in own for w in _row(fitted[name], each)] for each in features}
        packed[table] = pack(rows, lanes, FAMILIES.get(table, ()))
    return Model(heads, packed, thresholds, fingerprint)


def _row(head: Fitted, feature: str) -> Sequence[float]:
    return head.weights.get(feature) or (0.0,) * len(head.answers)


def save_model(model: Model, path: Path) -> None:
    """Write a model: what it is in JSON, its size in four bytes before it, then the tables.

    Raises ValueError for one that was loaded to read with alone, and has been read with.
    """
    if not all(table.packed for table in model.tables.values()):
        raise ValueError("a model of which nothing packed is kept cannot be written")
    data: dict[str, Any] = {
        "fingerprint": model.fingerprint,
        "thresholds": dict(model.thresholds),
        "heads": {
            name: {
                "answers": head.answers,
                "bias": [round(value, 3) for value in head.bias],
                "table": head.table,
                "first": head.first,
            }
            for name, head in model.heads.items()
        },
        "tables": {
            name: {"answers": table.answers, "bytes": len(table.packed)}
            for name, table in model.tables.items()
        },
    }
    raw = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    tables = b"".join(table.packed for table in model.tables.values())
    path.write_bytes(len(raw).to_bytes(4, "little") + raw + tables)


def load_model(path: Path, *, kept: bool = True) -> Model:
    """Read a model; one to read with alone need not be `kept` packed as well.

    Raises OSError or ValueError for a file that is none.
    """
    raw = path.read_bytes()
    at = 4 + int.from_bytes(raw[:4], "little")
    data = json.loads(raw[4:at])
    heads = {
        name: Head(tuple(head["answers"]), tuple(head["bias"]), head["table"], head["first"])
        for name, head in data["heads"].items()
    }
    tables: dict[str, Table] = {}
    for name, table in data["tables"].items():
        tables[name] = Table(
            raw[at : at + table["bytes"]], table["answers"], FAMILIES.get(name, ()), kept
        )
        at += table["bytes"]
    return Model(heads, tables, data["thresholds"], data["fingerprint"])
