"""What is on the disk when a transaction has ended: asked of every kind of connection there is."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import Store
from storage.keeping.embedded import SqliteKeeper
from storage.migrate import upgrade

ROOT = Path(__file__).parents[2]
#: Where a database is opened, and what docs/reliability.md says of it.
OPENED = {
    "storage/engine.py",  # PostgreSQL: as its server says
    "storage/sqlite.py",  # the program: NORMAL
    "storage/keeping/embedded.py",  # copies, and putting one back: FULL
    "storage/keeping/server.py",  # PostgreSQL again
}
OPENS = re.compile(r"\bsqlite3\.connect\(|\bcreate_(?:async_)?engine\(|\basyncpg\.connect\(")
NORMAL, FULL = 1, 2


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[Store]:
    made = Store(f"sqlite:///{tmp_path}/t.db")
    await upgrade(made)
    yield made
    await made.close()


async def settings(engine: AsyncEngine) -> tuple[str, int]:
    async with engine.connect() as one:
        journal = await one.scalar(text("PRAGMA journal_mode"))
        return str(journal), int(await one.scalar(text("PRAGMA synchronous")) or 0)


async def test_what_the_program_writes_is_on_the_disk_with_the_next_checkpoint(
    store: Store,
) -> None:
    assert await settings(store.engine) == ("wal", NORMAL)
    assert await settings(store.reader) == ("wal", NORMAL), "it takes the log over at times"


class Spy(sqlite3.Connection):
    """Notes with which settings pages are written over it, or others are changed through it."""

    seen: list[tuple[str, str, int]]

    def backup(self, target: sqlite3.Connection, **more: Any) -> None:
        note("copied into", target)
        super().backup(target, **more)

    def execute(self, *question: Any) -> sqlite3.Cursor:
        if question[0] == "VACUUM":
            note("compacted", self)
        return super().execute(*question)


def note(what: str, connection: sqlite3.Connection) -> None:
    ask = super(Spy, connection).execute if isinstance(connection, Spy) else connection.execute
    journal = str(ask("PRAGMA journal_mode").fetchone()[0])
    Spy.seen.append((what, journal, int(ask("PRAGMA synchronous").fetchone()[0])))


async def test_a_copy_and_what_is_put_back_are_on_the_disk_at_once(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect
    Spy.seen = []

    def spied(*args: Any, **more: Any) -> Any:
        return connect(*args, **{"factory": Spy, **more})

    keeper, copy = SqliteKeeper(store.url), tmp_path / "copy.db"
    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", spied)
        snapshot = await keeper.take(copy)
        await store.close()  # who puts back wants to be alone
        await keeper.put_back(copy, snapshot)
    assert Spy.seen == [
        ("copied into", "delete", FULL),
        ("compacted", "delete", FULL),
        ("copied into", "delete", FULL),
    ]


async def test_of_postgresql_the_server_alone_decides(postgres_url: str) -> None:
    store = Store(postgres_url)
    names = ("synchronous_commit", "fsync", "full_page_writes")
    asked = text("SELECT name, source FROM pg_settings WHERE name = ANY(:names)")
    for engine in (store.engine, store.reader):
        async with engine.connect() as one:
            found = dict((await one.execute(asked, {"names": list(names)})).all())
        assert set(found) == set(names)
        assert set(found.values()) <= {"command line", "configuration file", "default"}
    await store.close()


def test_there_is_no_other_place_that_opens_a_database() -> None:
    found = {
        str(file.relative_to(ROOT))
        for folder in ("bot", "handlers", "storage", "config")
        for file in (ROOT / folder).rglob("*.py")
        if OPENS.search(file.read_text(encoding="utf-8"))
    }
    assert found == OPENED
