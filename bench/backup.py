"""How long a backup of a district takes, and the way back, while another process could write.

python -m bench.backup [households] [requests]
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection

from bot.backup_file import Manifest, pack
from storage.engine import Store
from storage.keeping import keeper_of
from storage.migrate import upgrade
from tests.fakes.postgres import clients, running
from tests.storage.earlier import Earlier, Size


async def made(url: str, other: str, folder: Path, size: Size) -> None:
    """Fill one database, copy it, pack the copy, put it back into another."""
    store = Store(url)
    await upgrade(store)

    def fill(connection: Connection) -> None:
        Earlier(connection, size).fill()

    async with store.engine.begin() as connection:
        await connection.run_sync(fill)
    keeper = keeper_of(url, clients())
    copy = folder / keeper.member
    begin = time.perf_counter()
    snapshot = await keeper.take(copy)
    taken = time.perf_counter()
    print(f"copied: {taken - begin:.1f} s, {copy.stat().st_size / 1e6:.0f} MB", flush=True)
    with (folder / "packed.zip").open("wb") as out:
        _pack(out, snapshot.revision, dict(snapshot.rows), copy)
    packed = time.perf_counter()
    print(f"packed: {packed - taken:.1f} s, {(folder / 'packed.zip').stat().st_size / 1e6:.0f} MB")
    back = keeper_of(other, clients())
    await back.prepare(copy, snapshot)
    await back.put_back(copy, snapshot)
    await back.bring_up()
    print(f"checked and put back: {time.perf_counter() - packed:.1f} s", flush=True)
    await store.close()


def _pack(out: BinaryIO, revision: str, rows: dict[str, int], copy: Path) -> None:
    told = Manifest(made_by="", made_at="", kind="", revision=revision, key=None, rows=rows)
    pack(out, told, {copy.name: copy})


async def main(size: Size) -> None:
    """On SQLite and on an embedded PostgreSQL."""
    with tempfile.TemporaryDirectory() as made_folder:
        folder = Path(made_folder)
        print(f"SQLite, {size.households:,} households, {size.requests:,} requests")
        await made(f"sqlite:///{folder}/a.db", f"sqlite:///{folder}/b.db", folder, size)
        with running() as server:
            print("PostgreSQL")
            urls = [server.url(await server.fresh()) for _ in range(2)]
            await made(urls[0], urls[1], folder, size)


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:3]] or [60_000, 200_000]
    asyncio.run(main(Size(*given)))
