"""What waits to be handled in this process: in order within its lane, the lanes by turns."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.understanding.opinion import Opinion
from storage.tables import Update


@dataclass(slots=True)
class Waiting:
    """An update that is kept and not handled yet."""

    id: int
    platform: str
    lane: str
    body: Mapping[str, object]
    tries: int = 0
    doubted: bool = False  #: whether to ask was thought of; once is enough
    opinion: Opinion | None = None


def from_row(row: Update) -> Waiting:
    """An update as it was kept."""
    return Waiting(row.id, row.platform, row.lane, json.loads(row.body or "{}"), row.tries)


class Queue:
    """Lanes in which something waits.

    Whoever takes one handles its first update, says so, and lets it queue up again when there are
    more.
    """

    def __init__(self) -> None:
        self._lanes: dict[str, deque[Waiting]] = {}
        self._ready: asyncio.Queue[str] = asyncio.Queue()

    @property
    def updates(self) -> int:
        """How many updates wait."""
        return sum(len(lane) for lane in self._lanes.values())

    @property
    def lanes(self) -> int:
        """In how many lanes something waits."""
        return len(self._lanes)

    @property
    def idle(self) -> bool:
        """Whether no lane is ready: what waits is in other hands, or waits for an opinion."""
        return self._ready.empty()

    def add(self, update: Waiting) -> int:
        """Put an update at the end of its lane; how many wait before it there."""
        lane = self._lanes.get(update.lane)
        if lane is None:
            self._lanes[update.lane] = deque((update,))
            self.again(update.lane)
            return 0
        lane.append(update)
        return len(lane) - 1

    def again(self, lane: str) -> None:
        """This lane is ready, behind all others that are."""
        self._ready.put_nowait(lane)

    async def next(self) -> str:
        """Take the lane whose turn it is, as soon as there is one."""
        return await self._ready.get()

    def next_now(self) -> str:
        """Take the lane whose turn it is; there must be one."""
        return self._ready.get_nowait()

    def of(self, lane: str) -> Sequence[Waiting]:
        """What waits in a lane: more may come meanwhile."""
        return self._lanes[lane]

    def first(self, lane: str) -> Waiting:
        """The update that a lane stands for."""
        return self._lanes[lane][0]

    def done(self, lane: str) -> bool:
        """The first update of a lane is handled; whether there are more."""
        waiting = self._lanes[lane]
        waiting.popleft()
        if not waiting:
            del self._lanes[lane]
        return bool(waiting)
