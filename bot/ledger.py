"""The ledger: what became of each letter is written down, many together in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.patience import patiently
from handlers.chat.outgoing import React, Sendable, Show
from storage.engine import Store
from storage.queries import post
from storage.tables import Letter


@dataclass(slots=True, eq=False)
class Outcome:
    """What became of a letter."""

    letter: Letter
    out: Sendable
    values: dict[str, Any]
    message_id: str = ""
    digest: str | None = None
    gone: bool = False
    lines: str | None = None  #: where it cannot be edited: what was said of it


@dataclass(slots=True)
class Ledger:
    """Writes outcomes down. While one transaction is on its way, the next ones gather."""

    store: Store
    clock: Clock
    _waiting: list[Outcome] = field(default_factory=list[Outcome])
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def write(self, outcome: Outcome) -> None:
        """Returns when the outcome is durable."""
        self._waiting.append(outcome)
        async with self._turn:
            if outcome not in self._waiting:
                return  # whoever had the turn wrote it down as well
            together, self._waiting = self._waiting, []
            try:
                await self._noted(together)
            except SQLAlchemyError:
                # One that cannot be written must not cost the others theirs.
                self._waiting = [each for each in together if each is not outcome] + self._waiting
                await self._noted([outcome])

    async def _noted(self, outcomes: Sequence[Outcome]) -> None:
        """What was said is remembered until it can be written: else it would be said again."""
        await patiently(lambda: self._keep(outcomes), "noting what was said")

    async def _keep(self, outcomes: Sequence[Outcome]) -> None:
        async with self.store.write() as store:
            for each in outcomes:
                await _write_down(store, each, self.clock)


async def _write_down(store: AsyncSession, outcome: Outcome, clock: Clock) -> None:
    letter, out = outcome.letter, outcome.out
    values = dict(outcome.values)
    if outcome.message_id:
        values["message_id"] = outcome.message_id
    if values:
        await post.settle_letter(store, letter.id, **values)
    if isinstance(out, Show) and named_message(out) is None:
        await _remember(store, outcome, out, clock)
    if out.about is not None and outcome.message_id and not isinstance(out, React):
        await post.belongs_to(
            store,
            letter,
            {
                "request_id": out.about,
                "message_id": outcome.message_id,
                # Replies to and reactions on this message are about the request.
                "role": "card" if isinstance(out, Show) and out.group else "page",
                "at": clock.now(),
            },
        )


async def _remember(store: AsyncSession, outcome: Outcome, out: Show, clock: Clock) -> None:
    where = (outcome.letter.platform, outcome.letter.chat, out.slot)
    if outcome.gone:
        await post.remember_posted(store, where, None, "")
    elif outcome.message_id:
        said = (outcome.lines, clock.now()) if outcome.lines is not None else (None, None)
        await post.remember_posted(store, where, outcome.message_id, outcome.digest or "", said)


def named_message(out: Sendable) -> str | None:
    """A slot "m:<id>" names a message that stands already (a pressed form)."""
    return out.slot[2:] if isinstance(out, Show) and out.slot.startswith("m:") else None
