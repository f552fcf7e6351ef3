"""SQLite in the event loop: another process's lock is waited for, its changes are noticed."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from storage import sqlite
from storage.engine import Store
from storage.migrate import upgrade
from storage.queries import areas as areas_query
from storage.tables import Area
from tests.fakes.reader import PlainReader
from tests.harness import staged


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[Store]:
    """A migrated database with one place."""
    made = Store(f"sqlite:///{tmp_path}/t.db")
    await upgrade(made)
    async with made.write() as session:
        session.add(
            Area(kind="neighbourhood", name="和平里", code="和平里", path="/1/", settings={})
        )
    yield made
    await made.close()


def other_process(store: Store) -> sqlite3.Connection:
    """A connection of somebody else's."""
    assert store.sqlite
    return sqlite3.connect(store.url.removeprefix("sqlite:///"), isolation_level=None)


async def test_the_loop_goes_on_while_another_process_writes(store: Store) -> None:
    other = other_process(store)
    other.execute("BEGIN IMMEDIATE")
    reached = asyncio.Event()

    async def rename() -> None:
        async with store.write() as session:
            area = await session.scalar(select(Area))
            assert area is not None
            area.name = "和平里小区"

    async def meanwhile() -> None:
        async with store.read() as session:  # reading waits for nobody
            assert await session.scalar(select(Area.name)) == "和平里"
        reached.set()
        other.execute("COMMIT")

    await asyncio.gather(rename(), meanwhile())
    assert reached.is_set()
    async with store.read() as session:
        assert await session.scalar(select(Area.name)) == "和平里小区"
    other.close()


async def test_who_waits_for_too_long_is_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "LONGEST_WAIT", 0.0)
    other = other_process(store)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        async with store.write() as session:
            await session.execute(text("SELECT 1"))
    other.close()
    async with store.write() as session:  # and the queue goes on
        await session.execute(text("SELECT 1"))


async def test_facts_are_remembered_until_a_place_changes(store: Store) -> None:
    async with store.write() as session:
        before = await areas_query.facts_at(session, 1)
    async with store.write() as session:
        assert await areas_query.facts_at(session, 1) is before
        area = await session.get(Area, 1)
        assert area is not None
        area.hotline = "12345"
        await session.flush()
        assert (await areas_query.facts_at(session, 1)).hotline == "12345", "its own change is seen"
    async with store.write() as session:
        assert (await areas_query.facts_at(session, 1)).hotline == "12345"


async def test_a_change_that_is_taken_back_is_not_remembered(store: Store) -> None:
    async with store.write() as session:
        area = await session.get(Area, 1)
        assert area is not None
        area.hotline = "12345"
        await session.flush()
        assert (await areas_query.facts_at(session, 1)).hotline == "12345"
        await session.rollback()
    async with store.write() as session:
        assert (await areas_query.facts_at(session, 1)).hotline is None


async def test_who_read_before_a_change_does_not_remember_it_after(store: Store) -> None:
    async with store.read() as reading:
        await reading.execute(text("SELECT 1"))
        async with store.write() as session:
            area = await session.get(Area, 1)
            assert area is not None
            area.hotline = "12345"
        await areas_query.facts_at(reading, 1)
    async with store.write() as session:
        assert (await areas_query.facts_at(session, 1)).hotline == "12345"


async def test_who_empties_the_log_forgets_nothing(store: Store) -> None:
    """And still hears of what another process wrote before."""
    async with store.write() as session:
        before = await areas_query.facts_at(session, 1)
    await store.tidy()
    for _ in range(2):  # the first of these begins the log anew
        async with store.write() as session:
            assert await areas_query.facts_at(session, 1) is before
            await session.execute(text("UPDATE area SET code = code"))
    other = other_process(store)
    other.execute("UPDATE area SET hotline = '96123'")
    other.close()
    await store.tidy()
    async with store.write() as session:
        await session.execute(text("SELECT 1"))
        assert (await areas_query.facts_at(session, 1)).hotline == "96123"


async def test_what_another_process_changed_is_noticed(tmp_path: Path) -> None:
    """An import beside the running bot, say."""
    async with staged(tmp_path, reader=PlainReader(), kind="sqlite") as stage:
        store = stage.app.store
        await stage.cast["li"].says("今天天气不错")
        other = other_process(store)
        other.execute("UPDATE area SET hotline = '96123' WHERE kind = 'building'")
        other.close()
        await stage.cast["li"].says("电梯坏了")
        await stage.passes(minutes=1)
        async with store.read() as session:
            area = await session.scalar(select(Area).where(Area.kind == "building"))
            assert area is not None
            assert (await areas_query.facts_at(session, area.id)).hotline == "96123"
