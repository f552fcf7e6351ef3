"""Copies of a PostgreSQL database by pg_dump and psql: its own programs know it best."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import func, select, table, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from storage.engine import Store
from storage.files import make_database as make_file
from storage.keeping.shape import KeepingError, Snapshot, any_row, looked_at, tables_of
from storage.migrate import upgrade
from storage.tables import Person

#: The last words of a dump: without them it was cut.
COMPLETE = b"PostgreSQL database dump complete"
TAIL = 400
#: Where the address says "ssl", libpq's programs say so.
SSL = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}


class PostgresKeeper:
    """Copies the tables of a database of its own."""

    kind = "postgresql"
    member = "database.sql"

    def __init__(self, url: str, programs: Path | None) -> None:
        self._url = url
        self._programs = programs

    async def take(self, target: Path) -> Snapshot:
        """pg_dump reads in the very snapshot in which the rows are counted here."""
        program = self._program("pg_dump")
        make_file(target)
        async with self._connected("REPEATABLE READ") as connection:
            snapshot = await connection.run_sync(looked_at)
            at = await connection.scalar(select(func.pg_export_snapshot()))
            schema = await connection.scalar(select(func.current_schema()))
            wanted = [f'--table="{schema}"."{name}"' for name in snapshot.rows]
            how = ["--no-owner", "--no-privileges", f"--snapshot={at}", f"--file={target}"]
            await self._run(program, *how, *wanted)
        return snapshot

    async def holds_rows(self) -> bool:
        """Whether any table but the program's own has a row."""
        async with self._connected() as connection:
            return await connection.run_sync(any_row)

    async def check_alone(self) -> None:
        """Nobody else is connected to this database."""
        others = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        async with self._connected() as connection:
            if await connection.scalar(others):
                raise KeepingError("running")

    async def prepare(self, copy: Path, snapshot: Snapshot) -> None:
        """It was written to its end; the transaction that puts it back sees whether it fits."""
        self._program("psql")
        if COMPLETE not in await asyncio.to_thread(_last_words, copy):
            raise KeepingError("broken", what=copy.name)

    async def put_back(self, copy: Path, snapshot: Snapshot) -> None:
        """Old tables away, those of the copy in, rows counted: one transaction, all or nothing."""
        before, after = copy.with_suffix(".before.sql"), copy.with_suffix(".after.sql")
        async with self._connected() as connection:
            there = await connection.run_sync(tables_of)
            schema = await connection.scalar(select(func.current_schema()))
        ours = {*Person.metadata.tables, *snapshot.rows}
        before.write_text(_drops(str(schema), sorted(ours & {*there})), encoding="utf-8")
        after.write_text(_counts(str(schema), snapshot.rows), encoding="utf-8")
        how = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction", "-o", os.devnull]
        files = [part for each in (before, copy, after) for part in ("-f", str(each))]
        await self._run(self._program("psql"), *how, *files)

    async def bring_up(self) -> None:
        """In its place, since the copy is no database."""
        store = Store(self._url)
        try:
            await upgrade(store)
        finally:
            await store.close()

    @asynccontextmanager
    async def _connected(self, level: str | None = None) -> AsyncGenerator[AsyncConnection]:
        engine = create_async_engine(self._url, poolclass=NullPool)
        try:
            async with engine.connect() as made:
                if level:
                    await made.execution_options(isolation_level=level)
                yield made
        finally:
            await engine.dispose()

    def _program(self, name: str) -> str:
        found = shutil.which(name, path=str(self._programs) if self._programs else None)
        if found is None:
            raise KeepingError("no_program", name=name)
        return found

    async def _run(self, program: str, *arguments: str) -> None:
        pipe = asyncio.subprocess.PIPE
        running = await asyncio.create_subprocess_exec(
            program, *arguments, env=self._environment(), stdout=pipe, stderr=pipe
        )
        try:
            _, said = await running.communicate()
        except asyncio.CancelledError:
            running.kill()
            raise
        if running.returncode:
            why = said.decode(errors="replace").strip().splitlines() or [""]
            raise KeepingError("program_failed", name=Path(program).name, why=why[0][:300])

    def _environment(self) -> dict[str, str]:
        """The address as libpq takes it: a password on the command line is read by everybody."""
        url = make_url(self._url)
        host = url.host or url.query.get("host")
        ssl = url.query.get("ssl") or url.query.get("sslmode")
        given = {
            "PGHOST": host,
            "PGPORT": url.port or url.query.get("port"),
            "PGUSER": url.username,
            "PGPASSWORD": url.password,
            "PGDATABASE": url.database,
            "PGSSLMODE": ssl if ssl in SSL else None,
            "PGOPTIONS": "-c lock_timeout=20s",
            "PGCONNECT_TIMEOUT": "20",
        }
        return {**os.environ, **{name: str(value) for name, value in given.items() if value}}


def _drops(schema: str, tables: Iterable[str]) -> str:
    return "".join(f'DROP TABLE IF EXISTS "{schema}"."{name}" CASCADE;\n' for name in tables)


def _counts(schema: str, rows: Mapping[str, int]) -> str:
    """Statements that fail, and with them the transaction, where a row is missing."""
    words = postgresql.dialect()
    checks: list[str] = []
    for name, n in rows.items():
        counted = select(func.count()).select_from(table(name, schema=schema))
        question = str(counted.compile(dialect=words))
        checks.append(f"IF ({question}) <> {n} THEN RAISE '{name}: rows are missing'; END IF;\n")
    return f"DO $check$ BEGIN\n{''.join(checks)}END $check$;\n"


def _last_words(file: Path) -> bytes:
    with file.open("rb") as stream:
        stream.seek(max(0, file.stat().st_size - TAIL))
        return stream.read()
