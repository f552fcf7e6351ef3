"""A flood in one group, and what the others notice of it: `python -m bench.overload [SECONDS]`.

10,000 messages a minute come into one group while a report a quarter of a second comes into other
groups, each in one of its own. Told for each kind of flood, in one process with Telegram's limits:
the time from a report to its card in the other groups, without the flood and with it, as a ratio;
how long the flood took to be handled; and how many first reports of the flood are in no request,
each by its words and what became of it.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench.bot_api import TALK
from bench.town import build
from bot.app import App
from bot.logs import set_up_logs
from bot.platforms.inside import Inside
from config.settings import Settings
from handlers.chat.incoming import ChatKind, ChatRef, Incoming, Message, Sender
from handlers.chat.outgoing import Acknowledge, React, Say, SendFile, Show
from handlers.chat.platform import Capabilities, ChatFacts, Delivered, Intake, Limits, RawUpdate
from handlers.hearing import Glance
from handlers.understanding import meaning
from storage.engine import Store
from storage.tables import Request, RequestMessage

FLOOD = 10_000 / 60  #: messages a second
OTHERS = 4  #: reports a second in the other groups
LONGEST = 900.0  #: seconds that are given to a flood to be handled
STEP = 0.05  #: seconds between two batches of the flood
LIMITS = Limits(chat_per_second=1, group_per_minute=20, overall_per_second=30)
PEOPLE = 2000
REPORTS = ("电梯又坏了", "我家停水了", "楼道灯不亮了", "垃圾桶满了没人收", "单元门关不上了")

Line = Callable[[int], tuple[int, str]]  #: the nth line of a flood: who says what


def _talk(n: int) -> tuple[int, str]:
    return n % PEOPLE, TALK[n % len(TALK)]


def _reports(n: int) -> tuple[int, str]:
    return n % PEOPLE, REPORTS[n % len(REPORTS)]


def _repeats(n: int) -> tuple[int, str]:
    return 0, REPORTS[0]


def _one_person(n: int) -> tuple[int, str]:
    return 0, f"{n % 40 + 1}单元{n % 6 + 1}楼{REPORTS[n % len(REPORTS)]}"


FLOODS: Mapping[str, Line] = {
    "talk of many": _talk,
    "reports of many": _reports,
    "one, the same again": _repeats,
    "one, ever new reports": _one_person,
}


#: By the clock, and by the processor's time of this process: other programs change the first.
Moment = tuple[float, float]


def moment() -> Moment:
    return time.perf_counter(), time.process_time()


@dataclass(slots=True)
class Delays:
    """Seconds from reports to their cards, sorted."""

    wall: list[float]
    busy: list[float]


@dataclass
class Street(Inside):
    """A platform in memory that says at once that all is sent."""

    name: str = "telegram"
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(limits=LIMITS))
    intake: Intake | None = None
    given: dict[str, Moment] = field(default_factory=dict[str, Moment])
    answered: dict[str, Moment] = field(default_factory=dict[str, Moment])
    started: asyncio.Event = field(default_factory=asyncio.Event)
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    async def run(self, intake: Intake) -> None:
        self.intake = intake
        self.started.set()
        await asyncio.Event().wait()

    def read(self, body: Mapping[str, Any]) -> Sequence[Incoming]:
        sender = Sender(str(9000 + body["who"]), f"N{body['who']}")
        chat = ChatRef(self.name, body["chat"], ChatKind.GROUP)
        at = datetime.fromtimestamp(body["at"], UTC)
        return [Message(chat, sender, at, body["id"], body["text"])]

    async def deliver(
        self, out: Say | Show | Acknowledge | React | SendFile, message_id: str | None
    ) -> Delivered:
        if isinstance(out, Show | Say):
            self.answered.setdefault(out.chat, moment())
        return Delivered(message_id or f"b{next(self.numbers)}")

    async def examine(self, chat_id: str | None) -> ChatFacts:
        return ChatFacts(reachable=True, administrator=True)

    async def say(self, lines: Sequence[tuple[str, int, str]]) -> list[str]:
        """These come in together: (group, who, what); gives the messages' ids."""
        assert self.intake is not None
        updates: list[RawUpdate] = []
        for chat, who, text in lines:
            key = f"m{next(self.numbers)}"
            body = {"chat": chat, "who": who, "text": text, "id": key, "at": time.time()}
            updates.append(RawUpdate(key, chat, body))
            self.given.setdefault(chat, moment())
        await self.intake.receive(self.name, updates)
        return [each.key for each in updates]

    def delays(self, chats: Sequence[str]) -> Delays:
        ends = [(self.given[each], self.answered.get(each, moment())) for each in chats]
        wall, busy = (sorted(end[i] - begin[i] for begin, end in ends) for i in (0, 1))
        return Delays(wall, busy)


def group(n: int) -> str:
    return str(-1001000000 - n)


