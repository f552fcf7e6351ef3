"""How long it takes to bring a district's database up from the first version, down and up again.

python -m bench.migrations [households] [requests] [database address, empty]
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.engine import Store
from storage.migrate import config_for, downgrade, upgrade
from tests.fakes.postgres import running
from tests.storage.earlier import Earlier, Size

REVISIONS = sorted(
    each.revision for each in ScriptDirectory.from_config(config_for()).walk_revisions()
)


async def timed(what: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do it, and print how long it took."""
    begin = time.perf_counter()
    await work()
    print(f"{what}: {time.perf_counter() - begin:.1f} s", flush=True)


async def both_ways(url: str, size: Size) -> None:
    """Fill the first schema, then go up step by step, down step by step, and up at once."""
    store = Store(url)

    async def fill() -> None:
        await upgrade(store, REVISIONS[0])
        async with store.engine.begin() as connection:
            await connection.run_sync(_filled)

    def _filled(connection: Connection) -> None:
        Earlier(connection, size).fill()

    await timed("filled", fill)
    for revision in REVISIONS[1:]:
        await timed(f"up to {revision}", lambda to=revision: upgrade(store, to))
    for revision in reversed(REVISIONS[:-1]):
        await timed(f"down to {revision}", lambda to=revision: downgrade(store, to))
    await timed("up at once", lambda: upgrade(store))
    await store.close()


async def main(size: Size, url: str | None) -> None:
    """On the given database, else on SQLite and on an embedded PostgreSQL."""
    if url is not None:
        await both_ways(url, size)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "town.db"
        print(f"SQLite, {size.households:,} households, {size.requests:,} requests")
        await both_ways(f"sqlite:///{path}", size)
        print(f"{path.stat().st_size / 1e6:.0f} MB")
    with running() as server:
        print("PostgreSQL")
        await both_ways(server.url(await server.fresh()), size)


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:3]] or [60_000, 200_000]
    asyncio.run(main(Size(*given), sys.argv[3] if len(sys.argv) > 3 else None))
