"""What platforms within this process have in common: nobody comes, and nothing can go wrong."""

from __future__ import annotations

import asyncio

from handlers.chat.incoming import Media
from handlers.chat.platform import ChatFacts, Intake, Lent


class Inside:
    """A platform without a network: whoever has it puts in what is said."""

    async def run(self, intake: Intake) -> None:
        """Nothing comes by itself."""
        await asyncio.Event().wait()

    async def fetched(self, media: Media) -> Lent | None:
        """Nobody sends any."""
        return None

    async def examine(self, chat_id: str | None) -> ChatFacts:
        """All is well."""
        return ChatFacts(reachable=True)

    def link(self, payload: str, *, group: bool = False) -> str | None:
        """There are no links."""
        return None

    async def close(self) -> None:
        """Nothing was opened."""
