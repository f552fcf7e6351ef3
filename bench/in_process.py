"""What one core does without a network: `python -m bench.in_process [TALK] [REQUESTS] [--profile]`.

Updates as Telegram gives them are kept in hundreds, read, handled and answered into the outbox, in
one process on a SQLite file. Told by this process's processor time, so that others on the machine
change it little:

- talk: seven short lines again and again, and the talk of the project's own conversations, in
  which no line comes twice;
- requests: each in words of its own and in a group of its own, so that each is opened, in a
  transaction; then what they have to say, sent to a platform that takes everything at once;
- the very same writes by hand: what each of those transactions wrote, given to the standard
  library's driver in such a transaction, on a copy of the file as it was before.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import pstats
import shutil
import sqlite3
import statistics
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from typing import Any

from sqlalchemy import event, func, select

from bench.bot_api import TALK, report, update
from bench.town import build
from bot import garbage
from bot.app import App
from bot.clock import Clock
from bot.logs import set_up_logs
from bot.platforms.telegram.intake import raw_updates
from bot.platforms.telegram.platform import TelegramPlatform
from config.settings import Settings
from handlers.chat.outgoing import Acknowledge, React, Say, SendFile, Show
from handlers.chat.platform import ChatFacts, Delivered
from handlers.hearing import Glance, is_silent
from handlers.statistics.counting import due
from handlers.understanding.corpus import load
from handlers.understanding.looking import look
from handlers.understanding.meaning import Outcome, Scene
from handlers.understanding.reader import Reader
from handlers.work import Work
from storage.engine import Store
from storage.sqlite import PRAGMAS
from storage.tables import Request

TOKEN = "123456:" + "TEST" * 9
CHATS = 200  #: groups in which talk is said
BATCH = 100
ROUNDS = 3
WRITES = ("INSERT", "UPDATE", "DELETE")

Written = tuple[str, Any]  #: statement, values


class Taking(TelegramPlatform):
    """Telegram without a network: what is said is sent at once."""

    sent = 0

    async def deliver(
        self, out: Say | Show | Acknowledge | React | SendFile, message_id: str | None
    ) -> Delivered:
        self.sent += 1
        return Delivered(message_id or str(10_000_000 + self.sent))

    async def examine(self, chat_id: str | None) -> ChatFacts:
        return ChatFacts(reachable=True, administrator=True)


@dataclass
class Pen:
    """Notes what is written, transaction by transaction."""

    done: list[list[Written]] = field(default_factory=list[list[Written]])
    statements: int = 0
    _open: list[Written] = field(default_factory=list[Written])

    def watch(self, store: Store) -> None:
        engine = store.engine.sync_engine
        event.listen(engine, "before_cursor_execute", self._said)
        event.listen(engine, "commit", self._commit)

    def _said(self, _c: Any, _u: Any, statement: str, values: Any, _x: Any, _many: bool) -> None:
        self.statements += 1
        if statement.lstrip().startswith(WRITES):
            self._open.append((statement, values))

    def _commit(self, _connection: Any) -> None:
        if self._open:
            self.done.append(self._open)
        self._open = []


@dataclass
class Bench:
    """The program on a file of its own."""

    path: Path
    chats: int = CHATS
    clock: Clock | None = None
    store: Store = field(init=False)
    app: App = field(init=False)
    platform: Taking = field(init=False)
    number: int = 1

    def __post_init__(self) -> None:
        self.store = Store(f"sqlite:///{self.path}")
        self.platform = Taking(TOKEN)
        settings = Settings(data_dir=self.path.parent, web_chat=False)
        self.app = App(settings, self.store, [self.platform], clock=self.clock)

    def given(self, texts: Iterable[str]) -> list[bytes]:
        """These as Telegram gives them."""
        some = [update(n, self.chats, text) for n, text in enumerate(texts, self.number)]
        self.number += len(some)
        return some

    async def keep(self, given: Iterable[bytes]) -> None:
        """Read and keep these."""
        part = raw_updates([json.loads(each) for each in given], self.platform.me)
        await self.app.inbox.receive(self.platform.name, part)

    async def handle(self, texts: Sequence[str]) -> float:
        """Keep and handle these, a hundred at a time; seconds of processor time.

        What Telegram does, to write them down, is not counted.
        """
        given = self.given(texts)
        began = process_time()
        for at in range(0, len(given), BATCH):
            await self.keep(given[at : at + BATCH])
            await self.app.inbox.drain()
        return process_time() - began

    async def warm(self) -> None:
        """Every chat and speaker was met; nothing is left to say. What was loaded is no garbage,
        as in the program itself (`bot.serve`)."""
        await self.handle([TALK[i % len(TALK)] for i in range(2 * self.chats)])
        garbage.all_is_loaded()

    async def close(self) -> None:
        await self.app.close()
        await self.store.close()


async def talk(folder: Path, lines: Sequence[str]) -> float:
    """Messages a second."""
    await build(folder / "bench.db", CHATS)
    bench = Bench(folder / "bench.db")
    await bench.warm()
    before = bench.app.figures.handled["done"]
    took = await bench.handle(lines)
    written = bench.app.figures.handled["done"] - before
    await bench.close()
    assert written <= len(lines) // 50, f"{written} of {len(lines)} were no talk"
    return len(lines) / took


async def left_as_talk(folder: Path, lines: Sequence[str]) -> list[str]:
    """With a short line in place of each that is no talk where it is said: among others' requests
    some are about them."""
    await build(folder / "bench.db", CHATS)
    bench = Bench(folder / "bench.db")
    await bench.warm()
    acted: set[str] = set()

    def note(glance: Glance, outcome: Outcome, _of: str | None) -> None:
        if outcome is not Outcome.TALK or not is_silent(glance):
            acted.add(glance.heard.text)

    bench.app.dispatcher.hearing.witness = note
    await bench.handle(lines)
    await bench.close()
    look.cache_clear()
    return [
        short if each in acted else each
        for each, short in zip(lines, short_lines(len(lines)), strict=True)
    ]


def short_lines(n: int) -> list[str]:
    return [TALK[i % len(TALK)] for i in range(n)]


def other_lines(n: int) -> list[str]:
    """The talk of our own conversations, of both languages, each line once.

    Only what is talk by itself: out of its conversation some of it would be about something.
    """
    reader = Reader.load()
    found = {
        line.text: None
        for language in ("zh", "en")
        for conversation in load("transcripts", language)
        for line in conversation
        if reader.read(line.heard(), Scene()).outcome is Outcome.TALK
    }
    look.cache_clear()
    return list(found)[:n]


@dataclass(frozen=True, slots=True)
class Requests:
    """A second each, and statements for each."""

    handled: float
    sent: float  #: handled and everything said
    by_hand: float
    statements: float
    writes: float
    counting: float  #: milliseconds each, later and together, in batches


async def requests(folder: Path, n: int) -> Requests:
    path, first = folder / "bench.db", 40
    chats = (
        n + first + 1
    )  # the first one's building is where all live: what they say is known there
    await build(path, chats)
    bench = Bench(path, chats)
    await bench.warm()
    await bench.handle([report(n + i) for i in range(first)])  # statements are compiled once
    await bench.app.settle()
    await bench.store.tidy()
    shutil.copy(path, folder / "copy.db")
    pen = Pen()
    pen.watch(bench.store)
    took = await bench.handle([report(i) for i in range(n)])
    done, statements = pen.done, pen.statements
    began = process_time()
    await bench.app.delivery.drain()
    said = process_time() - began
    counting = await counted(bench)
    async with bench.store.read() as session:
        opened = await session.scalar(select(func.count()).select_from(Request))
    assert opened == n + first, f"each report opens a request: {opened} of {n + first}"
    await bench.close()
    hand = by_hand(folder / "copy.db", done)
    writes = sum(map(len, done))
    by_time = n / took, n / (took + said), n / hand
    return Requests(*by_time, statements / n, writes / n, counting * 1000 / (n + first))


async def counted(bench: Bench) -> float:
    """Seconds of processor time for what the clock counts later."""
    began, left = process_time(), 1
    while left:
        async with bench.store.write() as session:
            left = await due(Work(bench.app.desk, session, bench.app.clock.now()))
    return process_time() - began


def by_hand(path: Path, done: Sequence[Sequence[Written]]) -> float:
    """Seconds of processor time for the same rows, without anything that decides on them."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for pragma in PRAGMAS:
            database.execute(pragma)
        began = process_time()
        for each in done:
            database.execute("BEGIN IMMEDIATE")
            for statement, values in each:
                many = bool(values) and isinstance(values[0], tuple | list)
                run = database.executemany if many else database.execute
                run(statement, values).fetchall()
            database.execute("COMMIT")
        return process_time() - began


