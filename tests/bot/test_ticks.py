"""Ticks: what is due is done, once, and one subject's failure stops no other."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from bot import ticks
from bot.clock import VirtualClock
from bot.ticks import DUE, REPEATS_WITHIN, Ticks
from handlers.chat.outgoing import Content, Say
from handlers.chat.platform import Capabilities
from handlers.work import Desk, Work
from storage.engine import Store
from storage.queries import intake
from storage.tables import Audit, Letter, Update
from storage.trouble import AwayError
from tests.harness import MONDAY

SAY = Say(platform="rooms", chat="g1", content=Content(text="due"))

#: Ticks ask a desk for nothing but what a platform can do.
DESK = cast("Desk", SimpleNamespace(capabilities={"rooms": Capabilities()}))


class Tower:
    """Ticks with subjects of a test's own."""

    def __init__(self, store: Store, patch: pytest.MonkeyPatch) -> None:
        self.store = store
        self.clock = VirtualClock(MONDAY)
        self.done: list[Work] = []
        self.spoken = 0
        self.patch = patch
        self.ticks = Ticks(store, self.clock, DESK, self.done.append, self._spoken)

    def _spoken(self) -> None:
        self.spoken += 1

    def subjects(self, **due: ticks.Due) -> None:
        """Look at these only."""
        self.patch.setattr(ticks, "DUE", due)

    async def count(self, table: type[Audit | Letter | Update]) -> int:
        """How many rows there are."""
        async with self.store.read() as store:
            return await store.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def tower(store: Store, monkeypatch: pytest.MonkeyPatch) -> Tower:
    return Tower(store, monkeypatch)


async def test_a_subject_is_asked_again_until_nothing_is_left(tower: Tower) -> None:
    left = [3, 1, 0]

    async def due(work: Work) -> int:
        assert work.now == MONDAY
        return left.pop(0)

    tower.subjects(one=due)
    await tower.ticks.tick()
    assert (left, len(tower.done)) == ([], 3)


async def test_a_change_and_its_letter_are_one_transaction(tower: Tower) -> None:
    async def due(work: Work) -> int:
        work.store.add(Audit(at=work.now, command="due", detail={}))
        work.put(SAY)
        assert tower.spoken == 0, "nothing is said before the commit"
        return 0

    tower.subjects(one=due)
    await tower.ticks.tick()
    assert (await tower.count(Audit), await tower.count(Letter), tower.spoken) == (1, 1, 1)


async def test_one_subject_s_failure_leaves_nothing_and_stops_no_other(tower: Tower) -> None:
    async def breaks(work: Work) -> int:
        work.store.add(Audit(at=work.now, command="half", detail={}))
        work.put(SAY)
        await work.store.flush()
        raise ValueError("our own mistake")

    async def works(work: Work) -> int:
        work.put(SAY)
        return 0

    tower.subjects(one=breaks, two=works)
    with capture_logs() as logs:
        await tower.ticks.tick()
    assert (await tower.count(Audit), await tower.count(Letter)) == (0, 1)
    assert [(each["event"], each["subject"]) for each in logs] == [("tick.failed", "one")]


async def test_a_database_that_goes_in_the_middle_is_told_once_and_no_subject_is_to_blame(
    tower: Tower,
) -> None:
    async def gone(_: Work) -> int:
        raise AwayError("the server has stopped")

    async def works(work: Work) -> int:
        work.put(SAY)
        return 0

    tower.subjects(one=gone, two=gone, three=works)
    with capture_logs() as logs:
        await tower.ticks.tick()
    assert [(each["event"], each["doing"]) for each in logs] == [
        ("database.away", "doing what is due: one")
    ]
    assert not tower.ticks.figures.tick_failures
    assert await tower.count(Letter) == 1, "what can be done is done"


async def test_handled_updates_are_forgotten_when_no_repeat_can_come(tower: Tower) -> None:
    def row(key: str, hours: float) -> dict[str, object]:
        at = MONDAY - timedelta(hours=hours)
        return {"platform": "p", "key": key, "lane": "l", "body": "{}", "received_at": at}

    rows = [row("dead", 99), row("old", 49), row("new", 49), row("young", 47)]
    async with tower.store.write() as store:
        kept = {key: row_id for row_id, key in await intake.keep_updates(store, rows)}
        await intake.close_updates(store, [kept["old"], kept["young"]])
        await intake.park_update(store, kept["dead"], "ValueError", tries=3, dead=True)
    tower.subjects(updates=DUE["updates"])
    assert timedelta(hours=48) == REPEATS_WITHIN
    await tower.ticks.tick()
    async with tower.store.read() as store:
        left = (await store.scalars(select(Update.key).order_by(Update.id))).all()
    assert left == ["dead", "new", "young"]
