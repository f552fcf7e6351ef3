"""The real program as its own process, and who kills it: at a moment, or at a step of its work."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.bot_api import FakeTelegram

#: Seconds: within so long after it introduced itself the program dies at the latest.
LATEST = 3.0
#: Within so long it must have introduced itself; a busy machine takes its time.
LONGEST_START = 60.0
#: How long after its step the killer strikes at most, where it does not strike at once.
AFTERWARDS = 0.05


@dataclass(frozen=True, slots=True)
class Point:
    """A step of the program's work as Telegram sees it, at which it is killed."""

    name: str
    when: str  #: "came" (the call is on its way), "done" (applied; its answer is on its way)
    methods: frozenset[str]
    at_once: bool


def _at(name: str, when: str, *methods: str, at_once: bool = True) -> Point:
    return Point(name, when, frozenset(methods), at_once)


SENDS = ("sendMessage", "editMessageText", "answerCallbackQuery", "setMessageReaction")
POINTS = (
    _at("a send on its way", "came", *SENDS),
    _at("a send applied, not answered", "done", *SENDS),
    _at("a little after a send", "done", *SENDS, at_once=False),
    _at("updates handed over", "done", "getUpdates"),
    _at("a little after updates were handed over", "done", "getUpdates", at_once=False),
    _at("updates confirmed", "came", "getUpdates"),
    _at("posted to the webhook", "came", "webhook"),
    _at("a little after a post to the webhook", "came", "webhook", at_once=False),
    _at("taken by the webhook", "done", "webhook"),
)
AT_A_MOMENT = "at any moment"


@dataclass(slots=True)
class Program:
    """`linli run` with the settings given; started, killed, started again."""

    env: dict[str, str]
    log: Path
    starts: int = 0
    _process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """A new process."""
        self.starts += 1
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.cli", "run", env=self.env, stdout=log, stderr=log
            )

    @property
    def runs(self) -> bool:
        """Whether it runs now."""
        return self._process is not None and self._process.returncode is None

    def kill(self) -> None:
        """With SIGKILL: it can do nothing about it."""
        if self._process is not None and self._process.returncode is None:
            os.kill(self._process.pid, signal.SIGKILL)

    async def gone(self) -> int:
        """Wait for its end; gives how it ended."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> int:
        """Ask it to end (SIGTERM), and wait."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        return await self.gone()


@dataclass(slots=True)
class Killer:
    """Kills the program as often as told, at points drawn by lot."""

    tg: FakeTelegram
    program: Program
    lot: random.Random
    webhook: bool
    killed: Counter[str] = field(default_factory=Counter[str])
    _point: Point | None = None
    _skip: int = 0
    _start: float = 1.0  #: seconds that the last start took

    def watch(self, when: str, method: str, moves: bool) -> None:
        """Told of every call before and after it is applied: strikes at the point drawn."""
        point = self._point
        if point is None or when != point.when or method not in point.methods or not moves:
            return
        if self._skip:
            self._skip -= 1
            return
        self._point = None
        self.killed[point.name] += 1
        if point.at_once:
            self.program.kill()
        else:
            wait = self.lot.uniform(0, AFTERWARDS)
            asyncio.get_running_loop().call_later(wait, self.program.kill)

    async def life(self, alive: Callable[[], None]) -> None:
        """One life of the program: started, killed; `alive` is called when it first asks."""
        began = time.monotonic()
        await self.program.start()
        ready = asyncio.ensure_future(self._introduced())
        ready.add_done_callback(lambda _done: alive())
        if self.lot.random() < 0.3:
            await self._ends_within(self.lot.uniform(0.05, 2 * self._start))
        else:
            self._draw()
            if await ready:
                self._start = time.monotonic() - began
            # A busy machine takes its time; the web app is served after the first answers.
            await self._ends_within(LATEST + self._start)
        ready.cancel()

    def _draw(self) -> None:
        never = "getUpdates" if self.webhook else "webhook"
        self._point = self.lot.choice([each for each in POINTS if never not in each.methods])
        self._skip = self.lot.choice((0, 0, 1, 2, 4))

    async def _ends_within(self, seconds: float) -> None:
        """It dies at the point that was drawn, if it comes to it; else when the time is over."""
        try:
            await asyncio.wait_for(self.program.gone(), seconds)
        except TimeoutError:
            self._point = None
            self.killed[AT_A_MOMENT] += 1
            self.program.kill()
            await self.program.gone()

    async def _introduced(self) -> bool:
        """Until the program introduced itself in this life; whether it did."""
        before = len(self.tg.calls("getMe"))
        return await until_true(
            lambda: len(self.tg.calls("getMe")) > before or not self.program.runs, LONGEST_START
        )


async def until_true(condition: Callable[[], object], seconds: float) -> bool:
    """Look again and again, for so long."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.05)
    return True
