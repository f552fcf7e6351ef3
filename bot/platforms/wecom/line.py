"""The line to WeCom, kept alive: whatever cuts it, it is there again within seconds.

The SDK dies silently of a polite close, and fights for the robot with whoever takes it over. So
each connection is watched from outside and replaced by a new one; a refused secret and a second
program are told in words, and end it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog

from bot.clock import Clock
from bot.platforms.wecom.errors import NOT_CONNECTED
from bot.platforms.wecom.reading import event_of
from bot.platforms.wecom.sdk import Connection, Frame

log = structlog.get_logger("linli.wecom")


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds, by the program's clock; `heartbeat` is the SDK's own and by the machine's."""

    look: float = 0.5  #: how often it is looked whether the connection still stands
    first_pause: float = 0.5  #: after the second failure in a row; the first is made good at once
    longest_pause: float = 30.0
    connect: float = 15.0  #: a connection that takes longer to let us in is given up
    steady: float = 20.0  #: one that stood so long was a good one
    heartbeat: float = 30.0
    contact: float = 30.0  #: how often the program is told that there is a line
    turn: float = 1.0  #: how often it is asked whether it is this process that has the line


class State(StrEnum):
    """What has become of the line."""

    OFF = "off"  #: not begun here
    AWAY = "away"  #: WeCom cannot be reached just now
    ON = "on"
    REFUSED = "refused"  #: the secret is wrong: it stays so until the settings are right
    TAKEN = "taken"  #: another program took the robot over: it stays so


#: What ends the line, and what to do, for who reads the log.
FINDINGS = {
    State.REFUSED: (
        "wecom.secret_refused",
        "WeCom refuses this robot's id or secret. Take both anew from the robot's page (API mode, "
        "long connection), put them into the settings, and start again",
    ),
    State.TAKEN: (
        "wecom.taken_over",
        "another program has taken this robot over: WeCom lets a robot have one connection. Stop "
        "the other program, or give each its own robot, and start again; this one does not fight",
    ),
}
REFUSAL = "Authentication failed"
#: Trouble on WeCom's side while it lets somebody in: "system busy", too often.
PASSING = ("code: -1)", "code: 45009)", "code: 45033)")

Turn = Callable[[], Awaitable[bool]]
Contact = Callable[[], Awaitable[None]]
Hear = Callable[[Frame], None]