async def measure(lines: int, reports: int) -> None:
    """Print medians of some rounds."""
    others = await _anew(lambda folder: left_as_talk(folder, other_lines(lines)))
    kinds = {"seven short lines": short_lines(lines), "no line twice": others}
    for name, some in kinds.items():
        rates: list[float] = []
        for _ in range(ROUNDS):
            look.cache_clear()
            rates.append(await _anew(lambda folder, some=some: talk(folder, some)))
        print(f"talk, {name:20} {statistics.median(rates):8.0f} messages/s of a core")
    found = [await _anew(lambda folder: requests(folder, reports)) for _ in range(ROUNDS)]
    middle = sorted(found, key=lambda each: each.handled / each.by_hand)[ROUNDS // 2]
    counts = f"{middle.statements:.0f} statements each, {middle.writes:.0f} of them write"
    print(f"requests                   {middle.handled:8.0f} /s of a core ({counts})")
    print(f"  and what is said, sent   {middle.sent:8.0f} /s of a core")
    share = middle.handled / middle.by_hand
    print(f"  and counted, later       {middle.counting:8.2f} ms each")
    print(f"  the same rows by hand    {middle.by_hand:8.0f} /s of a core; share {share:.2f}")


async def _anew(run: Callable[[Path], Awaitable[Any]]) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        return await run(Path(folder))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("talk", nargs="?", type=int, default=5000)
    asked.add_argument("requests", nargs="?", type=int, default=1000)
    asked.add_argument("--profile", action="store_true", help="what takes the time, for both")
    given = asked.parse_args()
    set_up_logs("error", "console")
    if not given.profile:
        asyncio.run(measure(given.talk, given.requests))
        return
    _profile(lambda folder: left_as_talk(folder, other_lines(given.talk)))
    _profile(lambda folder: requests(folder, given.requests))


def _profile(run: Callable[[Path], Awaitable[Any]]) -> None:
    profile = cProfile.Profile()
    profile.runcall(asyncio.run, _anew(run))
    pstats.Stats(profile).sort_stats("tottime").print_stats(45)


if __name__ == "__main__":
    main()
