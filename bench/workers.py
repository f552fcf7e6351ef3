"""Worker processes on one PostgreSQL, four against one: `python -m bench.workers [MESSAGES]`.

Prints, in one run: messages a second that an intake keeps (durably, a hundred a transaction), that
one, two and four workers handle, their ratio, and what a message costs the processor in the workers
and in PostgreSQL, which is where the limit lies. A tenth of the messages are reports; then all are.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from bench.bot_api import REPORTS, TALK
from bench.telegram_speed import TOKEN, server
from bench.town import build_at
from bot.clock import SystemClock
from storage.engine import Store
from storage.queries import sharing
from storage.queries.intake import keep_updates
from storage.tables import Update
from tests.fakes.postgres import Postgres, running

CHATS = 200
BATCH = 100
LONGEST = 600.0
TICKS = os.sysconf("SC_CLK_TCK")
COMMAND = (sys.executable, "-m", "bot.cli", "run", "--role", "worker")


@dataclass(frozen=True, slots=True)
class Rate:
    """What a number of workers did."""

    handled: float  #: messages a second
    worker: float  #: milliseconds of processor a message
    postgres: float


def rows_of(n: int, every: int) -> list[dict[str, object]]:
    """`n` updates in order, one in `every` a report."""
    now = SystemClock().now()
    return [_row(number, every, now) for number in range(n)]


def _row(number: int, every: int, now: datetime) -> dict[str, object]:
    chat = -1001000000 - number % CHATS
    report = number % every == 0
    texts = REPORTS if report else TALK
    message = {
        "message_id": number,
        "date": int(now.timestamp()),
        "chat": {"id": chat, "type": "supergroup", "title": "g"},
        "from": {"id": 5000 + number % 50, "is_bot": False, "first_name": f"N{number % 50}"},
        "text": f"/report {texts[number % len(texts)]}" if report else texts[number % len(texts)],
    }
    return {
        "platform": "telegram",
        "key": f"123456:{number}",
        "lane": f"telegram:{chat}",
        "body": json.dumps({"update_id": number, "message": message}, ensure_ascii=False),
        "received_at": now,
    }


async def keep(store: Store, rows: Sequence[dict[str, object]], batch: int) -> float:
    """Keep them as an intake does; gives seconds."""
    begun = time.perf_counter()
    for start in range(0, len(rows), batch):
        some = rows[start : start + batch]
        async with store.write() as session:
            now = SystemClock().now()
            await sharing.note_kept(session, (str(row["lane"]) for row in some), now)
            await keep_updates(session, some)
    return time.perf_counter() - begun


async def waiting(store: Store) -> int:
    asked = select(func.count()).select_from(Update).where(Update.state == "new")
    async with store.read() as session:
        return await session.scalar(asked) or 0


async def done(store: Store, left: int) -> float:
    """The moment at which no more than `left` wait."""
    end = time.perf_counter() + LONGEST
    while await waiting(store) > left:
        assert time.perf_counter() < end, "the workers do not come to an end"
        await asyncio.sleep(0.05)
    return time.perf_counter()


@asynccontextmanager
async def workers(count: int, url: str, api: str, folder: Path) -> AsyncGenerator[list[int]]:
    """So many worker processes at work; gives their numbers."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
    env = {
        **own,
        "LINLI_DATABASE_URL": url,
        "LINLI_DATA_DIR": str(folder),
        "LINLI_TELEGRAM_TOKEN": TOKEN,
        "LINLI_TELEGRAM_BASE_URL": f"{api}/bot",
        "LINLI_LOG_LEVEL": "warning",
    }
    made = [
        await asyncio.create_subprocess_exec(*COMMAND, env=env, stdout=asyncio.subprocess.PIPE)
        for _ in range(count)
    ]
    for each in made:
        assert each.stdout is not None
        await each.stdout.readline()  # it says where it listens
    try:
        yield [each.pid for each in made]
    finally:
        for each in made:
            each.terminate()
        for each in made:
            await each.wait()


def processor(pids: Sequence[int]) -> float:
    """Seconds of processor that these have used."""
    used = 0.0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except FileNotFoundError:
            continue
        used += (int(fields[11]) + int(fields[12])) / TICKS
    return used


def of_postgres(server: Postgres) -> list[int]:
    """All processes of the database server: they stand in its folder."""
    data, found = str(server.folder / "data"), list[int]()
    for each in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(each / "cwd") == data:
                found.append(int(each.name))
        except OSError:
            continue
    return found


async def measured(database: Postgres, count: int, n: int, every: int) -> Rate:
    """`n` messages that wait already, handled by `count` workers that are warm already."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        api = stack.enter_context(server())
        url = database.url(await database.fresh())
        await build_at(url, CHATS)
        store = Store(url)
        stack.push_async_callback(store.close)
        pids = await stack.enter_async_context(workers(count, url, api, folder))
        rows = rows_of(n + 2 * CHATS, every)
        await keep(store, rows[: 2 * CHATS], 2 * CHATS)  # each knows its chats by then
        await done(store, 0)
        mine, theirs = processor(pids), processor(of_postgres(database))
        await keep(store, rows[2 * CHATS :], n)
        begun = await done(store, n - n // 10)
        ended = await done(store, 0)
        mine, theirs = processor(pids) - mine, processor(of_postgres(database)) - theirs
    return Rate((n - n // 10) / (ended - begun), 1000 * mine / n, 1000 * theirs / n)


async def intake(database: Postgres, n: int) -> tuple[float, float]:
    """Messages a second that one intake keeps, and what one costs PostgreSQL in milliseconds."""
    url = database.url(await database.fresh())
    await build_at(url, CHATS)
    store = Store(url)
    used = processor(of_postgres(database))
    took = await keep(store, rows_of(n, 10), BATCH)
    used = processor(of_postgres(database)) - used
    await store.close()
    return n / took, 1000 * used / n


async def main(n: int) -> None:
    with running(durable=True) as database:
        kept, cost = await intake(database, n)
        print(f"an intake keeps {kept:,.0f} messages a second; PostgreSQL: {cost:.2f} ms each")
        for every, what, many in ((10, "a tenth reports", n), (1, "all reports", n // 5)):
            rates = {each: await measured(database, each, many, every) for each in (1, 2, 4)}
            for count, rate in rates.items():
                print(
                    f"{what}, {count} workers: {rate.handled:,.0f} a second; processor a message: "
                    f"{rate.worker:.2f} ms in workers, {rate.postgres:.2f} ms in PostgreSQL"
                )
            ratio = rates[4].handled / rates[1].handled
            print(f"{what}: four against one {ratio:.2f} (on {os.cpu_count()} cores)")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
