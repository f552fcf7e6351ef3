"""Delivery: letters are sent in order within a chat, in parallel over chats, and never lost.

A letter ends as sent, folded (a newer picture of the same standing message replaced it) or failed
with a reason. What a platform may or may not have applied is marked uncertain (R23).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot import reposts
from bot.carrying import Carrier, Way, first_taken, way_of
from bot.clock import Clock
from bot.crew import Crew
from bot.figures import Figures
from bot.ledger import Ledger, Outcome, named_message
from bot.merging import in_place_of, picture_in
from bot.outlets import Due, Outlets, outlets_of
from bot.patience import patiently
from bot.reposts import Reposts
from handlers.chat.outgoing import OUTGOING, Acknowledge, React, Say, Sendable
from handlers.chat.platform import (
    DeliveryError,
    GoneError,
    MovedError,
    PassingError,
    PermanentError,
    Platform,
)
from handlers.twins.rules import News, digest_of, lines_of
from storage.engine import Store
from storage.queries import outlets, post
from storage.queries.outlets import Address
from storage.queries.post import Standing
from storage.tables import Letter

log = structlog.get_logger("linli.delivery")

GIVE_UP_AFTER = timedelta(hours=24)
LONGEST_PAUSE = timedelta(minutes=5)
AT_ONCE = 16
#: By so much a clock may be corrected without notice.
CLOCKS_DIFFER = timedelta(seconds=5)
#: How often a letter that breaks our own code is tried.
MAX_TRIES = 3
#: So long a chat waits for a place on the way from another app, unless one is free before: what is
#: urgent there waits no longer.
PLACE_AFTER = timedelta(seconds=1)
#: Where there are several processes: how often each looks for letters that others left.
LOOK_AGAIN = timedelta(seconds=1)

# A chat's answers to presses have an address of their own: they are worth nothing when they wait
# behind what the chat's limits hold back (Telegram forgets the press after 150 s).
#: Told of a letter that will never arrive, in a transaction of its own.
Undelivered = Callable[[Letter, Sendable, PermanentError], Awaitable[None]]
#: Told that a group has a new id, before the letter goes there.
GroupMoved = Callable[[str, str, str], Awaitable[None]]


@dataclass(slots=True)
class Delivery:
    """Sends what is due."""

    store: Store
    clock: Clock
    platforms: Mapping[str, Platform]
    undelivered: Undelivered
    moved: GroupMoved
    crew: Crew
    last_word: float = 5.0  #: seconds that a letter on its way gets when the program is stopped
    figures: Figures = field(default_factory=Figures)
    _ledger: Ledger = field(init=False)
    _outlets: Outlets = field(init=False)
    _reposts: Reposts = field(init=False)
    _carrier: Carrier = field(init=False)
    _sending: set[Address] = field(default_factory=set[Address])
    _paused: dict[Address, datetime] = field(default_factory=dict[Address, datetime])
    #: chats that wait for a place on the way from another app, the first one first
    _queued: dict[Address, Way] = field(default_factory=dict[Address, Way])
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    #: of each platform its own: one that does not answer takes none from the others
    _slots: dict[str, asyncio.Semaphore] = field(init=False)
    _next: datetime | None = None
    _last: datetime | None = None  #: when letters were looked for the last time

    def __post_init__(self) -> None:
        self._ledger = Ledger(self.store, self.clock)
        self._outlets = outlets_of(self.store, self.platforms, self.crew)
        self._slots = {name: asyncio.Semaphore(AT_ONCE) for name in self.platforms}
        self._carrier = Carrier(self.platforms)
        self._reposts = Reposts(self.store, self.clock, self.platforms)

    @property
    def busy(self) -> bool:
        """Whether something is being said, or is about to be looked for."""
        return bool(self._sending) or self._wake.is_set()

    @property
    def resumes_at(self) -> datetime | None:
        """When the next chat that must wait may be spoken to again; None: none waits."""
        now = self.clock.now()
        return min((until for until in self._paused.values() if until > now), default=None)

    def wake(self) -> None:
        """There is something new to say."""
        self._wake.set()

    async def run(self) -> None:
        """Send what becomes due, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._wake.clear()
                await patiently(lambda: self._start_sending(group), "looking for letters")
                await self._rest(group)

    async def drain(self) -> None:
        """Send all that may be sent at this moment, then return."""
        while True:
            async with asyncio.TaskGroup() as group:
                started = await self._start_sending(group)
            if not started:
                return

    async def _rest(self, group: asyncio.TaskGroup) -> None:
        """Until there is something new, or the next moment at which something may go."""
        until = self._next
        if self.crew.shared:  # others' letters are looked for too, also when they are dead
            again = self.clock.now() + LOOK_AGAIN
            until = min(until or again, again)
        if until is None:
            await self._wake.wait()
            return
        seconds = max(0.0, (until - self.clock.now()).total_seconds())
        sleeper = group.create_task(self.clock.sleep(seconds))
        waker = group.create_task(self._wake.wait())
        await asyncio.wait((sleeper, waker), return_when=asyncio.FIRST_COMPLETED)
        for task in (sleeper, waker):
            task.cancel()

    async def _start_sending(self, group: asyncio.TaskGroup) -> int:
        self._next = None
        now = self.clock.now()
        await self._notice_clock(now)
        letters = await self._outlets.due(now, self._not_now(now))
        later = None
        if not letters:  # else whoever is sent to now calls for the next look when done
            async with self.store.read() as store:
                later = await post.next_letter_at(store, now, self.platforms)
        # A pause that ended while the database was asked is looked at once more, at once.
        waits = [*self._paused.values(), *([later] if later else [])]
        self._next = min(waits, default=None)
        chats: dict[Address, list[Due]] = {}
        for letter, standing in letters:
            chats.setdefault(_address(letter), []).append((letter, standing))
        for address, theirs in chats.items():
            self._sending.add(address)
            self._queued.pop(address, None)
            group.create_task(self._send_all(address, theirs))
        if len(letters) >= post.AT_ONCE:
            self._wake.set()  # one chat's flood may have filled the look: others are behind it
        return len(chats)

    async def _notice_clock(self, now: datetime) -> None:
        """Where the clock was put back, whatever was due by then is due still."""
        last, self._last = self._last, now
        if last is None or last - now < CLOCKS_DIFFER:
            return
        log.warning("clock.put_back", seconds=(last - now).total_seconds())
        self._paused = {
            chat: min(until, now + LONGEST_PAUSE) for chat, until in self._paused.items()
        }
        async with self.store.write() as store:
            await post.stay_due(store, now, last)
            await outlets.silent_no_longer_than(store, now + LONGEST_PAUSE)

    def _not_now(self, now: datetime) -> set[Address]:
        self._paused = {chat: until for chat, until in self._paused.items() if until > now}
        return self._sending | set(self._paused)

    async def _send_all(self, address: Address, letters: Sequence[Due]) -> None:
        """Send a chat's letters one after the other, until one must wait."""
        try:
            for letter, standing in await patiently(
                lambda: self._without_folded(letters), "folding letters"
            ):
                if not await self._send(address, letter, standing):
                    break
        finally:
            try:
                await patiently(lambda: self._outlets.leave(address), "leaving a chat")
            finally:
                self._sending.discard(address)
                self._wake.set()

    async def _without_folded(self, letters: Sequence[Due]) -> list[Due]:
        """Of several pictures of one standing message only the newest is shown (R16).

        Most are folded where the newer one is laid (`bot.merging`); left for here are those that
        two laid at once, and what waited for its time.
        """
        by_age = sorted((letter for letter, _ in letters), key=lambda each: each.id)
        newest = {letter.slot: letter for letter in by_age if letter.slot}
        old = [(each, newest[each.slot]) for each, _ in letters if each.slot]
        old = [(letter, heir) for letter, heir in old if letter is not heir]
        if old:
            async with self.store.write() as store:
                for letter, heir in old:
                    heir.body = _in_place_of(letter.body, heir.body)
                    heir.urgent = heir.urgent or letter.urgent
                    await post.settle_letter(store, heir.id, body=heir.body, urgent=heir.urgent)
                    await post.settle_letter(store, letter.id, state="folded", body="")
        dropped = {letter.id for letter, _ in old}
        return [each for each in letters if each[0].id not in dropped]

    async def _send(self, address: Address, letter: Letter, standing: Standing | None) -> bool:
        """Send one letter; whether the chat's next one may follow."""
        try:
            out = OUTGOING.validate_json(letter.body)
        except ValueError as error:
            await self._spoilt(letter, error)
            return True
        way = way_of(out)
        with self._carrier.place(way) as free:
            if not free and way is not None:
                self._paused[address] = self.clock.now() + PLACE_AFTER
                self._queued[address] = way
                return False
            async with self._slots[letter.platform]:
                goes_on = await self._say(address, letter, out, standing)
        if way is None:
            return goes_on
        self._call_next(way)
        return False  # it may have taken long: what became urgent meanwhile comes first

    def _call_next(self, way: Way) -> None:
        """A place is free: whoever waits longest for it need not wait for its time."""
        waiting = next((each for each, theirs in self._queued.items() if theirs == way), None)
        if waiting is not None:
            del self._queued[waiting]
            self._paused.pop(waiting, None)

    async def _say(
        self, address: Address, letter: Letter, out: Sendable, standing: Standing | None
    ) -> bool:
        if standing is not None and standing.digest == digest_of(out):
            await self._settle(letter, state="sent", body="")  # it shows this already
            return True
        news = await self._reposts.news(letter, out, standing)
        if news is not None and await self._reposts.left_out(letter, out, news):
            return True
        counted = _counted(out)
        pause = await patiently(
            lambda: self._outlets.wait(  # asked again later, the chat may be another process's
                address, self.clock.now(), group=out.group, counted=counted
            ),
            "counting what was said",
        )
        if pause:
            self._paused[address] = self.clock.now() + pause
            return False
        sending = asyncio.ensure_future(self._send_and_note(letter, out, standing, news))
        try:
            return await asyncio.shield(sending)
        except asyncio.CancelledError:
            # What is on its way when the program is stopped is not said again at the next start.
            await asyncio.wait((sending,), timeout=self.last_word)
            raise

    async def _send_and_note(
        self, letter: Letter, out: Sendable, standing: Standing | None, news: News | None
    ) -> bool:
        outcome = await self._attempt(letter, out, standing, news)
        if _counted(out):
            self._outlets.answered(_address(letter), self.clock.now())
        await self._ledger.write(outcome)
        return outcome.values.get("state") is not None

    async def _spoilt(self, letter: Letter, error: ValueError) -> None:
        """A letter that cannot be read (of a newer version, say) must not stop the others."""
        self.figures.failed[(letter.platform, "spoilt")] += 1
        log.error("letter.spoilt", letter=letter.id, error=type(error).__name__)
        await self._settle(letter, state="failed", body="", error="spoilt")

    async def _settle(self, letter: Letter, **values: Any) -> None:
        async def settle() -> None:
            async with self.store.write() as store:
                await post.settle_letter(store, letter.id, **values)

        await patiently(settle, "settling a letter")

    async def _attempt(
        self, letter: Letter, out: Sendable, standing: Standing | None, news: News | None
    ) -> Outcome:
        platform = self.platforms[letter.platform]
        can = platform.capabilities
        message_id = standing.message_id if standing else named_message(out)
        try:
            addressed = out.model_copy(update={"chat": letter.chat, "letter": letter.id})
            done = await first_taken(
                await self._carrier.forms(addressed),
                lambda form: reposts.deliver(platform, form, message_id, news),
            )
        except DeliveryError as error:
            return await self._failed(letter, out, error)
        except Exception as error:
            # Our own mistake with one letter must not stop the others, now or after a restart.
            log.exception("letter.broke", letter=letter.id)
            return await self._failed(letter, out, _broken(letter, error))
        self.figures.sent[letter.platform] += 1
        values = {"state": "sent", "sent_at": self.clock.now(), "body": ""}
        stands = done.message_id or message_id or reposts.unnamed(letter, out, can)
        said = None if can.edits_always else lines_of(out)
        return Outcome(letter, out, values, stands, digest_of(out), lines=said)

    async def _failed(self, letter: Letter, out: Sendable, error: DeliveryError) -> Outcome:
        now = self.clock.now()
        self.figures.not_sent(letter.platform, error)
        note = {"error": str(error)[:300], "tries": letter.tries + 1}
        log.warning(
            "letter.failed",
            platform=letter.platform,
            chat=letter.chat,
            request=letter.request_id,
            kind=out.kind,
            error=str(error)[:300],
            permanent=isinstance(error, PermanentError),
        )
        if isinstance(error, MovedError):
            new = error.new_id
            await patiently(lambda: self.moved(letter.platform, letter.chat, new), "moving a group")
            return Outcome(letter, out, {"chat": error.new_id})
        if isinstance(error, GoneError):
            if named_message(out) is not None:
                return Outcome(letter, out, {**note, "body": _said_anew(out), "slot": None})
            return Outcome(letter, out, note, gone=True)
        if isinstance(error, PassingError) and now - letter.created_at < GIVE_UP_AFTER:
            pause = error.retry_after or min(
                LONGEST_PAUSE, timedelta(seconds=0.5 * 2 ** min(letter.tries, 10))
            )
            self._paused[_address(letter)] = now + pause
            await self._outlets.silence(_address(letter), now + pause)
            return Outcome(letter, out, {**note, "uncertain": letter.uncertain or error.uncertain})
        final = error if isinstance(error, PermanentError) else PermanentError(str(error))
        try:
            await patiently(lambda: self.undelivered(letter, out, final), "taking back a letter")
        except Exception:
            log.exception("letter.not_taken_back", letter=letter.id)
        return Outcome(letter, out, {**note, "state": "failed", "body": ""})


def _address(letter: Letter) -> Address:
    return (letter.platform, letter.chat, letter.at_once)


def _counted(out: Sendable) -> bool:
    """Answers to presses and marks are not counted by platforms."""
    return not isinstance(out, Acknowledge | React)


def _in_place_of(older: str, newer: str) -> str:
    before, now = picture_in(older), picture_in(newer)
    if before is None or now is None:  # told when its turn comes
        return newer
    return OUTGOING.dump_json(in_place_of(before, now), exclude_none=True).decode()


def _said_anew(out: Sendable) -> str:
    """The message that it should take the place of is gone: a message of its own."""
    values = out.model_dump(exclude={"kind", "slot", "answers"})
    return OUTGOING.dump_json(Say.model_validate(values), exclude_none=True).decode()


def _broken(letter: Letter, error: Exception) -> DeliveryError:
    reason = type(error).__name__
    if letter.tries + 1 < MAX_TRIES:
        return PassingError(reason, uncertain=True)
    return PermanentError(reason)
