"""The numbers of a stage: as the sums say, and as made again from the event file."""

from __future__ import annotations

from dataclasses import replace

from handlers.statistics import asking, events, periods, recounting
from handlers.statistics.chain import Chain
from handlers.statistics.periods import Period
from handlers.statistics.recounting import Recount
from handlers.statistics.report import Report
from handlers.statistics.rules import Figures
from handlers.work import Work
from storage.queries import administration as admin_query
from storage.queries import areas as areas_query
from storage.secrets import Secrets
from tests.harness import Stage

SECRETS = Secrets("a" * 43 + "=")


async def shown(
    stage: Stage, period: Period | None = None, baseline: Period | None = None
) -> Report:
    """What the sums say of all places."""
    async with stage.app.store.read() as store:
        work = Work(stage.app.desk, store, stage.clock.now())
        paths = await admin_query.root_paths(store)
        facts = await areas_query.facts_at(store, areas_query.ids_of(paths[0])[-1])
        ask = await asking.ask_at(work, facts, period, baseline)
        return await asking.numbers(work, paths, ask)


async def figures(stage: Stage) -> Figures:
    """The numbers of this month, all together; equal to those made again from the file."""
    found = await shown(stage)
    again = recounting.numbers(read := await recount(stage), read.roots, None, None)
    assert found == replace(again, names=found.names)
    return found.whole


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
    return periods.months_in(text)[0][0]
