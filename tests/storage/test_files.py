"""What the database writes is for this user alone."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

from sqlalchemy import text

from storage.engine import Store


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
