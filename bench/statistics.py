"""How long /stats and the monthly picture take over 1,000,000 requests of one place.

python -m bench.statistics [requests]
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from sqlalchemy import func, insert, select

from bench.deadlines import app_on, staff
from bench.town import NOW, build
from bot.app import App
from bot.clock import VirtualClock
from config.policy import default_policy
from handlers.chat.incoming import ChatKind, ChatRef, Message, Sender
from handlers.statistics import asking, drawing, monthly, periods, workbooks
from handlers.statistics.cells import Changes, merged
from handlers.statistics.stories import Count, Line, count_of, story_of
from handlers.turn import Ahead
from handlers.work import Work
from storage.engine import Store
from storage.queries import areas as areas_query
from storage.tables import Area, Chat, Counted, Person, Request, RequestCounter, Total

YEARS = timedelta(days=730)
TIMES = 15
COORDINATOR = "702"  #: the last of `staff`


def history(i: int, chance: Random, area: int, category: str) -> tuple[datetime, Count]:
    """A request's life as it may be, counted as the bot counts it."""
    opened = NOW - YEARS + timedelta(seconds=chance.random() * YEARS.total_seconds())
    rung = min(int(chance.expovariate(1.2)), 4)
    day = opened.date()
    due, solve = opened + timedelta(days=1), opened + timedelta(days=7)
    ends = ("solved", "solved", "solved", "solved", "unknown", "cannot", "referred")
    ending = chance.choice(ends)
    took = timedelta(minutes=chance.lognormvariate(4.5, 1.4))
    steps: list[tuple[str, str, timedelta]] = [("open", "open", timedelta(0))]
    steps.append(("take", "taken", took))
    if opened + 8 * took < NOW:
        steps.append(("done", "done", 6 * took))
        steps.append(("confirm" if ending == "solved" else "expire", "closed", 8 * took))
    lines = [
        Line(
            id=n,
            at=opened + after,
            move=move,
            state=state,
            by="helper",
            category=category,
            area=area,
            rung=rung,
            ending=ending if state == "closed" else None,
            answer_due=due,
            solve_due=solve,
            day=day,
        )
        for n, (move, state, after) in enumerate(steps)
        if opened + after <= NOW
    ]
    story = story_of(lines)
    assert story is not None
    return opened, count_of(story).at(NOW)


async def fill(store: Store, count: int) -> None:
    """Store so many requests with what they count as, and the sums of it."""
    chance, sums = Random(46), Changes()
    categories = list(default_policy().categories)
    async with store.write() as session:
        buildings = (await session.scalars(select(Area).where(Area.kind == "building"))).all()
        root = int(buildings[0].path.split("/")[1])
        chats = {chat.area_id: chat.id for chat in await session.scalars(select(Chat))}
        person = await session.scalar(select(func.min(Person.id)))
        for start in range(1, count + 1, 5000):
            requests: list[dict[str, Any]] = []
            counted: list[dict[str, Any]] = []
            for i in range(start, min(start + 5000, count + 1)):
                area, category = buildings[i % len(buildings)], categories[i % len(categories)]
                opened, found = history(i, chance, area.id, category)
                requests.append(_request(i, (root, area, chats[area.id], person), opened, category))
                counted.append(_counted(i, found))
                line = areas_query.ids_of(area.path)
                sums.add(found.key, found.marks, line)
            await session.execute(insert(Request), requests)
            await session.execute(insert(Counted), counted)
        rows = (
            {"area_id": place, "period": period, **merged(None, change)}
            for (place, period), change in sums.cells.items()
        )
        while some := list(islice(rows, 500)):
            await session.execute(insert(Total), some)
        await session.merge(RequestCounter(root_id=root, last=count))
    print(f"{count:,} requests, {len(sums.cells):,} sums")


def _counted(i: int, found: Count) -> dict[str, Any]:
    return {
        "request_id": i,
        "day": found.key.day,
        "area_id": found.key.area,
        "category": found.key.category,
        "rung": found.key.rung,
        "marks": " ".join(found.marks),
        "answer_by": found.answer_by,
        "solve_by": found.solve_by,
    }


def _request(
    i: int, where: tuple[int, Area, int, int | None], opened: datetime, category: str
) -> dict[str, Any]:
    root, area, chat, person = where
    return {
        "id": i,
        "root_id": root,
        "number": i,
        "words": f"电梯又坏了 {i}",
        "category": category,
        "kind": "repair",
        "urgency": "normal",
        "area_id": area.id,
        "area_path": area.path,
        "place": {"building": area.code},
        "chat_id": chat,
        "reporter_id": person,
        "state": "closed",
        "ending": "solved",
        "card_chats": [chat],
        "reasons": [],
        "opened_at": opened,
        "changed_at": opened,
        "ended_at": opened,
        "rung": 0,
        "round": 0,
        "pauses": 0,
        "lap": 0,
        "wanted": 1,
        "confidence": 1.0,
        "version": 1,
    }


async def asked(app: App, words: str) -> float:
    """Seconds from what the coordinator writes to the answer in the tray."""
    message = Message(
        chat=ChatRef("telegram", COORDINATOR, ChatKind.PRIVATE),
        sender=Sender(COORDINATOR, "S2"),
        at=NOW,
        message_id="1",
        text=words,
    )
    begin = time.perf_counter()
    async with app.store.write() as store:
        work = await app.dispatcher.handle(message, store, NOW, Ahead())
        assert "%" in work.tray[-1].out.model_dump_json()
    return time.perf_counter() - begin


async def told(name: str, run: Callable[[], Awaitable[float]]) -> None:
    """Do it several times and print how long it took."""
    await run()
    used = time.process_time()
    times = [await run() for _ in range(TIMES)]
    used = (time.process_time() - used) / TIMES
    print(
        f"{name}: median {median(times) * 1000:.0f} ms, longest {max(times) * 1000:.0f} ms, "
        f"{used * 1000:.0f} ms of work",
        flush=True,
    )


async def drawn(app: App, *, excel: bool) -> float:
    """Seconds for the picture (or the sheet) of the last month, with its questions."""
    begin = time.perf_counter()
    async with app.store.read() as store:
        work = Work(app.desk, store, NOW)
        area = await store.scalar(select(Area).where(Area.parent_id.is_(None)))
        assert area is not None
        last = periods.before(periods.month_of(NOW.date()))
        facts = await areas_query.facts_at(store, area.id)
        found = await monthly.whole(work, area, await asking.ask_at(work, facts, last, None))
        (workbooks.workbook if excel else drawing.picture)(work, "zh", found)
    return time.perf_counter() - begin


async def main() -> None:
    """Fill, ask, draw."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statistics.db"
        await build(path)
        app = app_on(path, VirtualClock(NOW))
        await staff(app.store)
        await fill(app.store, count)
        for words in ("/stats last month", "/stats", "/stats last week", "/stats 2025-10 7栋"):
            await told(words, lambda words=words: asked(app, words))
        await told("picture of a month", lambda: drawn(app, excel=False))
        await told("sheet of a month", lambda: drawn(app, excel=True))
        await app.store.close()


if __name__ == "__main__":
    asyncio.run(main())
