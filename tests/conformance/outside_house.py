"""What the houses have in common whose platform is somebody else's, over loopback."""

from __future__ import annotations

from typing import Generic, TypeVar

from tests.conformance.house import G3, G4, House
from tests.dialogues.outside import Outside
from tests.harness import GROUP, GROUP4

#: The groups as the cast knows them.
KEYS = {G3: GROUP, G4: GROUP4}

Kind = TypeVar("Kind", bound=Outside)


class OutsideHouse(House, Generic[Kind]):
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
