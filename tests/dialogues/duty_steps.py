"""What stories of duty begin with: rotas of a coordinator, and time that passes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.app import App
from storage.engine import Store
from tests.harness import GROUP, Actor, Shown, Stage

DESK = "/值班表 3栋 红管家 每周轮换 工作日 9:00-17:00：王姨、周叔、孙姐"
NIGHT = "/值班表 3栋 夜间热线 每天轮换 每天 22:00-7:00：王姨、周叔"
WATCH = "/值班表 3栋 值班室 每班轮换 每天 8:00-20:00 20:00-8:00：王姨、周叔"


async def made(stage: Stage, line: str = DESK) -> Shown:
    """A rota made by the coordinator in one line, and saved."""
    await stage.feng.writes(line)
    await stage.feng.presses(stage.feng.last, "保存")
    return stage.feng.last


async def rows(stage: Stage, table: Any) -> Sequence[Any]:
    """All rows of a table."""
    async with stage.app.store.read() as store:
        return (await store.scalars(select(table).order_by(table.id))).all()


async def now(stage: Stage, actor: Actor, room: str = GROUP) -> str:
    """What the bot answers to "who is on duty"."""
    await actor.says("/值班", room)
    return stage.last(room).text


def told(actor: Actor, word: str) -> list[str]:
    """What the bot said to somebody privately with a word in it."""
    return [each.whole for each in actor.heard if word in each.whole]


async def until(stage: Stage, year: int, month: int, day: int, hour: int, minute: int) -> None:
    """Time passes until a moment in Shanghai."""
    moment = datetime(year, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))
    await stage.passes(seconds=(moment - stage.clock.now()).total_seconds())


async def at(stage: Stage, year: int, month: int, day: int, hour: int, minute: int) -> None:
    """Go to a moment in Shanghai at once; what happened on the way is missed."""
    await at_utc(stage, datetime(year, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")))


async def at_utc(stage: Stage, moment: datetime) -> None:
    """The same for any moment."""
    stage.clock.set(moment)
    await stage.app.ticks.tick()
    await stage.app.settle()


async def both_tick_at(stage: Stage, *moments: datetime) -> None:
    """At each moment two processes on one database tick at once, twice."""
    old = stage.app
    store = Store(old.settings.database_url)
    other = App(old.settings, store, [stage.rooms], clock=stage.clock, reader=old.desk.reader)
    for moment in moments:
        stage.clock.set(moment)
        await asyncio.gather(*(app.ticks.tick() for app in (old, other) * 2))
        for app in (old, other):
            await app.settle()
    await other.crew.close()
    await store.close()
