"""The inbox: a raw update is durably kept, then handled once, in order within its chat.

Talk changes nothing, so it is closed together with the next message that does; everything else is
one transaction: the update closed, the change made, the answer laid into the outbox.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.alone import Line, handle_alone
from bot.clock import Clock
from bot.crew import SIGN, Crew
from bot.doubts import Doubts
from bot.figures import Figures
from bot.lanes import MOST_CHATS, Lanes
from bot.opinions import Opinions
from bot.parking import facts, park
from bot.patience import patiently, tell_change
from bot.received import keep_received
from bot.talk import CLOSE_TOGETHER, Talk
from bot.together import TOGETHER, handle
from bot.waiting import Queue, Waiting, from_row
from handlers.chat.incoming import Incoming
from handlers.chat.platform import Platform, RawUpdate
from handlers.dispatch import Dispatcher
from handlers.turn import Ahead
from storage.engine import Store
from storage.queries import intake
from storage.wire import Left

log = structlog.get_logger("linli.inbox")

MAX_TRIES = 3
#: A lane in which so many wait steps back for others after each line that took a transaction: so
#: many turns of the event loop, in which others' lines are taken in, handled and answered. It costs
#: nothing where nobody else has anything to do.
CROWD, STEPS = 5, 25


class Inbox:
    """Keeps raw updates and hands them, lane by lane, to the dispatcher."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        platforms: Mapping[str, Platform],
        dispatcher: Dispatcher,
        spoken: Callable[[], None],
        crew: Crew,
    ) -> None:
        self._store = store
        self._clock = clock
        self._platforms = platforms
        self._dispatcher = dispatcher
        self._spoken = spoken
        self._crew = crew
        #: where several processes share the work, what waits is taken from the database alone
        self._shared = Lanes(crew, platforms) if crew.shared else None
        self._look = asyncio.Event()
        self._queue = Queue()
        self._talk = Talk()
        self._transactions = 0
        self._doubts: Doubts | None = None
        self.figures = Figures()
        #: told of each contact with a platform, and of all that came in
        self.contact: Callable[[str], None] = lambda _platform: None
        self.noticed: Callable[[Incoming], None] = lambda _incoming: None
        #: set once a platform was asked for updates
        self.heard = asyncio.Event()

    def consult(self, opinions: Opinions) -> None:
        """From now on ask for a second opinion on what is unsure."""
        self._doubts = Doubts(opinions, self._clock, self._store, self._dispatcher, self._read)
        self._doubts.ready = self._queue.again

    @property
    def backlog(self) -> int:
        """How many updates wait to be handled, as far as this process knows."""
        return self._queue.updates + self._look.is_set()

    async def our_turn(self, platform: str) -> bool:
        """Whether this process is the one that fetches for this account."""
        return await self._crew.our_turn(f"fetch:{platform}")

    def look(self) -> None:
        """Something may have been kept, by this process or another."""
        if self._shared is not None:
            self._look.set()

    async def receive(self, platform: str, updates: Sequence[RawUpdate]) -> None:
        """Keep the updates; returns when they are durable. A repeat is ignored.

        Raises what the database raises: the platform then asks for them again, or gives them again.
        """
        known = self._store.away
        try:
            await self._keep(platform, updates)
            self.contact(platform)
            self.figures.received[platform] += len(updates)
        except (SQLAlchemyError, OSError) as error:
            tell_change(known, error, "keeping what came")  # to a platform it is a poll that failed
            raise
        finally:
            self.heard.set()

    async def _keep(self, platform: str, updates: Sequence[RawUpdate]) -> None:
        if not updates:
            return
        now = self._clock.now()
        fresh = await keep_received(self._store, self._shared, platform, updates, now)
        if self._shared is not None:
            self.look()
            self._crew.wire.poke(Left.KEPT)
            return
        for each in fresh:
            self._feed(each)

    async def resume(self) -> int:
        """Take up what was kept before a restart; gives how many."""
        if self._shared is not None:
            self.look()
            return 0  # whatever waits is taken as it comes
        async with self._store.read() as store:
            rows = await intake.waiting_updates(store, self._platforms)
        for row in rows:
            self._feed(from_row(row))
        return len(rows)

    async def run(self, workers: int = 4) -> None:
        """Handle what comes until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(self._work())
            if self._doubts is not None:
                group.create_task(self._doubts.run())
            if self._shared is not None:
                group.create_task(self._share(self._shared))

    async def drain(self) -> None:
        """Handle everything that waits, then return (tests and replays turn the handle so)."""
        while await self.step():
            pass
        await patiently(self._close_talk, "closing talk")

    async def step(self) -> bool:
        """Handle one update, or take the chats in which something waits; False: all is handled."""
        if not self._queue.idle:
            await self.turn()
        elif self._doubts is not None and self._doubts.waiting:
            await self._settle_one(self._doubts)
        else:
            return self._shared is not None and await self._exchange(self._shared)
        return True

    async def turn(self) -> None:
        """Handle one update of the lane whose turn it is, or of a few; there must be one."""
        for lane in await self._turns(self._queue.next_now()):
            self._queue.again(lane)

    async def _settle_one(self, doubts: Doubts) -> None:
        """One opinion; what is kept meanwhile may end the waiting for it."""
        if self._shared is None:
            await doubts.settle_one()
            return
        settling = asyncio.ensure_future(doubts.settle_one())
        try:
            while not settling.done():
                looking = asyncio.ensure_future(self._look.wait())
                await asyncio.wait((settling, looking), return_when=asyncio.FIRST_COMPLETED)
                looking.cancel()
                if self._look.is_set():
                    await self._exchange(self._shared)
            await settling
        finally:
            settling.cancel()

    async def _share(self, lanes: Lanes) -> None:
        """Leave chats that are done with and take others, until cancelled."""
        while True:
            known = self._store.away
            try:
                taken = await self._exchange(lanes)
            except (SQLAlchemyError, OSError) as error:
                tell_change(known, error, "taking chats")
                await asyncio.sleep(SIGN)
                continue
            if not taken:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._look.wait(), SIGN)

    async def _exchange(self, lanes: Lanes) -> bool:
        """Leave chats that are done with, take others; whether there was any to take."""
        self._look.clear()
        if lanes.to_leave:
            await self._close_talk()
        held = self._doubts.lanes if self._doubts is not None else ()
        found = [*await lanes.more(held), *await lanes.take()]
        for row in found:
            self._feed(from_row(row))
        if lanes.to_leave:  # nothing waited there
            self._look.set()
        return bool(found)

    async def _work(self) -> None:
        while True:
            if self._queue.idle and self._talk:
                await patiently(self._close_talk, "closing talk")
            lane = await self._queue.next()
            before = self._transactions
            more = await self._turns(lane)
            if self._transactions != before and any(self._crowded(each) for each in more):
                await _step_back()
            for each in more:
                self._queue.again(each)

    def _crowded(self, lane: str) -> bool:
        return len(self._queue.of(lane)) >= CROWD

    def _feed(self, update: Waiting) -> None:
        behind = self._queue.add(update)
        if behind and self._doubts is not None:
            self._doubts.came(update, behind)

    async def _turns(self, lane: str) -> list[str]:
        """Handle one update of a lane, and of others that are ready, where they may share its
        transaction; those in which there are more, for the end of the line (fair)."""
        if self._queue.idle or not self._store.sqlite or self._doubts is not None:
            return [lane] if await self._turn(lane) else []
        lines, talk = self._look_ahead(lane)
        more = [each for each in talk if self._left(each)]
        if self._talk.much:
            await patiently(self._close_talk, "closing talk")
        if not lines and not talk:
            return [lane] if await self._turn(lane) else []
        waiting = [each.update.lane for each in lines]
        if lines and await self._together(lines):
            return more + [each for each in waiting if self._left(each)]
        return more + [each for each in waiting if await self._turn(each)]

    def _look_ahead(self, lane: str) -> tuple[list[Line], list[str]]:
        """The first lines of lanes that are ready, as far as they may share a transaction; lanes
        whose first line was talk, which is done with. Neither: that of `lane` stands alone."""
        lines: list[Line] = []
        talk: list[str] = []
        while (line := self._looked(self._queue.first(lane))) is not None:
            if all(each.done for each in line.ahead):
                self._is_talk(line.update)
                talk.append(lane)
            else:
                lines.append(line)
            if self._queue.idle or len(lines) == TOGETHER or len(talk) >= CLOSE_TOGETHER:
                return lines, talk
            lane = self._queue.next_now()
        if lines or talk:
            self._queue.again(lane)
        return lines, talk

    def _looked(self, update: Waiting) -> Line | None:
        """An update as it was read and looked at; None: it is handled by itself."""
        incoming: Sequence[Incoming] | None = None
        with suppress(Exception):  # told where it is handled by itself
            incoming = self._read(update)
        if incoming is None or update.tries or not all(map(self._dispatcher.shares, incoming)):
            return None
        return Line(update, incoming, self._first_looks(update, incoming))

    async def _together(self, lines: Sequence[Line]) -> bool:
        """Handle these in one transaction; False: nothing of it happened."""
        try:
            said = await handle(self._store, self._dispatcher, lines, self._talk, self._clock.now())
        except BaseException as error:
            if not isinstance(error, Exception):
                raise
            log.info("updates.apart", error=type(error).__name__)
            self._anew()
            return False
        self._transactions += 1
        self.figures.handled["done"] += len(lines)
        if said:
            self._spoken()
        return True

    async def _turn(self, lane: str) -> bool:
        """Handle one update of a lane; whether there are more, for the end of the line (fair).

        One that waits for a second opinion comes back when it is there.
        """
        return await self._handle(self._queue.of(lane)) and self._left(lane)

    def _left(self, lane: str) -> bool:
        """The first update of a lane is handled; whether there are more."""
        more = self._queue.done(lane)
        if not more and self._shared is not None:
            self._shared.done(lane)
            # One exchange for many chats; but none waits for it when there is nothing to do.
            if self._queue.idle or self._queue.lanes <= MOST_CHATS // 2:
                self._look.set()
        return more

    def _read(self, update: Waiting) -> Sequence[Incoming]:
        return self._platforms[update.platform].read(update.body)

    async def _handle(self, waiting: Sequence[Waiting]) -> bool:
        """Handle the first of these; False: it waits for a second opinion."""
        update = waiting[0]
        try:
            incoming = self._read(update)
        except Exception as error:  # whatever a stranger's update breaks: it is parked
            log.exception("update.dead", **facts(update, error))
            await self._park(update, error, dead=True)
            return True
        while update.tries < MAX_TRIES:
            try:
                return await patiently(
                    lambda: self._tried(waiting, incoming), "handling a message", self._anew
                )
            except Exception as error:  # one bad message must not stop the others
                update.tries += 1
                dead = update.tries >= MAX_TRIES
                log.exception("update.dead" if dead else "update.failed", **facts(update, error))
                self._dispatcher.forget_all()
                await self._park(update, error, dead=dead)
        return True

    async def _tried(self, waiting: Sequence[Waiting], incoming: Sequence[Incoming]) -> bool:
        """Handle the first of these once; False: it waits for a second opinion."""
        if self._doubts is not None and await self._doubts.hold(waiting, incoming):
            return False
        await self._act(waiting[0], incoming)
        return True

    def _anew(self) -> None:
        """After a lost answer: what was remembered may be wrong, and letters may lie there."""
        self._store.remembered.forget()
        self._dispatcher.forget_all()
        self._spoken()

    async def _act(self, update: Waiting, incoming: Sequence[Incoming]) -> None:
        now = self._clock.now()
        looks = self._first_looks(update, incoming)
        if all(look.done for look in looks):
            self._is_talk(update)
            if self._talk.much:
                await self._close_talk()
            return
        self._transactions += 1
        line = Line(update, incoming, looks)
        said = await handle_alone(self._store, self._dispatcher, line, self._talk, now)
        self.figures.handled["done"] += 1
        if said:
            self._spoken()

    def _first_looks(self, update: Waiting, incoming: Sequence[Incoming]) -> list[Ahead]:
        now = self._clock.now()
        for each in incoming:
            self.noticed(each)
        return [self._dispatcher.first_look(each, now, update.opinion) for each in incoming]

    def _is_talk(self, update: Waiting) -> None:
        """It changes nothing: closed together with the next that does."""
        self._talk.add(update.id)
        self.figures.handled["talk"] += 1

    async def _close_talk(self) -> None:
        left = self._shared.leaving() if self._shared is not None else {}
        if not self._talk and not left:
            return
        try:
            async with self._talk.taken_along(self._store) as store:
                if self._shared is not None:
                    await self._shared.leave(store, left)
        except BaseException:
            if self._shared is not None:
                self._shared.keep(left)
            raise

    async def _park(self, update: Waiting, error: Exception, *, dead: bool) -> None:
        self.figures.handled["dead" if dead else "failed"] += 1
        await park(self._store, update, error, dead=dead)


async def _step_back() -> None:
    for _ in range(STEPS):
        await asyncio.sleep(0)
