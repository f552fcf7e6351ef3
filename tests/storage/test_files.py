"""What the database writes is for this user alone."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage.engine import Store
from tests.fakes.programs import finished


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_a_new_database_and_what_stands_beside_it_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "some" / "data"
    before = os.umask(0o022)
    try:
        store = Store(f"sqlite:///{folder}/linli.db")
        async with store.write() as session:
            await session.execute(text("CREATE TABLE x (y INTEGER)"))
        names = {each.name: _mode(each) for each in folder.iterdir()}
        await store.close()
    finally:
        os.umask(before)
    assert names == dict.fromkeys(("linli.db", "linli.db-wal", "linli.db-shm"), 0o600)
    assert _mode(folder) == 0o700


async def test_behind_a_link_it_is_private_too(tmp_path: Path) -> None:
    real, link = tmp_path / "real.db", tmp_path / "linli.db"
    link.symlink_to(real)
    before = os.umask(0o022)
    try:
        store = Store(f"sqlite:///{link}")
        async with store.read() as session:
            await session.execute(text("SELECT 1"))
        await store.close()
    finally:
        os.umask(before)
    assert _mode(real) == 0o600


def test_a_folder_that_was_there_keeps_its_rights(tmp_path: Path) -> None:
    async def used(store: Store) -> None:
        async with store.read() as session:
            await session.execute(text("SELECT 1"))
        await store.close()

    tmp_path.chmod(0o755)
    store = Store(f"sqlite:///{tmp_path}/linli.db")
    assert not (tmp_path / "linli.db").exists(), "before anybody connects nothing is left behind"
    asyncio.run(used(store))
    assert _mode(tmp_path) == 0o755
    assert _mode(tmp_path / "linli.db") == 0o600


#: Another process opens the database and leaves; who believes to be the last takes the log away.
VISITOR = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('INSERT INTO x VALUES (2)')"


async def test_another_process_does_not_take_the_log_away(tmp_path: Path) -> None:
    """A file that is opened and closed beside SQLite loses all locks that the process has on it."""
    path = tmp_path / "linli.db"
    store = Store(f"sqlite:///{path}")
    async with store.write() as session:
        await session.execute(text("CREATE TABLE x (y INTEGER)"))
    log = path.with_name("linli.db-wal").stat().st_ino
    async with store.read() as one, store.read() as two:  # each on a connection of its own
        await asyncio.gather(one.execute(text("SELECT 1")), two.execute(text("SELECT 1")))
    again = Store(f"sqlite:///{path}")
    async with again.read() as session:
        await session.execute(text("SELECT * FROM x"))
    await again.close()
    visited = await asyncio.to_thread(finished, [sys.executable, "-c", VISITOR, path])
    assert visited == (0, "", "")
    async with store.write() as session:
        await session.execute(text("INSERT INTO x VALUES (3)"))
    assert path.with_name("linli.db-wal").stat().st_ino == log
    with sqlite3.connect(path) as seen:
        assert seen.execute("SELECT y FROM x").fetchall() == [(3,)]
    await store.close()


async def test_a_folder_that_goes_away_is_waited_for_and_not_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    store = Store(f"sqlite:///{folder}/linli.db")
    async with store.read() as session:
        await session.execute(text("SELECT 1"))
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(OperationalError, match="unable to open"):
        async with store.write() as session:
            await session.execute(text("SELECT 1"))
    assert not folder.exists()
    await store.close()
