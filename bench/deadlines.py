"""How long it takes when 10,000 deadlines come in the same minute, and what a tick costs with none.

python -m bench.deadlines [due] [stored ...]
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any, cast

from sqlalchemy import func, insert, select

from bench.town import NOW, build
from bot.app import App
from bot.clock import VirtualClock
from config.settings import Settings
from handlers.chat.platform import Capabilities, Platform
from handlers.statistics import monthly
from handlers.understanding.meaning import Heard, Meaning, Outcome, Scene
from storage.engine import Store
from storage.queries import clocks as chores
from storage.tables import (
    Account,
    Area,
    Chat,
    Event,
    Letter,
    Page,
    Person,
    Request,
    RequestCounter,
    RequestMessage,
    RoleHeld,
    Supporter,
)

MINUTE = NOW + timedelta(hours=24)
TICKS = 200


class Mute:
    """A platform as Telegram is one, of which nothing is sent or received here."""

    name = "telegram"
    capabilities = Capabilities()


class NobodyTalks:
    """Nothing is said in this bench."""

    def read(self, heard: Heard, scene: Scene) -> Meaning:
        return Meaning(Outcome.TALK)

    report = read


async def fill(store: Store, count: int, *, due: bool) -> None:
    """Store so many requests: open and due at one minute, or closed long ago."""
    async with store.write() as session:
        buildings = (
            await session.scalars(select(Area).where(Area.kind == "building").order_by(Area.id))
        ).all()
        root = int(buildings[0].path.split("/")[1])
        chats = {chat.area_id: chat.id for chat in await session.scalars(select(Chat))}
        people = (await session.scalars(select(Person.id).where(Person.name.like("N%")))).all()
        captain = (
            await session.scalars(
                select(RoleHeld.person_id).where(RoleHeld.role == "building_captain")
            )
        ).one()
        first = (await session.scalar(select(func.max(Request.id))) or 0) + 1
        for start in range(first, first + count, 5000):
            ids = range(start, min(start + 5000, first + count))
            await _insert(
                session,
                [
                    _request(i, root, buildings[i % len(buildings)], chats, people, due=due)
                    for i in ids
                ],
                captain,
                due=due,
            )
        await session.merge(RequestCounter(root_id=root, last=first + count))


def _request(
    i: int, root: int, area: Area, chats: dict[Any, int], people: Sequence[int], *, due: bool
) -> dict[str, Any]:
    return {
        "id": i,
        "root_id": root,
        "number": i,
        "words": f"电梯又坏了 {i}",
        "category": "lift",
        "kind": "repair",
        "urgency": "normal",
        "area_id": area.id,
        "area_path": area.path,
        "place": {"building": area.code},
        "chat_id": chats[area.id],
        "reporter_id": people[i % len(people)],
        "state": "open" if due else "closed",
        "ending": None if due else "solved",
        "card_chats": [chats[area.id]],
        "reasons": [],
        "opened_at": NOW,
        "changed_at": NOW,
        "ended_at": None if due else NOW,
        "answer_due": MINUTE,
        "climb_at": MINUTE if due else None,
        "solve_due": NOW + timedelta(days=7),
        "ages_at": NOW + timedelta(days=30),
        "due_at": MINUTE if due else None,
        "rung": 0,
        "round": 0,
        "pauses": 0,
        "lap": 0,
        "wanted": 1,
        "confidence": 1.0,
        "version": 1,
    }


async def _insert(session: Any, rows: list[dict[str, Any]], captain: int, *, due: bool) -> None:
    await session.execute(insert(Request), rows)
    if not due:
        return
    voices: list[dict[str, Any]] = [
        {"request_id": r["id"], "person_id": r["reporter_id"], "at": NOW} for r in rows
    ]
    pages: list[dict[str, Any]] = [
        {
            "request_id": r["id"],
            "person_id": captain,
            "rung": 0,
            "role": "building_captain",
            "how": "private",
            "at": NOW,
            "tell_at": NOW,
            "pictures": 0,
        }
        for r in rows
    ]
    nothing_seen: list[Any] = []
    said: list[dict[str, Any]] = [
        {
            "request_id": r["id"],
            "chat_id": r["chat_id"],
            "message_id": f"m{r['id']}",
            "role": "report",
            "person_id": r["reporter_id"],
            "text": r["words"],
            "media": nothing_seen,
            "at": NOW,
        }
        for r in rows
    ]
    nothing: dict[str, Any] = {}
    opened: list[dict[str, Any]] = [
        {
            "request_id": r["id"],
            "at": NOW,
            "move": "open",
            "actor_id": r["reporter_id"],
            "state_to": "open",
            "data": nothing,
        }
        for r in rows
    ]
    for table, values in (
        (Supporter, voices),
        (Page, pages),
        (RequestMessage, said),
        (Event, opened),
    ):
        await session.execute(insert(table), values)


async def staff(store: Store) -> None:
    """Those of the upper rungs, reachable in private."""
    async with store.write() as session:
        top = (await session.scalars(select(Area).where(Area.parent_id.is_(None)))).one()
        for n, role in enumerate(("property_manager", "grid_worker", "coordinator")):
            person = Person(name=f"S{n}", skills=[], created_at=NOW)
            session.add(person)
            await session.flush()
            session.add(
                Account(
                    platform="telegram",
                    external_id=str(700 + n),
                    person_id=person.id,
                    private_chat=str(700 + n),
                )
            )
            session.add(RoleHeld(person_id=person.id, role=role, area_id=top.id, since=NOW))


def app_on(path: Path, clock: VirtualClock) -> App:
    """The program, without any platform."""
    settings = Settings(database_url=f"sqlite+aiosqlite:///{path}", web_chat=False)
    return App(
        settings,
        Store(settings.database_url),
        [cast("Platform", Mute())],
        clock=clock,
        reader=NobodyTalks(),
    )


async def storm(folder: Path, count: int) -> None:
    """All due at the same minute, with two processes ticking at once."""
    path = folder / "storm.db"
    await build(path)
    clock = VirtualClock(MINUTE)
    first, second = app_on(path, clock), app_on(path, clock)
    await staff(first.store)
    await fill(first.store, count, due=True)
    begin, used = time.perf_counter(), time.process_time()
    await asyncio.gather(first.ticks.tick(), second.ticks.tick())
    took, used = time.perf_counter() - begin, time.process_time() - used
    async with first.store.read() as store:
        climbed = select(Event.request_id).where(Event.move == "climb")
        events = await store.scalar(select(func.count()).select_from(climbed.subquery()))
        requests = await store.scalar(
            select(func.count()).select_from(climbed.distinct().subquery())
        )
        left = await store.scalar(
            select(func.count()).select_from(Request).where(Request.due_at <= MINUTE)
        )
        letters = await store.scalar(select(func.count()).select_from(Letter))
    lost, twice = count - (requests or 0), (events or 0) - (requests or 0)
    print(f"{count} deadlines due at one minute: {took:.1f} s ({used:.1f} s of work)")
    print(f"  lost {lost}, twice {twice}, left {left}, letters {letters}")
    for app in (first, second):
        await app.store.close()


async def idle(folder: Path, stored: list[int]) -> None:
    """Ticks with nothing due, in turn with so many and so many requests stored: their medians."""
    apps: dict[int, App] = {}
    for each in stored:
        path = folder / f"idle{each}.db"
        await build(path)
        apps[each] = app_on(path, VirtualClock(NOW))
        await fill(apps[each].store, each, due=False)
        async with apps[each].store.write() as store:
            # These were never counted: that is a chore of its own, a few at each tick.
            await chores.begin_chore(store, monthly.CHORE, NOW + timedelta(days=30))
        await apps[each].ticks.tick()
    times: dict[int, list[float]] = {each: [] for each in stored}
    for _ in range(TICKS):
        for each, app in apps.items():  # in turn: what else the machine does meets all alike
            begin = time.perf_counter()
            await app.ticks.tick()
            times[each].append(time.perf_counter() - begin)
    found = {each: median(some) * 1000 for each, some in times.items()}
    for each, took in found.items():
        print(f"a tick with nothing due, {each:,} stored requests: {took:.2f} ms")
        await apps[each].store.close()
    if len(found) > 1:
        ratio = found[max(found)] / found[min(found)]
        print(f"ratio {ratio:.2f} (wanted: at most 1.2)")


async def main() -> None:
    """The storm, then idle ticks."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    stored = [int(each) for each in sys.argv[2:]] or [1_000, 1_000_000]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        await storm(folder, count)
        await idle(folder, stored)


if __name__ == "__main__":
    asyncio.run(main())
