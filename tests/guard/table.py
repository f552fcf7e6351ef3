"""The table of who may do what: read from who_may.txt, compared with what was found, written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.guard.tries import ACTORS, BEFORE, Situation, situations
from tests.guard.world import FOREIGN, OTHER, OWN

PATH = Path(__file__).with_name("who_may.txt")
TARGETS = (OWN, OTHER, FOREIGN)
NEXT = " » "
NOBODY = "-"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is tried, step by step, and in which situations it is to be done."""

    what: str
    allowed: frozenset[Situation]

    @property
    def steps(self) -> Sequence[str]:
        """What is typed and pressed, in order."""
        return self.what.split(NEXT)

    @property
    def names(self) -> set[str]:
        """The commands ("/take") and verbs ("take:") that it tries."""
        return {name for each in self.tried if (name := _name(each))}

    @property
    def tried(self) -> Sequence[str]:
        """The steps without those that somebody else has done already."""
        return [each for each in self.steps if not each.startswith(BEFORE)]


def _name(step: str) -> str:
    """The command or verb of a step; nothing for words."""
    if step.startswith("/"):
        return step.split()[0]
    verb, colon, _ = step.partition(":")
    return f"{verb}:" if colon else ""


def lines() -> list[Line]:
    """All lines of the table."""
    rows = [row for row in PATH.read_text("utf-8").splitlines() if row and row[0] != "#"]
    head, *rest = [re.split(r"\s{2,}", row.strip()) for row in rows]
    assert head[1:] == list(ACTORS), "the columns are the actors of tests/guard/tries.py"
    assert all(len(row) == len(head) for row in rest), "each line has a cell for each actor"
    return [_line(row[0], dict(zip(head[1:], row[1:], strict=True))) for row in rest]


def _line(what: str, cells: Mapping[str, str]) -> Line:
    return Line(
        what, frozenset(each for actor, cell in cells.items() for each in _read(actor, cell))
    )


def _read(actor: str, cell: str) -> Iterable[Situation]:
    parts = [NOBODY] * len(TARGETS) if cell == NOBODY else cell.split("/")
    for target, letters in zip(TARGETS, parts, strict=True):
        yield from (Situation(actor, target, room) for room in letters.strip(NOBODY))


def cell(actor: str, allowed: Iterable[Situation]) -> str:
    """What stands in the table for an actor."""
    mine = [each for each in situations(actor) if each in set(allowed)]
    if not mine:
        return NOBODY
    rooms = ("".join(each.room for each in mine if each.target == target) for target in TARGETS)
    return "/".join(each or NOBODY for each in rooms)


def row(line: Line) -> list[str]:
    """A line with its cells, as it is written."""
    return [line.what, *(cell(actor, line.allowed) for actor in ACTORS)]
