"""What runs with every message and every tick finds its rows by an index, never by reading all.

SQLite is asked how: its answer rests on the statement alone, PostgreSQL's on how many rows it has.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from storage.base import Base
from tests.fakes.reader import PlainReader
from tests.harness import GROUP, Stage, staged

#: Open forms and nightly chores are a handful at any time, by their nature; all gaps of a town are
#: compared once a night, and where nobody spoke for long is looked for once a day.
SMALL = {"draft", "chore", "gap", "lane", "outlet"}
TABLES = {table.name for table in Base.metadata.sorted_tables} - SMALL
SCAN = re.compile(r"^SCAN (\w+)")
#: What the stage itself asks after each step.
OWN = ("update_in.error IS NOT NULL", "request.answer_due IS NULL")


@contextmanager
def listening(stage: Stage) -> Generator[dict[str, Any]]:
    """All statements with a WHERE that run meanwhile, each with parameters it ran with."""
    heard: dict[str, Any] = {}

    def hear(_c: Any, _cursor: Any, statement: str, given: Any, _x: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            heard.setdefault(statement, given[0] if many else given)

    engines = {stage.app.store.engine, stage.app.store.reader}
    for engine in engines:
        event.listen(engine.sync_engine, "before_cursor_execute", hear)
    yield heard
    for engine in engines:
        event.remove(engine.sync_engine, "before_cursor_execute", hear)


async def scans(stage: Stage, heard: dict[str, Any]) -> list[str]:
    """The statements that read a whole table."""
    found: list[str] = []
    async with stage.app.store.engine.connect() as connection:
        for statement, parameters in heard.items():
            if any(own in statement for own in OWN):
                continue
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            whole = [row.detail for row in plan.all() if _reads_all(row.detail)]
            found += [f"{line}: {statement}" for line in whole]
    return found


def _reads_all(step: str) -> bool:
    found = SCAN.match(step)
    return found is not None and found[1] in TABLES


async def test_nothing_of_a_message_s_way_reads_a_whole_table(tmp_path: Path) -> None:
    async with staged(tmp_path, reader=PlainReader(), kind="sqlite") as stage:
        with listening(stage) as heard:
            await stage.li.says("咱们楼电梯又坏了")
            await stage.zhao.says("我家也是")
            await stage.wang.presses(stage.page(stage.wang), "我来")
            await stage.wang.writes("/done 1 换了门机")
            await stage.li.presses(stage.li.last, "解决了")
            await stage.sun.says("1单元的灯又不亮了")
            await stage.feng.writes("/merge 2 1")
            for line in (
                "/open",
                "/mine",
                "/find 电梯",
                "/history 1",
                "/why 1",
                "/help",
                "/stats",
                "/stats 本周",
            ):
                await stage.wang.writes(line)
            await stage.feng.writes("/announce 和平里 今晚停水")
            await stage.feng.presses(stage.feng.last, "发")
            await stage.feng.writes("/remind 每天 9:30 3栋 喝水")
            await stage.feng.presses(stage.feng.last, "保存")
            await stage.feng.writes(
                "/rota 3栋 值班室 每班轮换 每天 8:00-20:00 20:00-8:00：person.5、person.6"
            )
            await stage.feng.presses(stage.feng.last, "保存")
            await stage.feng.writes("/rota 3栋 巡逻 每天 20:00：person.5；点位：大门")
            await stage.feng.presses(stage.feng.last, "保存")
            await stage.feng.writes("/rota")
            await stage.wang.says("/duty")
            await stage.wang.writes("/duty")
            await stage.wang.writes("/swap")
            await stage.wang.writes("/duty_calendar")
            await stage.wang.writes("/swap yes")
            await stage.passes(days=3)
            await stage.wang.writes("/round")
            await stage.does(GROUP, "li", "moved", new_id="g3-new")
            await stage.restarts()
        found = await scans(stage, heard)
    assert not found, "\n\n".join(found)


async def test_nor_does_anything_of_a_promise_a_digest_and_a_budget(tmp_path: Path) -> None:
    async with staged(tmp_path, reader=PlainReader(), kind="sqlite") as stage:
        with listening(stage) as heard:
            await stage.feng.writes("/settings noise 0")
            await stage.feng.writes("/rota 3栋 值班室 每班轮换 每天 8:00-20:00：person.5、person.6")
            await stage.feng.presses(stage.feng.last, "保存")
            await stage.li.says("咱们楼电梯又坏了")
            await stage.wang.writes("/take 1")
            await stage.wang.writes("明天修好", reply_to=stage.page(stage.wang))
            await stage.wang.presses(stage.wang.last, "记下")
            await stage.wang.writes("/promise 1 后天 等配件")
            await stage.wang.writes("/promise")
            await stage.feng.says("/digest")
            await stage.passes(days=8)
        found = await scans(stage, heard)
    assert any("noise.fold_at" in each for each in heard)
    assert not found, "\n\n".join(found)
