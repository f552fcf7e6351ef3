"""The numbers of a stage: as the sums say, and as made again from the event file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.requests.measured import STANDS
from handlers.statistics import asking, events, periods, recounting
from handlers.statistics.cells import COLUMNS, Changes, Where, Words, merged
from handlers.statistics.chain import Chain
from handlers.statistics.periods import Period
from handlers.statistics.recounting import Recount
from handlers.statistics.report import Report
from handlers.statistics.rules import Figures
from handlers.work import Work
from storage.queries import administration as admin_query
from storage.queries import areas as areas_query
from storage.queries.counting import OLD
from storage.secrets import Secrets
from storage.tables import Counted, Event, Total
from tests.harness import Stage

Sums = Mapping[Where, Mapping[str, Words]]
SECRETS = Secrets("a" * 43 + "=")


async def shown(
    stage: Stage, period: Period | None = None, baseline: Period | None = None
) -> Report:
    """What the sums say of all places."""
    async with stage.app.store.write() as store:
        work = Work(stage.app.desk, store, stage.clock.now())
        paths = await admin_query.root_paths(store)
        facts = await areas_query.facts_at(store, areas_query.ids_of(paths[0])[-1])
        ask = await asking.ask_at(work, facts, period, baseline)
        return await asking.numbers(work, paths, ask)


async def figures(stage: Stage) -> Figures:
    """The numbers of this month, all together; equal to those made again from the file.

    So are all sums that are kept, of all places and periods.
    """
    found = await shown(stage)
    again = recounting.numbers(read := await recount(stage), read.roots, None, None)
    assert found == replace(again, names=found.names)
    assert await kept(stage) == from_scratch(read)
    return found.whole


async def kept(stage: Stage) -> Sums:
    """The sums that are kept."""
    async with stage.app.store.read() as store:
        rows = (await store.execute(select(Total.__table__))).mappings().all()
    return {(row["area_id"], row["period"]): {each: row[each] for each in COLUMNS} for row in rows}


def from_scratch(read: Recount) -> Sums:
    """The sums that should be kept, of the counts that an event file tells."""
    changes = Changes()
    for each in read.counts:
        count = each.at(read.as_of)
        line = [place.id for place in read.line(read.places[count.key.area])]
        changes.add(count.key, count.marks, line)
    return {where: merged(None, change) for where, change in changes.cells.items()}


async def event_file(stage: Stage) -> list[str]:
    """The lines of the event file."""
    async with stage.app.store.read() as store:
        work = Work(stage.app.desk, store, stage.clock.now())
        return [each async for each in events.written(work, SECRETS.pseudonym, Chain())]


async def recount(stage: Stage) -> Recount:
    """The event file, read and folded."""
    return recounting.read(await event_file(stage))


def month(text: str) -> Period:
    """ "2026-03" """
    return next(iter(periods.months_at(text)[0].values()))


async def never_counted(store: AsyncSession) -> None:
    """As it is after a version without numbers."""
    await store.execute(delete(Total))
    await store.execute(delete(Counted))
    for event in await store.scalars(select(Event)):
        event.data = {key: value for key, value in event.data.items() if key != STANDS}
        event.uncounted = OLD if event.move == "open" else None
