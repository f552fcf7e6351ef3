"""A message while it is answered: looked at once, whoever asks what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from handlers.chat.incoming import Message
from handlers.context import Context
from handlers.hearing import Glance, Hearing


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is known of something that came in before its transaction begins."""

    done: bool = False  #: plain talk: remembered, and nothing is left to do
    glance: Glance | None = None
    prepared: Any = None  #: what the command's `prepare` found


@dataclass(slots=True)
class Turn:
    """Somebody's message in its context."""

    ctx: Context
    message: Message
    hearing: Hearing
    glance: Glance | None = None

    async def look(self) -> Glance | None:
        """What it means; None in a group without a place."""
        if self.glance is None:
            self.glance = await self.hearing.look(self.ctx, self.message)
        return self.glance
