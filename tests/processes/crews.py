"""Real processes of the program on one PostgreSQL, with a strict fake of Telegram around them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from storage.engine import Store
from storage.migrate import upgrade
from storage.tables import Area, Chat, Letter, Request, Update
from tests.fakes.bot_api import FakeTelegram, Group, Person
from tests.fakes.databases import DATABASES
from tests.harness import fill
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from bot.cli import main; main()", "run")


@dataclass(slots=True)
class Process:
    """One process of the program."""

    roles: tuple[str, ...]
    log: Path
    running: asyncio.subprocess.Process

    async def started(self) -> None:
        """It works by now."""
        await until(lambda: "app.started" in self.told, f"for {self.roles}: {self.told}")

    @property
    def told(self) -> str:
        """What it logged."""
        return self.log.read_text(encoding="utf-8")

    async def kill(self) -> None:
        """Gone at this moment, without a word."""
        self.running.kill()
        await self.running.wait()

    async def stop(self) -> None:
        """Asked to stop, it does."""
        if self.running.returncode is None:
            self.running.send_signal(signal.SIGTERM)
            await self.running.wait()

    def freeze(self) -> None:
        """It stands still, as on a machine that is out of breath."""
        self.running.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        self.running.send_signal(signal.SIGCONT)


@dataclass(slots=True)
class Town:
    """Groups of one building on Telegram, people who talk, processes that listen."""

    folder: Path
    store: Store
    tg: FakeTelegram
    groups: list[Group]
    people: list[Person]
    processes: list[Process] = field(default_factory=list[Process])

    async def starts(self, *roles: str, **settings: str) -> Process:
        """A process with these roles; none: all."""
        log = self.folder / f"{len(self.processes)}-{'-'.join(roles) or 'all'}.log"
        given = [part for role in roles for part in ("--role", role)]
        with log.open("w") as out:
            running = await asyncio.create_subprocess_exec(
                *COMMAND,
                *given,
                cwd=self.folder,
                env=self._environment(settings),
                stdout=out,
                stderr=out,
            )
        made = Process(roles, log, running)
        self.processes.append(made)
        return made

    async def crew(self, *roles: str) -> list[Process]:
        """A process for each of these roles, all at work."""
        made = [await self.starts(role) for role in roles]
        for each in made:
            await each.started()
        return made

    def _environment(self, settings: dict[str, str]) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
        return {
            **own,
            "PYTHONPATH": str(ROOT),
            "LINLI_DATABASE_URL": self.store.url,
            "LINLI_TELEGRAM_TOKEN": self.tg.token,
            "LINLI_TELEGRAM_BASE_URL": self.tg.base_url,
            "LINLI_WEB_CHAT": "false",
            "LINLI_DEMO": "false",
            "LINLI_PORT": "0",
            **settings,
        }

    def cards(self, group: Group) -> list[int]:
        """The numbers of the requests whose cards stand in a group, as they came."""
        titles = [bold for said in group.said for bold in said.bold if bold.startswith("#")]
        return [int(each.split()[0].lstrip("#")) for each in titles]

    async def requests(self) -> dict[int, str]:
        """The words of each request by its number."""
        async with self.store.read() as store:
            rows = await store.execute(select(Request.number, Request.words))
            return {row.number: row.words for row in rows.all()}

    async def owed(self) -> int:
        """How much is not handled or not said yet."""
        kept = select(func.count()).select_from(Update).where(Update.state == "new")
        laid = select(func.count()).select_from(Letter).where(Letter.state == "new")
        async with self.store.read() as store:
            return (await store.scalar(kept) or 0) + (await store.scalar(laid) or 0)

    async def settles(self) -> None:
        """Until all is read, handled and said."""
        end = time.monotonic() + PATIENCE
        while self.tg.world.updates.queue or await self.owed():
            assert time.monotonic() < end, "it does not come to an end"
            await asyncio.sleep(0.05)


async def until(there: Callable[[], object], told: str) -> float:
    """Seconds until something holds."""
    begun = time.monotonic()
    while not there():
        assert time.monotonic() < begun + PATIENCE, f"waited in vain {told}"
        await asyncio.sleep(0.02)
    return time.monotonic() - begun


async def _migrated(url: str) -> None:
    store = Store(url)
    await upgrade(store)
    await fill(store)
    await store.close()


@asynccontextmanager
async def town(folder: Path, groups: int) -> AsyncGenerator[Town]:
    """So many groups of building 3, and nobody at work yet."""
    async with AsyncExitStack() as stack:
        fresh = DATABASES.fresh("migrated_cast", _migrated, folder, "postgresql")
        store = Store(await stack.enter_async_context(fresh))
        stack.push_async_callback(store.close)
        tg = await stack.enter_async_context(FakeTelegram(limits=True))
        people = [tg.person(f"住户{n}") for n in range(groups)]
        rooms = [tg.group(f"3栋{n}群", people) for n in range(groups)]
        await _known(store, rooms)
        made = Town(folder, store, tg, rooms, people)
        try:
            yield made
        finally:
            for each in made.processes:
                await each.stop()
        assert not tg.violations


async def _known(store: Store, groups: list[Group]) -> None:
    """The groups were linked to the building long ago."""
    async with store.write() as session:
        area = await session.scalar(
            select(Area.id).where(Area.kind == "building", Area.code == "3")
        )
        for each in groups:
            session.add(
                Chat(
                    platform="telegram",
                    external_id=str(each.id),
                    kind="group",
                    title=each.chat.title,
                    area_id=area,
                    administrator=True,
                )
            )
