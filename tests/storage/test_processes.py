"""Several processes of the whole program on one PostgreSQL database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from bot.app import App
from handlers.chat.platform import RawUpdate
from storage.engine import Store
from storage.tables import Occurrence, Reminder, RequestMessage, Shift
from tests.fakes.reader import PlainReader
from tests.harness import GROUP, MONDAY, Actor, Stage, photo, staged


class Pair:
    """Two processes that share a database, a clock and the rooms."""

    def __init__(self, stage: Stage, second: App) -> None:
        self.stage = stage
        self.first, self.second = stage.app, second

    async def settle(self) -> None:
        """Both do all that follows at this moment."""
        for _ in range(2):
            await asyncio.gather(self.first.settle(), self.second.settle())

    async def heard(self) -> None:
        """What one told has reached the other (it comes by the other's own connection)."""
        for app in (self.first, self.second):
            await app.crew.catch_up()

    async def by(self, app: App, person: str, text: str) -> None:
        """Somebody says something in building 3's group, and this process receives it."""
        self.stage.rooms.intake = app.inbox
        actor = self.stage.cast[person]
        await self.stage.rooms.act(GROUP, person, "message", text=text, name=actor.name)
        await self.settle()
        await self.heard()


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncGenerator[Pair]:
    reader = PlainReader()
    async with staged(tmp_path, reader=reader, kind="postgresql") as stage:
        store = Store(stage.app.store.url)
        second = App(stage.app.settings, store, [stage.rooms], clock=stage.clock, reader=reader)
        yield Pair(stage, second)
        await second.crew.close()
        await store.close()


async def test_each_hears_what_the_other_changed(pair: Pair) -> None:
    await pair.by(pair.first, "qian", "4栋都好吗")
    await pair.by(pair.second, "qian", "今天天气不错")  # both know the group now, without requests
    await pair.by(pair.first, "li", "咱们楼电梯又坏了")
    await pair.by(pair.second, "zhao", "我家也是")
    assert "2 户" in pair.stage.card(1).text
    await pair.by(pair.first, "sun", "+1")
    assert "3 户" in pair.stage.card(1).text
    assert len(pair.stage.said(GROUP)) == 1


async def test_who_is_forgotten_by_one_is_forgotten_by_the_other(pair: Pair) -> None:
    """What the other remembers of them in memory alone goes as well: here a picture."""
    lan, rooms = Actor(pair.stage, "7700123456", "兰芝"), pair.stage.rooms

    async def by_the_other(**what: Any) -> None:
        pair.stage.clock.turn(timedelta(seconds=10))  # the chat is nobody's in hand
        rooms.intake = pair.second.inbox
        await rooms.act(GROUP, lan.key, "message", name=lan.name, **what)
        await pair.second.settle()

    await by_the_other(text="大家早")
    await by_the_other(text="", media=[photo("p1")])
    rooms.intake = pair.first.inbox
    await lan.writes("/忘记我")
    await lan.presses(lan.last, "确定，忘记我")
    await pair.second.crew.prolong()  # within a second, be there something to do or not
    await by_the_other(text="3栋2单元楼道灯坏了")
    async with pair.first.store.read() as store:
        kept = (await store.scalars(select(RequestMessage.media))).all()
    assert kept
    assert not any(kept)


async def test_the_same_update_received_by_both_opens_one_request(pair: Pair) -> None:
    """R12"""
    body = {
        "kind": "message",
        "room": GROUP,
        "person": "li",
        "at": pair.stage.clock.now().isoformat(),
        "message_id": "m99",
        "text": "咱们楼电梯又坏了",
    }
    raw = [RawUpdate("same", GROUP, body)]
    await asyncio.gather(*(app.inbox.receive("rooms", raw) for app in (pair.first, pair.second)))
    await pair.settle()
    assert len(await pair.stage.requests()) == 1
    assert len(pair.stage.said(GROUP)) == 1


async def test_two_reports_at_once_get_two_numbers(pair: Pair) -> None:
    for n, app in enumerate((pair.first, pair.second) * 3):
        pair.stage.rooms.intake = app.inbox
        person, room = f"new{n}", GROUP if n % 2 else "g4"
        await pair.stage.rooms.act(room, person, "message", text=f"/report 灯坏了{n}", name=person)
    await pair.settle()
    assert sorted(each.number for each in await pair.stage.requests()) == [1, 2, 3, 4, 5, 6]


async def test_an_occurrence_is_posted_once_by_two_clocks(pair: Pair) -> None:
    """R57"""
    await pair.stage.feng.writes("/remind 每天 9:30 3栋 喝水")
    await pair.stage.feng.presses(pair.stage.feng.last, "保存")
    pair.stage.clock.turn(timedelta(minutes=40))
    await asyncio.gather(*(app.ticks.tick() for app in (pair.first, pair.second) * 2))
    await pair.settle()
    assert [each.text for each in pair.stage.said(GROUP)] == ["喝水"]
    async with pair.first.store.read() as store:
        assert len((await store.scalars(select(Occurrence))).all()) == 1


async def test_what_nobody_took_climbs_once_by_two_clocks(pair: Pair) -> None:
    await pair.by(pair.first, "li", "咱们楼电梯又坏了")
    due = (await pair.stage.request(1)).due_at
    assert due is not None
    pair.stage.clock.set(due)
    await asyncio.gather(*(app.ticks.tick() for app in (pair.first, pair.second) * 2))
    await pair.settle()
    assert (await pair.stage.events(1)).count("climb") == 1
    assert (await pair.stage.request(1)).rung == 1


async def test_two_who_take_it_at_once_in_two_processes_are_one_and_one_told(pair: Pair) -> None:
    """R28"""
    await pair.by(pair.first, "li", "咱们楼电梯又坏了")
    card, rooms = pair.stage.card(1), pair.stage.rooms
    data = card.button("我来").data
    for person, app in (("wang", pair.first), ("zhou", pair.second)):
        rooms.intake = app.inbox
        await rooms.act(GROUP, person, "press", message_id=card.id, data=data)
    await pair.settle()
    assert (await pair.stage.events(1)).count("take") == 1
    assert len(rooms.toasts) == 2
    assert sum("王姨" in toast.text or "周叔" in toast.text for toast in rooms.toasts) == 1


async def test_a_reminder_that_fails_stops_no_other_and_is_tried_again(pair: Pair) -> None:
    for text in ("坏的", "喝水"):
        await pair.stage.feng.writes(f"/remind 每天 9:30 3栋 {text}")
        await pair.stage.feng.presses(pair.stage.feng.last, "保存")
    broken = update(Reminder).where(Reminder.text == "坏的")
    async with pair.first.store.write() as store:
        kept = (await store.scalars(select(Reminder.rule).where(Reminder.text == "坏的"))).one()
        await store.execute(broken.values(rule={**kept, "every": "blue moon"}))
    pair.stage.clock.turn(timedelta(minutes=40))
    with capture_logs() as logs:
        await pair.first.ticks.tick()
        await pair.second.ticks.tick()
    await pair.settle()
    assert [each.text for each in pair.stage.said(GROUP)] == ["喝水"]
    assert [each["event"] for each in logs].count("due.failed") == 1
    async with pair.first.store.write() as store:
        await store.execute(broken.values(rule=kept))
    pair.stage.clock.turn(timedelta(minutes=10))
    await pair.first.ticks.tick()
    await pair.settle()
    assert [each.text for each in pair.stage.said(GROUP)] == ["喝水", "坏的"]


async def test_a_handover_and_a_round_come_once_by_two_clocks(pair: Pair) -> None:
    """R57"""
    for line in (
        "/rota 3栋 值班室 每班轮换 每天 8:00-20:00 20:00-8:00：王姨、周叔",
        "/rota 3栋 巡逻 每天 20:00：孙姐；点位：大门",
    ):
        await pair.stage.feng.writes(line)
        await pair.stage.feng.presses(pair.stage.feng.last, "保存")
    for hours in (11, 1):
        pair.stage.clock.turn(timedelta(hours=hours))
        await asyncio.gather(*(app.ticks.tick() for app in (pair.first, pair.second) * 2))
        await pair.settle()
    assert [each.title for each in pair.stage.said(GROUP)] == ["交接：值班室"]
    assert sum("巡视：" in each.title for each in pair.stage.sun.heard) == 1
    assert sum("没有走完" in each.text for each in pair.stage.feng.heard) == 1
    async with pair.first.store.read() as store:
        assert len((await store.scalars(select(Shift))).all()) == 3


async def test_a_promise_and_a_digest_are_told_by_one_of_them(pair: Pair) -> None:
    stage = pair.stage
    await pair.by(pair.first, "li", "咱们楼电梯又坏了")
    await pair.by(pair.first, "wang", "/接单 1")
    await pair.by(pair.second, "wang", "/承诺 1 周日")
    await pair.first.ticks.tick()
    stage.clock.set(MONDAY + timedelta(days=6, hours=9))
    ticks = [app.ticks.tick() for app in (pair.first, pair.second) * 2]
    await asyncio.gather(*ticks)
    await pair.settle()
    assert len([each for each in stage.li.heard if "抱歉" in each.text]) == 1
    assert len([each for each in stage.said(GROUP) if "小结" in each.title]) == 1
