"""Copies of the database: whole, of one moment, put back wholly or not at all, on either kind."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, String, Table, func, insert, select, text

from bot.app import App
from bot.crew import HELD_FOR
from bot.inbox import Inbox
from handlers.chat.platform import RawUpdate
from storage.base import Json, Moment
from storage.engine import Store
from storage.keeping import keeper_of
from storage.keeping.shape import KeepingError
from storage.migrate import newest, upgrade
from storage.tables import Event, LocalFile, Person, Request, RequestCounter
from tests.fakes.postgres import Postgres, clients
from tests.fakes.reader import PlainReader
from tests.harness import GROUP, MONDAY, Stage, staged
from tests.storage.whole import opened, rows_of, stamp

VERSION = text("SELECT version_num FROM alembic_version")
PERSON = Table(
    "person",
    MetaData(),
    Column("name", String),
    Column("skills", Json),
    Column("created_at", Moment, key="at"),
)
REPORTS = 40


@pytest.fixture
async def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[str]:
    """Another database of the kind that the test has, with nothing in it."""
    if "sqlite" in request.node.name:
        yield f"sqlite:///{tmp_path}/elsewhere/other.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = await server.fresh()
    yield server.url(name)
    await server.drop(name)


async def lived(stage: Stage) -> None:
    """Some life, with a picture of the web chat."""
    await stamp(stage.app.store)
    await stage.li.sends_photo("咱们楼电梯又坏了")
    await stage.zhao.says("我家也是")
    await stage.wang.presses(stage.page(stage.wang), "我来")
    await stage.wang.writes("/done 1 换了门机")
    async with stage.app.store.write() as store:
        store.add(
            LocalFile(key="p1", name="门.jpg", type="image/jpeg", body=bytes(range(256)), at=MONDAY)
        )


async def test_what_comes_back_is_what_was_there(
    stage: Stage, elsewhere: str, tmp_path: Path
) -> None:
    await lived(stage)
    there = await rows_of(stage.app.store)
    keeper = keeper_of(stage.app.store.url, clients())
    snapshot = await keeper.take(tmp_path / keeper.member)
    other = keeper_of(elsewhere, clients())
    assert not await other.holds_rows()
    await other.prepare(tmp_path / keeper.member, snapshot)
    await other.put_back(tmp_path / keeper.member, snapshot)
    async with opened(elsewhere) as store:
        assert await rows_of(store) == there
    assert await other.holds_rows()
    assert sum(snapshot.rows.values()) == sum(map(len, there.values()))


class Heard:
    """Passes on what comes in, and remembers it: a platform delivers again what it must."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self.updates: list[RawUpdate] = []

    async def receive(self, platform: str, updates: Sequence[RawUpdate]) -> None:
        self.updates += updates
        await self._inbox.receive(platform, updates)

    async def our_turn(self, platform: str) -> bool:
        return await self._inbox.our_turn(platform)


async def story(store: Store) -> list[tuple[Any, ...]]:
    """What happened to which request, in order."""
    async with store.read() as session:
        rows = await session.execute(
            select(Request.number, Request.words, Event.move, Event.at)
            .join(Event, Event.request_id == Request.id)
            .order_by(Event.id)
        )
        return [tuple(row) for row in rows.all()]


async def talk(stage: Stage, begun: asyncio.Event) -> None:
    """One report after another."""
    for n in range(REPORTS):
        text = f"{n + 1}单元的灯又坏了"
        await stage.rooms.act(GROUP, "li", "message", text=text, name="李娜")
        await stage.app.settle()
        if n == 2:
            begun.set()
        await asyncio.sleep(0.005)  # lets the copying have its turn


async def hears_all(stage: Stage, store: Store, updates: Sequence[RawUpdate]) -> None:
    """The program starts on a database, and the platform delivers everything once more."""
    old = stage.app
    app = App(old.settings, store, [stage.rooms], clock=stage.clock, reader=old.desk.reader)
    await app.inbox.resume()
    await app.inbox.receive("rooms", updates)
    for _ in range(3):  # who handled a chat last is waited for, dead as it is
        stage.clock.turn(HELD_FOR)
        await app.settle()
    await app.close()


async def test_a_copy_taken_while_messages_stream_in_is_of_one_moment(
    stage: Stage, elsewhere: str, tmp_path: Path
) -> None:
    """Coming back to it, and hearing everything once more, ends where the others ended."""
    await stamp(stage.app.store)
    heard = stage.rooms.intake = Heard(stage.app.inbox)
    keeper, other = keeper_of(stage.app.store.url, clients()), keeper_of(elsewhere, clients())
    copy = tmp_path / keeper.member

    async with asyncio.TaskGroup() as group:
        begun = asyncio.Event()
        group.create_task(talk(stage, begun))
        await begun.wait()
        snapshot = await keeper.take(copy)
    full = await story(stage.app.store)
    await other.prepare(copy, snapshot)
    await other.put_back(copy, snapshot)
    async with opened(elsewhere) as store:
        some = await story(store)
        assert 3 <= len(some) < len(full)
        assert some == full[: len(some)], "what happened until then, and each of it whole"
        async with store.read() as session:
            last = await session.scalar(select(RequestCounter.last))
            assert last == await session.scalar(select(func.max(Request.number)))
        await hears_all(stage, store, heard.updates)
        assert [each[:3] for each in await story(store)] == [each[:3] for each in full]


