"""Every earlier schema, with rows in all its tables, comes up to the newest one and down again."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.migrate import config_for, downgrade, newest, upgrade
from tests.fakes.reader import PlainReader
from tests.harness import staged
from tests.storage.earlier import Earlier
from tests.storage.whole import opened, rows_of

REVISIONS = sorted(
    each.revision for each in ScriptDirectory.from_config(config_for()).walk_revisions()
)


def _fill(connection: Connection) -> None:
    Earlier(connection).fill()


async def _at(url: str, revision: str) -> None:
    """A database of that version, lived in."""
    async with opened(url) as store:
        await upgrade(store, revision)
        async with store.engine.begin() as connection:
            await connection.run_sync(_fill)


@pytest.mark.parametrize("revision", REVISIONS)
async def test_nothing_is_lost_on_the_way_up_and_down(database_url: str, revision: str) -> None:
    await _at(database_url, revision)
    async with opened(database_url) as store:
        before = await rows_of(store)
        assert all(before.values()), "a row in every table"
        await upgrade(store)
        above = await rows_of(store)
        for table, rows in before.items():
            assert len(above.get(table, rows)) == len(rows), table
        await downgrade(store, revision)
        assert await rows_of(store) == before


@pytest.mark.parametrize(
    ("database_url", "revision"),
    [*(("sqlite", each) for each in REVISIONS), ("postgresql", REVISIONS[0])],
    indirect=["database_url"],
)
async def test_life_goes_on_in_it(database_url: str, tmp_path: Path, revision: str) -> None:
    """Lists, history, numbers, a new report, an old one taken, and the clocks of three days."""
    await _at(database_url, revision)
    async with opened(database_url) as store:
        await upgrade(store)
    async with staged(tmp_path, reader=PlainReader(), database_url=database_url) as stage:
        await stage.wang.writes("/open")
        assert "（8 件）" in stage.wang.last.title
        await stage.wang.writes("/history 1")
        assert len(stage.wang.last.text.splitlines()) == 4
        await stage.li.says("咱们楼电梯又坏了")
        assert "#61" in stage.last().title
        (mine, *_) = [each for each in await stage.requests() if each.state == "open"]
        await stage.wang.writes(f"/take {mine.number}")
        assert (await stage.request(mine.number)).state == "taken"
        await stage.passes(days=3)
        await stage.feng.writes("/stats")
        await stage.nothing_failed()
        counted = await rows_of(stage.app.store)
        assert len(counted["counted"]) == 61
    assert newest() == REVISIONS[-1]
