"""Whether work costs the same however much is stored: `python -m bench.flat [STORED] [HOUSEHOLDS]`.

Two databases in one run, asked in turn: one with 1,000 stored requests and 50 households, one with
1,000,000 and 60,000. For each: a message that opens a request, taking it, the list of open ones,
the numbers of a building and of the whole place; the median of this process's processor time, and
the ratio.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from sqlalchemy import func, insert, select

from bench.bot_api import report, update
from bench.deadlines import staff
from bench.in_process import Bench
from bench.statistics import COORDINATOR, fill
from bench.town import NOW, build
from bot.clock import VirtualClock
from bot.logs import set_up_logs
from bot.platforms.telegram.intake import raw_updates
from storage.engine import Store
from storage.tables import Area, Chat, Person, Request, Residence

GROUPS = 200
ROUNDS = 40
WARM = 5
CAPTAIN = 900


async def house(store: Store, households: int) -> None:
    """So many flats with somebody in each, spread over the buildings."""
    async with store.write() as session:
        buildings = (await session.scalars(select(Area).where(Area.kind == "building"))).all()
        area = (await session.scalar(select(func.max(Area.id))) or 0) + 1
        person = (await session.scalar(select(func.max(Person.id))) or 0) + 1
        for start in range(0, households, 5000):
            some = range(start, min(start + 5000, households))
            homes = [(n, buildings[n % len(buildings)]) for n in some]
            await session.execute(insert(Area), [_flat(area + n, n, above) for n, above in homes])
            people: list[dict[str, Any]] = [
                {"id": person + n, "name": f"R{n}", "skills": [], "created_at": NOW} for n in some
            ]
            await session.execute(insert(Person), people)
            living = [
                {"person_id": person + n, "area_id": area + n, "since": NOW, "confirmed_at": NOW}
                for n in some
            ]
            await session.execute(insert(Residence), living)


def _flat(area: int, n: int, above: Area) -> dict[str, Any]:
    code = str(1000 + n)
    return {
        "id": area,
        "parent_id": above.id,
        "kind": "household",
        "name": code,
        "code": code,
        "path": f"{above.path}{area}/",
        "settings": {},
    }


@dataclass
class Town:
    """A program on a database of one size."""

    bench: Bench
    times: dict[str, list[float]] = field(default_factory=dict[str, list[float]])

    @classmethod
    async def of(cls, folder: Path, stored: int, households: int) -> Town:
        path = folder / f"{stored}.db"
        await build(path, GROUPS)
        store = Store(f"sqlite:///{path}")
        await staff(store)
        await house(store, households)
        await fill(store, stored)
        await store.close()
        bench = Bench(path, GROUPS, VirtualClock(NOW))
        await bench.warm()  # each group was read once: its rooms are remembered
        return cls(bench)

    async def said(self, what: str, message: Callable[[dict[str, Any]], None], text: str) -> None:
        """Something is said, handled and answered; noted how long that took."""
        bench = self.bench
        bench.number += 1
        raw = json.loads(update(bench.number, GROUPS, text, bench.number % (GROUPS - 1) + 1))
        raw["message"]["date"] = int(bench.app.clock.now().timestamp())
        message(raw["message"])
        begun = process_time()
        await bench.app.inbox.receive("telegram", raw_updates([raw], bench.platform.me))
        await bench.app.inbox.drain()
        self.times.setdefault(what, []).append(process_time() - begun)
        await bench.app.delivery.drain()

    async def newest(self) -> tuple[int, str]:
        """The newest request's number, and the group in which it was said."""
        async with self.bench.store.read() as session:
            row = await session.execute(
                select(Request.number, Chat.external_id)
                .join(Chat, Chat.id == Request.chat_id)
                .order_by(Request.id.desc())
                .limit(1)
            )
            number, group = row.one()
            return number, group

    async def round(self, n: int) -> None:
        """Everything once."""
        await self.said("a message", _by_resident, report(n))
        number, group = await self.newest()
        await self.said("taking it", lambda message: _by_captain(message, group), f"/take {number}")
        for what, text in (
            ("open ones of a building", "/open 7栋"),
            ("open ones of all", "/open"),
            ("numbers of a building", "/stats 2026-02 7栋"),
            ("numbers of all", "/stats 2026-02"),
        ):
            await self.said(what, _by_coordinator, text)

    async def close(self) -> None:
        await self.bench.close()


def _by_resident(message: dict[str, Any]) -> None:
    message["chat"]["title"] = "g"


def _by_captain(message: dict[str, Any], group: str) -> None:
    message["from"] = {"id": CAPTAIN, "is_bot": False, "first_name": "王姨"}
    message["chat"] = {"id": int(group), "type": "supergroup", "title": "g"}


def _by_coordinator(message: dict[str, Any]) -> None:
    who = int(COORDINATOR)
    message["from"] = {"id": who, "is_bot": False, "first_name": "S2"}
    message["chat"] = {"id": who, "type": "private"}


async def main(stored: int, households: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        small = await Town.of(Path(folder), 1000, 50)
        large = await Town.of(Path(folder), stored, households)
        for n in range(ROUNDS + WARM):
            for town in (small, large) if n % 2 else (large, small):
                await town.round(n)
        for what in small.times:
            few, many = (median(town.times[what][WARM:]) for town in (small, large))
            print(f"{what:24}{few * 1000:8.2f} ms {many * 1000:8.2f} ms   ratio {many / few:.2f}")
        for town in (small, large):
            await town.close()


if __name__ == "__main__":
    set_up_logs("error", "console")
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("stored", nargs="?", type=int, default=1_000_000)
    asked.add_argument("households", nargs="?", type=int, default=60_000)
    given = asked.parse_args()
    asyncio.run(main(given.stored, given.households))
