"""The running program killed hundreds of times, against a run without: `python -m bench.crash`.

People of a small town report, join, take, finish and confirm through a strict Bot API server while
`linli run` is killed with SIGKILL at moments and at steps of its work, and started again. Then:
requests, events and joins must be the same as without kills, every message must stand there, and
what stands there twice must be a send whose noting was cut. Exit code 1 when it is not so.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.crashing.program import Killer, Program
from bench.crashing.story import STEPS, Building, Pass
from bench.crashing.sums import Sums, sums, waits
from bench.crashing.town import build, houses, zone
from bench.telegram_speed import free_port
from bot.clock import SystemClock
from storage.engine import Store
from tests.fakes.bot_api import FakeTelegram
from tests.fakes.postgres import running

#: Steps that people do in a life of the program, about.
STEPS_A_LIFE = 3
ROUNDS = 3
#: Seconds until Telegram posts again at the latest: a minute would let most lives pass unused.
WEBHOOK_PAUSE = 0.5
#: Seconds until the last letter is sent after the last kill.
TO_SETTLE = 120.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be run."""

    kills: int
    webhook: bool
    postgresql: bool
    seed: int

    @property
    def buildings(self) -> int:
        """As many as it takes to have something going on in every life."""
        return max(2, -(-self.kills * STEPS_A_LIFE // (ROUNDS * STEPS)))


@dataclass(slots=True)
class Run:
    """One run on a database of its own."""

    tg: FakeTelegram
    program: Program
    store: Store
    town: list[Building]
    lot: random.Random
    passes: Pass

    @property
    def steps(self) -> int:
        """All that people do."""
        return len(self.town) * ROUNDS * STEPS

    async def whole(self, kills: int, killer: Killer) -> Sums:
        """The town lives; the program is killed so often, then goes on in peace."""
        async with asyncio.TaskGroup() as group:
            lives = [
                group.create_task(each.live(ROUNDS, self.passes, random.Random(each.number)))
                for each in self.town
            ]
            group.create_task(self._program(kills, killer))
            await asyncio.wait(lives)
        done = await _settled(self.store)
        code = await self.program.stop()
        assert done, "it never came to rest"
        assert code == 0, f"it did not end as asked: {code}"
        return await sums(self.store, self.town)

    async def _program(self, kills: int, killer: Killer) -> None:
        for number in range(kills):
            share = self.steps * (number + 1) // kills - self.steps * number // kills
            given = iter([share])
            await killer.life(lambda given=given: self.passes.let(next(given, 0)))
            self.passes.let(next(given, 0))
            if number % 20 == 19:
                print(
                    f"  {number + 1} kills, {self.passes.taken} of {self.steps} steps", flush=True
                )
        self.passes.let(0 if kills else self.steps)
        await self.program.start()


async def _settled(store: Store) -> bool:
    end = time.monotonic() + TO_SETTLE
    while time.monotonic() < end:
        if not await waits(store):
            return True
        await asyncio.sleep(0.2)
    return False


@contextmanager
def _database(wish: Wish, folder: Path) -> Generator[list[str]]:
    """Addresses of two empty databases: for the run without kills, and for the one with."""
    if not wish.postgresql:
        yield [f"sqlite:///{folder}/{name}.db" for name in ("peace", "kills")]
        return
    with running() as server, asyncio.Runner() as runner:
        yield [server.url(runner.run(server.fresh())) for _ in range(2)]


@asynccontextmanager
async def _prepared(wish: Wish, url: str, folder: Path) -> AsyncGenerator[Run]:
    await build(url, wish.buildings)
    port = free_port()
    async with FakeTelegram() as tg:
        env = {
            **os.environ,
            "LINLI_DATABASE_URL": url,
            "LINLI_DATA_DIR": str(folder),
            "LINLI_TELEGRAM_TOKEN": tg.token,
            "LINLI_TELEGRAM_BASE_URL": tg.base_url,
            "LINLI_TELEGRAM_WEBHOOK": str(wish.webhook),
            "LINLI_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "LINLI_PORT": str(port),
            "LINLI_DEMO": "false",
            "LINLI_WEB_CHAT": "false",
            "LINLI_LOG_LEVEL": "warning",
            "LINLI_TIMEZONE": zone(SystemClock().now()),
        }
        tg.world.webhook.longest_pause = WEBHOOK_PAUSE
        town = [Building(tg, house, n) for n, house in enumerate(houses(wish.buildings))]
        store = Store(url)
        program = Program(env, folder / "log")
        try:
            yield Run(tg, program, store, town, random.Random(wish.seed), Pass())
        finally:
            program.kill()
            if program.starts:
                await program.gone()
            await store.close()


async def _once(wish: Wish, url: str, folder: Path, kills: int) -> tuple[Sums, Run, Killer]:
    async with _prepared(wish, url, folder) as run:
        killer = Killer(run.tg, run.program, run.lot, wish.webhook)
        run.tg.watch(killer.watch)
        found = await run.whole(kills, killer)
        assert not run.tg.violations, run.tg.violations
        return found, run, killer


def _report(run: Run, killer: Killer, found: Sums, seconds: float) -> None:
    told = sum(each.said for each in run.town)
    presses = sum(len(each.presses) for each in run.town)
    print(f"killed                {sum(killer.killed.values())} times in {seconds:.0f} s")
    for name, count in killer.killed.most_common():
        print(f"  {count:5} {name}")
    print(f"people                {told} messages, {presses} presses in {len(run.town)} groups")
    print(f"requests              {len(found.happened)}")
    print(f"messages of the bot   {sum(found.said.values())}")
    print(f"doubles               {len(found.doubles)}, each of a send that was cut")
    for each in found.doubles[:5]:
        print(f"        {each[:100]}")


def _ended(_signal: int, _frame: object) -> None:
    """The program must not outlive the bench."""
    sys.exit(1)


def main() -> int:
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--webhook", action="store_true", help="instead of polling")
    asked.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    signal.signal(signal.SIGTERM, _ended)
    wish = Wish(given.kills, given.webhook, given.postgresql, given.seed)
    with tempfile.TemporaryDirectory() as name, _database(wish, Path(name)) as (calm, killed):
        peace, *_ = asyncio.run(_once(wish, calm, Path(name), 0))
        start = time.perf_counter()
        found, run, killer = asyncio.run(_once(wish, killed, Path(name), wish.kills))
        _report(run, killer, found, time.perf_counter() - start)
        wrong = found.differences(peace)
        log = (Path(name) / "log").read_text()
    for each in wrong[:40]:
        print(f"WRONG  {each}")
    for word in ("Traceback", "update.dead", "letter.broke"):
        if count := log.count(word):
            print(f"in the log            {count} x {word}")
            wrong.append(word)
    print("all as without kills" if not wrong else f"{len(wrong)} differences")
    if wrong:
        Path("crash.log").write_text(log)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
