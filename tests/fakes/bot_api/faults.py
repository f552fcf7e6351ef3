"""Faults on demand: errors, cut connections, nonsense, answers held back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from tests.fakes.bot_api.errors import ApiError
from tests.fakes.bot_api.records import Json

#: When the connection is cut: before the call was applied, or after it (the answer is lost).
Cut = Literal["before", "after"]


@dataclass(eq=False, slots=True)
class Fault:
    """Something that goes wrong with the next calls of a method."""

    method: str
    times: int = 1
    where: Callable[[Json], bool] | None = None  #: only calls with such parameters
    error: ApiError | None = None
    cut: Cut | None = None
    garbage: bytes | None = None
    hold: Hold | None = None


@dataclass(eq=False, slots=True)
class Hold:
    """A call that waits until it is let go."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    _let_go: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let it go on."""
        self._let_go.set()

    async def wait(self) -> None:
        """Tell that it is reached, and wait to be let go."""
        self.reached.set()
        await self._let_go.wait()


class Faults:
    """The faults that are still to happen."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._holds: list[Hold] = []

    def add(self, fault: Fault) -> None:
        """Let it happen from now on, as often as it says."""
        self._waiting.append(fault)
        if fault.hold is not None:
            self._holds.append(fault.hold)

    def take(self, method: str, params: Json) -> Fault | None:
        """The fault that strikes this call."""
        for fault in self._waiting:
            if _strikes(fault, method, params):
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None

    def release_all(self) -> None:
        """Hold nothing back any longer."""
        for hold in self._holds:
            hold.release()


def _strikes(fault: Fault, method: str, params: Json) -> bool:
    named = fault.method.lower() in {"*", method.lower()}
    return named and (fault.where is None or fault.where(params))
