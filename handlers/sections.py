"""Numbers that a subject adds to those of /stats: of what they are asked, how they are told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.work import Work


@dataclass(frozen=True, slots=True)
class Scope:
    """Of what numbers are asked: places, and from when to when."""

    paths: tuple[str, ...]
    begin: datetime
    end: datetime  #: the first moment behind


@dataclass(frozen=True, slots=True)
class Number:
    """A line of numbers that a subject adds: its name for programs, its words and their values."""

    name: str
    key: str
    values: Mapping[str, Any]  #: numbers and names; what stands in `key`'s text


@dataclass(frozen=True, slots=True)
class Section:
    """Numbers of another subject under those of /stats (promises kept, noise held back ...)."""

    name: str  #: for programs
    title: str  #: key of its heading
    run: Callable[[Work, str, Scope], Awaitable[Sequence[Number]]]  #: in a language
