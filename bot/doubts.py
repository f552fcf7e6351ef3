"""Chats whose next message waits for a second opinion, while all others go on.

The message stays in the inbox meanwhile, so that nothing is lost and the order of the chat is
kept. Nobody who comes behind it in the same chat waits but talk: an emergency, a press, a command,
or a chat in which too many speak ends the waiting, and the first reading stands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bot.clock import Clock
from bot.opinions import Opinions
from bot.waiting import Waiting
from handlers.chat.incoming import Incoming
from handlers.dispatch import Dispatcher
from handlers.understanding.opinion import Question
from storage.engine import Store

MOST_AT_ONCE = 4  #: chats
MOST_BEHIND = 5  #: messages that wait in a chat


@dataclass(slots=True)
class Held:
    """A lane that waits."""

    update: Waiting
    question: Question
    over: bool = False
    limit: asyncio.Timeout = field(default_factory=lambda: asyncio.timeout(None))
    asking: bool = False

    def end(self) -> None:
        """Wait no longer."""
        if not self.over and self.asking:
            self.limit.reschedule(asyncio.get_running_loop().time())
        self.over = True


class Doubts:
    """Holds lanes until there is an opinion, or the time for it is over."""

    def __init__(
        self,
        opinions: Opinions,
        clock: Clock,
        store: Store,
        dispatcher: Dispatcher,
        read: Callable[[Waiting], Sequence[Incoming]],
    ) -> None:
        self._opinions = opinions
        self._clock = clock
        self._store = store
        self._dispatcher = dispatcher
        self._read = read
        self._held: dict[str, Held] = {}
        self._queue: asyncio.Queue[Held] = asyncio.Queue()
        #: told when a lane goes on
        self.ready: Callable[[str], None] = lambda _lane: None

    @property
    def waiting(self) -> bool:
        """Whether anybody waits for an opinion."""
        return bool(self._held)

    @property
    def lanes(self) -> Collection[str]:
        """The chats that wait for one."""
        return self._held.keys()

    async def hold(self, waiting: Sequence[Waiting], incoming: Sequence[Incoming]) -> bool:
        """Whether the first of a lane's updates is to wait; `ready` is told when it need not."""
        first, *_ = waiting
        if first.doubted or not self._free(waiting):
            return False
        first.doubted = True
        if len(incoming) != 1:
            return False
        question = await self._dispatcher.doubt(incoming[0], self._store, self._clock.now())
        behind = list(waiting)[1:]  # some may have come meanwhile
        if question is None or not self._free(waiting) or not all(map(self._can_wait, behind)):
            return False
        held = self._held[first.lane] = Held(first, question)
        self._queue.put_nowait(held)
        return True

    def _free(self, waiting: Sequence[Waiting]) -> bool:
        few = len(waiting) <= MOST_BEHIND + 1 and len(self._held) < MOST_AT_ONCE
        return few and self._opinions.may_ask()

    def _can_wait(self, update: Waiting) -> bool:
        with suppress(Exception):  # what cannot be read is not talk; whoever handles it says why
            return all(self._dispatcher.may_wait(each) for each in self._read(update))
        return False

    def came(self, update: Waiting, behind: int) -> None:
        """An update came into a lane, `behind` others of which none is handled yet."""
        held = self._held.get(update.lane)
        if held is not None and (behind > MOST_BEHIND or not self._can_wait(update)):
            held.end()

    async def run(self) -> None:
        """Ask what is to be asked until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(MOST_AT_ONCE):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            await self.settle_one()

    async def settle_one(self) -> None:
        """Ask for the next one, and let its lane go on."""
        held = await self._queue.get()
        lane = held.update.lane
        try:
            if not held.over:
                await self._ask(held)
        finally:
            del self._held[lane]
        self.ready(lane)

    async def _ask(self, held: Held) -> None:
        with suppress(TimeoutError):
            async with held.limit:
                held.asking = True
                held.update.opinion = await self._opinions.of(held.question)
        held.over = True