async def test_while_another_process_works_with_it_nothing_is_put_back(
    stage: Stage, tmp_path: Path
) -> None:
    await lived(stage)
    keeper = keeper_of(stage.app.store.url, clients())
    snapshot = await keeper.take(tmp_path / keeper.member)
    await stage.sun.says("1单元的灯又不亮了")
    there = await rows_of(stage.app.store)
    with pytest.raises(KeepingError) as refused:
        await keeper.check_alone()
    assert refused.value.key == "running"
    if stage.app.store.sqlite:  # nor if it started in between
        with pytest.raises(KeepingError):
            await keeper.put_back(tmp_path / keeper.member, snapshot)
    assert await rows_of(stage.app.store) == there


async def test_an_older_one_is_brought_up(
    database_url: str, elsewhere: str, tmp_path: Path
) -> None:
    async with opened(database_url) as store:
        await upgrade(store, "0005")
        async with store.engine.begin() as connection:
            await connection.execute(insert(PERSON), {"name": "李娜", "skills": [], "at": MONDAY})
    keeper = keeper_of(database_url, clients())
    snapshot = await keeper.take(tmp_path / keeper.member)
    assert snapshot.revision == "0005"
    other = keeper_of(elsewhere, clients())
    await other.prepare(tmp_path / keeper.member, snapshot)
    await other.put_back(tmp_path / keeper.member, snapshot)
    await other.bring_up()
    async with opened(elsewhere) as store, store.read() as session:
        assert (await session.scalars(select(Person.name))).all() == ["李娜"]
        assert await session.scalar(VERSION) == newest()


async def test_what_lacks_a_row_is_not_put_back(
    stage: Stage, elsewhere: str, tmp_path: Path
) -> None:
    await lived(stage)
    keeper, other = keeper_of(stage.app.store.url, clients()), keeper_of(elsewhere, clients())
    whole = await keeper.take(tmp_path / keeper.member)
    async with opened(elsewhere) as store:
        await upgrade(store)
        async with store.write() as session:
            session.add(Person(name="赵强", skills=[], created_at=MONDAY))
        there = await rows_of(store)
    less = replace(whole, rows={**whole.rows, "event": whole.rows["event"] + 1})

    async def prepared_and_put_back() -> None:
        await other.prepare(tmp_path / keeper.member, less)
        await other.put_back(tmp_path / keeper.member, less)

    with pytest.raises(KeepingError):
        await prepared_and_put_back()
    async with opened(elsewhere) as store:
        assert await rows_of(store) == there


async def test_what_was_cut_is_not_put_back(stage: Stage, tmp_path: Path) -> None:
    await lived(stage)
    keeper = keeper_of(stage.app.store.url, clients())
    copy = tmp_path / keeper.member
    snapshot = await keeper.take(copy)
    os.truncate(copy, copy.stat().st_size // 2)
    with pytest.raises(KeepingError) as refused:
        await keeper.prepare(copy, snapshot)
    assert refused.value.key == "broken"


async def test_without_its_programs_postgresql_says_what_to_install(tmp_path: Path) -> None:
    keeper = keeper_of("postgresql+asyncpg://linli@127.0.0.1:1/linli", tmp_path)
    with pytest.raises(KeepingError) as refused:
        await keeper.take(tmp_path / "copy")
    assert (refused.value.key, refused.value.values) == ("no_program", {"name": "pg_dump"})


async def test_what_a_program_says_is_told(postgres_url: str, tmp_path: Path) -> None:
    async with opened(postgres_url) as store:
        await upgrade(store)
    (tmp_path / "pg_dump").write_text("#!/bin/sh\necho 'too old' >&2\nexit 1\n")
    (tmp_path / "pg_dump").chmod(0o700)
    with pytest.raises(KeepingError) as refused:
        await keeper_of(postgres_url, tmp_path).take(tmp_path / "copy")
    assert refused.value.values == {"name": "pg_dump", "why": "too old"}


async def test_what_is_none_of_ours_is_not_copied(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as store, store.read() as session:
        await session.execute(select(1))
    with pytest.raises(KeepingError) as refused:
        await keeper_of(database_url, clients()).take(tmp_path / "copy")
    assert refused.value.key == "no_tables"


async def test_no_word_of_talk_stands_in_a_copy(tmp_path: Path) -> None:
    """Pages that SQLite no longer needs may hold words of messages that were handled long ago."""
    async with staged(tmp_path, reader=PlainReader()) as stage:
        await stamp(stage.app.store)
        for _ in range(50):
            await stage.li.says("今天天气不错，很有特别的话")
        await stage.li.says("咱们楼电梯又坏了")
        await keeper_of(stage.app.store.url, clients()).take(tmp_path / "copy")
    assert "电梯又坏了".encode() in (tmp_path / "copy").read_bytes()
    assert "很有特别的话".encode() not in (tmp_path / "copy").read_bytes()