@dataclass(slots=True)
class Outcome:
    """What one flood did."""

    calm: Delays
    flooded: Delays
    behind: float  #: seconds from the last line of the flood until all of it was handled
    lines: int
    lost: list[str]  #: first reports in no request: what they said, and what became of them
    requests: int


async def others(street: Street, chats: Sequence[str]) -> None:
    """A report in each of these groups, one after the other."""
    for n, chat in enumerate(chats):
        await street.say([(chat, n % PEOPLE, REPORTS[n % len(REPORTS)])])
        await asyncio.sleep(1 / OTHERS)


async def flood(street: Street, line: Line, seconds: float) -> dict[str, str]:
    """Pour lines into group 0; gives each person's first: its id, and what it says."""
    known: set[int] = set()
    first: dict[str, str] = {}
    begun, poured = time.perf_counter(), 0
    while (now := time.perf_counter() - begun) < seconds:
        said = [line(n) for n in range(poured, int(now * FLOOD))]
        poured += len(said)
        for at in range(0, len(said), 100):  # as a platform gives them
            part = said[at : at + 100]
            keys = await street.say([(group(0), who, text) for who, text in part])
            for (who, text), key in zip(part, keys, strict=True):
                if who not in known:
                    known.add(who)
                    first[key] = text
        await asyncio.sleep(STEP)
    return first


def witnessed(app: App) -> dict[str, str]:
    """What becomes of each message from now on, by its id."""
    became: dict[str, str] = {}

    def told_of(glance: Glance, outcome: meaning.Outcome, of: str | None) -> None:
        became[glance.heard.key] = f"{outcome.value} of {of}, {glance.meaning.confidence:.2f} sure"

    app.dispatcher.hearing.witness = told_of
    return became


async def measure(folder: Path, line: Line, seconds: float) -> Outcome:
    half = int(seconds * OTHERS)
    path = folder / "bench.db"
    await build(path, 2 * half + 2)
    settings = Settings(database_url=f"sqlite:///{path}", data_dir=folder, web_chat=False)
    store, street = Store(settings.database_url), Street()
    app = App(settings, store, [street])
    became = witnessed(app)
    running = asyncio.ensure_future(app.run())
    await street.started.wait()
    await others(street, [group(2 * half + 1)])  # warm
    calm, flooded = ([group(1 + n + at) for n in range(half)] for at in (0, half))
    await others(street, calm)
    async with asyncio.TaskGroup() as both:
        pouring = both.create_task(flood(street, line, seconds))
        both.create_task(others(street, flooded))
    begun = time.perf_counter()
    await app.caught_up(LONGEST)
    behind = time.perf_counter() - begun
    await asyncio.sleep(1)
    first = pouring.result()
    async with store.read() as session:
        kept = set((await session.scalars(select(RequestMessage.message_id))).all())
        requests = await session.scalar(select(func.count()).select_from(Request)) or 0
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await app.close()
    await store.close()
    lost = [
        f"{key} {text!r} {became.get(key, 'never heard')}"
        for key, text in first.items()
        if key not in kept
    ]
    return Outcome(
        street.delays(calm),
        street.delays(flooded),
        behind,
        int(seconds * FLOOD),
        lost,
        requests - 2 * half - 1,
    )


def middle_and_late(delays: Sequence[float]) -> tuple[float, float]:
    """Milliseconds."""
    return statistics.median(delays) * 1000, delays[int(len(delays) * 0.95)] * 1000


def told(name: str, found: Outcome) -> None:
    parts = [f"{name:22}"]
    for calm, wet in ((found.calm.wall, found.flooded.wall), (found.calm.busy, found.flooded.busy)):
        (before, before_late), (then, then_late) = middle_and_late(calm), middle_and_late(wet)
        parts.append(f"{before:6.0f} {before_late:6.0f} {then:6.0f} {then_late:6.0f}")
        parts.append(f"{then / before:6.2f} {then_late / before_late:6.2f}  ")
    parts.append(f"{found.behind:8.1f} {len(found.lost):5} {found.requests:9}")
    print(" ".join(parts), flush=True)
    for line in found.lost:
        print(f"{'':22} in no request: {line}", flush=True)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    chosen = sys.argv[2:]
    set_up_logs("error", "console")
    print(f"a flood of {int(seconds * FLOOD)} messages in {seconds:.0f} s in one group, ms")
    columns = f"{'without':>13} {'with':>13} {'ratio':>13}  "
    print(f"{'':22} {'by the clock':<41}   {'by the processor':<41}")
    print(f"{'':22} {columns} {columns}   behind  lost  requests")
    print(f"{'':22} {'   p50    p95' * 3}    {'   p50    p95' * 3}          s")
    for name, line in FLOODS.items():
        if chosen and not any(each in name for each in chosen):
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = asyncio.run(measure(Path(folder), line, seconds))
        if "talk" in name:
            found.lost.clear()
        told(name, found)


if __name__ == "__main__":
    main()
