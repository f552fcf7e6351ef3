"""What happened is counted later: by the clock or by who asks, and once, whoever is killed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from handlers.statistics import counting
from handlers.work import Work
from storage.migrate import downgrade, upgrade
from storage.queries import counting as query
from storage.tables import Area, Counted, Event, Total
from tests.dialogues.numbers import figures, kept
from tests.harness import GROUP, GROUP4, Stage
from tests.storage.test_processes import Pair, pair
from tests.storage.whole import stamp

REPORT = "咱们楼电梯又坏了"
__all__ = ["pair"]


async def uncounted(stage: Stage) -> int:
    """How many lines of history wait to be counted."""
    async with stage.app.store.read() as store:
        waits = select(func.count()).where(Event.uncounted.is_not(None))
        return await store.scalar(waits) or 0


async def settled(stage: Stage) -> None:
    async with stage.app.store.write() as store:
        await counting.settle(Work(stage.app.desk, store, stage.clock.now()))


async def lived(stage: Stage) -> None:
    """Two requests in two buildings: one solved, one moved and late."""
    await stage.li.says(REPORT)
    await stage.qian.says("门口的灯坏了", GROUP4)
    await stage.passes(hours=3)
    await stage.wang.writes("/take 1")
    await stage.wang.writes("/done 1 换了门机")
    await stage.li.presses(stage.li.last, "解决了")
    await stage.feng.writes("/recategorise 2 噪音")
    await stage.passes(days=3)
    await stage.li.says("楼道有垃圾")


async def test_who_reports_waits_for_no_counting(stage: Stage) -> None:
    said: list[str] = []

    def hear(_c: object, _u: object, statement: str, *_: object) -> None:
        said.append(statement)

    engine = stage.app.store.engine.sync_engine
    event.listen(engine, "before_cursor_execute", hear)
    await stage.li.says(REPORT)
    await stage.wang.writes("/take 1")
    event.remove(engine, "before_cursor_execute", hear)
    assert [each for each in said if "INSERT INTO event" in each]
    assert not [each for each in said if "counted " in each or "total" in each]
    assert await uncounted(stage) == 2
    assert not await kept(stage)


async def test_the_clock_counts_it_when_nobody_asks(stage: Stage) -> None:
    await stage.li.says(REPORT)
    await stage.passes(minutes=2)
    assert await uncounted(stage) == 0
    town = await kept(stage)
    assert [each["whole"]["may_answer"] for each in town.values()] == [1] * len(town)
    await stage.passes(days=8)
    late = await kept(stage)
    assert late.keys() == town.keys()
    assert not [
        each for each in late.values() if {"may_answer", "may_solve"} & each["whole"].keys()
    ]


async def test_each_place_above_has_sums_of_its_own(stage: Stage) -> None:
    await lived(stage)
    await settled(stage)
    async with stage.app.store.read() as store:
        kinds = {each.id: each.kind for each in await store.scalars(select(Area))}
    n: dict[str, list[int]] = {}
    for (area, period), sums in sorted((await kept(stage)).items()):
        if period == "2026-03":
            n.setdefault(kinds[area], []).append(sums["whole"].get("n", 0))
    above = {"district", "subdistrict", "community", "neighbourhood"} & n.keys()
    assert n["building"] == [2, 1]
    assert len(above) > 1
    assert all(n[kind] == [3] for kind in above)
    assert not {"unit", "household"} & n.keys(), "no number tells a home apart"


async def test_who_is_killed_while_counting_has_counted_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lived(stage)
    before, waits = await kept(stage), await uncounted(stage)
    assert waits

    async def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(query, "unmark", killed)
        with pytest.raises(KeyboardInterrupt):
            await settled(stage)
    assert (await kept(stage), await uncounted(stage)) == (before, waits)
    assert (await figures(stage)).n == 3


@pytest.mark.parametrize("at_once", [1, 2])
async def test_it_is_counted_in_parts(
    stage: Stage, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "AT_ONCE", at_once)
    await lived(stage)
    assert (await figures(stage)).n == 3
    assert await uncounted(stage) == 0


async def test_to_count_twice_changes_nothing(stage: Stage) -> None:
    await lived(stage)
    await settled(stage)
    before = await kept(stage)
    async with stage.app.store.write() as store:
        for each in await store.scalars(select(Event).where(Event.state_to.is_not(None))):
            each.uncounted = query.NEW
    await settled(stage)
    assert await kept(stage) == before


async def test_two_processes_count_at_once_and_nothing_twice(pair: Pair) -> None:
    stage = pair.stage
    for n in range(6):
        await pair.by((pair.first, pair.second)[n % 2], "li", f"{n}单元的灯又不亮了")
    many = len(await stage.requests())
    assert many > 2

    async def ask(n: int) -> None:
        app = (pair.first, pair.second)[n % 2]
        async with app.store.write() as store:
            await counting.settle(Work(app.desk, store, stage.clock.now()))
            await store.execute(select(Total.area_id))  # it holds its turn for a while
            await asyncio.sleep(0)

    async def go_on() -> None:
        for n in range(1, many + 1):
            await pair.by(pair.second, "wang", f"/take {n}")

    await asyncio.gather(go_on(), *(ask(n) for n in range(8)))
    stage.clock.turn(timedelta(minutes=2))
    await asyncio.gather(pair.first.ticks.tick(), pair.second.ticks.tick(), ask(0), ask(1))
    found = await figures(stage)
    assert found.n == many
    assert found.response.part == many


async def test_a_tick_waits_for_nobody_who_counts(pair: Pair) -> None:
    await pair.by(pair.first, "li", REPORT)
    pair.stage.clock.turn(timedelta(minutes=2))
    async with pair.first.store.write() as store:
        await query.take_turn(store, pair.stage.clock.now())
        await pair.second.ticks.tick()
        assert await uncounted(pair.stage) == 1
    await pair.second.ticks.tick()
    assert await uncounted(pair.stage) == 0


async def test_what_an_installation_has_is_summed_up_by_its_upgrade(stage: Stage) -> None:
    await lived(stage)
    assert (await figures(stage)).n == 3
    before, store = await kept(stage), stage.app.store
    await stamp(store)
    await downgrade(store, "0013")
    await upgrade(store)
    assert await kept(stage) == before
    assert await uncounted(stage) == 0
    async with store.read() as session:
        assert await session.scalar(select(func.count()).select_from(Counted)) == 3
    await stage.wang.says("/take 3", GROUP)
    await stage.passes(days=9)
    assert (await figures(stage)).n == 3
