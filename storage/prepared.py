"""Questions made once: what every message asks is neither built nor compiled anew for each.

Half of the time of a small question goes into building it and finding its compiled form again,
and most of the rest lies between it and the driver (`storage.short_way`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import cached_property
from inspect import signature
from typing import Any, Generic, ParamSpec, TypeVar, TypeVarTuple, cast

from sqlalchemy import bindparam
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import TypedReturnsRows

from storage.short_way import ShortWay, at_hand, hand_of

P = ParamSpec("P")
R = TypeVar("R")
V = TypeVar("V")
Vs = TypeVarTuple("Vs")


class Question(Generic[P, R]):
    """A statement that is asked with values; they are given by position."""

    def __init__(self, build: Callable[P, Any]) -> None:
        self._build = cast("Callable[..., Any]", build)
        self._names = tuple(signature(build).parameters)

    async def rows(self, store: AsyncSession, *values: P.args, **_: P.kwargs) -> list[R]:
        """All that was found."""
        hand = hand_of(store.sync_session) or await at_hand(store)
        if hand is not None:
            try:
                return cast("list[R]", self._short.ask(store.sync_session, hand, values))
            except sqlite3.Error:
                pass  # asked again by the ordinary way, which tells the trouble as SQLAlchemy does
        named = dict(zip(self._names, values, strict=True))
        found = await store.execute(self._statement, named)
        return cast("list[R]", [tuple(row) for row in found])

    async def first(self, store: AsyncSession, *values: P.args, **more: P.kwargs) -> R | None:
        """The first that was found, if any was."""
        found = await self.rows(store, *values, **more)
        return found[0] if found else None

    async def scalars(
        self: Question[P, tuple[V]], store: AsyncSession, *values: P.args, **more: P.kwargs
    ) -> list[V]:
        """The one column, or the one object, of all that was found."""
        return [each for (each,) in await self.rows(store, *values, **more)]

    async def scalar(
        self: Question[P, tuple[V]], store: AsyncSession, *values: P.args, **more: P.kwargs
    ) -> V | None:
        """The one column, or the one object, of the first that was found."""
        found = await self.rows(store, *values, **more)
        return found[0][0] if found else None

    @cached_property
    def _statement(self) -> Any:
        return self._build(**{name: bindparam(name) for name in self._names})

    @cached_property
    def _short(self) -> ShortWay:
        return ShortWay(self._statement, self._names)


def prepared(build: Callable[P, TypedReturnsRows[*Vs]]) -> Question[P, tuple[*Vs]]:
    """From a function that builds a statement to the question that it asks.

    `build` is called once, at the first question, with placeholders in place of values: it may
    compare and select with them, and must not look at them.
    """
    return Question(build)
