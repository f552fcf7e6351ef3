"""What the houses have in common whose platform is somebody else's, over loopback."""

from __future__ import annotations

from typing import Generic, TypeVar

from tests.dialogues.outside import Outside

Kind = TypeVar("Kind", bound=Outside)


class OutsideHouse(Generic[Kind]):
    """A stage on which stories are told."""

    def __init__(self, stage: Kind) -> None:
        self.stage = stage

    async def passes(self, **span: float) -> None:
        """Time passes."""
        await self.stage.passes(**span)
        await self.stage.settles()

    async def state(self, number: int) -> str:
        """Where a request stands."""
        (found,) = [each for each in await self.stage.requests() if each.number == number]
        return found.state

    async def notices(self) -> list[str]:
        """Nobody is told anything that others do not see."""
        return []
