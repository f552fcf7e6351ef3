"""How long it takes when so many desks change hands at the same minute.

python -m bench.handovers [desks] [--profile]
"""

from __future__ import annotations

import asyncio
import cProfile
import pstats
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bench.deadlines import app_on, fill
from bench.town import NOW, build
from bot.clock import VirtualClock
from handlers.duty import making
from handlers.duty.turns import Rule
from storage.engine import Store
from storage.tables import Account, Area, Chat, Letter, Person, Request, Rota, RotaMember, Shift

#: Every desk changes hands at this moment: Monday, nine o'clock in Shanghai.
CHANGE = NOW + timedelta(days=7)
RULE = Rule("Asia/Shanghai", (("09:00", "17:00"),), "2026-03-02")
#: The evening before, everybody is told of their turns.
EVENING = CHANGE - timedelta(hours=13)
OPEN = 200


async def desks(store: Store, count: int) -> None:
    """So many desks, spread over the buildings, two people each; the first week is under way."""
    async with store.write() as session:
        buildings = (
            await session.scalars(select(Area).where(Area.kind == "building").order_by(Area.id))
        ).all()
        people = [await _person(session, each) for each in range(2 * count)]
        for each in range(count):
            rota = Rota(
                area_id=buildings[each % len(buildings)].id,
                name=f"值班台{each}",
                created_at=NOW,
                **making.columns(RULE, EVENING - timedelta(hours=1)),
            )
            session.add(rota)
            await session.flush()
            for position, person in enumerate(people[2 * each : 2 * each + 2]):
                session.add(RotaMember(rota_id=rota.id, position=position, person_id=person))


async def _person(session: AsyncSession, number: int) -> int:
    person = Person(name=f"D{number}", skills=[], created_at=NOW)
    session.add(person)
    await session.flush()
    account = str(90_000 + number)
    session.add(
        Account(
            platform="telegram",
            external_id=account,
            person_id=person.id,
            private_chat=account,
        )
    )
    session.add(
        Chat(
            platform="telegram",
            external_id=account,
            kind="private",
            title=person.name,
            present=True,
            settings={},
        )
    )
    return person.id


async def _letters(store: Store) -> int:
    async with store.read() as session:
        return await session.scalar(select(func.count()).select_from(Letter)) or 0


async def change(folder: Path, count: int, *, profile: bool) -> None:
    """All desks change hands at the same minute; what was told is counted."""
    path = folder / "handovers.db"
    await build(path)
    clock = VirtualClock(EVENING)
    app = app_on(path, clock)
    await fill(app.store, OPEN, due=True)
    await desks(app.store, count)
    async with app.store.write() as session:
        await session.execute(update(Request).values(due_at=None))
    for moment in (EVENING, CHANGE - timedelta(hours=1)):
        clock.set(moment)

        await app.ticks.tick()
    clock.set(CHANGE)
    before = await _letters(app.store)
    profiler = cProfile.Profile()
    begin, used = time.perf_counter(), time.process_time()
    if profile:
        profiler.enable()
    await app.ticks.tick()
    profiler.disable()
    took, used = time.perf_counter() - begin, time.process_time() - used
    async with app.store.read() as store:
        served = await store.scalar(select(func.count()).select_from(Shift))
    letters = await _letters(app.store) - before
    print(f"{count} handovers at one minute: {took:.1f} s ({used:.1f} s of work)")
    print(f"  {served} written down, {letters} letters")
    await app.store.close()
    if profile:
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)


async def main() -> None:
    """As many as were asked for, or 500."""
    numbers = [int(each) for each in sys.argv[1:] if each.isdigit()]
    with tempfile.TemporaryDirectory() as made:
        await change(Path(made), numbers[0] if numbers else 500, profile="--profile" in sys.argv)


if __name__ == "__main__":
    asyncio.run(main())