class _Signals:
    """What a connection's events told so far."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.let_in = self.broken = self.refused = self.taken = False
        self.why = ""  #: the first thing that was told of what went wrong

    def on_let_in(self) -> None:
        """The secret is right."""
        self.let_in = True
        self.changed.set()

    def on_error(self, error: object) -> None:
        """Refused, or whatever else: such a connection is replaced."""
        told = str(error)
        self.why = self.why or told or type(error).__name__
        self.refused = REFUSAL in told and not any(each in told for each in PASSING)
        self.broken = True
        self.changed.set()

    def on_event(self, frame: Frame) -> None:
        """Another connection took over: the one event that is about the line itself."""
        if event_of(frame.get("body") or {}) == "disconnected_event":
            self.taken = self.broken = True
            self.changed.set()


class Line:
    """One robot's line, and all that is said on it."""

    def __init__(
        self, platform: str, bot: tuple[str, str], url: str, clock: Clock, pace: Pace
    ) -> None:
        self._platform = platform
        self._bot = bot
        self._url = url
        self._clock = clock
        self._pace = pace
        self._connection: Connection | None = None
        self._lost_at: datetime | None = None
        self._anew = asyncio.Event()
        self.state = State.OFF
        self.connections = 0  #: how many were made
        self.calling = False  #: one is being made just now

    async def run(self, hear: Hear, turn: Turn, contact: Contact) -> None:
        """Keep the line until cancelled; `hear` is given each callback as it comes."""
        self.state, pause = State.AWAY, 0.0
        try:
            while True:
                if not await turn():
                    await self._clock.sleep(self._pace.turn)
                    continue
                began = self._clock.now()
                signals = await self._one(hear, turn, contact)
                self._lost(signals)
                if await self._is_over(signals, turn):
                    await asyncio.Event().wait()
                lived = (self._clock.now() - began).total_seconds()
                pause = self._pause_after(pause, signals.let_in and lived >= self._pace.steady)
                await self._clock.sleep(pause)
        finally:
            self.state = State.OFF

    @property
    def is_on(self) -> bool:
        """Whether something can be said now."""
        return self.state is State.ON and self._connection is not None and self._connection.open

    @property
    def away(self) -> timedelta:
        """How long to wait before saying something is tried again: at first not long."""
        lost = self._clock.now() - self._lost_at if self._lost_at else timedelta(0)
        return min(timedelta(seconds=30), timedelta(seconds=2) + lost / 4)

    async def answer(self, call: str, command: str, body: Mapping[str, Any]) -> Frame:
        """As `Connection.answer`; RuntimeError too where there is no line."""
        return await self._standing().answer(call, command, body)

    async def push(self, chat: str, body: Mapping[str, Any]) -> Frame:
        """As `Connection.push`; RuntimeError too where there is no line."""
        return await self._standing().push(chat, body)

    def renew(self) -> None:
        """WeCom says that nobody subscribed: this connection is worth nothing."""
        self._anew.set()

    def _standing(self) -> Connection:
        if self._connection is None or not self.is_on:
            raise RuntimeError(NOT_CONNECTED)
        return self._connection

    async def _one(self, hear: Hear, turn: Turn, contact: Contact) -> _Signals:
        """One connection from its beginning to its end."""
        signals = _Signals()
        made = Connection(self._bot, self._url, self._pace.heartbeat)
        made.hear("authenticated", signals.on_let_in)
        made.hear("error", signals.on_error)
        made.hear("event", signals.on_event)
        made.hear("message", hear)
        made.hear("event", hear)
        self.connections += 1
        self._anew.clear()
        try:
            if await self._let_in(made, signals):
                self._connection, self.state = made, State.ON
                log.info("wecom.connected", platform=self._platform)
                await self._watched(made, signals, turn, contact)
        finally:
            self._connection = None
            self.state = State.AWAY
            await made.hang_up()
        return signals

    async def _let_in(self, made: Connection, signals: _Signals) -> bool:
        """Connect and wait to be let in; whether that came about."""
        connecting = asyncio.ensure_future(made.connect())
        self.calling = True
        try:
            until = self._clock.now() + timedelta(seconds=self._pace.connect)
            while not (signals.let_in or signals.broken) and self._clock.now() < until:
                if connecting.done() and not made.open:
                    break
                await self._changed(signals)
        finally:
            self.calling = False
            connecting.cancel()
            await asyncio.wait((connecting,))
        return signals.let_in and not signals.broken

    async def _watched(
        self, made: Connection, signals: _Signals, turn: Turn, contact: Contact
    ) -> None:
        """Return when the connection is gone, or no longer ours."""
        looked = told = self._clock.now() - timedelta(days=1)
        while made.open and not signals.broken and not self._anew.is_set():
            now = self._clock.now()
            if now - looked >= timedelta(seconds=self._pace.turn):
                looked = now
                if not await turn():
                    return
            if now - told >= timedelta(seconds=self._pace.contact):
                told = now
                await contact()
            await self._changed(signals)

    async def _changed(self, signals: _Signals) -> None:
        """Until an event tells something, or it is time to look."""
        waiting = [
            asyncio.ensure_future(each)
            for each in (
                signals.changed.wait(),
                self._anew.wait(),
                self._clock.sleep(self._pace.look),
            )
        ]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            signals.changed.clear()
            for each in waiting:
                each.cancel()
            await asyncio.wait(waiting)

    async def _is_over(self, signals: _Signals, turn: Turn) -> bool:
        """Whether to stop for good, having said why.

        Where several processes take turns, the one that has the turn now may have taken over.
        """
        if signals.refused:
            self.state = State.REFUSED
        elif signals.taken and await turn():
            self.state = State.TAKEN
        else:
            return False
        finding, remedy = FINDINGS[self.state]
        log.error(finding, platform=self._platform, remedy=remedy)
        return True

    def _lost(self, signals: _Signals) -> None:
        if self._lost_at is None or signals.let_in:
            self._lost_at = self._clock.now()
        if not (signals.refused or signals.taken):
            told = {"error": signals.why[:200]} if signals.why else {}
            log.warning("wecom.line_lost", platform=self._platform, was_on=signals.let_in, **told)

    def _pause_after(self, last: float, good: bool) -> float:
        """None after a good connection, then longer and longer."""
        if good:
            return 0.0
        return min(self._pace.longest_pause, last * 2 or self._pace.first_pause)
