"""Events on their way in: one stream, kept raw as they come, and what was missed told as a gap.

The gateway keeps nothing for who does not listen: what is said while the stream is away is lost to
us. So the stream is asked for again and again (never the puppet stopped and started, which would
be a new login), and whoever was missed is told from when to when (R72).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.clock import Clock
from bot.patience import patiently
from bot.platforms.wechat.gathering import Gathering
from bot.platforms.wechat.identity import Identity
from bot.platforms.wechat.wire import (
    AwayError,
    EventKind,
    Happened,
    RefusedError,
    TakenError,
    TokenRefusedError,
    Wire,
    WireError,
)
from handlers.chat.platform import Intake, RawUpdate

log = structlog.get_logger("linli.wechat")

#: What is of no chat stays in order by itself.
OWN_LANE = "~"
AN_HOUR = timedelta(hours=1)
#: How often is tried to keep what the database does not take.
TRIES = 5
#: What an operator can do something about has a name of its own in the log.
FINDINGS: dict[type[WireError], tuple[str, str]] = {
    TokenRefusedError: (
        "wechat.token_refused",
        "LINLI_WECHAT_TOKEN{s} is not the gateway's LINLI_GATEWAY_TOKEN: make them the same",
    ),
    TakenError: (
        "wechat.somebody_else_listens",
        "a gateway has one listener: stop the other program, or give each a gateway of its own",
    ),
}


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds."""

    look: float = 30.0  #: how often the gateway is asked whether it is there
    sign: float = 300.0  #: how often it is written down that it is
    start: float = 15.0  #: after so long without a login the puppet is asked to start
    turn: float = 1.0  #: how often a process looks whether it is the one that listens
    first_pause: float = 1.0
    longest_pause: float = 30.0
    untold: float = 5.0  #: so much of absences in an hour is written into the log alone


class Listening:
    """Keeps the stream, and what it tells."""

    def __init__(self, wire: Wire, me: Identity, clock: Clock, pace: Pace) -> None:
        self._wire = wire
        self._me = me
        self._clock = clock
        self._pace = pace
        self._gathering = Gathering(wire, me)
        self._failures = 0
        self._last: datetime | None = None  #: until then nothing was missed
        self._in_hand = False  #: something was told and is not kept yet
        self._lost: datetime | None = None  #: when the stream was found to be gone
        #: absences that were told to nobody: what each may have missed since, and how long
        self._short: list[tuple[datetime, timedelta]] = []
        self._signed: datetime | None = None
        self._started = False
        self.refused = asyncio.Event()  #: set once the stream was refused or lost
        self.scanned: Callable[[], None] = lambda: None  #: told that a code is to be scanned
        self.entered: Callable[[], None] = lambda: None  #: told that the account is there
        self.begins: Callable[[], None] = lambda: None  #: told that it is this process that listens

    @property
    def gathering(self) -> Gathering:
        """What is known of messages."""
        return self._gathering

    async def run(self, intake: Intake, last: Callable[[], Awaitable[datetime | None]]) -> None:
        """Receive until cancelled. `last`: when something was kept the last time before."""
        self._last = self._lost = await last()
        while True:
            if not await intake.our_turn(self._me.platform):
                # A gateway has one stream: the second one that asks is refused.
                await asyncio.sleep(self._pace.turn)
                continue
            self.begins()
            try:
                await self._listen(intake)
            except* WireError as group:
                await self._rest(_first(group))

    async def _listen(self, intake: Intake) -> None:
        async with asyncio.TaskGroup() as group:
            hearing = group.create_task(self._hear(intake))
            looking = group.create_task(self._look(intake))
            hearing.add_done_callback(lambda _: looking.cancel())

    async def _hear(self, intake: Intake) -> None:
        async with self._wire.events() as events:
            met = False
            async for event in events:
                if not met:  # the gateway greets at once
                    met = True
                    await self._met(intake)
                await self._heard(event, intake)

    async def _heard(self, event: Happened, intake: Intake) -> None:
        now = self._clock.now()
        self._in_hand = True
        try:
            await self._taken_in(event, intake, now)
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            # The puppet is somebody else's program: what it garbles must not end ours.
            log.warning(
                "wechat.event_garbled", kind=event.kind.name.lower(), error=type(error).__name__
            )
        # Only now: what was told but could not be fetched or kept is within the gap.
        self._last, self._in_hand = now, False

    async def _taken_in(self, event: Happened, intake: Intake, now: datetime) -> None:
        if known := DOINGS.get(event.kind):
            await known(self, event)
            if event.kind is EventKind.LOGIN:
                await self._sign(intake, now)
        elif (update := await self._gathering.update(event, now)) is not None:
            await self._keep(intake, [update])

    async def _met(self, intake: Intake) -> None:
        self._failures = 0
        self._me.away = False
        since, lost, now = self._last, self._lost, self._clock.now()
        self._lost, self._in_hand = None, False
        log.info("wechat.listening", platform=self._me.platform)
        if since is None or lost is None:
            return
        log.warning("wechat.gap", since=since.isoformat(), until=now.isoformat())
        if (told := self._to_tell(since, now, now - lost)) is not None:
            body = {"kind": "missed", "since": told.isoformat(), "until": now.isoformat()}
            await self._keep(intake, [RawUpdate(f"missed:{now.isoformat()}", OWN_LANE, body)])

    def _to_tell(self, since: datetime, now: datetime, away: timedelta) -> datetime | None:
        """From when on something is to be told as missed; None: that is not worth anybody's while.

        Short absences add up: of many in an hour the groups hear as of one.
        """
        least = timedelta(seconds=self._pace.untold)
        if away >= least:
            return since
        lately = [each for each in self._short if each[0] > now - AN_HOUR]
        self._short = [*lately, (since, away)]
        if sum((each for _, each in self._short), timedelta()) < least:
            return None
        first, _ = self._short[0]
        self._short = []
        return first

    async def _look(self, intake: Intake) -> None:
        """The gateway is there, and WeChat with it: tell so; or the stream is of no use."""
        begun = self._clock.now()
        while True:
            await self._wire.version()
            now = self._clock.now()
            if self._me.logged_in:
                await self._sign(intake, now)
            elif not self._started and now - begun >= timedelta(seconds=self._pace.start):
                self._started = True
                await self._wire.start()
            if not self._lost and not self._in_hand:
                self._last = now
            await asyncio.sleep(self._pace.look)

    async def _sign(self, intake: Intake, now: datetime) -> None:
        signs = list[RawUpdate]()
        if self._signed is None or now - self._signed >= timedelta(seconds=self._pace.sign):
            self._signed = now
            signs = [RawUpdate(f"sign:{now.isoformat()}", OWN_LANE, {"kind": "sign"})]
        await self._keep(intake, signs)

    async def _keep(self, intake: Intake, updates: Sequence[RawUpdate]) -> None:
        """The gateway gives nothing twice: whoever cannot keep it now holds it until it can.

        What cannot be kept though the database is there is given up after some tries, and told.
        """
        for left in reversed(range(TRIES)):
            try:
                await patiently(
                    lambda: intake.receive(self._me.platform, updates), "keeping what came"
                )
            except Exception:
                log.exception("wechat.not_kept" if left else "wechat.lost", updates=len(updates))
                await asyncio.sleep(self._pace.first_pause)
            else:
                return

    async def _rest(self, error: WireError) -> None:
        """Wait before the stream is asked for again."""
        self._lost = self._lost or self._clock.now()
        self._failures += 1
        self._me.away = True
        self._wire.let_go()
        pause = min(
            self._pace.longest_pause, self._pace.first_pause * 2 ** min(self._failures - 1, 10)
        )
        key, remedy = FINDINGS.get(type(error), ("wechat.stream_cut", ""))
        told: dict[str, Any] = {"remedy": remedy.format(s=self._me.several)} if remedy else {}
        log.warning(key, platform=self._me.platform, error=str(error)[:200], pause=pause, **told)
        self.refused.set()
        await asyncio.sleep(pause)

    async def login(self, event: Happened) -> None:
        """The account is there."""
        contact = str(event.told.get("contactId", ""))
        self._me.login(contact, await self._name(contact))
        self.entered()
        log.info("wechat.logged_in", platform=self._me.platform)

    async def _name(self, contact: str) -> str:
        """Its name; some puppets do not know it yet when they say who logged in."""
        try:
            return await self._wire.name(contact)
        except RefusedError:
            return ""

    async def logout(self, event: Happened) -> None:
        """The account was put out: by its owner, or by WeChat."""
        self._me.logout()
        log.error("wechat.logged_out", platform=self._me.platform, remedy=SCAN_AGAIN)

    async def scan(self, event: Happened) -> None:
        """A code is to be scanned; what it says opens the account, so it is no line of the log."""
        code = str(event.told.get("qrcode") or "")
        if not code or code == self._me.code:
            return
        self._me.scan(code)
        self.scanned()

    async def trouble(self, event: Happened) -> None:
        """The puppet has an error of its own."""
        log.warning("wechat.puppet_error", error=str(event.told.get("data", ""))[:200])

    async def nothing(self, event: Happened) -> None:
        """A sign of life."""


SCAN_AGAIN = "scan the code again (docs/wechat.md); when WeChat did it, let the account rest first"

DOINGS: dict[EventKind, Callable[[Listening, Happened], Awaitable[None]]] = {
    EventKind.LOGIN: Listening.login,
    EventKind.LOGOUT: Listening.logout,
    EventKind.SCAN: Listening.scan,
    EventKind.ERROR: Listening.trouble,
    EventKind.HEARTBEAT: Listening.nothing,
    EventKind.READY: Listening.nothing,
}


def _first(group: BaseExceptionGroup[WireError]) -> WireError:
    """The error that tells the operator most: a refused token before a lost stream."""
    found = _flat(group)
    return next((each for each in found if not isinstance(each, AwayError)), found[0])


def _flat(group: BaseExceptionGroup[WireError]) -> Sequence[WireError]:
    return [
        inner
        for each in group.exceptions
        for inner in (_flat(each) if isinstance(each, BaseExceptionGroup) else [each])
    ]
